//! What stands below the rows of a plan.

use std::collections::BTreeMap;

use crate::model::plural;
use crate::plan::{Plan, Problem, Summary};
use crate::render::document::{Document, Line, Style, line};
use crate::render::hidden_values::nothing_differs;
use crate::render::phrases::{counted_kind, counts_by_kind, field_name, name, sentence, summary};
use crate::render::text_safety::SafeText;
use crate::schema::{Kind, ResourceKey};

use super::PlanView;

/// What the org has and the project does not declare: a line a kind, or with `--all` a row each.
pub(super) fn undeclared(plan: &Plan, all: bool) -> Document {
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
pub(super) fn guarded(plan: &Plan) -> Document {
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
    Document::from(line!("Only {}{}{}", selectors.join(" "), verb, what).prose(2))
}

/// What the reader can mend, and what there is to know.
pub(super) fn messages(plan: &Plan) -> Document {
    let mut document = Document::new();
    for warning in &plan.warnings {
        let head = Style::Warning.line("warning: ");
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
    let head = Style::Error.line("This server cannot take this plan:");
    let rows =
        plan.problems.iter().flat_map(|one| problem(Style::Attention.line("! "), one, 4).indented(2).lines().to_vec());
    Document::from(head).with(rows.collect())
}

fn problem(head: Line, problem: &Problem, indent: usize) -> Document {
    let line = line!("{}{}: {}", head, name(&problem.key), &problem.message).prose(2);
    let hint = problem.hint.iter().map(|hint| sentence(Style::Hint, "hint: ", hint).indented(indent));
    Document::from(line).with(hint.collect())
}

/// How many digits of a plan's id people see; JSON has all of them.
const SHORT_ID: usize = 12;

/// What comes of it, the plan's id, and the summary, always the last line.
pub(super) fn last(plan: &Plan, view: &PlanView<'_>) -> Document {
    let mut document = Document::new();
    if plan.is_empty() && plan.problems.is_empty() {
        document.push(nothing_differs(plan, "Nothing to apply.", "Nothing to apply in what can be compared"));
    } else if view.dry_run {
        document.push(line!("This is a plan only: nothing was written."));
    }
    let id = view.plan_id.map(|id| id.get(..SHORT_ID).unwrap_or(id));
    let line = id.map(|id| line!("Plan id: {}", Style::Bold.of(id)));
    document.push(line.unwrap_or_else(|| line!("Plan id: none (it writes hidden literals)")));
    document.push(summary(counts(plan.summary())));
    document
}

fn counts(summary: Summary) -> Vec<(usize, &'static str)> {
    let Summary { create, update, remove, unchanged, drift, incomparable } = summary;
    let mut counts = vec![(create, " create"), (update, " update"), (unchanged, " unchanged"), (drift, " drift")];
    counts.extend([(remove, " removed"), (incomparable, " incomparable")].into_iter().filter(|(count, _)| *count > 0));
    counts
}
