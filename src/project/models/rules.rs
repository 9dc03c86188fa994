use std::collections::BTreeMap;

use crate::edit::yaml::{Node, Spot};
use crate::model::{Severity, Value};
use crate::project::fields::Fields;
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::schema::{Declaration, Pair, Pairs, Schema};

use super::found::{End, Found};
use super::slugs;

/// Reads rules, and notes where their ends stand; `[]` removes them all.
pub(super) fn read(
    schema: &Schema,
    key: &'static str,
    pairs: &'static Pairs,
    fields: &mut Fields<'_>,
    found: &mut Found,
    ends: &mut Vec<End>,
    report: &mut Report,
) -> Option<Declaration> {
    let elements = fields.list(key, report)?;
    let (mut rules, mut lines) = (Vec::new(), BTreeMap::new());
    for element in elements {
        let Some(rule) = rule(schema, pairs, element, found, ends, report) else { continue };
        if let Some(first) = lines.insert(rule.clone(), element.spot().line) {
            let message = format!(
                "duplicate rule from {} to {}: the first is on line {first}",
                quoted(&rule.first),
                quoted(&rule.second)
            );
            report.error(element.spot(), "duplicate-rule", message);
        } else {
            rules.push(rule.to_value());
        }
    }
    Some(if elements.is_empty() { Declaration::Clear } else { Declaration::Leaf(Value::List(rules)) })
}

fn rule(
    schema: &Schema,
    pairs: &'static Pairs,
    node: &Node,
    found: &mut Found,
    ends: &mut Vec<End>,
    report: &mut Report,
) -> Option<Pair> {
    let mut fields = Fields::of(node, "a rule", report)?;
    let first = end(pairs.first.0, node, &mut fields, report);
    let second = end(pairs.second.0, node, &mut fields, report);
    fields.finish(Severity::Warning, "a rule", report);
    let ends_kind = schema.by_word(pairs.ends).and_then(|kind| Some((kind, kind.model_files?)));
    let mut stored = |(text, spot): (&str, Spot)| {
        // The server's own types keep their `$`; it refuses to make any by that name, so nothing rewrites them.
        let Some((kind, files)) = ends_kind.filter(|_| !text.starts_with('$')) else { return text.to_owned() };
        let slug = slugs::stored(files, text, spot, found, report);
        let text = slug.to_string();
        ends.push((kind, slug, spot.down(report.lines()).within(report.file())));
        text
    };
    let (first, second) = (first?, second?);
    Some(Pair { first: stored(first), second: stored(second) })
}

fn end<'n>(key: &'static str, rule: &Node, fields: &mut Fields<'n>, report: &mut Report) -> Option<(&'n str, Spot)> {
    let is_there = rule.get(key).is_some_and(|end| !end.is_null());
    match fields.text(key, report) {
        Some((text, spot)) if text.trim().is_empty() => {
            report.error(spot, "rule-end-missing", format!("the `{key}` of a rule must not be empty"));
            None
        }
        None if !is_there => {
            report.error(rule.spot(), "rule-end-missing", format!("a rule needs a `{key}`"));
            None
        }
        end => end,
    }
}
