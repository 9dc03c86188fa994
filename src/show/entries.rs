//! What is declared of a resource, entry by entry.

use std::collections::BTreeMap;

use crate::model::FieldPath;
use crate::schema::{Declaration, Declarations, Field, Kind, Shape};

use super::Said;

/// Something that is said of a resource: a leaf, or an entry with nothing in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: FieldPath,
    pub(super) said: Said,
    /// Whether no file says it.
    pub(super) is_default: bool,
}

/// Everything that is declared, and what the server sets where nothing is.
pub(super) fn entries(kind: Kind, declared: &Declarations) -> Vec<Entry> {
    let mut walk = Walk { entries: Vec::new() };
    for field in kind.table().fields {
        walk.field(&FieldPath::member(field.name), Some(field), declared.get(field));
    }
    walk.entries
}

/// A walk that collects entries from the outside in.
struct Walk {
    entries: Vec<Entry>,
}

impl Walk {
    /// A field that the schema knows, or a member that it does not.
    fn field(&mut self, path: &FieldPath, field: Option<&'static Field>, declared: Option<&Declaration>) {
        let shape = field.map(|field| field.shape);
        match (declared, shape) {
            (None, Some(Shape::Table(members))) => self.members(path, members, None),
            (None, _) => {
                let value = field.and_then(Field::default_value);
                self.entries.extend(value.map(|value| Entry {
                    path: path.clone(),
                    said: Said::Value(value),
                    is_default: true,
                }));
            }
            (Some(Declaration::Clear), _) => self.push(path, Said::Cleared),
            (Some(Declaration::Leaf(value)), _) => self.push(path, Said::Value(value.clone())),
            (Some(Declaration::Table(found)), shape) => {
                if found.is_empty() {
                    self.push(path, Said::Entry);
                }
                match shape {
                    Some(Shape::Table(members)) => self.members(path, members, Some(found)),
                    Some(Shape::Map(entries)) => self.names(path, Some(&entries.entry), found),
                    _ => self.names(path, None, found),
                }
            }
            (Some(Declaration::Keyed(found)), shape) => {
                if found.is_empty() {
                    self.push(path, Said::Entry);
                }
                for (key, entry) in found {
                    self.entry(&path.join(key.step()), shape, entry);
                }
            }
        }
    }

    /// An entry of a list whose entries have a key.
    fn entry(&mut self, path: &FieldPath, list: Option<Shape>, declared: &Declaration) {
        match (declared, list) {
            (Declaration::Table(found), Some(Shape::Keyed(keyed))) => {
                if found.is_empty() {
                    self.push(path, Said::Entry);
                }
                self.members(path, keyed.entry, Some(found));
            }
            (declared, _) => self.field(path, None, Some(declared)),
        }
    }

    /// The members of an object, in the order of the schema, then those that it does not know.
    fn members(&mut self, path: &FieldPath, members: &'static [Field], found: Option<&BTreeMap<String, Declaration>>) {
        for member in members {
            let declared = found.and_then(|found| found.get(member.name));
            self.field(&path.join(member.name), Some(member), declared);
        }
        let is_known = |name: &str| members.iter().any(|member| member.name == name);
        for (name, declared) in found.into_iter().flatten().filter(|(name, _)| !is_known(name)) {
            self.field(&path.join(name), None, Some(declared));
        }
    }

    fn names(&mut self, path: &FieldPath, entry: Option<&'static Field>, found: &BTreeMap<String, Declaration>) {
        for (name, declared) in found {
            self.field(&path.join(name), entry, Some(declared));
        }
    }

    fn push(&mut self, path: &FieldPath, said: Said) {
        self.entries.push(Entry { path: path.clone(), said, is_default: false });
    }
}
