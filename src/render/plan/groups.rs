//! The rows of a plan, by kind.

use crate::plan::{Action, Plan, Row};
use crate::render::document::{Document, Line, Style, line};
use crate::render::phrases::{marker, name, sentence};
use crate::schema::{ALL, Kind};

use super::PlanView;
use super::fields::fields;

/// How far the lines below a row are indented.
const BELOW: usize = 6;

/// One block a kind that has rows to show, in plan order.
pub(super) fn groups(plan: &Plan, view: &PlanView<'_>) -> Vec<Document> {
    ALL.kinds().map(|kind| group(plan, view, kind)).collect()
}

fn group(plan: &Plan, view: &PlanView<'_>, kind: Kind) -> Document {
    let rows: Document =
        plan.rows.iter().filter(|row| row.key.kind == kind).flat_map(|one| row(one, view).lines().to_vec()).collect();
    if rows.is_empty() {
        return rows;
    }
    Document::from(line!("{}:", kind.plural).in_style(Style::Bold)).with(rows)
}

fn row(row: &Row, view: &PlanView<'_>) -> Document {
    // What needs attention is shown, whatever becomes of its row.
    if row.action == Action::Unchanged && !view.show_unchanged && row.attention.is_empty() {
        return Document::new();
    }
    let mut below = Document::new();
    if row.will_restart {
        let text = "the platform will restart; messages in flight may be lost";
        below.push(sentence(Style::Attention, "! ", text));
    }
    below.extend(row.attention.iter().map(|text| sentence(Style::Attention, "! ", text)));
    below.append(fields(row, view));
    Document::from(head(row).indented(2)).with(below.indented(BELOW))
}

fn head(row: &Row) -> Line {
    let (style, marker) = marker(row.action);
    let line = line!("{}{}", style.of(marker), name(&row.key));
    let sections = match row.action {
        Action::Create | Action::Unchanged => Vec::new(),
        Action::Update => row.changed_sections(),
        Action::Drift if row.fields.is_empty() => {
            return line.then(Style::Dim.line(" (pull keeps it; apply never deletes it)")).prose(4);
        }
        Action::Drift => row.drifting_sections(),
    };
    if sections.is_empty() {
        return line;
    }
    line.then(line!(" ({})", sections.join(", ")).in_style(Style::Dim)).prose(8)
}
