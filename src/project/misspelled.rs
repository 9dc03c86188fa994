//! Files whose names differ from ones that are read in case or extension only.
//!
//! On a Mac `Soul.md` is read for `SOUL.md`, and where the project is deployed it is not.

use super::directory::{Entry, EntryKind, ProjectDirectory, join};
use super::quoted::quoted;
use crate::model::{Diagnostic, Family, Position, Severity};

/// Extensions that people give to Markdown.
const MARKDOWN: [&str; 7] = ["", "md", "markdown", "mdown", "mdx", "mkd", "txt"];

/// The warning of a file or directory that has to have another name to be read.
pub(super) fn misspelled(path: &str, wanted: &str, family: Family) -> Diagnostic {
    let message = format!("{} is not read: its name must be `{wanted}`", quoted(path));
    Diagnostic::new(Severity::Warning, family, "misspelled-file", message)
        .at(Position::file(path))
        .hint(format!("rename it to `{wanted}`"))
}

/// The Markdown file that an entry is probably meant to be, if that one is not there.
pub(super) fn markdown_of(entry: &Entry, wanted: &str, entries: &[Entry]) -> bool {
    let (stem, extension) = entry.name.rsplit_once('.').unwrap_or((&entry.name, ""));
    let is_there = || entries.iter().any(|other| other.name == wanted);
    entry.kind == Ok(EntryKind::File)
        && entry.name != wanted
        && wanted.strip_suffix(".md").is_some_and(|wanted| wanted.eq_ignore_ascii_case(stem))
        && (entry.name.eq_ignore_ascii_case(wanted) || MARKDOWN.contains(&&*extension.to_lowercase()) && !is_there())
}

/// Whether an entry is a directory that another case would make the wanted one.
pub(super) fn is_directory_of(entry: &Entry, wanted: &str) -> bool {
    entry.is_directory() && entry.name != wanted && entry.name.eq_ignore_ascii_case(wanted)
}

/// The name that a file needs to be read as Markdown, if its extension is another spelling of `md`.
pub(super) fn as_markdown(name: &str) -> Option<String> {
    let (stem, extension) = name.rsplit_once('.')?;
    let is_other = extension != "md" && matches!(&*extension.to_lowercase(), "md" | "markdown" | "mdown" | "mkd");
    (is_other && !stem.is_empty()).then(|| format!("{stem}.md"))
}

/// A directory of the project whose name differs from the wanted one in case only.
pub(super) fn directory_in(directory: &ProjectDirectory, parent: &str, wanted: &str) -> Option<String> {
    let listing = directory.list(parent).ok().flatten()?;
    let found = listing.entries.iter().find(|entry| is_directory_of(entry, wanted))?;
    Some(join(parent, &found.name))
}
