use std::fmt;

use super::NodePath;

/// Why a text could not be edited; nothing was changed. It never quotes the text, which may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchError {
    /// What is not done.
    pub refusal: Refusal,
    /// Where.
    pub location: Location,
}

/// Where something can't be done: by path in TOML, by line in YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The path that a change named.
    Path(NodePath),
    /// The line, from 1.
    Line(u32),
    /// In the text as a whole.
    Text,
}

/// What is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// TOML has no null.
    Null,
    /// The root can't be replaced or removed.
    Root,
    /// The stream has fewer documents than this one, from 0, demands.
    NoDocument(usize),
    /// A key was to be set in something else than a table.
    NotATable,
    /// A list was wanted where something else is.
    NotAList,
    /// The list has no element at this position, from 0; or there is no list.
    NoElement(usize),
    /// The element is removed by another change.
    ElementRemoved,
    /// A change contradicts another one, or names a position in a list that another one sets.
    Contradiction,
    /// An order names a position twice, or one that is not there.
    Order,
    /// A change would reach into what is repeated elsewhere, or has a type of its own: an anchor, an alias, a tag.
    Reference,
    /// A change would reach into a mapping whose keys do not say clearly what it holds.
    UnclearKeys,
    /// The value is written in a way that is read, but not edited.
    Form,
    /// The edited text would not have said what was asked for, and nothing else.
    NotVerified,
}

impl fmt::Display for PatchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Location::Path(path) => at_path(&self.refusal, path, formatter),
            Location::Line(line) => at_line(&self.refusal, *line, formatter),
            Location::Text => in_text(&self.refusal, formatter),
        }
    }
}

fn at_path(refusal: &Refusal, path: &NodePath, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    match refusal {
        Refusal::Null => write!(formatter, "{path}: TOML has no null"),
        Refusal::NotATable => write!(formatter, "{path} is not a table"),
        Refusal::NotAList => write!(formatter, "{path} is not a list"),
        Refusal::NoElement(_) | Refusal::ElementRemoved => write!(formatter, "{path} is not in the file"),
        Refusal::Contradiction => write!(formatter, "{path} is changed within a list that is set as a whole"),
        Refusal::Order => write!(formatter, "the new order of {path} does not fit its elements"),
        Refusal::NotVerified if path.segments().is_empty() => {
            formatter.write_str("the file cannot be changed without changing something else in it")
        }
        Refusal::NotVerified => write!(formatter, "{path} cannot be changed without changing something else"),
        Refusal::Form | Refusal::Reference | Refusal::UnclearKeys => {
            write!(formatter, "{path} is written in a form that cannot be edited automatically")
        }
        Refusal::Root | Refusal::NoDocument(_) => in_text(refusal, formatter),
    }
}

fn at_line(refusal: &Refusal, line: u32, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    match refusal {
        Refusal::NotATable => write!(formatter, "the value on line {line} is not a mapping"),
        Refusal::NotAList => write!(formatter, "the value on line {line} is not a list"),
        Refusal::NoElement(position) => {
            write!(formatter, "the list on line {line} has no element {}", position.saturating_add(1))
        }
        Refusal::Reference => write!(formatter, "line {line} uses an anchor, an alias or a tag"),
        Refusal::UnclearKeys => {
            write!(formatter, "the mapping on line {line} has a key twice, a merge key, or a key that is not text")
        }
        Refusal::Form => write!(formatter, "line {line} is written in a form that cannot be edited automatically"),
        _ => in_text(refusal, formatter),
    }
}

fn in_text(refusal: &Refusal, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    match refusal {
        Refusal::Root => formatter.write_str("the whole file can't be replaced"),
        Refusal::NoDocument(document) => {
            write!(formatter, "the file has no YAML document {}", document.saturating_add(1))
        }
        Refusal::NoElement(position) => {
            write!(formatter, "there is no list that has the element {}", position.saturating_add(1))
        }
        Refusal::NotVerified | Refusal::Form | Refusal::Reference | Refusal::UnclearKeys | Refusal::Order => {
            formatter.write_str("the file is written in a form that cannot be edited automatically")
        }
        Refusal::Null | Refusal::NotATable | Refusal::NotAList | Refusal::ElementRemoved | Refusal::Contradiction => {
            formatter.write_str("the changes contradict each other")
        }
    }
}

impl std::error::Error for PatchError {}
