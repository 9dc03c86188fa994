//! TOML and YAML texts edited in place: a change of what they say becomes edits of their lines, and all else stays byte for byte.

mod content;
mod path;
mod text_edit;
mod toml;
pub mod yaml;

pub use content::Content;
pub use path::{NodePath, Segment};
pub use text_edit::{TextEdit, apply_edits};
pub use toml::{Toml, TomlChange, TomlPatchError};
