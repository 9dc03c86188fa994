//! The fields below a row.

use std::collections::BTreeMap;

use crate::model::{FieldPath, Place, Text, Value, classify};
use crate::plan::{Action, FieldAction, FieldChange, Row};
use crate::render::document::{Document, Line, Style, line};
use crate::render::phrases::{field_name, joined, marked};
use crate::render::prose_diff::{Direction, Folding, diff_between};
use crate::render::text_safety::SafeText;
use crate::render::value_text::{change, field, one_line};

use crate::schema::Kind;

use super::PlanView;

/// Renders what is changed, then what drifts, then, where everything is wanted, what cannot be compared.
pub(super) fn fields(row: &Row, view: &PlanView<'_>) -> Document {
    if row.action == Action::Create && !view.full {
        return Document::new();
    }
    let kind = row.key.kind;
    let folding = view.folding();
    let is_new = row.action == Action::Create;
    let part = |wanted: fn(FieldAction) -> bool, render: &dyn Fn(&FieldChange) -> Document| -> Document {
        let fields = row.fields.iter().filter(|field| wanted(field.action));
        fields.flat_map(|field| render(field).lines().to_vec()).collect()
    };
    let mut document = part(FieldAction::is_change, &|field| changed(kind, field, is_new, folding));
    document.append(part(is_drift, &|field| drift(kind, field, view.full)));
    // What is sent whole sends these too, and says so above.
    if view.full || view.show_unchanged || row.is_change() && !kind.is_sent_whole {
        document.append(part(|action| action == FieldAction::Incomparable, &|field| incomparable(kind, field)));
    }
    document
}

fn is_drift(action: FieldAction) -> bool {
    matches!(action, FieldAction::Drift { .. })
}

fn changed(kind: Kind, field: &FieldChange, is_new: bool, folding: Folding) -> Document {
    let label = field_name(kind, &field.path);
    let block = match field.action {
        FieldAction::Remove => removed(&label, field, folding),
        _ if !is_new && is_prompt(&field.path) => prompt_diff(&label, field, folding, Direction::ToOrg)
            .unwrap_or_else(|| plain_change(&label, field, folding)),
        _ => plain_change(&label, field, folding),
    };
    let (style, marker) = match field.action {
        FieldAction::Add => (Style::Create, "+ "),
        FieldAction::Clear | FieldAction::Remove => (Style::Remove, "- "),
        _ => (Style::Update, "~ "),
    };
    let mut document = marked(style, marker, &block);
    document.extend(sources(field).into_iter().map(|line| line.indented(2)));
    document
}

/// `path: value` of what was not there, `path: before → after` of what was.
fn plain_change(label: &SafeText, change_of: &FieldChange, folding: Folding) -> Document {
    let FieldChange { path, before, after, .. } = change_of;
    match (before, after) {
        (None, Some(after)) => field(label, path, after, folding),
        (before, after) => change(label, path, before.as_ref(), after.as_ref(), folding),
    }
}

/// `path (removed by --prune): value`.
fn removed(label: &SafeText, change_of: &FieldChange, folding: Folding) -> Document {
    let label = label.clone().then(&SafeText::literal(" (removed by --prune)"));
    match &change_of.before {
        Some(before) => field(&label, &change_of.path, before, folding),
        None => Document::from(line!("{}", label)),
    }
}

/// Whether a text is written for a model: then it is always shown as a text diff, also when it is one line.
pub(in crate::render) fn is_prompt(path: &FieldPath) -> bool {
    let steps: Vec<&str> = path.steps().iter().map(String::as_str).collect();
    matches!(
        steps.as_slice(),
        ["identityMd" | "soulMd" | "userMd"]
            | ["egressConfig", "extraPolicy"]
            | ["skillsConfig", "skills", _, "content"]
    )
}

/// The diff of a prompt; none where a side may not be shown.
pub(in crate::render) fn prompt_diff(
    label: &SafeText,
    change_of: &FieldChange,
    folding: Folding,
    direction: Direction,
) -> Option<Document> {
    let side = |value: &Option<Value>| match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::Text(Text::Known(text))) => Some(text.clone()),
        Some(_) => None,
    };
    let (before, after) = (side(&change_of.before)?, side(&change_of.after)?);
    let head = line!("{}:", label.clone());
    let head = if after.is_empty() { head.then(Style::Remove.line(" (cleared)")) } else { head };
    Some(Document::from(head).with(diff_between(&before, &after, folding, direction).indented(2)))
}

fn drift(kind: Kind, drifting: &FieldChange, full: bool) -> Document {
    let note = match drifting.action {
        FieldAction::Drift { prunable: true } => " (pull keeps it, --prune removes it)",
        _ => " (left as it is)",
    };
    let label = field_name(kind, &drifting.path).then(&SafeText::literal(note));
    match &drifting.before {
        Some(value) if full => marked(Style::Drift, "? ", &field(&label, &drifting.path, value, Folding::Full)),
        _ => Document::from(line!("{}{}", Style::Drift.of("? "), Style::Dim.of(label)).prose(2)),
    }
}

fn incomparable(kind: Kind, field: &FieldChange) -> Document {
    let value = field.after.as_ref().map_or(SafeText::literal("(none)"), |value| one_line(&field.path, value));
    let (marker, remark) = (Style::Unchanged.of("= "), Style::Dim.of(" (cannot be compared)"));
    Document::from(line!("{}{}: {}{}", marker, field_name(kind, &field.path), value, remark))
}

/// Which of the new elements of a merged value came from skills: `"api.x.com" from skill websearch`.
fn sources(field: &FieldChange) -> Vec<Line> {
    let mut by_skill: BTreeMap<&str, Vec<SafeText>> = BTreeMap::new();
    for (element, skill) in &field.sources {
        let is_new = field.before.as_ref().is_none_or(|before| !has_element(before, element));
        if element.is_empty() || is_new {
            let elements = by_skill.entry(skill).or_default();
            elements.extend((!element.is_empty()).then(|| quoted(&field.path, element)));
        }
    }
    let line = |(skill, elements): (&str, Vec<SafeText>)| {
        let between = if elements.is_empty() { "from skill " } else { " from skill " };
        line!("{}{}{}", joined(&elements), between, skill).in_style(Style::Dim).prose(2)
    };
    by_skill.into_iter().map(line).collect()
}

/// An element as values show it: one that has the shape of a secret is hidden like everywhere else.
fn quoted(path: &FieldPath, element: &str) -> SafeText {
    one_line(path, &Value::Text(classify(Place::Elsewhere, "", element)))
}

/// Whether a list has an element by its name: the text itself, or the domain of a judged one.
fn has_element(list: &Value, name: &str) -> bool {
    let is = |element: &Value| match element {
        Value::Map(members) => members.get("domain").and_then(Value::literal) == Some(name),
        other => other.literal() == Some(name),
    };
    list.as_list().is_some_and(|elements| elements.iter().any(is))
}
