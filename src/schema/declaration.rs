use std::collections::BTreeMap;

use crate::model::{Text, Value};

use super::field::ByField;

/// What the files say of the fields of a resource.
pub type Declarations = ByField<Declaration>;

/// What the files say of one place in a resource, as the server's JSON has it. Where they say nothing, there is none.
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

    /// What declares a value that is about to be sent: its names are then the files', and nobody else's.
    pub fn of_sent(value: &Value) -> Self {
        match value {
            Value::Map(members) => {
                Self::Table(members.iter().map(|(name, value)| (name.clone(), Self::Leaf(value.clone()))).collect())
            }
            other => Self::Leaf(other.clone()),
        }
    }

    /// Visits every text that it declares.
    pub fn each_text<'declared>(&'declared self, visit: &mut dyn FnMut(&'declared Text)) {
        match self {
            Self::Clear => {}
            Self::Leaf(value) => value.each_text(visit),
            Self::Table(members) => members.values().for_each(|member| member.each_text(visit)),
            Self::Keyed(entries) => entries.iter().for_each(|(_, entry)| entry.each_text(visit)),
        }
    }

    /// The value of a leaf.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Leaf(value) => Some(value),
            _ => None,
        }
    }

    /// The members of a table.
    pub fn members(&self) -> Option<&BTreeMap<String, Declaration>> {
        match self {
            Self::Table(members) => Some(members),
            _ => None,
        }
    }
}
