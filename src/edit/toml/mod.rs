//! lobu.toml patched in place: changes of what it says become edits of its text, and all else stays byte for byte (L1).

mod add;
mod align;
mod change;
mod check;
mod content;
mod document;
mod error;
mod format;
mod hint;
mod inline;
mod lines;
mod node;
mod output;
mod patch;
mod render;
mod scalar;
mod sequence;
mod style;
mod syntax;
mod tables;
mod target;
#[cfg(test)]
mod tests;

pub use change::TomlChange;
pub use document::Toml;
pub use error::TomlPatchError;
