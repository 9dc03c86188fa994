//! A keyring for tests, with the faults that a real one has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use zeroize::Zeroizing;

use crate::accounts::{Keyring, KeyringProblem, KeyringStore};

/// What a call ends with instead of its work.
#[derive(Clone)]
pub(super) enum Fault {
    Read(KeyringProblem),
    Write(KeyringProblem),
    Delete(KeyringProblem),
    All(KeyringProblem),
    /// No call ever ends.
    Hang,
}

#[derive(Default)]
pub(super) struct InMemory {
    entries: Mutex<BTreeMap<String, String>>,
    fault: Mutex<Option<Fault>>,
    /// The file that a directory takes the place of with the next write.
    breaks: Mutex<Option<PathBuf>>,
}

impl InMemory {
    pub(super) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(super) fn keyring(self: &Arc<Self>) -> Keyring {
        Keyring::new(self.clone())
    }

    pub(super) fn fail(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }

    /// Has the next write make a file unusable, so that what is written to it afterwards fails.
    pub(super) fn break_with_next_write(&self, file: &Path) {
        *self.breaks.lock().unwrap() = Some(file.to_owned());
    }

    pub(super) fn put(&self, name: &str, text: &str) {
        self.entries.lock().unwrap().insert(name.to_owned(), text.to_owned());
    }

    pub(super) fn entry(&self, name: &str) -> Option<serde_json::Value> {
        self.entries.lock().unwrap().get(name).map(|text| serde_json::from_str(text).unwrap())
    }

    fn fault(&self, pick: impl Fn(&Fault) -> Option<KeyringProblem>) -> Result<(), KeyringProblem> {
        let fault = self.fault.lock().unwrap().clone();
        match fault {
            Some(Fault::Hang) => loop {
                std::thread::park();
            },
            Some(Fault::All(problem)) => Err(problem),
            Some(fault) => pick(&fault).map_or(Ok(()), Err),
            None => Ok(()),
        }
    }
}

impl KeyringStore for InMemory {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringProblem> {
        self.fault(|fault| if let Fault::Read(problem) = fault { Some(problem.clone()) } else { None })?;
        let text = self.entries.lock().unwrap().get(name).cloned();
        Ok(text.map(|text| Zeroizing::new(text.into_bytes())))
    }

    fn write(&self, name: &str, text: &[u8]) -> Result<(), KeyringProblem> {
        self.fault(|fault| if let Fault::Write(problem) = fault { Some(problem.clone()) } else { None })?;
        self.put(name, std::str::from_utf8(text).unwrap());
        if let Some(file) = self.breaks.lock().unwrap().take() {
            drop(std::fs::remove_file(&file));
            std::fs::create_dir(file).unwrap();
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<bool, KeyringProblem> {
        self.fault(|fault| if let Fault::Delete(problem) = fault { Some(problem.clone()) } else { None })?;
        Ok(self.entries.lock().unwrap().remove(name).is_some())
    }
}
