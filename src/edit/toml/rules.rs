use std::ops::Range;

use super::written::{Form, Node, TomlFormat};
use crate::edit::rules::Rules;
use crate::edit::{Content, Location, NodePath};

impl Rules for TomlFormat {
    const MOVES_ELEMENTS: bool = true;
    const REUSES_ELEMENTS: bool = true;
    /// A table without a header of its own is gone with its last part, and so is a list of `[[…]]`.
    const LOSES_EMPTY: bool = true;

    fn location(_node: Option<&Node>, path: &NodePath) -> Location {
        Location::Path(path.clone())
    }

    fn source(node: &Node) -> Option<Range<usize>> {
        node.value_span()
    }

    /// An empty list is written as a value, and so is an empty table that has no header; `[[…]]` holds tables only.
    fn is_replaced(node: &Node, content: &Content) -> bool {
        match (&node.written.form, content) {
            (Form::Array { .. }, Content::List(items)) => items.is_empty(),
            (Form::Tables, Content::List(items)) => {
                items.is_empty() || !items.iter().all(|item| matches!(item, Content::Table(_)))
            }
            (Form::Table(parts), Content::Table(members)) => members.is_empty() && parts.header.is_none(),
            _ => false,
        }
    }

    fn is_refilled<'c>(_node: &Node, _added: impl Iterator<Item = &'c Content>) -> bool {
        false
    }
}
