//! What differs between two projects, such as one project in two of its targets.

use std::collections::BTreeSet;

use crate::model::{FieldPath, Position};
use crate::schema::ResourceKey;

use super::{Shown, ShownField};

/// A resource that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub key: ResourceKey,
    /// Where the files declare it: the first side where both do.
    pub declared_at: Option<Position>,
    /// The side that has it, where only one does.
    pub only_in: Option<OnlyIn>,
    /// The entries that differ, in the order of the kind's fields; none where only one side has the resource.
    pub fields: Vec<FieldDifference>,
}

/// One of two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnlyIn {
    First,
    Second,
}

/// An entry that is not the same on both sides; a side that says nothing of it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDifference {
    pub path: FieldPath,
    pub first: Option<ShownField>,
    pub second: Option<ShownField>,
}

/// What differs, in the order of plans. Where an entry is from does not count.
pub fn differences(first: &[Shown], second: &[Shown]) -> Vec<Difference> {
    let find = |side: &'_ [Shown], key: &ResourceKey| side.iter().position(|shown| shown.key == *key);
    let mut found: Vec<Difference> = Vec::new();
    for shown in first {
        match find(second, &shown.key).and_then(|position| second.get(position)) {
            Some(other) => found.extend(of_resource(shown, other)),
            None => found.push(only(shown, OnlyIn::First)),
        }
    }
    found.extend(
        second.iter().filter(|shown| find(first, &shown.key).is_none()).map(|shown| only(shown, OnlyIn::Second)),
    );
    found.sort_by_key(|difference| difference.key.kind);
    found
}

fn only(shown: &Shown, side: OnlyIn) -> Difference {
    let Shown { key, declared_at, .. } = shown.clone();
    Difference { key, declared_at, only_in: Some(side), fields: Vec::new() }
}

fn of_resource(first: &Shown, second: &Shown) -> Option<Difference> {
    let find = |shown: &Shown, path: &FieldPath| shown.fields.iter().find(|field| field.path == *path).cloned();
    let mut seen = BTreeSet::new();
    let paths = first.fields.iter().chain(&second.fields).map(|field| &field.path);
    // What is empty on one side and filled on the other differs by what is in it.
    let is_filled = |shown: &Shown, path: &FieldPath| {
        shown.fields.iter().any(|field| field.path != *path && field.path.steps().starts_with(path.steps()))
    };
    let differs = |path: &FieldPath| {
        if is_filled(first, path) || is_filled(second, path) {
            return None;
        }
        let (first, second) = (find(first, path), find(second, path));
        let said = |field: &Option<ShownField>| field.as_ref().map(|field| field.said.clone());
        (said(&first) != said(&second)).then(|| FieldDifference { path: path.clone(), first, second })
    };
    let mut fields: Vec<FieldDifference> = paths.filter(|path| seen.insert(*path)).filter_map(differs).collect();
    let Shown { key, declared_at, .. } = first;
    fields.sort_by_key(|field| key.kind.fields.iter().position(|other| other.name == field.path.root()));
    (!fields.is_empty()).then(|| Difference {
        key: key.clone(),
        declared_at: declared_at.clone(),
        only_in: None,
        fields,
    })
}
