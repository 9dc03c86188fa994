use crate::edit::yaml::{Node, Spot};
use crate::model::{Declared, Place, RESERVED_ENTITY_SLUGS, Text, TypeSlug, Value, classify};
use crate::project::fields::{Fields, expect};
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::project::schema_check;
use crate::project::yaml_values::to_value;

use super::found::{Found, FoundSlug, Rewritten, TypeKind};

/// The slug of a type and where it stands; none and an error if it cannot be one.
pub(super) fn slug(
    kind: TypeKind,
    node: &Node,
    fields: &mut Fields<'_>,
    found: &mut Found,
    report: &mut Report,
) -> Option<(TypeSlug, Spot)> {
    let words = kind.words();
    if !node.map().is_some_and(|entries| entries.iter().any(|entry| entry.name() == "slug" && !entry.value.is_null())) {
        fields.node("slug", report);
        report.error(node.spot(), "slug-missing", format!("{words} needs a `slug`"));
        return None;
    }
    let (text, spot) = fields.text("slug", report)?;
    if text.trim().is_empty() {
        report.error(spot, "slug-missing", format!("the `slug` of {words} must not be empty"));
        return None;
    }
    if text.starts_with('$') {
        report.error(spot, "system-slug", "slugs that start with `$` belong to the server");
        return None;
    }
    if kind == TypeKind::Relationship && text.chars().any(char::is_control) {
        // Sent as it is, unlike that of an entity type; no server takes it, so it is not found out half-way.
        report.error(spot, "bad-slug", format!("the `slug` of {words} must not hold control characters"));
        return None;
    }
    let slug = match kind {
        TypeKind::Entity => rewritten(text, spot, found, report),
        TypeKind::Relationship => TypeSlug::verbatim(text),
    };
    let position = spot.down(report.lines()).within(report.file());
    found.slugs.push(FoundSlug { kind, slug: slug.clone(), position });
    if kind == TypeKind::Entity && RESERVED_ENTITY_SLUGS.contains(&slug.as_str()) {
        report.error(
            spot,
            "reserved-slug",
            format!("the server keeps the entity slug {} for itself", quoted(slug.as_str())),
        );
        return None;
    }
    Some((slug, spot))
}

/// An entity slug in the form that the server stores (F5); what changes is remembered for the one warning.
pub(super) fn rewritten(text: &str, spot: Spot, found: &mut Found, report: &Report) -> TypeSlug {
    let slug = TypeSlug::rewritten(text);
    if slug.as_str() != text {
        let position = spot.down(report.lines()).within(report.file());
        found.rewritten.push(Rewritten { written: text.to_owned(), stored: slug.clone(), position });
    }
    slug
}

/// The name of a type, never blank.
pub(super) fn name(kind: TypeKind, node: &Node, fields: &mut Fields<'_>, report: &mut Report) -> Option<Text> {
    let is_there = node.get("name").is_some_and(|name| !name.is_null());
    let name = fields.text("name", report);
    match name {
        Some((text, _)) if !text.trim().is_empty() => Some(shown("name", text)),
        Some((_, spot)) => {
            report.error(spot, "name-missing", format!("the `name` of {} must not be empty", kind.words()));
            None
        }
        None => {
            if !is_there {
                report.error(node.spot(), "name-missing", format!("{} needs a `name`", kind.words()));
            }
            None
        }
    }
}

/// A text of a type in its three states.
pub(super) fn text(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Declared<Text> {
    match fields.declared_text(key, report) {
        Declared::Absent => Declared::Absent,
        Declared::Empty => Declared::Empty,
        Declared::Value(text) => Declared::Value(shown(key, text)),
    }
}

/// A text by what may be done with it (W2).
pub(super) fn shown(key: &str, text: &str) -> Text {
    classify(Place::Elsewhere, key, text)
}

/// The `metadata_schema` of a type, checked; `{}` clears.
pub(super) fn metadata_schema(fields: &mut Fields<'_>, report: &mut Report) -> Declared<Value> {
    let Some(node) = fields.node("metadata_schema", report) else { return Declared::Absent };
    schema(node, "`metadata_schema`", report)
}

/// A JSON Schema, checked; `{}` is empty.
pub(super) fn schema(node: &Node, what: &str, report: &mut Report) -> Declared<Value> {
    match expect(node, what, "a mapping", report, Node::map) {
        None => Declared::Absent,
        Some([]) => Declared::Empty,
        Some(_) => {
            schema_check::check(node, what, report);
            Declared::Value(to_value(node))
        }
    }
}

/// Notes `metadata`, which no server takes (org-api 5.5).
pub(super) fn metadata(fields: &mut Fields<'_>, found: &mut Found, report: &mut Report) {
    if fields.node("metadata", report).is_some() {
        found.with_metadata += 1;
    }
}
