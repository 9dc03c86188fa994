use crate::edit::yaml::{Data, Node};
use crate::model::Severity;
use crate::project::fields::{Fields, expect};
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::project::suggest::did_you_mean;

use super::found::Found;
use super::resource;
use super::source::Source;
use crate::schema::{Kind, ModelFiles, Schema};

/// What a model file may declare.
type Declared = (Kind, &'static ModelFiles);

/// All of it, in the order of plans.
fn declared(schema: &Schema) -> Vec<Declared> {
    schema.kinds().filter_map(|kind| Some((kind, kind.model_files?))).collect()
}

/// Reads one document of a model file: one type, or a bundle of many.
pub(super) fn read(source: Source<'_>, node: &Node, found: &mut Found, report: &mut Report) {
    let all = declared(source.schema);
    if node.is_null() {
        return;
    }
    if expect(node, "a model file", "a mapping", report, Node::map).is_none() {
        return;
    }
    let is_bundle = all.iter().any(|(_, files)| node.get(files.list).is_some());
    match node.get("type").filter(|word| !word.is_null()) {
        Some(word) => {
            check_version(node, false, report);
            let Some(text) = expect(word, "`type`", "text", report, Node::text) else { return };
            match all.iter().find(|(_, files)| files.types.contains(&text)) {
                Some(declared) => resource::read(source, *declared, node, found, report),
                None => unknown_type(&all, word, text, report),
            }
        }
        None if is_bundle || is_version_2(node) => bundle(source, &all, node, found, report),
        None => {
            let hint = "add `type: entity` or `type: relationship`, or `version: 2` for a bundle";
            let message = "missing `type`";
            report.add(Severity::Error, node.spot(), "model-without-type", message, Some(hint.to_owned()));
        }
    }
}

/// Whether a document says that it is a model: by its `type`, or by a list of a bundle.
pub(super) fn is_model(schema: &Schema, node: &Node) -> bool {
    let word = node.get("type").and_then(Node::text);
    let is_declared =
        |(_, files): &Declared| word.is_some_and(|word| files.types.contains(&word)) || node.get(files.list).is_some();
    declared(schema).iter().any(is_declared)
}

fn unknown_type(all: &[Declared], node: &Node, text: &str, report: &mut Report) {
    let hint = did_you_mean(text, all.iter().flat_map(|(_, files)| files.types).copied());
    report.add(Severity::Error, node.spot(), "unknown-type", format!("unknown type {}", quoted(text)), hint);
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

fn bundle(source: Source<'_>, all: &[Declared], node: &Node, found: &mut Found, report: &mut Report) {
    check_version(node, true, report);
    let Some(mut fields) = Fields::of(node, "a bundle of models", report) else { return };
    fields.node("version", report);
    fields.node("type", report);
    for declared in all {
        let list = declared.1.list;
        for element in fields.list(list, report).unwrap_or_default() {
            if element.is_null() {
                report.error(
                    element.spot(),
                    "wrong-type",
                    format!("an element of `{list}` must be a mapping, not empty"),
                );
            } else if has_same_type(element, *declared, report) {
                resource::read(source, *declared, element, found, report);
            }
        }
    }
    fields.finish(Severity::Warning, "a bundle of models", report);
}

/// Elements of a bundle have no `type`; one that says what its list says does no harm.
fn has_same_type(element: &Node, (_, files): Declared, report: &mut Report) -> bool {
    let Some(node) = element.get("type") else { return true };
    let says = |text: &str| files.types.contains(&text) || files.list == text;
    let same = node.is_null() || node.text().is_some_and(says);
    if !same {
        report.error(node.spot(), "wrong-list", "this `type` is not allowed in this list of the bundle");
    }
    same
}
