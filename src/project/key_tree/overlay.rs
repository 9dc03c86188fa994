//! What a target may say otherwise: the keys of agents and of model files that the table of kinds marks, once more.

use crate::project::config::keys::IDENTIFYING;
use crate::schema::{Key, KeyForm, Schema, TextForm};

use super::Node;
use super::model_files;
use super::node::Repeats;

/// Puts into the table of a target what it may say otherwise than the rest of the file, and than model files.
pub(super) fn add(root: &mut Node, schema: &Schema) {
    let agent = overlay_of(root.at(&["agents", "<id>"]));
    let models = model_files(schema);
    let Some(target) = root.member_mut("targets").and_then(|targets| targets.member_mut("<name>")) else { return };
    if let Some(agents) = target.member_mut("agents") {
        agents.repeats = Repeats::Below;
        for entry in &mut agents.members {
            entry.members = agent.iter().flat_map(|agent| agent.members.clone()).collect();
        }
    }
    for list in &models.members {
        let Some(one) = list.members.first().and_then(overlay_of) else { continue };
        let form = KeyForm::Map { entry: None, names: TextForm::Any };
        let key = Key::new(list.name(), form, "What the target says otherwise of what model files declare, by slug");
        let entry =
            Node { members: one.members, ..Node::table("<slug>", &[], "What the target says otherwise of one") };
        target.members.push(Node { members: vec![entry], repeats: Repeats::Below, ..Node::of(key) });
    }
}

/// What of a key may differ by target; none if nothing may.
fn overlay_of(node: &Node) -> Option<Node> {
    let again = |members: Vec<Node>| {
        let key = Key { required: false, default: None, empty: None, ..node.key };
        Node { key, members, field: node.field.clone(), repeats: Repeats::Yes }
    };
    if node.field.as_ref().is_some_and(|of| of.field.per_target) {
        return Some(again(
            node.members.iter().map(|member| Node { repeats: Repeats::Yes, ..member.clone() }).collect(),
        ));
    }
    let mut members: Vec<Node> = node.members.iter().filter_map(overlay_of).collect();
    if members.is_empty() {
        return None;
    }
    let KeyForm::List { element, most, .. } = node.key.form else { return Some(again(members)) };
    for (one, kept) in node.members.iter().zip(&mut members) {
        kept.members.splice(0..0, identifying(one));
    }
    let mut list = again(members);
    list.key.form = KeyForm::List { element, least: 1, most };
    Some(list)
}

/// What identifies the element of a list that a target changes: its `id`, or what makes one.
fn identifying(element: &Node) -> Vec<Node> {
    let found = IDENTIFYING.iter().filter_map(|name| element.member(name));
    let keys = found.map(|node| {
        let form = if node.name() == "name" { TextForm::Any } else { TextForm::NotBlank };
        let key = Key {
            required: node.key.required,
            ..Key::text(node.name(), form, node.key.says).example(node.key.example)
        };
        match node.name() {
            "type" => Key { required: false, ..key }.required_without("id"),
            _ => key,
        }
    });
    keys.map(|key| Node { repeats: Repeats::Yes, ..Node::of(key) }).collect()
}
