//! The rows of a plan: those of an agent together, then those that belong to none, by kind.

use crate::model::Position;
use crate::plan::{Action, FieldAction, FieldChange, Plan, Row};
use crate::render::document::{Document, Style, line};
use crate::render::fields::{Columns, Entry, Page, changed, created, drifting, incomparable, label_width, named};
use crate::render::phrases::{grouped, marker, name, overlaid_place, place, sentence};
use crate::render::prose_diff::Direction;
use crate::schema::is_written_by_files;

use super::PlanView;

/// One block an agent and one a kind that belongs to none, in plan order.
pub(super) fn groups(plan: &Plan, view: &PlanView<'_>) -> Vec<Document> {
    let rows = plan.rows.iter().filter(|row| is_shown(row, view));
    grouped(rows, |row| &row.key).iter().map(|rows| group(rows, view)).collect()
}

/// Whether a page has a row at all.
pub(in crate::render) fn is_shown(row: &Row, view: &PlanView<'_>) -> bool {
    // What needs attention is shown, whatever becomes of its row.
    row.action != Action::Unchanged || view.show_unchanged || !row.attention.is_empty()
}

/// The rows of a group, with the values of their fields in one column.
fn group(rows: &[&Row], view: &PlanView<'_>) -> Document {
    let labels = rows.iter().flat_map(|row| labels(row, view));
    let page = Page { columns: Columns::of(view.columns, labels), folding: view.folding() };
    let mut shown_at: Option<&Position> = None;
    let mut document = Document::new();
    for row in rows {
        // What stands at the same place as the row above it says so once.
        let at = row.declared_at.as_ref().filter(|at| Some(*at) != shown_at);
        shown_at = row.declared_at.as_ref().or(shown_at);
        document.append(head(row, at, view));
        document.append(below(row, view, page));
    }
    document
}

/// The widths of the labels of a row.
pub(in crate::render) fn labels(row: &Row, view: &PlanView<'_>) -> Vec<usize> {
    let is_shown = |field: &&FieldChange| field.action != FieldAction::Incomparable || shows_incomparable(row, view);
    row.fields
        .iter()
        .chain(&row.only_in_org)
        .filter(is_shown)
        .map(|field| label_width(row.key.kind, field, row.action == Action::Create))
        .collect()
}

fn below(row: &Row, view: &PlanView<'_>, page: Page) -> Document {
    let mut document: Document =
        row.attention.iter().map(|text| sentence(Style::Attention, "! ", text).indented(4)).collect();
    document.extend(entries(row, view, page).into_iter().flat_map(|entry| entry.lines(page.columns).into_lines()));
    if row.will_restart {
        document.push(Style::Update.line("the chat integration will restart").indented(6));
    }
    document
}

/// What is changed, then what only the org has, then, where everything is wanted, what cannot be compared; each with its place,
/// where that is not its resource's.
pub(in crate::render) fn entries(row: &Row, view: &PlanView<'_>, page: Page) -> Vec<Entry> {
    let kind = row.key.kind;
    let all = || row.fields.iter().chain(&row.only_in_org);
    if all().any(FieldChange::is_only_named) {
        let is_shown = |field: &&FieldChange| match field.action {
            FieldAction::Incomparable => shows_incomparable(row, view),
            FieldAction::Add if row.action == Action::Create => is_written_by_files(kind, &field.path),
            _ => true,
        };
        return all().filter(is_shown).map(|field| named(kind, field)).collect();
    }
    let of =
        |wanted: fn(FieldAction) -> bool| row.fields.iter().filter(move |field: &&FieldChange| wanted(field.action));
    let mut entries: Vec<Entry> = if row.action == Action::Create {
        created(kind, &row.fields, page)
    } else {
        of(FieldAction::is_change).map(|field| changed(kind, field, Direction::ToOrg, page)).collect()
    };
    let is_drift = |action| matches!(action, FieldAction::Drift { .. });
    let only_in_org = of(is_drift).chain(&row.only_in_org);
    entries.extend(only_in_org.map(|field| drifting(kind, field, view.org_values, page)));
    // What is sent whole sends these too, and says so above.
    if shows_incomparable(row, view) {
        let is_incomparable = |action| action == FieldAction::Incomparable;
        entries.extend(of(is_incomparable).map(|field| incomparable(kind, field)));
    }
    let placed = |entry: Entry| {
        let place = row.overlaid.at(entry.label.as_str()).map(overlaid_place);
        entry.placed(place)
    };
    entries.into_iter().map(placed).collect()
}

fn shows_incomparable(row: &Row, view: &PlanView<'_>) -> bool {
    view.full || view.show_unchanged || row.is_change() && !row.key.kind.is_sent_whole
}

fn head(row: &Row, at: Option<&Position>, view: &PlanView<'_>) -> Document {
    let (style, marker) = marker(row.action);
    let line = line!("{}{}", style.of(marker), name(&row.key)).indented(2);
    let sections = row.shown_sections();
    let line = if sections.is_empty() {
        line
    } else {
        line.then(line!(" ({})", sections.join(", ")).in_style(Style::Dim)).prose(8)
    };
    match at.filter(|at| at.line > 0) {
        Some(at) => line.with_at_right(place(at), view.columns),
        None => line.into(),
    }
}
