use crate::model::Value;

use super::field::{ByField, Field};
use super::record::{Pair, StoredPair};
use super::resource::ResourceKey;

/// What becomes of a field: set to a value, or cleared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change<T> {
    /// Set to this.
    Set(T),
    /// Cleared, in whatever way the field clears.
    Clear,
}

/// What a request says of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The resource.
    pub key: ResourceKey,
    /// What it says of fields: those that are declared or change, all of them where the kind is sent whole.
    pub fields: ByField<Change<Value>>,
    /// Whether the execution reads the resource right before, to add what the server put there when it made it.
    pub carries_injected: bool,
}

impl Sent {
    /// Says nothing yet.
    pub fn new(key: ResourceKey) -> Self {
        Self { key, fields: ByField::default(), carries_injected: false }
    }

    /// The value that a field is set to.
    pub fn value(&self, field: &'static Field) -> Option<&Value> {
        match self.fields.get(field)? {
            Change::Set(value) => Some(value),
            Change::Clear => None,
        }
    }

    /// The values that fields are set to, in the order of the kind's table.
    pub fn values(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        self.key.kind.fields.iter().filter_map(|field| Some((field, self.value(field)?)))
    }
}

/// A request of a row, decided in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Makes a resource.
    Create(Sent),
    /// Changes one.
    Update(Sent),
    /// Links one to another of its kind, once both are there.
    Link(Sent),
    /// Adds a pair to a resource.
    Add(ResourceKey, &'static Field, Pair),
    Remove(ResourceKey, &'static Field, StoredPair),
}

impl Write {
    /// What it says of the fields of a resource.
    pub fn sent(&self) -> Option<&Sent> {
        match self {
            Self::Create(sent) | Self::Update(sent) | Self::Link(sent) => Some(sent),
            Self::Add(..) | Self::Remove(..) => None,
        }
    }
}
