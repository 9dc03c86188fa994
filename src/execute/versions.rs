//! The versions of what a run wrote: its next write of the same resource is bound to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::plan::Verifier;
use crate::schema::ResourceKey;

/// What the writes of a run were answered; empty on servers without versions.
#[derive(Debug, Default)]
pub(super) struct Versions {
    written: Mutex<BTreeMap<ResourceKey, u64>>,
    /// What someone else changed too: a version says nothing of the fields that are not written yet.
    changed: Mutex<BTreeSet<ResourceKey>>,
}

impl Versions {
    /// The version that the next write of a resource is bound to: that of the last write, else that of the plan.
    pub(super) fn of(&self, verifier: &Verifier, key: &ResourceKey) -> Option<u64> {
        let planned = || verifier.read(key)?.version;
        let is_changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner).contains(key);
        if is_changed { planned() } else { self.written(key).or_else(planned) }
    }

    /// Notes that a resource is not as the plan found it, although a write of it goes on.
    pub(super) fn set_changed(&self, key: &ResourceKey) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
    }

    /// The version of a resource after the last write.
    pub(super) fn written(&self, key: &ResourceKey) -> Option<u64> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }

    pub(super) fn set(&self, key: &ResourceKey, version: Option<u64>) {
        if let Some(version) = version {
            self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), version);
        }
    }
}
