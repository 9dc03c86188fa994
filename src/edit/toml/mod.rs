//! TOML: the tree that its texts are read into, and edits of them, found by the positions of the parser's events.

mod add;
mod agree;
mod document;
mod forms;
mod inline;
mod literal;
mod output;
mod patch;
mod read;
mod render;
mod rules;
mod scan;
mod sequence;
mod tables;
#[cfg(test)]
mod tests;
mod unwrap;
mod written;

pub use document::Toml;
pub use scan::{Step, scan};
pub use written::{Data, Entry, Map, Node, TomlFormat, Written};
