//! What stands below the rows of a plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{SecretName, Text, Value};
use crate::plan::{Action, FieldAction, FieldChange, Plan, Problem, Row, Summary};
use crate::render::document::{Document, Line, Style};
use crate::render::prose_diff::plural;
use crate::render::text_safety::{SafeText, sanitise};
use crate::schema::kinds::PLATFORM;
use crate::schema::{Kind, ResourceKey};

use super::PlanView;
use super::words::{counted, counts_by_kind, joined, name, sentence};

/// How many names of secrets a line gives before it says `…`.
const NAMES: usize = 5;

/// How many values cannot be compared, and the command that sends them (W3).
///
/// A platform that is written anyway sends its own, and its row says so.
pub(super) fn incomparable(plan: &Plan) -> Document {
    let is_sent = |row: &&Row| row.key.kind == PLATFORM && row.action == Action::Update;
    let rows = plan.rows.iter().filter(|row| !is_sent(row));
    let fields: Vec<&FieldChange> =
        rows.flat_map(|row| &row.fields).filter(|field| field.action == FieldAction::Incomparable).collect();
    if fields.is_empty() {
        return Document::new();
    }
    let names: BTreeSet<&SecretName> = fields.iter().filter_map(|field| reference(field.after.as_ref())).collect();
    let line = Line::new()
        .literal(Style::Unchanged, "= ")
        .count(fields.len())
        .text(Style::Plain, plural(fields.len(), " value", " values"))
        .plain(" cannot be compared with what the org has")
        .text(Style::Plain, in_brackets(&names))
        .text(Style::Plain, plural(fields.len(), " and is not sent; ", " and are not sent; "))
        .plain("to send: --resend-secrets=all")
        .text(Style::Plain, by_name(&names));
    Document::from(line.prose(2))
}

fn reference(value: Option<&Value>) -> Option<&SecretName> {
    match value {
        Some(Value::Text(Text::SecretRef(name))) => Some(name),
        _ => None,
    }
}

fn in_brackets(names: &BTreeSet<&SecretName>) -> SafeText {
    if names.is_empty() {
        return SafeText::literal("");
    }
    let mut parts: Vec<SafeText> = names.iter().take(NAMES).map(|name| sanitise(&name.reference())).collect();
    if names.len() > NAMES {
        parts.push(SafeText::literal("…"));
    }
    SafeText::literal(" (").then(&joined(&parts)).then(&SafeText::literal(")"))
}

fn by_name(names: &BTreeSet<&SecretName>) -> SafeText {
    match names.first() {
        Some(name) if names.len() > 1 => sanitise(&format!(" or --resend-secrets={name}")),
        _ => SafeText::literal(""),
    }
}

/// What the org has and the project does not declare: a line a kind, or with `--all` a row each.
pub(super) fn undeclared(plan: &Plan, all: bool) -> Document {
    let kinds = plan.undeclared.iter().filter(|(_, ids)| !ids.is_empty());
    kinds.flat_map(|(kind, ids)| undeclared_of(*kind, ids, all).lines().to_vec()).collect()
}

fn undeclared_of(kind: Kind, ids: &[String], all: bool) -> Document {
    let head = Line::new().literal(Style::Drift, "? ").text(Style::Plain, counted(kind, ids.len()));
    let head = head.text(Style::Plain, plural(ids.len(), " is not in this project; ", " are not in this project; "));
    if !all {
        let rest = plural(ids.len(), "--all lists it", "--all lists them");
        return Document::from(head.text(Style::Plain, rest).prose(2));
    }
    let rest = plural(ids.len(), "apply never deletes it:", "apply never deletes them:");
    let row = |id: &String| Line::new().literal(Style::Drift, "? ").then(name(&ResourceKey::new(kind, id))).indented(2);
    Document::from(head.text(Style::Plain, rest).prose(2)).with(ids.iter().map(row).collect())
}

