use std::fmt;

use crate::edit::NodePath;

/// Why a TOML file could not be patched; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TomlPatchError {
    /// TOML has no null.
    Null(NodePath),
    /// The whole file can't be set, removed or used as a list.
    Root,
    /// A place leads through something that is not a table.
    NotATable(NodePath),
    /// A place that is to be a list is something else.
    NotAList(NodePath),
    /// A place leads by position into a list that another change of the call sets, or reorders it.
    SetTwice(NodePath),
    /// A list has no element at a position.
    NoSuchElement(NodePath),
    /// An order names a position twice or one that is not there.
    Order(NodePath),
    /// The file writes a place in a form that is not patched.
    Form(NodePath),
    /// The patched text would not have said what was asked for.
    Mismatch(NodePath),
}

impl fmt::Display for TomlPatchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null(place) => write!(formatter, "{place}: TOML has no null"),
            Self::Root => formatter.write_str("the whole file can't be replaced"),
            Self::NotATable(place) => write!(formatter, "{place} is not a table"),
            Self::NotAList(place) => write!(formatter, "{place} is not a list"),
            Self::SetTwice(place) => write!(formatter, "{place} is changed within a list that is set as a whole"),
            Self::NoSuchElement(place) => write!(formatter, "{place} is not in the file"),
            Self::Order(place) => write!(formatter, "the new order of {place} does not fit its elements"),
            Self::Form(place) => write!(formatter, "{place} is written in a way that has to be changed by hand"),
            Self::Mismatch(place) if place.segments().is_empty() => {
                formatter.write_str("the file can't be changed without changing something else in it")
            }
            Self::Mismatch(place) => write!(formatter, "{place} can't be changed without changing something else"),
        }
    }
}

impl std::error::Error for TomlPatchError {}
