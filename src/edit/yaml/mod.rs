//! YAML: the tree that its texts are read into, and edits of them, found by the positions of the parser's events.
//!
//! Built on the events of `granit-parser`: a serde front end has no place for the line of every node, tells `1` from
//! `"1"` too late to refuse it as a key, and limits what aliases may cost by its own measure.

mod block;
mod block_text;
mod document;
mod flow;
mod fragment;
mod locate;
mod parts;
mod problem;
mod quote;
mod read;
mod render;
mod replace;
mod rules;
mod scalar;
mod writer;
mod written;

pub use document::Yaml;
pub use problem::{Problem, ProblemKind};
pub use read::{Document, Stream, YamlLimits, read};
pub use render::render;
pub use written::{Data, Entry, Map, Member, Node, Spot, Written, YamlFormat};

#[cfg(test)]
mod tests;
