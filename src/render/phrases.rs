//! Phrases and markers that the pages about plans, pulls and reports share.

use crate::model::{FieldPath, plural};
use crate::plan::Action;
use crate::schema::{Kind, ResourceKey, file_path};

use super::document::{Document, Line, Style, line};
use super::text_safety::{SafeText, sanitise};

/// The marker of a row, with the space behind it.
pub(super) fn marker(action: Action) -> (Style, &'static str) {
    match action {
        Action::Create => (Style::Create, "+ "),
        Action::Update => (Style::Update, "~ "),
        Action::Unchanged => (Style::Unchanged, "= "),
        Action::Drift => (Style::Drift, "? "),
    }
}

/// A resource's name in a row: `platform triage/triage-telegram`.
pub(super) fn name(key: &ResourceKey) -> Line {
    line!("{} {}", key.kind.word, Style::Bold.of(brief(&key.id)))
}

/// A field by the name that it has in the files.
pub(super) fn field_name(kind: Kind, path: &FieldPath) -> SafeText {
    brief(&file_path(kind, path))
}

/// How many columns of a name or a path are shown.
const LONGEST_NAME: usize = 400;

/// A name or a path, cut where nobody reads on: an org may hold names of any length.
pub(super) fn brief(text: &str) -> SafeText {
    let (kept, more) = sanitise(text).cut(LONGEST_NAME);
    if more == 0 { kept } else { kept.then(&SafeText::literal("…")) }
}

/// The org that a text is about: `acme at https://… (context lobu)`.
pub(super) fn org_at(org: &str, server: &str, context: &str) -> Line {
    line!("{} at {} (context {})", Style::Bold.of(org), server, context)
}

/// How many resources of a kind: `1 agent`, `2 entity types`.
pub(super) fn counted_kind(kind: Kind, count: usize) -> SafeText {
    let noun = plural(count, kind.singular, kind.plural);
    sanitise(&format!("{count} {noun}"))
}

/// Counts by kind, in plan order: `3 agents, 1 platform`.
pub(super) fn counts_by_kind(counts: impl IntoIterator<Item = (Kind, usize)>) -> SafeText {
    let parts: Vec<SafeText> = counts.into_iter().map(|(kind, count)| counted_kind(kind, count)).collect();
    joined(&parts)
}

/// Joins texts with commas.
pub(super) fn joined(parts: &[SafeText]) -> SafeText {
    let mut text = SafeText::literal("");
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            text = text.then(&SafeText::literal(", "));
        }
        text = text.then(part);
    }
    text
}

/// The last line of a page, by what each count is of: `Summary: 1 create, 2 unchanged`.
pub(super) fn summary(counts: impl IntoIterator<Item = (usize, &'static str)>) -> Line {
    let parts: Vec<SafeText> = counts.into_iter().map(|(count, word)| sanitise(&format!("{count}{word}"))).collect();
    line!("{}{}", Style::Bold.of("Summary: "), Style::Bold.of(joined(&parts)))
}

/// Words of ours, or of the plan's making, behind a marker; broken at spaces.
pub(super) fn sentence(style: Style, marker: &'static str, text: &str) -> Line {
    line!("{}{}", style.of(marker), text).prose(2)
}

/// Puts a marker before a block, and the block's further lines below its text.
pub(super) fn marked(style: Style, marker: &'static str, block: &Document) -> Document {
    let line = |(position, line): (usize, &Line)| {
        if position == 0 { line!("{}{}", style.of(marker), line.clone()) } else { line.clone().indented(marker.len()) }
    };
    block.lines().iter().enumerate().map(line).collect()
}
