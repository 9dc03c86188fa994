//! The server's numbers for resources that requests name so, learned from its answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::schema::{Kind, ResourceKey};
use crate::wire::WireRecord;

/// Numbers by resource; clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers(Arc<Mutex<BTreeMap<ResourceKey, String>>>);

impl Numbers {
    /// Takes in what a list says.
    pub(super) fn learn(&self, kind: Kind, records: &[WireRecord]) {
        let numbered = records.iter().filter_map(|record| Some((&record.id, record.number.clone()?)));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(numbered.map(|(id, number)| (ResourceKey::new(kind, id.as_str()), number)));
    }

    pub(super) fn set(&self, key: &ResourceKey, number: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), number);
    }

    pub(super) fn get(&self, key: &ResourceKey) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}
