//! Words and markers that plans and reports share.

use crate::plan::Action;
use crate::render::document::{Document, Line, Style};
use crate::render::text_safety::{SafeText, sanitise};
use crate::schema::{Kind, ResourceKey};

/// The marker of a row, with the space behind it.
pub(in crate::render) fn marker(action: Action) -> (Style, &'static str) {
    match action {
        Action::Create => (Style::Create, "+ "),
        Action::Update => (Style::Update, "~ "),
        Action::Unchanged => (Style::Unchanged, "= "),
        Action::Drift => (Style::Drift, "? "),
    }
}

/// A resource's name in a row: `platform triage/triage-telegram`.
pub(in crate::render) fn name(key: &ResourceKey) -> Line {
    Line::new().literal(Style::Plain, key.kind.word).plain(" ").text(Style::Bold, brief(&key.id))
}

/// How many columns of a name or a path are shown.
const LONGEST_NAME: usize = 400;

/// A name or a path, cut where nobody reads on: an org may hold names of any length.
pub(in crate::render) fn brief(text: &str) -> SafeText {
    let (kept, more) = sanitise(text).cut(LONGEST_NAME);
    if more == 0 { kept } else { kept.then(&SafeText::literal("…")) }
}

/// The org that a text is about: `… org acme at https://… (context lobu)`.
pub(in crate::render) fn at_org(line: Line, org: &str, server: &str, context: &str) -> Line {
    line.foreign(Style::Bold, org)
        .plain(" at ")
        .foreign(Style::Plain, server)
        .plain(" (context ")
        .foreign(Style::Plain, context)
        .plain(")")
}

/// How many resources of a kind: `1 agent`, `2 entity types`.
pub(in crate::render) fn counted(kind: Kind, count: usize) -> SafeText {
    let noun = if count == 1 { kind.singular } else { kind.plural };
    SafeText::count(count).then(&SafeText::literal(" ")).then(&SafeText::literal(noun))
}

/// Counts by kind, in plan order: `3 agents, 1 platform`.
pub(in crate::render) fn counts_by_kind(counts: impl IntoIterator<Item = (Kind, usize)>) -> SafeText {
    let parts: Vec<SafeText> = counts.into_iter().map(|(kind, count)| counted(kind, count)).collect();
    joined(&parts)
}

/// Joins texts with commas.
pub(in crate::render) fn joined(parts: &[SafeText]) -> SafeText {
    let mut text = SafeText::literal("");
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            text = text.then(&SafeText::literal(", "));
        }
        text = text.then(part);
    }
    text
}

/// Words of ours, or of the plan's making, behind a marker; broken at spaces.
pub(in crate::render) fn sentence(style: Style, marker: &'static str, text: &str) -> Line {
    Line::new().literal(style, marker).foreign(Style::Plain, text).prose(2)
}

/// Puts a marker before a block, and the block's further lines below its text.
pub(in crate::render) fn marked(style: Style, marker: &'static str, block: &Document) -> Document {
    let line = |(position, line): (usize, &Line)| {
        if position == 0 {
            Line::new().literal(style, marker).then(line.clone())
        } else {
            line.clone().indented(marker.len())
        }
    };
    block.lines().iter().enumerate().map(line).collect()
}
