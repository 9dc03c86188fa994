use crate::edit::yaml::{Data, Node};
use crate::model::Severity;
use crate::project::fields::{Fields, expect};
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::project::suggest::did_you_mean;

use super::found::Found;
use super::resource;
use crate::schema::{Kind, ModelFiles, Schema};

/// What files hold and this version does not apply: its `type`, and the list of a bundle.
const NOT_APPLIED: (&str, &str) = ("watcher", "watchers");

/// What a model file may declare.
#[derive(Clone, Copy)]
enum Declared {
    Type(Kind, &'static ModelFiles),
    NotApplied,
}

impl Declared {
    /// All of it, in the order of plans.
    fn all(schema: &Schema) -> Vec<Self> {
        let types = schema.kinds().filter_map(|kind| Some(Self::Type(kind, kind.model_files?)));
        types.chain([Self::NotApplied]).collect()
    }

    fn types(self) -> &'static [&'static str] {
        match self {
            Self::Type(_, files) => files.types,
            Self::NotApplied => &[NOT_APPLIED.0],
        }
    }

    fn list(self) -> &'static str {
        match self {
            Self::Type(_, files) => files.list,
            Self::NotApplied => NOT_APPLIED.1,
        }
    }

    fn read(self, schema: &Schema, node: &Node, found: &mut Found, report: &mut Report) {
        match self {
            Self::Type(kind, files) => resource::read(schema, (kind, files), node, found, report),
            Self::NotApplied => found.watchers += 1,
        }
    }
}

/// Reads one document of a model file: one type, or a bundle of many.
pub(super) fn read(schema: &Schema, node: &Node, found: &mut Found, report: &mut Report) {
    let all = Declared::all(schema);
    if node.is_null() {
        return;
    }
    if expect(node, "a model file", "a mapping", report, Node::map).is_none() {
        return;
    }
    let is_bundle = all.iter().any(|declared| node.get(declared.list()).is_some());
    match node.get("type").filter(|word| !word.is_null()) {
        Some(word) => {
            check_version(node, false, report);
            let Some(text) = expect(word, "`type`", "text", report, Node::text) else { return };
            match all.iter().find(|declared| declared.types().contains(&text)) {
                Some(declared) => declared.read(schema, node, found, report),
                None => unknown_type(&all, word, text, report),
            }
        }
        None if is_bundle || is_version_2(node) => bundle(schema, &all, node, found, report),
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
    let is_declared = |declared: &Declared| {
        word.is_some_and(|word| declared.types().contains(&word)) || node.get(declared.list()).is_some()
    };
    Declared::all(schema).iter().any(is_declared)
}

fn unknown_type(all: &[Declared], node: &Node, text: &str, report: &mut Report) {
    let hint = did_you_mean(text, all.iter().flat_map(|declared| declared.types()).copied());
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

fn bundle(schema: &Schema, all: &[Declared], node: &Node, found: &mut Found, report: &mut Report) {
    check_version(node, true, report);
    let Some(mut fields) = Fields::of(node, "a bundle of models", report) else { return };
    fields.node("version", report);
    fields.node("type", report);
    for declared in all {
        let list = declared.list();
        for element in fields.list(list, report).unwrap_or_default() {
            if element.is_null() {
                report.error(
                    element.spot(),
                    "wrong-type",
                    format!("an element of `{list}` must be a mapping, not empty"),
                );
            } else if has_same_type(element, *declared, report) {
                declared.read(schema, element, found, report);
            }
        }
    }
    fields.finish(Severity::Warning, "a bundle of models", report);
}

/// Elements of a bundle have no `type`; one that says what its list says does no harm.
fn has_same_type(element: &Node, declared: Declared, report: &mut Report) -> bool {
    let Some(node) = element.get("type") else { return true };
    let says = |text: &str| declared.types().contains(&text) || declared.list() == text;
    let same = node.is_null() || node.text().is_some_and(says);
    if !same {
        report.error(node.spot(), "wrong-list", "this `type` is not allowed in this list of the bundle");
    }
    same
}
