use crate::edit::yaml::{Data, Node};
use crate::model::Severity;
use crate::project::fields::{Fields, expect};
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::project::suggest::did_you_mean;

use super::found::Found;
use super::{entity, relationship};

/// What a file in the one-file form declares.
const TYPES: [&str; 5] = ["entity", "entity_type", "relationship", "relationship_type", "watcher"];
/// The lists of a bundle.
const LISTS: [&str; 3] = ["entities", "relationships", "watchers"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Entity,
    Relationship,
    Watcher,
}

impl Form {
    fn of(word: &str) -> Option<Self> {
        match word {
            "entity" | "entity_type" | "entities" => Some(Self::Entity),
            "relationship" | "relationship_type" | "relationships" => Some(Self::Relationship),
            "watcher" | "watchers" => Some(Self::Watcher),
            _ => None,
        }
    }

    fn read(self, node: &Node, found: &mut Found, report: &mut Report) {
        match self {
            Self::Entity => entity::read(node, found, report),
            Self::Relationship => relationship::read(node, found, report),
            Self::Watcher => found.watchers += 1,
        }
    }
}

/// Reads one document of a model file: one type, or a bundle of many.
pub(super) fn read(node: &Node, found: &mut Found, report: &mut Report) {
    if node.is_null() {
        return;
    }
    if expect(node, "a model file", "a mapping", report, Node::map).is_none() {
        return;
    }
    let is_bundle = LISTS.iter().any(|list| node.get(list).is_some());
    match node.get("type").filter(|word| !word.is_null()) {
        Some(word) => {
            check_version(node, false, report);
            let Some(text) = expect(word, "`type`", "text", report, Node::text) else { return };
            match Form::of(text).filter(|_| TYPES.contains(&text)) {
                Some(form) => form.read(node, found, report),
                None => unknown_type(word, text, report),
            }
        }
        None if is_bundle || is_version_2(node) => bundle(node, found, report),
        None => {
            let hint = "a model file says `type: entity` or `type: relationship`, or is a bundle with `version: 2`";
            let message = "this model has no `type`";
            report.add(Severity::Error, node.spot(), "model-without-type", message, Some(hint.to_owned()));
        }
    }
}

fn unknown_type(node: &Node, text: &str, report: &mut Report) {
    let hint = did_you_mean(text, TYPES);
    report.add(Severity::Error, node.spot(), "unknown-type", format!("the type {} is unknown", quoted(text)), hint);
}

fn version(node: &Node) -> Option<i64> {
    match node.get("version")?.data {
        Data::Number(number) => number.as_i64(),
        _ => None,
    }
}

fn is_version_2(node: &Node) -> bool {
    version(node) == Some(2)
}

/// A version that is not ours may mean something else by the same words.
fn check_version(node: &Node, is_bundle: bool, report: &mut Report) {
    let Some(found) = node.get("version").filter(|version| !version.is_null()) else {
        if is_bundle {
            report.error(node.spot(), "unknown-version", "a bundle of models needs `version: 2`");
        }
        return;
    };
    match version(node) {
        Some(2) => {}
        Some(0 | 1) if !is_bundle => {}
        _ if is_bundle => report.error(found.spot(), "unknown-version", "the `version` of a bundle must be 2"),
        _ => report.error(found.spot(), "unknown-version", "the `version` of a model file must be 1 or 2"),
    }
}

fn bundle(node: &Node, found: &mut Found, report: &mut Report) {
    check_version(node, true, report);
    let Some(mut fields) = Fields::of(node, "a bundle of models", report) else { return };
    fields.node("version", report);
    fields.node("type", report);
    for list in LISTS {
        let Some(form) = Form::of(list) else { continue };
        for element in fields.list(list, report).unwrap_or_default() {
            if element.is_null() {
                report.error(
                    element.spot(),
                    "wrong-type",
                    format!("an element of `{list}` must be a mapping, not nothing"),
                );
            } else if has_same_type(element, form, report) {
                form.read(element, found, report);
            }
        }
    }
    fields.finish(Severity::Warning, "a bundle of models", report);
}

/// Elements of a bundle have no `type`; one that says what its list says does no harm.
fn has_same_type(element: &Node, form: Form, report: &mut Report) -> bool {
    let Some(node) = element.get("type") else { return true };
    let same = node.is_null() || node.text().and_then(Form::of) == Some(form);
    if !same {
        report.error(node.spot(), "wrong-list", "this `type` does not belong into this list of the bundle");
    }
    same
}
