//! The running double: a port, its state, its log, and the faults that a test queued.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use tokio::sync::oneshot;

use super::connection::{Budget, CuttableListener};
use super::fault::{Fault, compress};
use super::message::{Answer, RecordedRequest};
use super::options::Options;
use super::route;
use super::state::State;

type Matcher = Box<dyn FnMut(&RecordedRequest) -> bool + Send>;

/// A fault that waits for its request.
struct Queued {
    matches: Matcher,
    fault: Fault,
    once: bool,
}

struct Shared {
    state: Mutex<State>,
    requests: Mutex<Vec<RecordedRequest>>,
    faults: Mutex<Vec<Queued>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

/// A request that waits for its answer; the client may go away before.
struct InFlight<'a>(&'a AtomicUsize);

impl<'a> InFlight<'a> {
    fn begin(shared: &'a Shared) -> Self {
        let waiting = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_in_flight.fetch_max(waiting, Ordering::SeqCst);
        Self(&shared.in_flight)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A double of the existing server on 127.0.0.1, on a thread of its own; it stops when dropped.
///
/// It works the same from plain tests and from asynchronous ones, and while a test waits for a
/// child process.
pub(crate) struct ExistingServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ExistingServer {
    /// Starts a server that has the private, empty org `dev` and its owner.
    pub(crate) fn start(options: Options) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        listener.set_nonblocking(true).expect("a socket can be made non-blocking");
        let address = listener.local_addr().expect("a bound socket has an address");
        let origin = format!("http://localhost:{}", address.port());
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(options, origin)),
            requests: Mutex::default(),
            faults: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let handed_over = Arc::clone(&shared);
        let thread = std::thread::spawn(move || serve(listener, handed_over, stopped));
        let server = Self { address, shared, stop: Some(stop), thread: Some(thread) };
        let mut state = server.state();
        state.add_organization("dev");
        // The local development server makes its org itself, under this name.
        let local = state.options.malformed_entity_create();
        if let Some(organization) = state.organizations.first_mut().filter(|_| local) {
            "Local Dev".clone_into(&mut organization.name);
        }
        drop(state);
        server
    }

    /// `http://127.0.0.1:<port>`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The tables, locked: for looking and for laying out a start state. No request is answered
    /// while the guard lives.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no handler panics")
    }

    /// Every request that arrived, faulted ones included.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.requests.lock().expect("no handler panics").clone()
    }

    /// The requests that could have changed something.
    pub(crate) fn writes(&self) -> Vec<RecordedRequest> {
        self.requests().into_iter().filter(|request| !request.is_read()).collect()
    }

    /// The requests that could not.
    pub(crate) fn reads(&self) -> Vec<RecordedRequest> {
        self.requests().into_iter().filter(RecordedRequest::is_read).collect()
    }

    /// How many requests waited for an answer at a time, at most, since the log was emptied.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }

    /// Empties the log.
    pub(crate) fn forget_requests(&self) {
        self.shared.most_in_flight.store(0, Ordering::SeqCst);
        self.shared.requests.lock().expect("no handler panics").clear();
    }

    /// Lets a fault happen to the next request that matches, once.
    pub(crate) fn fail_next(&self, matches: impl FnMut(&RecordedRequest) -> bool + Send + 'static, fault: Fault) {
        self.queue(matches, fault, true);
    }

    /// Lets a fault happen to every request that matches.
    pub(crate) fn fail_every(&self, matches: impl FnMut(&RecordedRequest) -> bool + Send + 'static, fault: Fault) {
        self.queue(matches, fault, false);
    }

    /// Forgets all faults.
    pub(crate) fn heal(&self) {
        self.shared.faults.lock().expect("no handler panics").clear();
    }

    fn queue(&self, matches: impl FnMut(&RecordedRequest) -> bool + Send + 'static, fault: Fault, once: bool) {
        let queued = Queued { matches: Box::new(matches), fault, once };
        self.shared.faults.lock().expect("no handler panics").push(queued);
    }
}

impl Drop for ExistingServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may be gone already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn serve(listener: TcpListener, shared: Arc<Shared>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("the socket is non-blocking");
        let router = Router::new().fallback(move |ConnectInfo(budget): ConnectInfo<Budget>, request: Request| {
            let shared = Arc::clone(&shared);
            async move { answer(&shared, &budget, request).await }
        });
        let service = router.into_make_service_with_connect_info::<Budget>();
        let server = axum::serve(CuttableListener(listener), service);
        tokio::select! {
            end = server.into_future() => end.expect("accepting does not fail"),
            _ = stopped => {}
        }
    });
}

async fn answer(shared: &Shared, budget: &Budget, request: Request) -> Response {
    let request = record(request).await;
    let _in_flight = InFlight::begin(shared);
    shared.requests.lock().expect("no handler panics").push(request.clone());
    let handle = || route::handle(&mut shared.state.lock().expect("no handler panics"), &request);
    let answer = match take_fault(shared, &request) {
        None => handle(),
        Some(Fault::Instead(answer)) => answer,
        Some(Fault::HandledThen(answer)) => {
            handle();
            answer
        }
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(time).await;
            handle()
        }
        Some(Fault::CloseBefore) => {
            budget.cut_after(0);
            Answer::text(500, "")
        }
        Some(Fault::CloseAfter) => {
            budget.cut_after(0);
            handle()
        }
        Some(Fault::CutAfter(bytes)) => {
            budget.cut_after(bytes);
            handle()
        }
    };
    let accepted = request.header("accept-encoding").is_some_and(|encodings| encodings.contains("gzip"));
    respond(compress(answer, accepted))
}

fn take_fault(shared: &Shared, request: &RecordedRequest) -> Option<Fault> {
    let mut faults = shared.faults.lock().expect("no handler panics");
    let position = faults.iter_mut().position(|queued| (queued.matches)(request))?;
    let queued = faults.get(position)?;
    let fault = queued.fault.clone();
    if queued.once {
        drop(faults.remove(position));
    }
    Some(fault)
}

/// Reads a request whole.
pub(crate) async fn record(request: Request) -> RecordedRequest {
    let (parts, body) = request.into_parts();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = to_bytes(body, usize::MAX).await.map(|bytes| bytes.to_vec()).unwrap_or_default();
    RecordedRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers,
        body,
    }
}

/// Writes an answer.
pub(crate) fn respond(answer: Answer) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).expect("scripted headers are valid")
}
