use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::written::{Data, Form, Node};
use crate::edit::{Content, NodePath, Segment};

/// Lists of texts and tables, which are always written as values.
const VALUES: [&str; 1] = ["judge"];

/// How a new table or list of tables is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NewForm {
    /// As the value of a pair.
    Inline,
    /// With headers.
    Headers,
    /// With dotted keys.
    Dotted,
}

/// The forms that a document has for what is put into it.
#[derive(Debug)]
pub(super) struct Forms<'s> {
    root: &'s Node,
    /// Forms that have been looked for: the same table of another agent need not be looked for again for each agent.
    known: RefCell<HashMap<String, Option<NewForm>>>,
    /// How many values have been looked at, for tests that count work.
    pub(super) visits: Cell<usize>,
}

impl<'s> Forms<'s> {
    pub(super) fn new(root: &'s Node) -> Self {
        Self { root, known: RefCell::default(), visits: Cell::default() }
    }

    /// The root of the document.
    pub(super) fn root(&self) -> &'s Node {
        self.root
    }

    /// The form that a new member of a table of headers gets: that of its like elsewhere in the file.
    pub(super) fn of_member(&self, path: &NodePath, key: &str, content: &Content) -> NewForm {
        let is_table = |content: &Content| matches!(content, Content::Table(_));
        match content {
            Content::Table(_) => self.elsewhere(path, key).unwrap_or(NewForm::Headers),
            Content::List(items) if !VALUES.contains(&key) && !items.is_empty() && items.iter().all(is_table) => {
                match self.elsewhere(path, key) {
                    Some(NewForm::Inline) => NewForm::Inline,
                    _ => NewForm::Headers,
                }
            }
            _ => NewForm::Inline,
        }
    }

    /// The form of the same key in another element, in another agent or in another table beside this one.
    fn elsewhere(&self, path: &NodePath, key: &str) -> Option<NewForm> {
        let path = path.key(key);
        let segments = path.segments();
        let parent = segments.len().checked_sub(2).filter(|parent| *parent > 1);
        let second = (segments.len() > 2).then_some(1);
        [vec![], vec![second], vec![second, parent]].into_iter().find_map(|any| {
            let any: Vec<usize> = any.into_iter().flatten().collect();
            let pattern = pattern(segments, &any);
            if let Some(known) = self.known.borrow().get(&pattern) {
                return *known;
            }
            let found = self.find(self.root, 0, segments, &any);
            self.known.borrow_mut().insert(pattern, found);
            found
        })
    }

    /// The form of the first node on a path on which elements, and the keys at some depths, may be any.
    fn find(&self, node: &Node, depth: usize, segments: &[Segment], any: &[usize]) -> Option<NewForm> {
        self.visits.set(self.visits.get() + 1);
        let Some(segment) = segments.get(depth) else { return form_of(node) };
        let inner = |node: &Node| self.find(node, depth + 1, segments, any);
        match (segment, &node.data) {
            (Segment::Key(_), Data::Map(map)) if any.contains(&depth) => {
                map.by_name().find_map(|entry| inner(&entry.value))
            }
            (Segment::Key(key), Data::Map(map)) => inner(map.get(key)?),
            (Segment::Element(_), Data::List(elements)) => elements.iter().find_map(inner),
            _ => None,
        }
    }
}

/// What tells one search from others.
fn pattern(segments: &[Segment], any: &[usize]) -> String {
    let name = |(depth, segment): (usize, &Segment)| match segment {
        Segment::Key(_) if any.contains(&depth) => "*\0".to_owned(),
        Segment::Key(key) => format!("={key}\0"),
        Segment::Element(_) => "[]\0".to_owned(),
    };
    segments.iter().enumerate().map(name).collect()
}

fn form_of(node: &Node) -> Option<NewForm> {
    match &node.written.form {
        Form::Scalar => None,
        Form::Array { .. } => {
            let elements = node.list().unwrap_or_default();
            let is_inline = !elements.is_empty() && elements.iter().all(|element| element.map().is_some());
            is_inline.then_some(NewForm::Inline)
        }
        Form::Inline { .. } => Some(NewForm::Inline),
        Form::Table(parts) if parts.is_dotted() => Some(NewForm::Dotted),
        Form::Tables | Form::Table(_) => Some(NewForm::Headers),
    }
}
