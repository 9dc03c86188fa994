use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use super::Content;
use crate::model::Number;

/// A format of documents: what its trees hold besides values.
pub trait Format: Copy + fmt::Debug + PartialEq {
    /// How a value is written.
    type Written: Clone + fmt::Debug + PartialEq;
    /// How a member is written, besides its key and its value.
    type Member: Clone + fmt::Debug + PartialEq;
}

/// A value of a document, with where and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<F: Format> {
    /// Where it is written, in bytes; for a TOML table that is not one value, its own header.
    pub span: Range<usize>,
    /// What it is.
    pub data: Data<F>,
    /// How it is written.
    pub written: F::Written,
}

/// What a value is. In YAML, `yes` is a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Data<F: Format> {
    /// YAML's null, also where nothing is written.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number that JSON and the server can hold.
    Number(Number),
    Text(String),
    /// What no content can be, such as a date or `.nan`: it is only ever kept, replaced or removed as a whole.
    Other(String),
    List(Vec<Node<F>>),
    /// A mapping or table.
    Map(Map<F>),
}

/// The members of a mapping, in the order in which they are written.
#[derive(Debug, Clone, PartialEq)]
pub struct Map<F: Format> {
    entries: Vec<Entry<F>>,
    positions: BTreeMap<String, usize>,
    is_unclear: bool,
}

/// A member of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<F: Format> {
    /// Its key, a text in every mapping that is clear.
    pub key: Node<F>,
    pub value: Node<F>,
    /// How it is written.
    pub written: F::Member,
}

impl<F: Format> Node<F> {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn list(&self) -> Option<&[Self]> {
        match &self.data {
            Data::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, if it is a mapping.
    pub fn map(&self) -> Option<&[Entry<F>]> {
        match &self.data {
            Data::Map(map) => Some(&map.entries),
            _ => None,
        }
    }

    /// The member of a mapping with that key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.data {
            Data::Map(map) => map.get(key),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// What it is, in a person's words.
    pub fn kind(&self) -> &'static str {
        match self.data {
            Data::Null | Data::Other(_) => "nothing",
            Data::Bool(_) => "true or false",
            Data::Number(_) => "a number",
            Data::Text(_) => "text",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }

    /// The nodes directly in it: elements, or keys and values in turn.
    pub(super) fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match &self.data {
            Data::List(elements) => Box::new(elements.iter()),
            Data::Map(map) => Box::new(map.entries.iter().flat_map(|entry| [&entry.key, &entry.value])),
            _ => Box::new(std::iter::empty()),
        }
    }
}

impl<F: Format> Entry<F> {
    /// The key as a text, empty if it is something else.
    pub fn name(&self) -> &str {
        self.key.text().unwrap_or_default()
    }
}

impl<F: Format> Map<F> {
    /// Adds a member. Of those with the same key the first one is found by it.
    pub(super) fn push(&mut self, entry: Entry<F>) {
        if let Some(name) = entry.key.text() {
            self.positions.entry(name.to_owned()).or_insert(self.entries.len());
        }
        self.entries.push(entry);
    }

    /// Says that a key stands twice, merges another mapping, or is not a text.
    pub(super) fn set_unclear(&mut self) {
        self.is_unclear = true;
    }

    /// The members, in order.
    pub fn entries(&self) -> &[Entry<F>] {
        &self.entries
    }

    /// The position of the member with a key.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.positions.get(key).copied()
    }

    /// The members in the order of their keys.
    pub(super) fn by_name(&self) -> impl Iterator<Item = &Entry<F>> {
        self.positions.values().filter_map(|position| self.entries.get(*position))
    }

    /// Whether a key stands twice, merges another mapping, or is not a text.
    pub(super) fn is_unclear(&self) -> bool {
        self.is_unclear
    }

    /// The member with a key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry<F>> {
        self.entries.get(self.position(key)?)
    }

    /// The value at a key.
    pub fn get(&self, key: &str) -> Option<&Node<F>> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value at a key, for who builds the tree.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Node<F>> {
        let position = self.position(key)?;
        self.entries.get_mut(position).map(|entry| &mut entry.value)
    }

    pub(super) fn entries_mut(&mut self) -> &mut [Entry<F>] {
        &mut self.entries
    }
}

impl<F: Format> FromIterator<Entry<F>> for Map<F> {
    fn from_iter<I: IntoIterator<Item = Entry<F>>>(entries: I) -> Self {
        let mut map = Self::default();
        entries.into_iter().for_each(|entry| map.push(entry));
        map
    }
}

impl<F: Format> Default for Map<F> {
    fn default() -> Self {
        Self { entries: Vec::new(), positions: BTreeMap::new(), is_unclear: false }
    }
}

#[cfg(test)]
thread_local! {
    /// How many values this thread has compared with contents, for tests that count work.
    pub(super) static COMPARISONS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A content is equal to a node that says the same.
impl<F: Format> PartialEq<Node<F>> for Content {
    fn eq(&self, node: &Node<F>) -> bool {
        #[cfg(test)]
        COMPARISONS.set(COMPARISONS.get() + 1);
        match (self, &node.data) {
            (Self::Null, Data::Null) => true,
            (Self::Bool(one), Data::Bool(other)) => one == other,
            (Self::Number(one), Data::Number(other)) => one == other,
            (Self::Text(one), Data::Text(other)) => one == other,
            (Self::List(items), Data::List(elements)) => {
                items.len() == elements.len() && items.iter().zip(elements).all(|(item, element)| item == element)
            }
            (Self::Table(members), Data::Map(map)) => {
                let is_same = |(key, content): &(String, Self)| map.get(key).is_some_and(|node| content == node);
                !map.is_unclear && members.len() == map.entries.len() && members.iter().all(is_same)
            }
            _ => false,
        }
    }
}
