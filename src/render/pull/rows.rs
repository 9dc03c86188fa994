//! The rows of a pull: those of an agent together, then those that belong to none, by kind.

use crate::pull::{PullAction, PullPlan, PullRow};
use crate::render::document::{Document, Line, Style, line};
use crate::render::fields::{Columns, Entry, Page, changed, created, label_width};
use crate::render::phrases::{grouped, name};
use crate::render::prose_diff::{Direction, Folding};
use crate::schema::file_section;

use super::PullView;

/// One block an agent and one a kind that belongs to none, in plan order.
pub(super) fn groups(plan: &PullPlan, view: &PullView<'_>) -> Vec<Document> {
    let groups = grouped(&plan.rows, |row| &row.key);
    groups.into_iter().map(|rows| group(&rows, view.columns, view.folding())).collect()
}

fn group(rows: &[&PullRow], columns: usize, folding: Folding) -> Document {
    let widths = rows.iter().flat_map(|row| {
        row.fields.iter().map(|field| label_width(row.key.kind, field, row.action == PullAction::Create))
    });
    let page = Page { columns: Columns::of(columns, widths), folding };
    rows.iter().flat_map(|row| self::row(row, page).into_lines()).collect()
}

fn row(row: &PullRow, page: Page) -> Document {
    let lines = entries(row, page).into_iter().flat_map(|entry| {
        let table = row.overlaid.at(entry.label().as_str());
        let table = table.map(|at| line!("targets.{}", at.target).in_style(Style::Dim));
        entry.placed(table).lines(page.columns).into_lines()
    });
    Document::from(head(row).indented(2)).with(lines.collect())
}

/// A row with everything in it, for the answer `d`.
pub fn row_in_full(row: &PullRow, columns: usize) -> Document {
    group(&[row], columns, Folding::Full)
}

fn entries(row: &PullRow, page: Page) -> Vec<Entry> {
    let kind = row.key.kind;
    match row.action {
        // What is new is told by its name, and by what a person has to look at; the rest is for those who ask.
        PullAction::Create => {
            let entries = created(kind, &row.fields, page).into_iter();
            entries.filter(|entry| page.folding == Folding::Full || entry.wants_a_look()).collect()
        }
        PullAction::Update => row.fields.iter().map(|field| changed(kind, field, Direction::ToFiles, page)).collect(),
        // What goes is told by its name.
        PullAction::Remove => Vec::new(),
    }
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
