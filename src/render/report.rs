//! What became of a plan, as people read it (A3, A6).

use std::collections::BTreeMap;

use crate::execute::{Failure, Report, RowOutcome};
use crate::model::{Kind, ResourceKey};
use crate::plan::{Action, FieldAction, Plan, Row};

use super::document::{Document, Line, Style};
use super::plan::{counts_by_kind, marker, name, sentence};

/// How many rows of one outcome are listed; more of them are counted by kind.
const LISTED: usize = 10;

/// A row of the plan, where it is still known, with what became of it.
type Outcome<'a> = (Option<&'a Row>, &'a ResourceKey, &'a RowOutcome);

/// Renders the end of an apply: `Apply complete.` with counts, or what was done, failed, not tried and is unknown.
///
/// `next_command` is what goes on from here; on an embedded org the last line also says that no agent runs in it.
pub fn render(report: &Report, plan: &Plan, is_local: bool, next_command: Option<&str>) -> Document {
    let rows = outcomes(report, plan);
    let mut document = if report.is_complete() { complete(&rows) } else { incomplete(report, &rows) };
    document.extend(end(is_local, next_command));
    document
}

/// Renders one row as it ends: `  ~ platform triage/triage-telegram (restarted)`.
pub fn row_line(row: &Row, outcome: &RowOutcome) -> Line {
    line(Some(row), &row.key, outcome)
}

fn outcomes<'a>(report: &'a Report, plan: &'a Plan) -> Vec<Outcome<'a>> {
    let rows: BTreeMap<&ResourceKey, &Row> = plan.rows.iter().map(|row| (&row.key, row)).collect();
    report.rows.iter().map(|(key, outcome)| (rows.get(key).copied(), key, outcome)).collect()
}

fn complete(rows: &[Outcome<'_>]) -> Document {
    let count = |wanted: Action| rows.iter().filter(|(row, ..)| row.is_some_and(|row| row.action == wanted)).count();
    let fields = rows.iter().filter_map(|(row, ..)| *row).flat_map(|row| &row.fields);
    let removed = fields.filter(|field| field.action == FieldAction::Remove).count();
    let mut line = Line::new()
        .literal(Style::Create, "Apply complete.")
        .plain(" ")
        .count(count(Action::Create))
        .plain(" created, ")
        .count(count(Action::Update))
        .plain(" updated");
    if removed > 0 {
        line = line.plain(", ").count(removed).plain(" removed");
    }
    Document::from(line.plain("."))
}

fn incomplete(report: &Report, rows: &[Outcome<'_>]) -> Document {
    let of = |wanted: fn(&RowOutcome) -> bool| -> Vec<&Outcome<'_>> {
        rows.iter().filter(|(_, _, outcome)| wanted(outcome)).collect()
    };
    let done = of(|outcome| matches!(outcome, RowOutcome::Done(_)));
    let failed = of(|outcome| matches!(outcome, RowOutcome::Failed(_)));
    let unknown = of(|outcome| matches!(outcome, RowOutcome::Unknown(_)));
    let not_tried = of(|outcome| matches!(outcome, RowOutcome::NotTried));
    let head = if report.interrupted { "Apply was interrupted: " } else { "Apply is not complete: " };
    let mut counts = Line::new().literal(Style::Attention, head).count(done.len()).plain(" done, ");
    counts = counts.count(failed.len()).plain(" failed, ").count(not_tried.len()).plain(" not tried, ");
    let mut document = Document::from(counts.count(unknown.len()).plain(" unknown."));
    for block in [
        list("Done:", &done, LISTED),
        list("Failed:", &failed, usize::MAX),
        list("Unknown, each may have been done:", &unknown, usize::MAX),
        list("Not tried:", &not_tried, LISTED),
    ] {
        if !block.is_empty() {
            document.blank();
            document.append(block);
        }
    }
    document.blank();
    document.push(verdict(report));
    document
}

fn verdict(report: &Report) -> Line {
    let text = if report.wrote || report.done() > 0 {
        "What is done stays done; the same command again does the rest."
    } else if report.unknown() > 0 {
        "The same command again finds out what was done, and does the rest."
    } else {
        "Nothing was changed."
    };
    Line::new().plain(text).prose(0)
}

fn list(head: &'static str, rows: &[&Outcome<'_>], limit: usize) -> Document {
    if rows.is_empty() {
        return Document::new();
    }
    let head = Line::new().literal(Style::Bold, head);
    if rows.len() > limit {
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        for (_, key, _) in rows {
            *counts.entry(key.kind).or_default() += 1;
        }
        return Document::from(head.plain(" ").text(Style::Plain, counts_by_kind(counts)));
    }
    let mut document = Document::from(head);
    for (row, key, outcome) in rows {
        document.push(line(*row, key, outcome));
        if let RowOutcome::Failed(Failure { hint: Some(hint), .. }) = outcome {
            document.push(sentence(Style::Hint, "hint: ", hint).indented(6));
        }
    }
    document
}

fn line(row: Option<&Row>, key: &ResourceKey, outcome: &RowOutcome) -> Line {
    let (style, sign) = row.map_or((Style::Plain, "~ "), |row| marker(row.action));
    let planned = Line::new().literal(style, sign).then(name(key));
    let attention = Line::new().literal(Style::Attention, "! ").then(name(key));
    let line = match outcome {
        RowOutcome::Done(Some(detail)) => bracketed(planned, detail),
        RowOutcome::Done(None) => match row.map(detail).filter(|members| !members.is_empty()) {
            Some(members) => bracketed(planned, &members.join(", ")),
            None => planned,
        },
        RowOutcome::Failed(failure) => attention.plain(" failed: ").foreign(Style::Plain, &failure.error.to_string()),
        RowOutcome::NotTried => planned,
        RowOutcome::Unknown(why) => attention.plain(" may have been done: ").foreign(Style::Plain, why),
    };
    line.prose(4).indented(2)
}

/// The members that were written: of updates, and of settings also where they are new.
fn detail(row: &Row) -> Vec<&str> {
    if row.action == Action::Update || row.key.kind == Kind::Settings { row.changed_members() } else { Vec::new() }
}

fn bracketed(line: Line, text: &str) -> Line {
    line.literal(Style::Dim, " (").foreign(Style::Dim, text).literal(Style::Dim, ")")
}

fn end(is_local: bool, next_command: Option<&str>) -> Option<Line> {
    let here = "This is an embedded org, in which no agent runs";
    let command = |line: Line| next_command.map(|command| line.foreign(Style::Bold, command));
    if is_local {
        let line = Line::new().plain(here);
        let next = command(Line::new().plain("; to go on: "));
        return Some(next.map_or_else(|| line.clone().plain("."), |next| line.clone().then(next)).prose(2));
    }
    command(Line::new().plain("To go on: ")).map(|line| line.prose(2))
}
