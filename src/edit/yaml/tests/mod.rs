mod flow;
mod lists;
mod mappings;
mod places;
mod properties;
mod random;
mod refused;
mod rendered;
mod scalars;

use super::*;
use crate::edit::apply_edits;
use crate::edit::{Content, NodePath, Segment};
use crate::model::Number;

/// A place of the first document: `a.b[1].c`, and nothing for its root.
fn at(path: &str) -> YamlPlace {
    in_document(0, path)
}

fn in_document(document: usize, path: &str) -> YamlPlace {
    let mut place = NodePath::root();
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        place = match step.strip_suffix(']') {
            Some(element) => place.element(element.parse().unwrap()),
            None => place.key(step),
        };
    }
    YamlPlace { document, place }
}

fn set(path: &str, value: impl Into<Content>) -> YamlChange {
    YamlChange::Set { at: at(path), value: value.into() }
}

fn remove(path: &str) -> YamlChange {
    YamlChange::Remove { at: at(path) }
}

fn append(path: &str, value: impl Into<Content>) -> YamlChange {
    YamlChange::Append { list: at(path), value: value.into() }
}

fn table<const N: usize>(members: [(&str, Content); N]) -> Content {
    Content::Table(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn list<const N: usize>(elements: [Content; N]) -> Content {
    Content::List(elements.into_iter().collect())
}

fn text(text: &str) -> Content {
    Content::text(text)
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<i64> for Content {
    fn from(number: i64) -> Self {
        Self::Number(Number::from_i64(number).unwrap())
    }
}

impl From<f64> for Content {
    fn from(number: f64) -> Self {
        Self::Number(Number::from_f64(number).unwrap())
    }
}

fn patched(before: &str, changes: &[YamlChange]) -> String {
    let yaml = Yaml::parse(before).unwrap_or_else(|| panic!("not YAML: {before}"));
    let edits = yaml.edits(changes).unwrap_or_else(|error| panic!("{error}: {before}\n{changes:?}"));
    let after = apply_edits(before, &edits);
    let sets_only = |change: &YamlChange| match change {
        YamlChange::Set { at, .. } | YamlChange::Remove { at } => {
            at.place.segments().iter().all(|step| matches!(step, Segment::Key(_)))
        }
        YamlChange::Append { .. } => false,
    };
    if changes.iter().all(sets_only) {
        let again = Yaml::parse(&after).unwrap().edits(changes);
        assert_eq!(again, Ok(Vec::new()), "a second time:\n{after}");
    }
    after
}

fn refused(before: &str, changes: &[YamlChange]) -> YamlPatchError {
    Yaml::parse(before).unwrap().edits(changes).unwrap_err()
}

#[track_caller]
fn check(before: &str, changes: &[YamlChange], after: &str) {
    assert_eq!(patched(before, changes), after, "before:\n{before}\n{changes:?}");
}
