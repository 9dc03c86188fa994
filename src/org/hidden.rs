//! What was found out about the values that an org hides.

use std::collections::BTreeMap;

use crate::model::{FieldPath, Text};
use crate::schema::ResourceKey;

/// A literal of the files, where the org hides what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenLiteral {
    pub key: ResourceKey,
    /// Where it is in the resource.
    pub path: FieldPath,
    pub literal: Text,
}

/// Why hidden values were not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCompared {
    /// The server does not compare.
    Unsupported,
    /// Only those who may change the org may compare.
    Forbidden,
    /// Too many different values were compared today.
    TooMany,
    /// The connection is not secure enough for the values.
    Insecure,
}

/// The hidden values of an org, as far as they were compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum HiddenValues {
    /// Nobody asked.
    #[default]
    Unasked,
    /// For each place that was asked about, whether the value there is that of the files.
    Compared(BTreeMap<(ResourceKey, FieldPath), bool>),
    /// They were not compared.
    Unknown(NotCompared),
}

impl HiddenValues {
    /// The answer to a request that asked about these literals, in their order.
    pub fn compared<'literal>(
        literals: impl IntoIterator<Item = &'literal HiddenLiteral>,
        equal: impl IntoIterator<Item = bool>,
    ) -> Self {
        let place = |literal: &HiddenLiteral| (literal.key.clone(), literal.path.clone());
        Self::Compared(literals.into_iter().map(place).zip(equal).collect())
    }

    /// Whether the value at a place is that of the files; none where nobody can tell.
    pub fn is_equal(&self, key: &ResourceKey, path: &FieldPath) -> Option<bool> {
        match self {
            Self::Compared(places) => places.get(&(key.clone(), path.clone())).copied(),
            Self::Unasked | Self::Unknown(_) => None,
        }
    }

    /// Why they were not compared, where somebody wanted to.
    pub fn not_compared(&self) -> Option<NotCompared> {
        match self {
            Self::Unknown(why) => Some(*why),
            Self::Unasked | Self::Compared(_) => None,
        }
    }
}
