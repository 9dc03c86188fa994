use std::collections::BTreeMap;

use crate::edit::yaml::{Node, Spot};
use crate::model::{Severity, Value};
use crate::project::fields::Fields;
use crate::project::report::Report;
use crate::project::suggest::did_you_mean;
use crate::project::yaml_values::shown;
use crate::schema::{Declaration, Key, KeyForm, TextForm};

use super::keys::{CONDITION_KEYS, MOST_CONDITIONS};

/// Reads the conditions under which the server makes relationships, within its limits; `[]` clears.
pub(super) fn read(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    let elements = fields.list(key, report)?;
    if elements.is_empty() {
        return Some(Declaration::Clear);
    }
    let most = usize::try_from(MOST_CONDITIONS).unwrap_or(usize::MAX);
    if let Some(surplus) = elements.get(most) {
        report.error(surplus.spot(), "too-many-conditions", format!("`{key}` can have at most {most} conditions"));
    }
    let conditions = elements.iter().filter_map(|element| condition(key, element, report)).collect();
    Some(Declaration::Leaf(Value::List(conditions)))
}

fn condition(list: &str, node: &Node, report: &mut Report) -> Option<Value> {
    let mut fields = Fields::of(node, &format!("a condition of `{list}`"), report)?;
    let mut members = BTreeMap::new();
    for key in &CONDITION_KEYS {
        let text =
            if key.required { required(key.name, node, &mut fields, report) } else { fields.text(key.name, report) };
        insert(&mut members, key.name, text.filter(|text| is_of_form(key, *text, report)));
    }
    // The server takes no other keys, so that they are errors here.
    fields.finish(Severity::Error, "a condition", report);
    Some(Value::Map(members))
}

fn insert(members: &mut BTreeMap<String, Value>, key: &str, text: Option<(&str, Spot)>) {
    if let Some((text, _)) = text {
        members.insert(key.to_owned(), Value::Text(shown(key, text)));
    }
}

fn required<'n>(
    key: &'static str,
    node: &Node,
    fields: &mut Fields<'n>,
    report: &mut Report,
) -> Option<(&'n str, Spot)> {
    if node.get(key).is_none_or(Node::is_null) {
        report.error(node.spot(), "condition-incomplete", format!("a condition needs `{key}`"));
    }
    fields.text(key, report)
}

/// Whether a text is what its key may hold.
fn is_of_form(key: &Key, (text, spot): (&str, Spot), report: &mut Report) -> bool {
    let name = key.name;
    match key.form {
        KeyForm::Text(TextForm::Length { least, most }) if !(least..=most).contains(&length(text)) => {
            let range = if least == 0 { format!("at most {most}") } else { format!("{least} to {most}") };
            report.error(spot, "condition-length", format!("`{name}` must have {range} characters"));
            false
        }
        KeyForm::Text(TextForm::Words(words)) if !words.contains(&text) => {
            let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let hint = did_you_mean(text, words.iter().copied());
            let message = format!("`{name}` must be one of {}", all.join(", "));
            report.add(Severity::Error, spot, "condition-word", message, hint);
            false
        }
        _ => true,
    }
}

/// The length as the server counts it: in UTF-16 code units.
fn length(text: &str) -> u64 {
    text.encode_utf16().map(|_| 1).sum()
}
