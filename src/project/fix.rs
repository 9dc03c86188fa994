//! `lobu validate --fix`: old spellings of lobu.toml rewritten in place, all else byte for byte.

use super::config::{OLD_MEMORY_TABLES, is_memory_key};
use crate::edit::{Change, NodePath, Toml, apply_edits};

/// Why old spellings could not be rewritten; the file is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    /// The text is not TOML.
    #[error("the file is not valid TOML")]
    NotToml,
    /// More than one spelling of the memory table holds something.
    #[error("the file has more than one memory table; keep one, `[memory]`")]
    TwoTables,
    /// The old table's keys can't move up without meeting others, or in a form that can't be merged.
    #[error("`[memory.{table}]` is mixed with other keys of `memory` in a way that has to be mended by hand")]
    Mixed {
        /// The old table's name.
        table: &'static str,
    },
}

/// Rewrites `[memory.owletto]` and `[memory.lobu]`, in any form, to `[memory]`.
///
/// None if there is nothing to rewrite. Comments, order, blank lines, quoting and unknown keys stay. The result reads as
/// the same config without the deprecation, and rewriting it again gives none.
pub fn rewrite(text: &str) -> Result<Option<String>, FixError> {
    let toml = Toml::parse(text).ok_or(FixError::NotToml)?;
    let Some(memory) = toml.root().get("memory") else { return Ok(None) };
    let mut old = OLD_MEMORY_TABLES.into_iter().filter(|name| memory.get(name).is_some());
    let Some(table) = old.next() else { return Ok(None) };
    if old.next().is_some() || memory.map().unwrap_or_default().iter().any(|entry| is_memory_key(entry.name())) {
        return Err(FixError::TwoTables);
    }
    let mixed = FixError::Mixed { table };
    let inner = memory.get(table).and_then(|inner| inner.map()).ok_or(mixed)?;
    if inner.iter().any(|entry| memory.get(entry.name()).is_some() || OLD_MEMORY_TABLES.contains(&entry.name())) {
        return Err(mixed);
    }
    let unwrap = Change::unwrap(NodePath::of(["memory", table]));
    let edits = toml.edits(&[unwrap]).map_err(|_| mixed)?;
    Ok(Some(apply_edits(text, &edits)))
}

#[cfg(test)]
mod tests;
