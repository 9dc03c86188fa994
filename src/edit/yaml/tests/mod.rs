mod flow;
mod lists;
mod mappings;
mod places;
mod properties;
mod random;
mod read;
mod refused;
mod rendered;
mod scalars;

use super::*;
use crate::edit::{Action, Change, Content, Location, NodePath, Refusal, Segment, apply_edits};
use crate::model::Number;

/// `a.b[1].c`, and nothing for the root.
fn at(path: &str) -> NodePath {
    let segments = path.split(['.', '[']).filter(|segment| !segment.is_empty());
    segments.fold(NodePath::root(), |path, segment| match segment.strip_suffix(']') {
        Some(element) => path.element(element.parse().unwrap()),
        None => path.key(segment),
    })
}

fn parse(text: &str) -> Option<Yaml> {
    Yaml::parse(text, &YamlLimits::DEFAULT)
}

fn set(path: &str, value: impl Into<Content>) -> Change {
    Change::set(at(path), value.into())
}

fn remove(path: &str) -> Change {
    Change::remove(at(path))
}

fn append(path: &str, value: impl Into<Content>) -> Change {
    Change::append(at(path), value.into())
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

#[track_caller]
fn patched(before: &str, changes: &[Change]) -> String {
    let yaml = parse(before).unwrap_or_else(|| panic!("not YAML: {before}"));
    let edits = yaml.edits(changes).unwrap_or_else(|error| panic!("{error}: {before}\n{changes:?}"));
    let after = apply_edits(before, &edits);
    let sets_only = |change: &Change| match change.action {
        Action::Set(_) | Action::Remove => {
            change.path.segments().iter().all(|segment| matches!(segment, Segment::Key(_)))
        }
        _ => false,
    };
    if changes.iter().all(sets_only) {
        let again = parse(&after).unwrap().edits(changes);
        assert_eq!(again, Ok(Vec::new()), "a second time:\n{after}");
    }
    after
}

/// Why changes are not possible, and the line that is named.
#[track_caller]
fn refused(before: &str, changes: &[Change]) -> (Refusal, Option<u32>) {
    let error = parse(before).unwrap().edits(changes).unwrap_err();
    match error.location {
        Location::Line(line) => (error.refusal, Some(line)),
        Location::Text => (error.refusal, None),
        Location::Path(path) => panic!("{path}: a place in YAML is told by its line"),
    }
}

#[track_caller]
fn check(before: &str, changes: &[Change], after: &str) {
    assert_eq!(patched(before, changes), after, "before:\n{before}\n{changes:?}");
}
