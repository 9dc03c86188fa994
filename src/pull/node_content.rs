use crate::edit::yaml::{Data, Node};

use super::Content;

/// What stands at a node, as it is written back.
pub(super) fn content(node: &Node) -> Content {
    match &node.data {
        // A document that was read without problems has nothing else.
        Data::Null | Data::Other(_) => Content::Null,
        Data::Bool(truth) => Content::Bool(*truth),
        Data::Number(number) => Content::Number(*number),
        Data::Text(text) => Content::text(text),
        Data::List(elements) => Content::List(elements.iter().map(content).collect()),
        Data::Map(map) => {
            Content::Table(map.entries().iter().map(|entry| (entry.name().to_owned(), content(&entry.value))).collect())
        }
    }
}
