use std::collections::BTreeMap;

use crate::edit::yaml::{Node, Spot};
use crate::model::{Severity, Value};
use crate::project::fields::Fields;
use crate::project::report::Report;
use crate::project::suggest::did_you_mean;
use crate::project::yaml_values::shown;
use crate::schema::Declaration;

const CONDITIONS: usize = 16;
const NAME_LENGTH: usize = 64;
const NOTES_LENGTH: usize = 512;
const ASSURANCES: [&str; 4] = ["oauth_verified_admin_role", "oauth_verified", "cookie_session", "self_attested"];
const STRATEGIES: [&str; 2] = ["unique_only", "all_matches"];

/// Reads the conditions under which the server makes relationships, within its limits; `[]` clears.
pub(super) fn read(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    let elements = fields.list(key, report)?;
    if elements.is_empty() {
        return Some(Declaration::Clear);
    }
    if let Some(surplus) = elements.get(CONDITIONS) {
        report.error(
            surplus.spot(),
            "too-many-conditions",
            format!("`{key}` can have at most {CONDITIONS} conditions"),
        );
    }
    let conditions = elements.iter().filter_map(|element| condition(key, element, report)).collect();
    Some(Declaration::Leaf(Value::List(conditions)))
}

fn condition(list: &str, node: &Node, report: &mut Report) -> Option<Value> {
    let mut fields = Fields::of(node, &format!("a condition of `{list}`"), report)?;
    let mut members = BTreeMap::new();
    for key in ["sourceNamespace", "targetField"] {
        let text = required(key, node, &mut fields, report).filter(|(text, spot)| {
            let fits = (1..=NAME_LENGTH).contains(&length(text));
            if !fits {
                report.error(*spot, "condition-length", format!("`{key}` must have 1 to {NAME_LENGTH} characters"));
            }
            fits
        });
        insert(&mut members, key, text);
    }
    for (key, words) in [("assuranceRequired", ASSURANCES.as_slice()), ("matchStrategy", &STRATEGIES)] {
        let word =
            required(key, node, &mut fields, report).filter(|(text, spot)| is_one_of(key, text, *spot, words, report));
        insert(&mut members, key, word);
    }
    let notes = fields.text("notes", report).filter(|(text, spot)| {
        let fits = length(text) <= NOTES_LENGTH;
        if !fits {
            report.error(*spot, "condition-length", format!("`notes` must have at most {NOTES_LENGTH} characters"));
        }
        fits
    });
    insert(&mut members, "notes", notes);
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

fn is_one_of(key: &str, text: &str, spot: Spot, words: &[&'static str], report: &mut Report) -> bool {
    let fits = words.contains(&text);
    if !fits {
        let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let hint = did_you_mean(text, words.iter().copied());
        let message = format!("`{key}` must be one of {}", all.join(", "));
        report.add(Severity::Error, spot, "condition-word", message, hint);
    }
    fits
}

/// The length as the server counts it: in UTF-16 code units.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}
