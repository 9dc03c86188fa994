//! The versions of what a run wrote: its next write of the same resource is bound to them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::plan::Verifier;
use crate::schema::ResourceKey;

/// What the writes of a run were answered; empty on servers without versions.
#[derive(Debug, Default)]
pub(super) struct Versions(Mutex<BTreeMap<ResourceKey, u64>>);

impl Versions {
    /// The version of a resource: that of the last write, else that of the plan.
    pub(super) fn of(&self, verifier: &Verifier, key: &ResourceKey) -> Option<u64> {
        self.written(key).or_else(|| verifier.read(key)?.version)
    }

    /// The version of a resource after the last write.
    pub(super) fn written(&self, key: &ResourceKey) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }

    pub(super) fn set(&self, key: &ResourceKey, version: Option<u64>) {
        if let Some(version) = version {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), version);
        }
    }
}
