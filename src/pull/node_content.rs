use crate::edit::yaml::{Data, Node};

use super::Content;

/// What stands at a node, as it is written back.
pub(super) fn content(node: &Node) -> Content {
    match &node.data {
        Data::Null => Content::Null,
        Data::Bool(truth) => Content::Bool(*truth),
        Data::Number(number) => Content::Number(*number),
        Data::Text(text) => Content::text(text),
        Data::List(elements) => Content::List(elements.iter().map(content).collect()),
        Data::Map(entries) => {
            Content::Table(entries.iter().map(|entry| (entry.key.clone(), content(&entry.value))).collect())
        }
    }
}
