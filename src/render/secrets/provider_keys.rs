//! The keys of providers, which go to a server without the secrets API: names and places, and never a value.

use crate::push::{KeyEnding, KeyPlan, KeyReport, KeyRow, KeyState};
use crate::render::document::{Document, Line, Style, line};

use super::phrases::{brackets, suspicion_text, used_by};
use super::plan::{PushView, counted_words};

/// Renders what would be sent of the keys of providers. `literal` are the providers whose keys are in the files.
pub fn key_plan(plan: &KeyPlan, literal: &[&str], view: &PushView<'_>) -> Document {
    let mut document = Document::from(line!(
        "Provider keys of org {} on {} (context {}), values from {}",
        Style::Bold.of(view.org),
        Style::Bold.of(view.server),
        view.context,
        Style::Bold.of(view.source)
    ));
    for row in &plan.rows {
        document.push(key_row(row, view).indented(2));
        document.append(below(row).indented(6));
    }
    document.push(
        line!(
            "{}this server has no secrets API: only provider keys are sent, and an apply sends platform values",
            Style::Note.of("note: ")
        )
        .prose(2),
    );
    if !literal.is_empty() {
        let text = "literal keys are never sent: ";
        let what = line!("{}{}{}; write them as $NAME", Style::Note.of("note: "), text, literal.join(", "));
        document.push(what.prose(2));
    }
    if plan.sent().next().is_none() {
        document.push(line!("Nothing to push."));
    } else if view.dry_run {
        document.push(line!("This is a dry run: nothing was sent."));
    }
    let counts = counted_words(&[(plan.sent().count(), "to send"), (plan.missing(), "missing")]);
    if !counts.is_empty() {
        document.push(Style::Bold.line(format!("Push: {counts}.")));
    }
    document
}

fn key_row(row: &KeyRow, view: &PushView<'_>) -> Line {
    let used = used_by(&row.key.places);
    let (style, marker, text) = match row.state {
        KeyState::Send => {
            let source = Some(format!("source={}", view.source));
            (Style::Update, "~", brackets([Some("send".to_owned()), source, used]))
        }
        KeyState::Missing { is_empty } => {
            let why = if is_empty { "empty in" } else { "missing from" };
            (Style::Attention, "!", format!("{why} {}  {}", view.source, brackets([used])))
        }
    };
    line!("{} {}  {}", style.of(marker), key_name(row), text.trim_end()).prose(6)
}

/// `$ANTHROPIC_API_KEY → anthropic`
fn key_name(row: &KeyRow) -> Line {
    line!("{} → {}", Style::Bold.of(row.key.name.reference()), Style::Bold.of(&row.key.provider))
}

fn below(row: &KeyRow) -> Document {
    let mut document = Document::new();
    if row.state == KeyState::Send {
        let what = "for every agent of the org; it may replace a key that nobody can read back";
        document.push(line!("{}{}", Style::Attention.of("! "), what).prose(2));
    }
    if let Some(suspicion) = row.suspicion {
        document.push(line!("{}it {}", Style::Attention.of("! "), suspicion_text(suspicion)));
    }
    document
}

/// What the question about a key asks, and what to know before.
pub fn key_question(row: &KeyRow) -> (Document, Line) {
    let question = line!("Send {} for every agent", key_name(row));
    (below(row), question)
}

/// Renders what became of each key that would have been sent, and the counts as the last line.
pub fn key_report(report: &KeyReport) -> Document {
    let mut document = Document::new();
    for (row, ending) in report.rows.iter().filter(|(_, ending)| *ending != KeyEnding::Nothing) {
        let (style, marker, text) = match ending {
            KeyEnding::Sent => (Style::Update, "~", "sent"),
            KeyEnding::Declined | KeyEnding::Nothing => (Style::Unchanged, "=", "not sent"),
            KeyEnding::Failed(_) => (Style::Attention, "!", "refused: not sent"),
            KeyEnding::Unknown(_) => (Style::Attention, "!", "unknown: the answer was lost"),
            KeyEnding::NotTried => (Style::Attention, "!", "not tried"),
        };
        document.push(line!("{} {}  {}", style.of(marker), key_name(row), text).indented(2));
    }
    let sent = report.count(|ending| *ending == KeyEnding::Sent);
    let counts = [
        (sent, "sent"),
        (report.count(|ending| *ending == KeyEnding::Declined), "not sent"),
        (report.count(|ending| matches!(ending, KeyEnding::Failed(_))), "refused"),
        (report.count(|ending| matches!(ending, KeyEnding::Unknown(_))), "unknown"),
        (report.count(|ending| *ending == KeyEnding::NotTried), "not tried"),
    ];
    let head = match report.failure() {
        None if report.count(|ending| *ending == KeyEnding::NotTried) == 0 => Style::Create.of("Push complete."),
        _ => Style::Attention.of("Push not complete."),
    };
    document.push(line!("{} {}.", head, counted_words(&counts)));
    document
}
