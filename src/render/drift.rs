//! Where files and org differ, as people read it.

use std::collections::BTreeSet;

use crate::plan::{Action, FieldAction, FieldChange, Plan, Row};
use crate::pull::PullPlan;
use crate::schema::{Kind, ResourceKey, file_path};

use super::document::{Document, Style, line};
use super::hidden_values::{self, nothing_differs};
use super::phrases::{field_name, marked, name, org_at, summary};
use super::plan::{is_prompt, prompt_diff};
use super::prose_diff::{Direction, Folding};
use super::pull::closing;
use super::value_text::change_of_files;

/// What is compared, and how much of it is shown.
#[derive(Clone, Copy)]
pub struct DriftView<'a> {
    /// The context's name.
    pub context: &'a str,
    /// The server's origin.
    pub server: &'a str,
    /// The org's slug.
    pub org: &'a str,
    /// Whether long values are shown whole (`--full`).
    pub full: bool,
    /// The resources of which something that is declared differs.
    pub differing: &'a BTreeSet<ResourceKey>,
}

/// Renders what differs: what is declared first, then what only the org has.
pub fn render(plan: &Plan, pull: &PullPlan, view: &DriftView<'_>) -> Document {
    let blocks = [
        head(view),
        declared(plan, pull, view),
        undeclared(plan),
        hidden_values::told_of_all(plan),
        closing::withheld(pull),
        closing::kept(pull),
        closing::undeclared(pull),
        closing::notes(pull),
        last(plan, view),
    ];
    Document::of_blocks(blocks)
}

fn head(view: &DriftView<'_>) -> Document {
    let line = line!("Drift between this project and org {}", org_at(view.org, view.server, view.context));
    Document::from(line.prose(2))
}

/// What the files declare and the org has otherwise, from files to org.
fn declared(plan: &Plan, pull: &PullPlan, view: &DriftView<'_>) -> Document {
    let mut rows = Document::new();
    let mut shown = BTreeSet::new();
    for row in plan.rows.iter().filter(|row| row.is_change()) {
        shown.insert(&row.key);
        rows.append(differing(row, view));
    }
    // What no request changes is no change of a plan, and still differs.
    for row in pull.rows.iter().filter(|row| view.differing.contains(&row.key) && !shown.contains(&row.key)) {
        rows.push(line!("{}{}", Style::Update.of("~ "), name(&row.key)).indented(2));
        let fields = row.fields.iter().filter(|field| field.before.is_some());
        rows.extend(fields.flat_map(|field| pulled(row.key.kind, field, view).lines().to_vec()));
    }
    if rows.is_empty() {
        return rows;
    }
    Document::from(Style::Bold.line("Declared, and otherwise in the org:")).with(rows)
}

fn differing(row: &Row, view: &DriftView<'_>) -> Document {
    if row.action == Action::Create {
        return Document::from(
            line!("{}{}{}", Style::Create.of("+ "), name(&row.key), Style::Dim.of(" (only in the files)")).indented(2),
        );
    }
    let head = line!("{}{}", Style::Update.of("~ "), name(&row.key)).indented(2);
    let fields = row.fields.iter().filter(|field| field.action.is_change());
    let turned =
        |field: &FieldChange| FieldChange { before: field.after.clone(), after: field.before.clone(), ..field.clone() };
    Document::from(head)
        .with(fields.flat_map(|field| pulled(row.key.kind, &turned(field), view).lines().to_vec()).collect())
}

/// A field from what the files say to what the org has.
fn pulled(kind: Kind, field: &FieldChange, view: &DriftView<'_>) -> Document {
    let folding = if view.full { Folding::Full } else { Folding::Fold };
    let label = field_name(kind, &field.path);
    let prompt = is_prompt(&field.path).then(|| prompt_diff(&label, field, folding, Direction::ToFiles)).flatten();
    let (before, after) = (field.before.as_ref(), field.after.as_ref());
    let block = prompt.unwrap_or_else(|| change_of_files(&label, &field.path, before, after, folding));
    marked(Style::Update, "~ ", &block).indented(6)
}

/// What the org has of declared resources and the files do not say.
fn undeclared(plan: &Plan) -> Document {
    let is_drift = |field: &&FieldChange| matches!(field.action, FieldAction::Drift { .. });
    let mut rows = Document::new();
    for row in &plan.rows {
        let paths: Vec<String> =
            row.fields.iter().filter(is_drift).map(|field| file_path(row.key.kind, &field.path)).collect();
        let line = line!("{}{}", Style::Drift.of("? "), name(&row.key));
        if !paths.is_empty() {
            rows.push(line.then(line!(": {}", paths.join(", "))).prose(4).indented(2));
        } else if row.action == Action::Drift {
            rows.push(line.indented(2));
        }
    }
    if rows.is_empty() {
        return rows;
    }
    Document::from(Style::Bold.line("In the org, and not in the files:")).with(rows)
}

fn last(plan: &Plan, view: &DriftView<'_>) -> Document {
    let has_drift = |row: &&Row| {
        row.action == Action::Drift || row.fields.iter().any(|field| matches!(field.action, FieldAction::Drift { .. }))
    };
    let drifting = plan.rows.iter().filter(has_drift).count();
    let others: usize = plan.undeclared.values().map(Vec::len).sum();
    let unchanged =
        plan.rows.iter().filter(|row| row.action == Action::Unchanged && !view.differing.contains(&row.key));
    let mut document = Document::new();
    if view.differing.is_empty() {
        document.push(nothing_differs(plan, "The org is as the project declares it.", "What can be compared matches"));
    }
    document.push(summary([
        (view.differing.len(), " differ"),
        (drifting + others, " with more in the org"),
        (unchanged.count(), " as declared"),
    ]));
    document
}
