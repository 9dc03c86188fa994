use std::collections::BTreeMap;

use crate::edit::yaml::{Data, Node, Spot};
use crate::model::{Declared, RelationshipType, Rule};
use crate::model::{Position, Severity, TypeSlug};
use crate::project::fields::{Fields, expect};
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::project::suggest::did_you_mean;

use super::found::{Found, FoundRelationship, TypeKind};
use super::{auto_create, common};

const STATUSES: [&str; 2] = ["active", "archived"];

/// Reads a relationship type.
pub(super) fn read(node: &Node, found: &mut Found, report: &mut Report) {
    let Some(mut fields) = Fields::of(node, "a relationship type", report) else { return };
    fields.node("version", report);
    fields.node("type", report);
    let slug = common::slug(TypeKind::Relationship, node, &mut fields, found, report);
    let name = common::name(TypeKind::Relationship, node, &mut fields, report);
    let description = common::text("description", &mut fields, report);
    let metadata_schema = common::metadata_schema(&mut fields, report);
    let inverse = inverse(slug.as_ref().map(|(slug, _)| slug), &mut fields, report);
    let status = status(&mut fields, report);
    let is_symmetric = is_symmetric(&mut fields, report);
    let auto_create_when = auto_create::read(&mut fields, report);
    let (rules, ends) = rules(&mut fields, found, report);
    common::metadata(&mut fields, found, report);
    fields.finish(Severity::Warning, "a relationship type", report);
    let (Some((slug, spot)), Some(name)) = (slug, name) else { return };
    let position = spot.down(report.lines()).within(report.file());
    let declared = RelationshipType {
        slug,
        name,
        description,
        metadata_schema,
        inverse,
        status,
        is_symmetric,
        auto_create_when,
        rules,
        position,
    };
    found.relationship_types.push(FoundRelationship { declared, ends });
}

fn inverse(own: Option<&TypeSlug>, fields: &mut Fields<'_>, report: &mut Report) -> Declared<TypeSlug> {
    match fields.text("inverse_type_slug", report) {
        None => Declared::Absent,
        Some(("", _)) => Declared::Empty,
        Some((text, spot)) if text.trim().is_empty() => {
            report.error(spot, "inverse-blank", "`inverse_type_slug` is blank; `\"\"` clears it");
            Declared::Absent
        }
        Some((text, spot)) => {
            let inverse = TypeSlug::verbatim(text);
            if own == Some(&inverse) {
                let hint = "`is_symmetric: true` says that it reads the same both ways".to_owned();
                let message = "a relationship type cannot be its own inverse";
                report.add(Severity::Error, spot, "inverse-of-itself", message, Some(hint));
            }
            Declared::Value(inverse)
        }
    }
}

fn status(fields: &mut Fields<'_>, report: &mut Report) -> Option<String> {
    let (text, spot) = fields.text("status", report)?;
    if STATUSES.contains(&text) {
        return Some(text.to_owned());
    }
    let hint = did_you_mean(text, STATUSES);
    report.add(Severity::Error, spot, "unknown-status", "`status` must be `active` or `archived`", hint);
    None
}

fn is_symmetric(fields: &mut Fields<'_>, report: &mut Report) -> Option<bool> {
    let node = fields.node("is_symmetric", report)?;
    let truth = |node: &Node| matches!(node.data, Data::Bool(true)).then_some(&true).or(is_false(node));
    expect(node, "`is_symmetric`", "true or false", report, truth).copied()
}

fn is_false(node: &Node) -> Option<&'static bool> {
    matches!(node.data, Data::Bool(false)).then_some(&false)
}

/// The rules, and where their ends stand; `[]` removes them all.
fn rules(
    fields: &mut Fields<'_>,
    found: &mut Found,
    report: &mut Report,
) -> (Declared<Vec<Rule>>, Vec<(TypeSlug, Position)>) {
    let Some(elements) = fields.list("rules", report) else { return (Declared::Absent, Vec::new()) };
    let (mut rules, mut ends, mut lines) = (Vec::new(), Vec::new(), BTreeMap::new());
    for element in elements {
        let Some(rule) = rule(element, found, &mut ends, report) else { continue };
        if let Some(first) = lines.insert(rule.clone(), element.spot().line) {
            let message = format!(
                "the rule from {} to {} stands on line {first} already",
                quoted(rule.source.as_str()),
                quoted(rule.target.as_str())
            );
            report.error(element.spot(), "duplicate-rule", message);
        } else {
            rules.push(rule);
        }
    }
    let rules = if elements.is_empty() { Declared::Empty } else { Declared::Value(rules) };
    (rules, ends)
}

fn rule(node: &Node, found: &mut Found, ends: &mut Vec<(TypeSlug, Position)>, report: &mut Report) -> Option<Rule> {
    let mut fields = Fields::of(node, "a rule", report)?;
    let source = end("source", node, &mut fields, report);
    let target = end("target", node, &mut fields, report);
    fields.finish(Severity::Warning, "a rule", report);
    let mut stored = |(text, spot): (&str, Spot)| {
        // The server's own types keep their `$`; it refuses to make any by that name, so nothing rewrites them.
        if text.starts_with('$') {
            return TypeSlug::verbatim(text);
        }
        let slug = common::rewritten(text, spot, found, report);
        ends.push((slug.clone(), spot.down(report.lines()).within(report.file())));
        slug
    };
    let (source, target) = (source?, target?);
    Some(Rule { source: stored(source), target: stored(target) })
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
