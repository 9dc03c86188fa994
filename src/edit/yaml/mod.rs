//! YAML files patched in place: the smallest edits of their text, found by the positions of the parser's events.

mod block;
mod block_text;
mod change;
mod document;
mod flow;
mod lines;
mod locate;
mod meaning;
mod parse;
mod plan;
mod quote;
mod reader;
mod render;
mod replace;
mod settle;
mod tree;
mod verify;
mod write;

pub use change::{YamlChange, YamlPatchError, YamlPlace};
pub use document::Yaml;
pub(crate) use quote::is_hidden;
pub use reader::{Data, Entry, Node, Problem, ProblemKind, Spot, Stream, YamlLimits, parse};
pub(crate) use render::render;

#[cfg(test)]
mod tests;
