use std::ops::Range;

use super::node::{Format, Node};
use super::{Content, Location, NodePath};

/// By which rules the documents of a format change.
pub(super) trait Rules: Format {
    /// Whether an element that a new list has at another place moves there, with its comments.
    const MOVES_ELEMENTS: bool;
    /// Whether an element that is no mapping may become another one in its place, and keep its comments.
    const REUSES_ELEMENTS: bool;
    /// Whether a mapping or list that lost its last part may be gone.
    const LOSES_EMPTY: bool;

    /// Where something can't be done: at a node, if there is one, on a path.
    fn location(node: Option<&Node<Self>>, path: &NodePath) -> Location;

    /// Where a value is written if that is in one piece.
    fn source(node: &Node<Self>) -> Option<Range<usize>>;

    /// Whether a value repeats another one.
    fn is_alias(_node: &Node<Self>) -> bool {
        false
    }

    /// Whether a value can't change by itself: it repeats another one, is repeated elsewhere, or has a type of its own.
    fn is_tied(_node: &Node<Self>) -> bool {
        false
    }

    /// Whether a mapping or list can't become another one part by part.
    fn is_replaced(node: &Node<Self>, content: &Content) -> bool;

    /// Whether a mapping or list of which nothing stays is written anew, for what comes into it.
    fn is_refilled<'c>(node: &Node<Self>, added: impl Iterator<Item = &'c Content>) -> bool;
}
