use std::cell::RefCell;
use std::collections::HashMap;

use super::node::{Kind, Node};
use super::patch::Patcher;
use crate::edit::{Content, NodePath, Segment};

/// How a table or a list of tables is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As the value of a pair.
    Inline,
    /// With headers.
    Headers,
    /// With dotted keys.
    Dotted,
}

impl Patcher<'_> {
    /// The form that a new member of a table of headers gets: that of its like elsewhere in the file.
    pub(super) fn form(&self, place: &NodePath, key: &str, content: &Content) -> Form {
        let is_table = |content: &Content| matches!(content, Content::Table(_));
        match content {
            Content::Table(_) => self.form_elsewhere(place, key).unwrap_or(Form::Headers),
            // Judged domains are lists of texts and tables; they are always written as values.
            Content::List(items) if key != "judge" && !items.is_empty() && items.iter().all(is_table) => {
                match self.form_elsewhere(place, key) {
                    Some(Form::Inline) => Form::Inline,
                    _ => Form::Headers,
                }
            }
            _ => Form::Inline,
        }
    }

    /// The form of the same key in another element, in another agent or in another table beside this one.
    fn form_elsewhere(&self, place: &NodePath, key: &str) -> Option<Form> {
        let steps = place.key(key);
        let steps = steps.segments();
        let parent = steps.len().checked_sub(2).filter(|parent| *parent > 1);
        let second = (steps.len() > 2).then_some(1);
        [vec![], vec![second], vec![second, parent]].into_iter().find_map(|any| {
            let any: Vec<usize> = any.into_iter().flatten().collect();
            self.forms.of(steps, &any, || find(self.root, steps, 0, &any))
        })
    }
}

/// Forms that have been looked for: the same table of another agent need not be looked for again for each agent.
#[derive(Debug, Default)]
pub(super) struct Forms(RefCell<HashMap<String, Option<Form>>>);

impl Forms {
    fn of(&self, steps: &[Segment], any: &[usize], find: impl FnOnce() -> Option<Form>) -> Option<Form> {
        let name = |(depth, step): (usize, &Segment)| match step {
            Segment::Key(_) if any.contains(&depth) => "*\0".to_owned(),
            Segment::Key(key) => format!("={key}\0"),
            Segment::Element(_) => "[]\0".to_owned(),
        };
        let pattern: String = steps.iter().enumerate().map(name).collect();
        *self.0.borrow_mut().entry(pattern).or_insert_with(find)
    }
}

/// The form of the first node at a place at which elements, and the keys at some depths, may be any.
fn find(node: &Node<'_>, steps: &[Segment], depth: usize, any: &[usize]) -> Option<Form> {
    let Some(step) = steps.get(depth) else { return form_of(node) };
    match (step, &node.kind) {
        (Segment::Key(_), Kind::Table(table)) if any.contains(&depth) => {
            table.members.values().find_map(|member| find(member, steps, depth + 1, any))
        }
        (Segment::Key(key), Kind::Table(table)) => find(table.members.get(key.as_str())?, steps, depth + 1, any),
        (Segment::Element(_), _) => node.elements()?.iter().find_map(|element| find(element, steps, depth + 1, any)),
        _ => None,
    }
}

fn form_of(node: &Node<'_>) -> Option<Form> {
    match &node.kind {
        Kind::Scalar(..) => None,
        Kind::Array(_, elements) => {
            let is_inline = !elements.is_empty() && elements.iter().all(|element| element.as_table().is_some());
            is_inline.then_some(Form::Inline)
        }
        Kind::Table(table) if table.inline.is_some() => Some(Form::Inline),
        Kind::Table(table) if table.is_dotted() => Some(Form::Dotted),
        Kind::Tables(_) | Kind::Table(_) => Some(Form::Headers),
    }
}
