//! Model files, patched by slug (L4).

use crate::edit::yaml::{self, Data, Document, Node, Yaml};
use crate::edit::{Change, apply_edits};
use crate::model::{Rule, TypeSlug};
use crate::project::limits::YamlLimits;

use super::memory::rule_content;
use super::node_content::content;
use super::row::{ModelChange, SlugPlace};
use super::{Content, Place, Step};

/// The keys that old files write in place of `metadata_schema` (F5).
const OLD_SCHEMA: [&str; 2] = ["properties", "required"];

/// The file with its types changed; none where nothing is left of it.
pub(super) fn patched(
    text: &str,
    changes: &[(&SlugPlace, &ModelChange)],
    limits: &YamlLimits,
) -> Result<Option<String>, String> {
    let patcher = Yaml::parse(text, limits).ok_or_else(|| "it is no YAML".to_owned())?;
    let stream = yaml::read(text, limits);
    let (mut edits, mut whole) = (Vec::new(), Vec::new());
    for (place, change) in changes {
        let at = patcher.mapping_at(place.line, place.column);
        let (document, at) = at.ok_or_else(|| format!("the type on line {} is not found", place.line))?;
        let node = stream.documents.get(document).and_then(|document| node_at(document, &at));
        if matches!(change, ModelChange::Remove) && at == Place::root() {
            let edit = patcher.without_document(document);
            whole.push(edit.ok_or_else(|| format!("the type on line {} can't be told from the others", place.line))?);
        } else {
            edits.extend(edits_of(&at, node, change).into_iter().map(|change| change.in_document(document)));
        }
    }
    if !whole.is_empty() && whole.len() == stream.documents.len() {
        return Ok(None);
    }
    let mut edits = patcher.edits(&edits).map_err(|error| error.to_string())?;
    edits.extend(whole);
    Ok(Some(apply_edits(text, &edits)))
}

fn node_at<'node>(document: &'node Document, place: &Place) -> Option<&'node Node> {
    place.segments().iter().try_fold(&document.root, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Element(position) => node.list()?.get(*position),
    })
}

fn edits_of(at: &Place, node: Option<&Node>, change: &ModelChange) -> Vec<Change> {
    let key = |key: &str| at.key(key);
    match change {
        ModelChange::Set(name, value) => vec![Change::set(key(name), value.clone())],
        ModelChange::Unset(name) => vec![Change::remove(key(name))],
        ModelChange::Rules(rules) => vec![Change::set(key("rules"), rule_list(rules, node))],
        ModelChange::Remove => vec![Change::remove(at.clone())],
        ModelChange::Schema(schema) => schema_edits(&key, node, schema),
    }
}

/// A schema in the form that the file has for it: `metadata_schema`, or the old keys as long as these can say it.
fn schema_edits(key: &dyn Fn(&str) -> Place, node: Option<&Node>, schema: &Content) -> Vec<Change> {
    let is_old = OLD_SCHEMA.iter().any(|name| node.and_then(|node| node.get(name)).is_some());
    if !is_old {
        return vec![Change::set(key("metadata_schema"), schema.clone())];
    }
    let is_said = |(name, value): &(String, Content)| {
        OLD_SCHEMA.contains(&name.as_str()) || name == "type" && *value == Content::text("object")
    };
    match schema {
        Content::Table(members) if members.len() > 1 && members.iter().all(is_said) => {
            let member = |name: &str| members.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
            let edit = |name: &&str| match member(name) {
                Some(value) => Change::set(key(name), value),
                None => Change::remove(key(name)),
            };
            OLD_SCHEMA.iter().map(edit).collect()
        }
        _ => {
            let removed = OLD_SCHEMA.iter().map(|name| Change::remove(key(name)));
            removed.chain([Change::set(key("metadata_schema"), schema.clone())]).collect()
        }
    }
}

/// The rules as a list: those of the file that stay in its words and order, then the others.
fn rule_list(rules: &[Rule], node: Option<&Node>) -> Content {
    let written = node.and_then(|node| node.get("rules")).and_then(Node::list).unwrap_or_default();
    let mut rest: Vec<&Rule> = rules.iter().collect();
    let mut elements = Vec::new();
    for element in written {
        let Some(rule) = read_rule(element) else { continue };
        if let Some(position) = rest.iter().position(|other| **other == rule) {
            rest.remove(position);
            elements.push(content(element));
        }
    }
    elements.extend(rest.into_iter().map(rule_content));
    Content::List(elements)
}

/// A rule as the project reads it (project-format 2.5).
fn read_rule(node: &Node) -> Option<Rule> {
    let end = |key: &str| match &node.get(key)?.data {
        Data::Text(text) if text.starts_with('$') => Some(TypeSlug::verbatim(text)),
        Data::Text(text) => Some(TypeSlug::rewritten(text)),
        _ => None,
    };
    Some(Rule { source: end("source")?, target: end("target")? })
}
