//! What became of a push.

use crate::org::SecretChange;
use crate::push::{Ask, Ending, PushReport, RowEnd, RowState};
use crate::render::document::{Document, Line, Style, line};
use crate::secrets::Fingerprint;

use super::phrases::{digits, head, name_columns};
use super::plan::counted_words;

/// Renders what became of each row that would have been sent, and the counts as the last line.
pub fn report(report: &PushReport) -> Document {
    let shown: Vec<_> = report.rows.iter().filter(|end| end.ending != Ending::Nothing).collect();
    let columns = name_columns(shown.iter().map(|end| end.row.name.as_str()));
    let mut document: Document = shown.into_iter().map(|end| row(end, columns).indented(2)).collect();
    document.push(last(report));
    document
}

fn row(end: &RowEnd, columns: usize) -> Line {
    let before = match &end.row.state {
        RowState::Rotate { before, .. } => before.as_ref(),
        _ => None,
    };
    let (style, marker, text) = match &end.ending {
        Ending::Done { change, now, previous } => done(*change, previous.as_ref().or(before), now.as_ref()),
        Ending::Declined if Ask::of(&end.row) == Some(Ask::Rotate) => {
            (Style::Unchanged, "=", format!("{}  declined, kept", digits(before)))
        }
        Ending::Declined => (Style::Attention, "!", "declined, not created".to_owned()),
        Ending::MadeByAnother => {
            (Style::Unchanged, "=", "another push created it first: that value is kept".to_owned())
        }
        Ending::Overtaken => {
            let text = match &end.row.state {
                RowState::Create => "was deleted since it was shown, and was not created again",
                _ => "changed in the org since it was shown: that value is kept",
            };
            (Style::Attention, "!", text.to_owned())
        }
        Ending::Nothing => (Style::Unchanged, "=", String::new()),
    };
    line!("{}{}", head(style, marker, end.row.name.as_str(), columns), text)
}

fn done(
    change: SecretChange,
    before: Option<&Fingerprint>,
    now: Option<&Fingerprint>,
) -> (Style, &'static str, String) {
    match change {
        SecretChange::Created => (Style::Create, "+", format!("{}  created", digits(now))),
        SecretChange::Rotated => (Style::Update, "~", format!("{} → {}  rotated", digits(before), digits(now))),
        SecretChange::Unchanged => {
            (Style::Unchanged, "=", format!("{}  unchanged: the org had this very value", digits(now)))
        }
        SecretChange::Deleted => (Style::Remove, "-", format!("{}  deleted", digits(now))),
    }
}

fn last(report: &PushReport) -> Line {
    let done = |wanted: SecretChange| {
        report.count(|ending| matches!(ending, Ending::Done { change, .. } if *change == wanted))
    };
    let head = match report.overtaken() {
        0 => Style::Create.of("Push complete."),
        _ => Style::Attention.of("Push not complete."),
    };
    let counts = [
        (done(SecretChange::Created), "created"),
        (done(SecretChange::Rotated), "rotated"),
        (done(SecretChange::Unchanged), "unchanged"),
        (report.count(|ending| *ending == Ending::Declined), "declined"),
        (report.count(|ending| *ending == Ending::MadeByAnother), "made by another push"),
        (report.overtaken(), "changed in between and left alone"),
    ];
    match counted_words(&counts) {
        counts if counts.is_empty() => line!("{}", head),
        counts => line!("{} {}.", head, counts),
    }
}
