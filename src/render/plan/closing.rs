//! What stands below the rows of a plan.

use std::collections::BTreeMap;

use crate::model::{counted, plural};
use crate::plan::{Action, FieldAction, Plan, Problem, Summary};
use crate::render::document::{Document, Line, Style, line};
use crate::render::hidden_values::nothing_differs;
use crate::render::phrases::{counted_kind, counts_by_kind, field_name, name, sentence};
use crate::render::text_safety::SafeText;
use crate::schema::{Kind, ResourceKey};

use super::PlanView;

/// What the marks `?` mean, said once.
pub(in crate::render) fn drift(plan: &Plan) -> Document {
    let drifting = plan.rows.iter().flat_map(|row| &row.fields).filter_map(|field| match field.action {
        FieldAction::Drift { prunable } => Some(prunable),
        _ => None,
    });
    let (prunable, kept): (Vec<bool>, Vec<bool>) = drifting.partition(|prunable| *prunable);
    let whole = plan.rows.iter().filter(|row| row.action == Action::Drift && row.fields.is_empty()).count();
    let lines = [
        (
            prunable.len(),
            ("setting is", "settings are"),
            "pull adds it, --prune removes it",
            "pull adds them, --prune removes them",
        ),
        (kept.len(), ("setting is", "settings are"), "left as it is", "left as they are"),
        (
            whole,
            ("resource is", "resources are"),
            "pull adds it; apply never deletes it",
            "pull adds them; apply never deletes them",
        ),
    ];
    let line = |(count, (one, many), it, them): (usize, (&'static str, &'static str), &'static str, &'static str)| {
        let (noun, what) = (plural(count, one, many), plural(count, it, them));
        line!("{}{} {} only in the org ({})", Style::Drift.of("? "), count, noun, what).prose(2)
    };
    lines.into_iter().filter(|(count, ..)| *count > 0).map(line).collect()
}

/// What the org has and the project does not declare: a line a kind, or with `--all` a row each.
pub(in crate::render) fn undeclared(plan: &Plan, all: bool) -> Document {
    let kinds = plan.undeclared.iter().filter(|(_, ids)| !ids.is_empty());
    kinds.flat_map(|(kind, ids)| undeclared_of(*kind, ids, all).lines().to_vec()).collect()
}

fn undeclared_of(kind: Kind, ids: &[String], all: bool) -> Document {
    let count = counted_kind(kind, ids.len());
    let (is, them) = (plural(ids.len(), "is", "are"), plural(ids.len(), "it", "them"));
    let head = line!("{}{} {} not in this project; ", Style::Drift.of("? "), count, is);
    if !all {
        return Document::from(head.then(line!("--all lists {}", them)).prose(2));
    }
    let head = head.then(line!("apply never deletes {}:", them));
    let row = |id: &String| line!("{}{}", Style::Drift.of("? "), name(&ResourceKey::new(kind, id))).indented(2);
    Document::from(head.prose(2)).with(ids.iter().map(row).collect())
}

/// What `--yes` alone will not clear.
pub(in crate::render) fn guarded(plan: &Plan) -> Document {
    let clears = plan.guarded_clears();
    if clears.is_empty() {
        return Document::new();
    }
    let head = line!("{}With --yes this needs --allow-clear too:", Style::Attention.of("! "));
    let row = |(key, path): &(&ResourceKey, &crate::model::FieldPath)| {
        line!("{}{} {}", Style::Remove.of("- "), name(key), field_name(key.kind, path))
    };
    Document::from(head).with(clears.iter().map(row).collect::<Document>().indented(4))
}

/// What selectors left out.
pub(in crate::render) fn left_out(plan: &Plan, selectors: &[String]) -> Document {
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
    Document::from(line!("Only {}{}{}", selectors.join(" "), verb, what).prose(2))
}

/// What the reader can mend, and what there is to know.
pub(in crate::render) fn messages(plan: &Plan) -> Document {
    let mut document = Document::new();
    for warning in &plan.warnings {
        let head = Style::Warning.line("warning: ");
        document.append(problem(head, warning, 2));
    }
    document.extend(plan.notes.iter().map(|note| sentence(Style::Note, "note: ", note)));
    document
}

/// What cannot be done: a plan error (exit 3).
pub(in crate::render) fn problems(plan: &Plan) -> Document {
    if plan.problems.is_empty() {
        return Document::new();
    }
    let head = Style::Error.line("This server cannot take this plan:");
    let rows =
        plan.problems.iter().flat_map(|one| problem(Style::Attention.line("! "), one, 4).indented(2).lines().to_vec());
    Document::from(head).with(rows.collect())
}

fn problem(head: Line, problem: &Problem, indent: usize) -> Document {
    let line = line!("{}{}: {}", head, name(&problem.key), &problem.message).prose(2);
    let hint = problem.hint.iter().map(|hint| sentence(Style::Hint, "help: ", hint).indented(indent));
    Document::from(line).with(hint.collect())
}

/// How many digits of a plan's id people see; JSON has all of them.
const SHORT_ID: usize = 12;

/// What comes of a plan that writes something: `3 to create, 1 to update`.
pub(in crate::render) fn counts(plan: &Plan) -> String {
    let Summary { create, update, remove, unchanged: _, drift: _, incomparable: _ } = plan.summary();
    let removed = plural(remove, " setting to remove", " settings to remove");
    let counts = [(create, " to create"), (update, " to update"), (remove, removed)];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count}{what}")).collect();
    counts.join(", ")
}

/// What is said of a plan that writes nothing.
pub(in crate::render) fn nothing_to_apply(plan: &Plan) -> Line {
    let unchanged = plan.summary().unchanged;
    let unchanged = (unchanged > 0).then(|| line!(" {} unchanged.", counted(unchanged, "resource")));
    let nothing = nothing_differs(plan, "Nothing to apply.", "Nothing to apply in what can be compared");
    nothing.then(unchanged.unwrap_or_default())
}

/// What comes of it, and the plan's id: always the last line.
pub(super) fn last(plan: &Plan, view: &PlanView<'_>) -> Document {
    if plan.is_empty() {
        return Document::from(nothing_to_apply(plan));
    }
    let line = line!("{}{}.   ", Style::Bold.of("Plan: "), Style::Bold.of(counts(plan)));
    let id = view.plan_id.map(|id| id.get(..SHORT_ID).unwrap_or(id));
    let line = match id {
        Some(id) => line.then(line!("id {}", Style::Bold.of(id))),
        None => line.then(line!("plan id: none (it writes hidden literals)")),
    };
    Document::from(line)
}
