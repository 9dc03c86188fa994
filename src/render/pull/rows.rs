//! The rows of a pull, by kind.

use crate::plan::{FieldAction, FieldChange};
use crate::pull::{PullAction, PullPlan, PullRow};
use crate::render::document::{Document, Line, Style, line};
use crate::render::phrases::{field_name, marked, name};
use crate::render::plan::{is_prompt, prompt_diff};
use crate::render::prose_diff::{Direction, Folding};
use crate::render::value_text::{change_of_files, field};
use crate::schema::{ALL, Kind, file_section};

use super::PullView;

/// How far the lines below a row are indented.
const BELOW: usize = 6;

/// One block a kind that has rows, in plan order.
pub(super) fn groups(plan: &PullPlan, view: &PullView<'_>) -> Vec<Document> {
    ALL.kinds().map(|kind| group(plan, view, kind)).collect()
}

fn group(plan: &PullPlan, view: &PullView<'_>, kind: Kind) -> Document {
    let of_kind = plan.rows.iter().filter(|row| row.key.kind == kind);
    let rows: Document = of_kind.flat_map(|one| row(one, view).lines().to_vec()).collect();
    if rows.is_empty() {
        return rows;
    }
    Document::from(line!("{}:", kind.plural).in_style(Style::Bold)).with(rows)
}

fn row(row: &PullRow, view: &PullView<'_>) -> Document {
    let head = head(row).indented(2);
    // What is new is told by its name; its fields are for those who ask.
    if row.action != PullAction::Update && !view.full {
        return Document::from(head);
    }
    Document::from(head).with(fields(row, view.folding()).indented(BELOW))
}

/// A row with everything in it, for the answer `d`.
pub fn row_in_full(row: &PullRow) -> Document {
    Document::from(head(row)).with(fields(row, Folding::Full).indented(4))
}

fn head(row: &PullRow) -> Line {
    let (style, marker) = match row.action {
        PullAction::Create => (Style::Create, "+ "),
        PullAction::Update => (Style::Update, "~ "),
        PullAction::Remove => (Style::Remove, "- "),
    };
    let line = line!("{}{}", style.of(marker), name(&row.key));
    let sections = sections(row);
    if row.action != PullAction::Update || sections.is_empty() {
        return line;
    }
    line.then(line!(" ({})", sections.join(", ")).in_style(Style::Dim)).prose(8)
}

fn sections(row: &PullRow) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let sections = row.fields.iter().map(|field| file_section(row.key.kind, &field.path));
    sections.filter(|section| seen.insert(section.clone())).collect()
}

fn fields(row: &PullRow, folding: Folding) -> Document {
    row.fields.iter().flat_map(|field| one_field(row.key.kind, field, folding).lines().to_vec()).collect()
}

fn one_field(kind: Kind, change: &FieldChange, folding: Folding) -> Document {
    let label = field_name(kind, &change.path);
    let block = match (&change.before, &change.after) {
        _ if is_prompt(&change.path) => prompt_diff(&label, change, folding, Direction::ToFiles),
        (None, Some(after)) => Some(field(&label, &change.path, after, folding)),
        _ => None,
    };
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let block = block.unwrap_or_else(|| change_of_files(&label, &change.path, before, after, folding));
    let (style, marker) = match change.action {
        FieldAction::Add => (Style::Create, "+ "),
        FieldAction::Clear => (Style::Remove, "- "),
        _ => (Style::Update, "~ "),
    };
    marked(style, marker, &block)
}
