//! Phrases and markers that the pages about plans, pulls and reports share.

use crate::model::{FieldPath, Position, plural};
use crate::plan::Action;
use crate::schema::{Kind, OverlaidAt, ResourceKey, file_path};

use super::document::{Line, Style, line};
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

/// The org that a text is about: `acme at lobu.example (context work)`.
pub fn org_at(org: &str, server: &str, context: &str) -> Line {
    if server == EMBEDDED {
        return line!("{} (context {})", Style::Bold.of(org), context);
    }
    line!("{} at {} (context {})", Style::Bold.of(org), host(server), context)
}

/// What stands for the server of an embedded org.
const EMBEDDED: &str = "embedded";

/// A server by its host; one that is not reached over https by its whole address.
pub fn host(server: &str) -> &str {
    server.strip_prefix("https://").unwrap_or(server)
}

/// The rows of an agent together, then those that belong to none, by kind; each group where its first row is.
pub(super) fn grouped<'rows, Row>(
    rows: impl IntoIterator<Item = &'rows Row>,
    key: impl Fn(&Row) -> &ResourceKey,
) -> Vec<Vec<&'rows Row>> {
    let mut groups: Vec<Vec<&Row>> = Vec::new();
    let mut position = std::collections::BTreeMap::new();
    for row in rows {
        let of = key(row);
        let group = (of.agent().map(str::to_owned), of.agent().is_none().then_some(of.kind));
        let at = *position.entry(group).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

/// A place in a file: `lobu.toml:23`.
pub(super) fn place(position: &Position) -> Line {
    line!("{}:{}", &position.file, position.line).in_style(Style::Dim)
}

/// The place of a value that a target sets: `lobu.toml:31 (targets.production)`.
pub(super) fn overlaid_place(at: OverlaidAt<'_>) -> Line {
    let OverlaidAt { target, position } = at;
    line!("{}:{} (targets.{})", &position.file, position.line, target).in_style(Style::Dim)
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

/// Words of ours, or of the plan's making, behind a marker; broken at spaces.
pub(super) fn sentence(style: Style, marker: &'static str, text: &str) -> Line {
    line!("{}{}", style.of(marker), text).prose(2)
}
