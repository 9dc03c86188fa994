//! The fields of an agent's table that are one value each: which ones there are, and of what form, is said by the kinds.

use std::collections::BTreeMap;

use super::spanned::{Entry, Spanned};

/// The plain fields of an agent's table, by where the file has them: `tools.allowed`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlainFields(BTreeMap<&'static str, Plain>);

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plain {
    Text(Spanned<String>),
    Flag(Spanned<bool>),
    List(Spanned<Vec<Spanned<String>>>),
    Texts(Vec<Entry<String>>),
}

impl PlainFields {
    pub(super) fn add(&mut self, place: &'static str, plain: Plain) {
        self.0.insert(place, plain);
    }

    /// Takes over what others have below a key of the agent's table: `network`, `network.allowed`.
    pub(super) fn take(&mut self, root: &str, others: &Self) {
        let is_below =
            |place: &str| place.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let below = others.0.iter().filter(|(place, _)| is_below(place));
        self.0.extend(below.map(|(place, plain)| (*place, plain.clone())));
    }

    /// The text at a place.
    pub fn text(&self, place: &str) -> Option<&Spanned<String>> {
        match self.0.get(place)? {
            Plain::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean at a place.
    pub fn flag(&self, place: &str) -> Option<bool> {
        match self.0.get(place)? {
            Plain::Flag(flag) => Some(flag.value),
            _ => None,
        }
    }

    /// The list of texts at a place.
    pub fn list(&self, place: &str) -> Option<&Spanned<Vec<Spanned<String>>>> {
        match self.0.get(place)? {
            Plain::List(list) => Some(list),
            _ => None,
        }
    }

    /// The texts by name at a place, such as `network.judges.<name>`.
    pub fn texts(&self, place: &str) -> &[Entry<String>] {
        match self.0.get(place) {
            Some(Plain::Texts(texts)) => texts,
            _ => &[],
        }
    }
}
