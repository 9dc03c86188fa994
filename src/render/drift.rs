//! Where files and org differ, as people read it.

use std::collections::BTreeSet;

use crate::model::{counted, plural};
use crate::plan::{Action, FieldAction, FieldChange, Plan, Row};
use crate::pull::PullPlan;
use crate::schema::{Kind, ResourceKey};

use super::document::{Document, Line, Style, line};
use super::fields::{Columns, Page, changed, drifting, label_width};
use super::hidden_values::{self, nothing_differs};
use super::phrases::{name, org_at, place};
use super::plan::undeclared;
use super::prose_diff::{Direction, Folding};
use super::pull::closing;

/// What is compared, and how much of it is shown.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line, in any combination")]
pub struct DriftView<'a> {
    /// The context's name.
    pub context: &'a str,
    /// The server's origin.
    pub server: &'a str,
    /// The org's slug.
    pub org: &'a str,
    /// Whether the head is shown: not below a line on the same terminal that says the same.
    pub with_head: bool,
    /// How wide a line may be.
    pub columns: usize,
    /// Whether long values are shown whole (`--full`).
    pub full: bool,
    /// Whether resources that are not in the project are listed (`--all`).
    pub all: bool,
    /// Whether values of the org that no file declares are shown.
    pub org_values: bool,
    /// The resources of which something that is declared differs.
    pub differing: &'a BTreeSet<ResourceKey>,
}

/// Renders what differs: what is declared first, then what only the org has.
pub fn render(plan: &Plan, pull: &PullPlan, view: &DriftView<'_>) -> Document {
    let blocks = [
        view.with_head.then(|| org_at(view.org, view.server, view.context).prose(2)).into_iter().collect(),
        declared(plan, pull, view),
        only_in_org(plan, view),
        undeclared(plan, view.all),
        hidden_values::told_of_all(plan),
        closing::withheld(pull),
        closing::kept(pull),
        closing::notes(pull),
        Document::from(last(plan, view).prose(2)),
    ];
    Document::of_blocks(blocks)
}

impl DriftView<'_> {
    fn page(&self, kind: Kind, fields: &[FieldChange]) -> Page {
        let widths = fields.iter().map(|field| label_width(kind, field, false));
        let folding = if self.full { Folding::Full } else { Folding::Fold };
        Page { columns: Columns::of(self.columns, widths), folding }
    }
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
        let fields: Vec<FieldChange> = row.fields.iter().filter(|field| field.before.is_some()).cloned().collect();
        rows.append(changes(row.key.kind, &fields, view));
    }
    if rows.is_empty() {
        return rows;
    }
    Document::from(Style::Bold.line("Changed in the org:")).with(rows)
}

fn differing(row: &Row, view: &DriftView<'_>) -> Document {
    if row.action == Action::Create {
        let head = line!("{}{}{}", Style::Create.of("+ "), name(&row.key), Style::Dim.of(" (only in the files)"));
        return at_its_place(head.indented(2), row, view);
    }
    let sections = row.changed_sections().join(", ");
    let head = line!("{}{}{}", Style::Update.of("~ "), name(&row.key), Style::Dim.of(format!(" ({sections})")));
    let turned =
        |field: &FieldChange| FieldChange { before: field.after.clone(), after: field.before.clone(), ..field.clone() };
    let fields: Vec<FieldChange> = row.fields.iter().filter(|field| field.action.is_change()).map(turned).collect();
    at_its_place(head.indented(2).prose(8), row, view).with(changes(row.key.kind, &fields, view))
}

fn at_its_place(head: Line, row: &Row, view: &DriftView<'_>) -> Document {
    match row.declared_at.as_ref().filter(|at| at.line > 0) {
        Some(at) => head.with_at_right(place(at), view.columns),
        None => head.into(),
    }
}

/// Fields from what the files say to what the org has.
fn changes(kind: Kind, fields: &[FieldChange], view: &DriftView<'_>) -> Document {
    let page = view.page(kind, fields);
    // A field that the org has and the files clear comes, and one that the org lacks goes.
    let turned = |field: &FieldChange| {
        let action = match (&field.before, &field.after) {
            (None, _) => FieldAction::Add,
            (_, None) => FieldAction::Clear,
            _ => FieldAction::Change,
        };
        FieldChange { action, ..field.clone() }
    };
    let entries = fields.iter().map(|field| changed(kind, &turned(field), Direction::ToFiles, page));
    entries.flat_map(|entry| entry.lines(page.columns).into_lines()).collect()
}

/// What the org has of declared resources and the files do not say.
fn only_in_org(plan: &Plan, view: &DriftView<'_>) -> Document {
    let mut rows = Document::new();
    for row in plan.rows.iter().filter(|row| is_drifting(row)) {
        let fields: Vec<FieldChange> =
            row.fields.iter().filter(|field| is_drift(field)).chain(&row.only_in_org).cloned().collect();
        rows.push(line!("{}{}", Style::Drift.of("? "), name(&row.key)).indented(2));
        let page = view.page(row.key.kind, &fields);
        let entries = fields.iter().map(|field| drifting(row.key.kind, field, view.org_values, page));
        rows.extend(entries.flat_map(|entry| entry.lines(page.columns).into_lines()));
    }
    if rows.is_empty() {
        return rows;
    }
    Document::from(Style::Bold.line("Only in the org:")).with(rows)
}

fn is_drift(field: &FieldChange) -> bool {
    matches!(field.action, FieldAction::Drift { .. })
}

/// Whether the org has something of a resource, or the whole of one, that no file declares.
pub fn is_drifting(row: &Row) -> bool {
    row.action == Action::Drift || row.fields.iter().any(is_drift)
}

/// What comes of it, always the last line. What cannot be compared is never said to match.
fn last(plan: &Plan, view: &DriftView<'_>) -> Line {
    let of = |wanted: &dyn Fn(&FieldChange) -> bool| {
        plan.rows.iter().flat_map(|row| &row.fields).filter(|field| wanted(field)).count()
    };
    let settings = of(&is_drift);
    let whole = plan.rows.iter().filter(|row| row.action == Action::Drift && row.fields.is_empty()).count();
    let resources = whole + plan.undeclared.values().map(Vec::len).sum::<usize>();
    let head = match view.differing.len() {
        0 => nothing_differs(plan, "Declared values match.", "Declared values that can be compared match"),
        count => line!("{} changed in the org.", counted(count, "resource")),
    };
    let line = head.in_style(Style::Bold);
    let more =
        [(settings, plural(settings, "setting", "settings")), (resources, plural(resources, "resource", "resources"))];
    let more: Vec<String> =
        more.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| format!("{count} undeclared {noun}")).collect();
    if more.is_empty() { line } else { line.then(line!(" {} in the org.", more.join(" and "))) }
}
