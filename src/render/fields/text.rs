use crate::model::{FieldPath, Text, Value};
use crate::plan::{FieldChange, Widening};
use crate::render::document::{Line, Style, line};
use crate::render::prose_diff::Folding;
use crate::render::text_safety::{SafeText, sanitise};
use crate::render::value_text::one_line;

use crate::schema::{Kind, Shape, Widens, field_at, file_path};

use super::Columns;

/// How wide a page is, and whether long things are shown whole.
#[derive(Debug, Clone, Copy)]
pub(in crate::render) struct Page {
    pub(in crate::render) columns: Columns,
    pub(in crate::render) folding: Folding,
}

/// Whether a text is written for a model: then it is always shown as a text diff, also when it is one line.
pub(super) fn is_prompt(path: &FieldPath) -> bool {
    let steps: Vec<&str> = path.steps().iter().map(String::as_str).collect();
    matches!(
        steps.as_slice(),
        ["identityMd" | "soulMd" | "userMd"]
            | ["egressConfig", "extraPolicy"]
            | ["skillsConfig", "skills", _, "content"]
    )
}

/// A text that may be printed.
pub(super) fn known(value: &Value) -> Option<&str> {
    match value {
        Value::Text(Text::Known(text)) => Some(text),
        _ => None,
    }
}

/// An element of a list: a plain word without quotes, as lists are read.
pub(super) fn element(path: &FieldPath, value: &Value) -> SafeText {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._*/:@+-".contains(c);
    if let Some(members) = value.as_map()
        && let (1, Some(domain)) = (members.len(), members.get("domain"))
    {
        return element(path, domain);
    }
    if let Some(members) = value.as_map()
        && let (2, Some(domain), Some(judge)) = (members.len(), members.get("domain"), members.get("judge"))
    {
        let judge = SafeText::literal(" (judge ").then(&element(path, judge)).then(&SafeText::literal(")"));
        return element(path, domain).then(&judge);
    }
    match known(value) {
        Some(word) if !word.is_empty() && word.chars().all(is_plain) => sanitise(word),
        _ => one_line(path, value),
    }
}

/// The same by what its list holds: a domain with those below it is written as in files, a pair with an arrow.
pub(super) fn listed(kind: Kind, path: &FieldPath, value: &Value) -> SafeText {
    let field = field_at(kind, path);
    let is_pair = || field.is_some_and(|field| matches!(field.shape, Shape::Pairs(_)));
    if let Some([first, second]) = value.as_list().filter(|_| is_pair()) {
        return element(path, first).then(&SafeText::literal(" → ")).then(&element(path, second));
    }
    let is_of_hosts = || field.is_some_and(|field| field.widens == Widens::Hosts);
    match known(value).and_then(|text| text.strip_prefix('.')) {
        Some(domain) if is_of_hosts() => sanitise(&format!("*.{domain}")),
        _ => element(path, value),
    }
}

/// The name by which widenings and sources know an element: its text, or its domain.
pub(super) fn element_name(value: &Value) -> Option<&str> {
    known(value.as_map().map_or(Some(value), |members| members.get("domain"))?)
}

/// What a change opens at an element, or at the field as a whole.
pub(super) fn remark(widenings: &[Widening], element: Option<&str>) -> Option<Line> {
    let found = widenings.iter().find(|widening| widening.element.as_deref() == element)?;
    Some(Style::Attention.line(sanitise(&found.what)))
}

/// The mark of a field that a person has to look at.
pub(super) const LOOK: (Style, &str) = (Style::Attention, "!");

/// Where an element comes from.
pub(super) fn from_skill(skill: &str) -> Line {
    line!(" (from skill {})", skill).in_style(Style::Dim)
}

/// How wide the label of a field is. What is created names the entries of a list together, by the list.
pub(in crate::render) fn label_width(kind: Kind, field: &FieldChange, is_new: bool) -> usize {
    let name = file_path(kind, &field.path);
    let name = name.split_once('[').filter(|_| is_new).map_or(name.as_str(), |(list, _)| list);
    sanitise(name).width()
}
