use std::ops::Range;

use super::quote;
use super::written::{Node, Style, YamlFormat};
use crate::edit::rules::Rules;
use crate::edit::{Content, Location, NodePath};

impl Rules for YamlFormat {
    const MOVES_ELEMENTS: bool = false;
    const REUSES_ELEMENTS: bool = false;
    const LOSES_EMPTY: bool = false;

    fn location(node: Option<&Node>, _path: &NodePath) -> Location {
        node.map_or(Location::Text, |node| Location::Line(node.spot().line))
    }

    fn source(node: &Node) -> Option<Range<usize>> {
        Some(node.outer_start()..node.span.end)
    }

    fn is_alias(node: &Node) -> bool {
        node.is_alias()
    }

    fn is_tied(node: &Node) -> bool {
        node.is_alias() || node.properties().is_some()
    }

    fn is_replaced(_node: &Node, _content: &Content) -> bool {
        false
    }

    /// Brackets and braces in which nothing is left take what fits well into them.
    fn is_refilled<'c>(node: &Node, mut added: impl Iterator<Item = &'c Content>) -> bool {
        let is_empty_flow = node.is_collection(Style::Flow) && !node.is_filled_flow();
        !is_empty_flow || !added.all(is_simple)
    }
}

/// Whether a value fits well into brackets.
fn is_simple(content: &Content) -> bool {
    match content {
        Content::Text(text) => !quote::is_multi_line(text),
        Content::List(elements) => elements.is_empty(),
        Content::Table(members) => members.is_empty(),
        Content::Null | Content::Bool(_) | Content::Number(_) => true,
    }
}
