//! TOML and YAML texts edited in place: a change of what they say becomes edits of their lines, and all else stays byte for byte.

mod align;
mod change;
mod content;
mod error;
mod hidden;
mod lines;
mod minimize;
mod node;
mod path;
mod plan;
mod request;
mod rules;
#[cfg(test)]
mod tests;
mod text_edit;
pub mod toml;
mod verify;
pub mod yaml;

pub use change::{Action, Change};
pub use content::Content;
pub use error::{Location, PatchError, Refusal};
pub use hidden::is_hidden;
pub use node::{Data, Entry, Format, Map, Node};
pub use path::{NodePath, Segment};
pub use text_edit::{TextEdit, apply_edits};
pub use toml::Toml;
