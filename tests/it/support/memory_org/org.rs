use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use lobu::model::OrgSlug;
use lobu::org::{Request, RequestError};
use lobu::schema::ResourceKey;

use super::encode::Encoder;
use super::faults::{Faults, WriteFault, lost, refused};
use super::store::Store;

/// An org in memory.
///
/// It counts what is asked of it and what is sent to it, can be looked into, and fails on demand.
#[derive(Debug)]
pub(crate) struct MemoryOrg {
    pub(super) org: OrgSlug,
    pub(super) values: BTreeMap<String, String>,
    pub(super) secrets_api: bool,
    store: Mutex<Store>,
    reads: AtomicUsize,
    writes: AtomicUsize,
    faults: Faults,
}

impl MemoryOrg {
    /// An empty org without the secrets API; `values` are those of `$VAR`s, which the client sends.
    pub(crate) fn new(org: &str, values: BTreeMap<String, String>) -> Self {
        Self {
            org: OrgSlug::from_server(org),
            values,
            secrets_api: false,
            store: Mutex::default(),
            reads: AtomicUsize::new(0),
            writes: AtomicUsize::new(0),
            faults: Faults::default(),
        }
    }

    /// The same with the secrets API, holding a secret for each of the values.
    pub(crate) fn with_secrets_api(mut self) -> Self {
        self.secrets_api = true;
        self
    }

    /// The same holding this.
    pub(crate) fn holding(self, store: Store) -> Self {
        *self.lock() = store;
        self
    }

    /// What the org holds.
    pub(crate) fn store(&self) -> Store {
        self.lock().clone()
    }

    /// Changes what the org holds behind everybody's back, as the web interface does.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Store)) {
        change(&mut self.lock());
    }

    /// How many reads were answered.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// How many writes arrived or were meant to, failed ones included.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    /// Makes the `nth` write from now on fail, from 1.
    pub(crate) fn fail_write(&self, nth: usize, fault: WriteFault) {
        self.faults.set(nth, fault);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().expect("no test panics while it holds the store")
    }

    pub(super) fn encoder<'org>(&'org self, request: &'org Request) -> Encoder<'org> {
        Encoder { org: &self.org, values: &self.values, secrets_api: self.secrets_api, request }
    }

    /// Counts a read, lets others run, and answers it.
    pub(super) async fn read<T>(&self, answer: impl FnOnce(&Store) -> T) -> T {
        self.reads.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        answer(&self.lock())
    }

    /// Counts a write, lets others run, and carries it out unless it is to fail. All of it or nothing is done.
    pub(super) async fn write<T>(
        &self,
        request: &Request,
        carry_out: impl FnOnce(&mut Store) -> Result<T, RequestError>,
    ) -> Result<T, RequestError> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let fault = self.faults.take();
        match fault {
            Some(WriteFault::Refused) => {
                return Err(refused(request, 422, "on_purpose", "the test refuses this write"));
            }
            Some(WriteFault::NeverArrives) => return Err(lost(request)),
            Some(WriteFault::AnswerLost) | None => {}
        }
        let mut store = self.lock();
        let mut changed = store.clone();
        let answer = carry_out(&mut changed)?;
        *store = changed;
        if fault.is_some() { Err(lost(request)) } else { Ok(answer) }
    }
}

/// A request about a resource.
pub(super) fn request(method: &'static str, key: &ResourceKey) -> Request {
    Request { method, path: key.to_string() }
}
