use std::collections::BTreeMap;

use crate::model::Value;

/// What the files say of one place in a settings member, as the server's JSON has it (F1, P4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declaration {
    /// Explicitly empty: cleared.
    Clear,
    /// A leaf: exactly this value. Plain lists are leaves.
    Leaf(Value),
    /// A table: what it does not name is carried over.
    Table(BTreeMap<String, Declaration>),
    /// A list whose entries have a key: what it does not name is carried over, behind what it names.
    Keyed(Vec<(EntryKey, Declaration)>),
}

/// The key of an entry of a keyed list: the provider id, or a skill's repo and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryKey(pub Vec<String>);

impl EntryKey {
    /// The key as a step of a path: its parts joined with `/`, a skill's repo without its repeated name.
    pub fn step(&self) -> String {
        match self.0.as_slice() {
            [repo, name] if repo.rsplit('/').next() == Some(name) => repo.clone(),
            parts => parts.join("/"),
        }
    }
}

impl Declaration {
    /// A text that may be printed.
    pub fn known(text: impl Into<String>) -> Self {
        Self::Leaf(Value::known(text))
    }

    /// A table of the given members; none if there are none, since an empty table declares nothing.
    pub fn table(members: BTreeMap<String, Declaration>) -> Option<Self> {
        (!members.is_empty()).then_some(Self::Table(members))
    }
}
