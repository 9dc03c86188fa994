//! `lobu validate --fix`: old spellings of lobu.toml rewritten in place, and byte order marks removed; all else stays byte for
//! byte.

use std::collections::BTreeMap;

use super::Project;
use super::config::{OLD_MEMORY_TABLES, is_memory_key, unmet};
use super::directory::{ProjectDirectory, join};
use super::models::is_model;
use crate::edit::{Change, NodePath, Toml, apply_edits};
use crate::schema::Schema;

/// Why old spellings could not be rewritten; the file is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    /// The text is not TOML.
    #[error("the file is not valid TOML")]
    NotToml,
    /// The file is for another version of this program, and may be written otherwise.
    #[error("the project needs another version of lobu, by `lobu` in `[project]`")]
    OtherVersion,
    /// More than one spelling of the memory table holds something.
    #[error("the file has more than one memory table; keep one, `[memory]`")]
    TwoTables,
    /// The old table's keys can't move up without meeting others, or in a form that can't be merged.
    #[error("`[memory.{table}]` is mixed with other keys of `memory`; move its keys to `[memory]` by hand")]
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
    let needed = toml.root().get("project").and_then(|project| project.get("lobu")).and_then(|needed| needed.text());
    if needed.and_then(unmet).is_some() {
        return Err(FixError::OtherVersion);
    }
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

/// What editors on Windows put before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A text without its byte order mark; none if it has none.
pub fn without_mark(text: &str) -> Option<&str> {
    text.strip_prefix(BYTE_ORDER_MARK)
}

/// The files of a project that have a byte order mark, with their texts: lobu.toml, prompts, skills and models.
pub fn marked_files(
    schema: &Schema,
    directory: &ProjectDirectory,
    project: Option<&Project>,
) -> BTreeMap<String, String> {
    let limits = directory.limits();
    let mut files = BTreeMap::from([(ProjectDirectory::FILE.to_owned(), limits.lobu_toml)]);
    for agent in project.into_iter().flat_map(|project| &project.config.agents) {
        let prompts = schema.prompts().map(|field| field.file);
        let path = agent.dir.as_ref().map_or("", |dir| dir.value.as_str());
        files.extend(prompts.map(|prompt| (join(path, prompt), limits.markdown)));
    }
    let own = project.into_iter().flat_map(|project| &project.agents).flat_map(|files| &files.skills);
    let shared = project.into_iter().flat_map(|project| &project.shared_skills);
    files.extend(own.chain(shared).map(|skill| (skill.position.file.clone(), limits.markdown)));
    if let Some(memory) =
        project.and_then(|project| project.config.memory.as_ref()).filter(|memory| memory.is_enabled())
    {
        let path = memory.models_directory().path;
        let models = directory.list(path).ok().flatten().map(|listing| listing.entries).unwrap_or_default();
        let models = models.iter().filter(|entry| !entry.is_directory() && is_model(&entry.name));
        files.extend(models.map(|entry| (join(path, &entry.name), limits.model_file)));
    }
    // The reader of the project reports what cannot be read.
    let read = |(file, limit): (String, u64)| Some((directory.read_text(&file, limit).ok().flatten()?, file));
    let marked = files.into_iter().filter_map(read).filter(|(text, _)| without_mark(text).is_some());
    marked.map(|(text, file)| (file, text)).collect()
}

#[cfg(test)]
mod tests;
