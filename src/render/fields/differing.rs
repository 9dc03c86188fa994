//! What differs between two targets of a project.

use std::collections::BTreeMap;

use crate::model::Value;
use crate::plan::{FieldAction, FieldChange};
use crate::render::document::{Document, Line, Style, line};
use crate::render::fold::fold_end;
use crate::render::phrases::{field_name, joined};
use crate::render::prose_diff::{Direction, Folding};
use crate::schema::Kind;
use crate::show::{FieldDifference, Origin, Said, ShownField};

use super::created::short;
use super::shown::origin_place;
use super::text::{Page, listed};
use super::{Entry, changed};

/// An entry of both sides, or of one.
pub(in crate::render) fn differing(kind: Kind, field: &FieldDifference, page: Page) -> Entry {
    let FieldDifference { path, first, second } = field;
    let value = |side: &Option<ShownField>| match side.as_ref().map(|field| &field.said) {
        Some(Said::Value(value)) => Some(value.clone()),
        _ => None,
    };
    let (before, after) = (value(first), value(second));
    let entry = match (first, second) {
        (Some(only), None) => one_side(kind, only, (Style::Remove, "- "), page),
        (None, Some(only)) => one_side(kind, only, (Style::Create, "+ "), page),
        _ => {
            let action = if after.is_none() { FieldAction::Clear } else { FieldAction::Change };
            let sources = BTreeMap::new();
            let change = FieldChange { path: path.clone(), action, before, after, sources, guarded: false };
            changed(kind, &change, Direction::ToOrg, page)
        }
    };
    entry.placed(places(first.as_ref(), second.as_ref()))
}

/// How wide the name of an entry is.
pub(in crate::render) fn differing_label_width(kind: Kind, field: &FieldDifference) -> usize {
    field_name(kind, &field.path).width()
}

/// An entry of which one side says nothing.
fn one_side(kind: Kind, field: &ShownField, (style, sign): (Style, &'static str), page: Page) -> Entry {
    let entry = Entry::new(field_name(kind, &field.path));
    let room = page.columns.of_value(entry.label()).saturating_sub(2);
    let (shown, below) = match &field.said {
        Said::Value(Value::List(elements)) => {
            let together = joined(&elements.iter().map(|one| listed(kind, &field.path, one)).collect::<Vec<_>>());
            let together = if page.folding == Folding::Full { together } else { fold_end(&together, room) };
            (line!("{}", together), Document::new())
        }
        Said::Value(value) => short(&field.path, value, room, page),
        Said::Cleared => (line!("(cleared)"), Document::new()),
        Said::Entry | Said::Withheld => (line!("{}", "{}"), Document::new()),
    };
    entry.value(style.line(sign).then(shown.in_style(style))).below(below)
}

/// Where the two sides are from; once where that is the same place.
fn places(first: Option<&ShownField>, second: Option<&ShownField>) -> Option<Line> {
    // The head of the page names the targets.
    let origin = |field: Option<&ShownField>| match field.and_then(|field| field.origin.clone()) {
        Some(Origin::Target { position, .. }) => Some(Origin::File(position)),
        other => other,
    };
    match (origin(first), origin(second)) {
        (Some(first), Some(second)) if first != second => {
            Some(line!("{}{}{}", origin_place(&first), Style::Dim.of(" → "), origin_place(&second)))
        }
        (first, second) => first.or(second).as_ref().map(origin_place),
    }
}