/// What `--yes` alone will not clear.
pub(super) fn guarded(plan: &Plan) -> Document {
    let clears = plan.guarded_clears();
    if clears.is_empty() {
        return Document::new();
    }
    let head = Line::new().literal(Style::Attention, "! ").plain("With --yes this needs --allow-clear too:");
    let row = |(key, path): &(&ResourceKey, &crate::model::FieldPath)| {
        Line::new().literal(Style::Remove, "- ").then(name(key)).plain(" ").foreign(Style::Plain, &path.to_string())
    };
    Document::from(head).with(clears.iter().map(row).collect::<Document>().indented(4))
}

/// What selectors left out.
pub(super) fn left_out(plan: &Plan, selectors: &[String]) -> Document {
    left_out_of(&plan.left_out, selectors, " is planned; left out: ")
}

/// What selectors left out, in the words of a verb.
pub(in crate::render) fn left_out_of(
    left_out: &BTreeMap<Kind, usize>,
    selectors: &[String],
    verb: &'static str,
) -> Document {
    if selectors.is_empty() {
        return Document::new();
    }
    let counts = counts_by_kind(left_out.iter().filter(|(_, count)| **count > 0).map(|(kind, count)| (*kind, *count)));
    let what = if counts.is_empty() { SafeText::literal("nothing of the project") } else { counts };
    let line = Line::new().plain("Only ").foreign(Style::Plain, &selectors.join(" "));
    Document::from(line.plain(verb).text(Style::Plain, what).prose(2))
}

/// What the reader can mend, and what there is to know.
pub(super) fn messages(plan: &Plan) -> Document {
    let mut document = Document::new();
    for warning in &plan.warnings {
        let head = Line::new().literal(Style::Warning, "warning: ");
        document.append(problem(head, warning, 2));
    }
    document.extend(plan.notes.iter().map(|note| sentence(Style::Note, "note: ", note)));
    document
}

/// What cannot be done: a plan error (exit 3).
pub(super) fn problems(plan: &Plan) -> Document {
    if plan.problems.is_empty() {
        return Document::new();
    }
    let head = Line::new().literal(Style::Error, "This server cannot take this plan:");
    let rows = plan
        .problems
        .iter()
        .flat_map(|one| problem(Line::new().literal(Style::Attention, "! "), one, 4).indented(2).lines().to_vec());
    Document::from(head).with(rows.collect())
}

fn problem(head: Line, problem: &Problem, indent: usize) -> Document {
    let line = head.then(name(&problem.key)).plain(": ").foreign(Style::Plain, &problem.message).prose(2);
    let hint = problem.hint.iter().map(|hint| sentence(Style::Hint, "hint: ", hint).indented(indent));
    Document::from(line).with(hint.collect())
}

/// What comes of it, the plan's id, and the summary, always the last line.
pub(super) fn last(plan: &Plan, view: &PlanView<'_>) -> Document {
    let mut document = Document::new();
    if plan.is_empty() && plan.problems.is_empty() {
        document.push(Line::new().plain("Nothing to apply."));
    } else if view.dry_run {
        document.push(Line::new().plain("This is a plan only: nothing was written."));
    }
    document.push(Line::new().plain("Plan id: ").foreign(Style::Bold, view.plan_id));
    document.push(summary(plan.summary()));
    document
}

fn summary(summary: Summary) -> Line {
    let Summary { create, update, remove, unchanged, drift, incomparable } = summary;
    let mut parts = vec![(create, " create"), (update, " update"), (unchanged, " unchanged"), (drift, " drift")];
    parts.extend([(remove, " removed"), (incomparable, " incomparable")].into_iter().filter(|(count, _)| *count > 0));
    let parts: Vec<SafeText> =
        parts.into_iter().map(|(count, word)| SafeText::count(count).then(&SafeText::literal(word))).collect();
    Line::new().literal(Style::Bold, "Summary: ").text(Style::Bold, joined(&parts))
}
