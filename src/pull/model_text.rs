//! Model files, patched by slug.

use crate::edit::yaml::{self, Data, Document, Node, Yaml};
use crate::edit::{Change, apply_edits};
use crate::model::TypeSlug;
use crate::project::limits::YamlLimits;
use crate::schema::{Pair, Pairs};

use super::models::pair_content;
use super::node_content::content;
use super::row::{ModelChange, SlugPlace};
use super::{Content, NodePath, Segment};

/// The file with its types changed; none where nothing is left of it.
pub(super) fn patched(
    text: &str,
    changes: &[(&SlugPlace, &ModelChange)],
    limits: &YamlLimits,
) -> Result<Option<String>, String> {
    let patcher = Yaml::parse(text, limits).ok_or_else(|| "it is not valid YAML".to_owned())?;
    let stream = yaml::read(text, limits);
    let (mut edits, mut whole) = (Vec::new(), Vec::new());
    for (place, change) in changes {
        let at = patcher.mapping_at(place.line, place.column);
        let (document, at) = at.ok_or_else(|| format!("the type on line {} is not found", place.line))?;
        let node = stream.documents.get(document).and_then(|document| node_at(document, &at));
        if matches!(change, ModelChange::Remove) && at == NodePath::root() {
            let edit = patcher.without_document(document);
            whole.push(
                edit.ok_or_else(|| format!("the type on line {} cannot be distinguished from the others", place.line))?,
            );
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

fn node_at<'node>(document: &'node Document, place: &NodePath) -> Option<&'node Node> {
    place.segments().iter().try_fold(&document.root, |node, step| match step {
        Segment::Key(key) => node.get(key),
        Segment::Element(position) => node.list()?.get(*position),
    })
}

fn edits_of(at: &NodePath, node: Option<&Node>, change: &ModelChange) -> Vec<Change> {
    let key = |key: &str| at.key(key);
    match change {
        ModelChange::Set(name, value) => vec![Change::set(key(name), value.clone())],
        ModelChange::Unset(name) => vec![Change::remove(key(name))],
        ModelChange::Pairs(name, pairs, found) => vec![Change::set(key(name), pair_list(name, pairs, found, node))],
        ModelChange::Remove => vec![Change::remove(at.clone())],
        ModelChange::Schema { key: name, old_keys, schema } => schema_edits(&key, (name, old_keys), node, schema),
    }
}

/// A schema in the form that the file has for it: its own key, or the old ones as long as these can say it.
fn schema_edits(
    key: &dyn Fn(&str) -> NodePath,
    (own, old_keys): (&str, &[&str]),
    node: Option<&Node>,
    schema: &Content,
) -> Vec<Change> {
    let is_old = old_keys.iter().any(|name| node.and_then(|node| node.get(name)).is_some());
    if !is_old {
        return vec![Change::set(key(own), schema.clone())];
    }
    let is_said = |(name, value): &(String, Content)| {
        old_keys.contains(&name.as_str()) || name == "type" && *value == Content::text("object")
    };
    match schema {
        Content::Table(members) if members.len() > 1 && members.iter().all(is_said) => {
            let member = |name: &str| members.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
            let edit = |name: &&str| match member(name) {
                Some(value) => Change::set(key(name), value),
                None => Change::remove(key(name)),
            };
            old_keys.iter().map(edit).collect()
        }
        _ => {
            let removed = old_keys.iter().map(|name| Change::remove(key(name)));
            removed.chain([Change::set(key(own), schema.clone())]).collect()
        }
    }
}

/// The pairs as a list: those of the file that stay in its words and order, then the others.
fn pair_list(key: &str, pairs: &Pairs, found: &[Pair], node: Option<&Node>) -> Content {
    let written = node.and_then(|node| node.get(key)).and_then(Node::list).unwrap_or_default();
    let mut rest: Vec<&Pair> = found.iter().collect();
    let mut elements = Vec::new();
    for element in written {
        let Some(pair) = read_pair(pairs, element) else { continue };
        if let Some(position) = rest.iter().position(|other| **other == pair) {
            rest.remove(position);
            elements.push(content(element));
        }
    }
    elements.extend(rest.into_iter().map(|pair| pair_content(pairs, pair)));
    Content::List(elements)
}

/// A pair as the project reads it.
fn read_pair(pairs: &Pairs, node: &Node) -> Option<Pair> {
    let end = |key: &str| match &node.get(key)?.data {
        Data::Text(text) if text.starts_with('$') => Some(text.clone()),
        Data::Text(text) => Some(TypeSlug::rewritten(text).to_string()),
        _ => None,
    };
    Some(Pair { first: end(pairs.first.0)?, second: end(pairs.second.0)? })
}
