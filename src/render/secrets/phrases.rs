//! Phrases and columns that the pages about secrets share.

use crate::push::{Ask, PushRow, RowState};
use crate::render::document::{Line, Style, line};
use crate::render::text_safety::SafeText;
use crate::secrets::{Fingerprint, Suspicion};

/// How wide the column of names gets before a long name stands out of it.
const NAME_COLUMNS: usize = 32;
/// How many places a row gives before it counts the rest.
const PLACES: usize = 3;

/// The width of the column of names.
pub(super) fn name_columns<'names>(names: impl IntoIterator<Item = &'names str>) -> usize {
    names.into_iter().map(str::len).filter(|width| *width <= NAME_COLUMNS).max().unwrap_or(0)
}

/// The marker and name of a row, up to its column.
pub(super) fn head(style: Style, marker: &'static str, name: &str, columns: usize) -> Line {
    let space = SafeText::spaces(columns.saturating_sub(name.len()) + 2);
    line!("{} {}{}", style.of(marker), Style::Bold.of(name), space)
}

/// `a3f1`, or what stands for a fingerprint that the server does not give.
pub(super) fn digits(fingerprint: Option<&Fingerprint>) -> &str {
    fingerprint.map_or("set", Fingerprint::as_str)
}

/// `a3f1 → 9b22`
pub(super) fn rotation(before: Option<&Fingerprint>, after: Option<&Fingerprint>) -> String {
    format!("{} → {}", digits(before), after.map_or("new", Fingerprint::as_str))
}

/// `used by triage/telegram.botToken`; nothing for a name that the project does not use.
pub(super) fn used_by(places: &[String]) -> Option<String> {
    let shown = places.iter().take(PLACES).map(String::as_str).collect::<Vec<_>>().join(", ");
    match places.len() {
        0 => None,
        1..=PLACES => Some(format!("used by {shown}")),
        count => Some(format!("used by {shown} and {} more", count - PLACES)),
    }
}

/// `(rotate, source=.env, used by triage/telegram.botToken)`
pub(super) fn brackets(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) }
}

/// Why somebody should look at a value before it is sent.
pub fn suspicion_text(suspicion: Suspicion) -> &'static str {
    match suspicion {
        Suspicion::Jwt => "looks like a JWT, a token that expires",
        Suspicion::Expansion => "has $NAME, ${NAME} or $(command) in it, and nothing is expanded here",
        Suspicion::Backticks => "is in backticks, which are sent as part of it",
        Suspicion::Blanks => "starts or ends with blanks or line breaks, which are sent as part of it",
        Suspicion::Foreign => "looks like a ciphertext or a reference of another tool, which is sent as text",
    }
}

/// What a question about a row asks: `Rotate BAR a3f1 → 9b22`.
pub fn question_of(ask: Ask, row: &PushRow) -> Line {
    let word = match ask {
        Ask::Create => "Create ",
        Ask::Rotate => "Rotate ",
    };
    let line = line!("{}{}", word, Style::Bold.of(row.name.as_str()));
    match &row.state {
        RowState::Rotate { before, after } => line.then(line!(" {}", rotation(before.as_ref(), after.as_ref()))),
        _ => line,
    }
}

/// A time of the server, to the minute: `2026-11-22 20:14 UTC`.
pub fn updated(milliseconds: Option<i64>) -> String {
    milliseconds
        .and_then(|milliseconds| jiff::Timestamp::from_millisecond(milliseconds).ok())
        .map_or_else(|| "-".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
}
