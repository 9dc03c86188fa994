//! Model files, patched by slug (L4).

use crate::edit::apply_edits;
use crate::edit::yaml::{self, Data, Node, Yaml, YamlChange, YamlPlace};
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
    let patcher = Yaml::parse(text).ok_or_else(|| "it is no YAML".to_owned())?;
    let stream = yaml::parse(text, limits);
    let (mut edits, mut whole) = (Vec::new(), Vec::new());
    for (place, change) in changes {
        let at = patcher.mapping_at(place.line, place.column);
        let at = at.ok_or_else(|| format!("the type on line {} is not found", place.line))?;
        let node = stream.documents.get(at.document).and_then(|root| node_at(root, &at.place));
        if matches!(change, ModelChange::Remove) && at.place == Place::root() {
            let edit = patcher.without_document(at.document);
            whole.push(edit.ok_or_else(|| format!("the type on line {} can't be told from the others", place.line))?);
        } else {
            edits.extend(edits_of(&at, node, change));
        }
    }
    if !whole.is_empty() && whole.len() == stream.documents.len() {
        return Ok(None);
    }
    let mut edits = patcher.edits(&edits).map_err(|error| error.to_string())?;
    edits.extend(whole);
    Ok(Some(apply_edits(text, &edits)))
}

fn node_at<'node>(root: &'node Node, place: &Place) -> Option<&'node Node> {
    place.segments().iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Element(position) => node.list()?.get(*position),
    })
}

fn edits_of(at: &YamlPlace, node: Option<&Node>, change: &ModelChange) -> Vec<YamlChange> {
    let key = |key: &str| YamlPlace { document: at.document, place: at.place.key(key) };
    match change {
        ModelChange::Set(name, value) => vec![YamlChange::Set { at: key(name), value: value.clone() }],
        ModelChange::Unset(name) => vec![YamlChange::Remove { at: key(name) }],
        ModelChange::Rules(rules) => vec![YamlChange::Set { at: key("rules"), value: rule_list(rules, node) }],
        ModelChange::Remove => vec![YamlChange::Remove { at: at.clone() }],
        ModelChange::Schema(schema) => schema_edits(&key, node, schema),
    }
}

/// A schema in the form that the file has for it: `metadata_schema`, or the old keys as long as these can say it.
fn schema_edits(key: &dyn Fn(&str) -> YamlPlace, node: Option<&Node>, schema: &Content) -> Vec<YamlChange> {
    let is_old = OLD_SCHEMA.iter().any(|name| node.and_then(|node| node.get(name)).is_some());
    if !is_old {
        return vec![YamlChange::Set { at: key("metadata_schema"), value: schema.clone() }];
    }
    let is_said = |(name, value): &(String, Content)| {
        OLD_SCHEMA.contains(&name.as_str()) || name == "type" && *value == Content::text("object")
    };
    match schema {
        Content::Table(members) if members.len() > 1 && members.iter().all(is_said) => {
            let member = |name: &str| members.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
            let edit = |name: &&str| match member(name) {
                Some(value) => YamlChange::Set { at: key(name), value },
                None => YamlChange::Remove { at: key(name) },
            };
            OLD_SCHEMA.iter().map(edit).collect()
        }
        _ => {
            let removed = OLD_SCHEMA.iter().map(|name| YamlChange::Remove { at: key(name) });
            removed.chain([YamlChange::Set { at: key("metadata_schema"), value: schema.clone() }]).collect()
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
