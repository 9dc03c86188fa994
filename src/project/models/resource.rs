//! A type of a model file: its fields are those of its kind, read by their shapes and forms.

use crate::edit::yaml::{Data, Node};
use crate::model::{Severity, TypeSlug, Value};
use crate::project::fields::{Fields, expect};
use crate::project::report::Report;
use crate::project::suggest::did_you_mean;
use crate::project::yaml_values::{shown, to_value};
use crate::schema::{Declaration, Field, Form, Kind, Leaf, ModelFiles, Resource, ResourceKey, Schema, Shape};

use super::found::{Found, FoundResource};
use super::{auto_create, json_schema, rules, slugs};

/// Reads a type.
pub(super) fn read(
    schema: &Schema,
    (kind, files): (Kind, &ModelFiles),
    node: &Node,
    found: &mut Found,
    report: &mut Report,
) {
    let Some(mut fields) = Fields::of(node, files.one, report) else { return };
    fields.node("version", report);
    fields.node("type", report);
    let slug = slugs::slug((kind, files), node, &mut fields, found, report);
    let mut declared = crate::schema::Declarations::default();
    let mut ends = Vec::new();
    let mut is_whole = true;
    for field in kind.fields {
        let declaration = match field.shape {
            Shape::Pairs(pairs) => rules::read(schema, field.file, pairs, &mut fields, found, &mut ends, report),
            _ if field.required => required_text(files, field, node, &mut fields, report),
            _ => declaration((slug.as_ref().map(|(slug, _)| slug), files.one), field, &mut fields, report),
        };
        is_whole &= declaration.is_some() || !field.required;
        declared.set_some(field, declaration);
    }
    // No server takes it.
    if fields.node("metadata", report).is_some() {
        found.with_metadata += 1;
    }
    fields.finish(Severity::Warning, files.one, report);
    let Some((slug, spot)) = slug.filter(|_| is_whole) else { return };
    let position = spot.down(report.lines()).within(report.file());
    let resource = Resource { declared, ..Resource::new(ResourceKey::new(kind, slug.as_str()), position) };
    found.resources.push(FoundResource { resource, ends });
}

/// What a file says of a field; none where it says nothing, or what is wrong.
fn declaration(
    own: (Option<&TypeSlug>, &str),
    field: &'static Field,
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Declaration> {
    match (field.form, field.shape) {
        (Form::Schema { old_keys, columns }, _) => json_schema::read(field.file, old_keys, columns, fields, report),
        (Form::EventKinds, _) => json_schema::event_kinds(field.file, fields, report),
        (Form::Conditions, _) => auto_create::read(field.file, fields, report),
        (Form::Words(words), _) => word(field.file, words, fields, report),
        (Form::OfShape, Shape::Leaf(Leaf::Link)) => link(own, field.file, fields, report),
        (Form::OfShape, Shape::Leaf(Leaf::Flag)) => flag(field.file, fields, report),
        (Form::OfShape | Form::Tools | Form::Arguments, Shape::Leaf(Leaf::List)) => list(field.file, fields, report),
        (Form::OfShape | Form::Command, Shape::Leaf(Leaf::Text | Leaf::Prose)) => text(field.file, fields, report),
        // A kind of model files has nothing else but JSON, which the table of forms holds.
        (Form::OfShape | Form::Tools | Form::Arguments | Form::Command | Form::Objects(_), _) => {
            json(field.file, fields, report)
        }
    }
}

/// A text that is always there and never blank.
fn required_text(
    files: &ModelFiles,
    field: &'static Field,
    node: &Node,
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Declaration> {
    let key = field.file;
    let is_there = node.get(key).is_some_and(|text| !text.is_null());
    match fields.text(key, report) {
        Some((text, _)) if !text.trim().is_empty() => Some(leaf(key, text)),
        Some((_, spot)) => {
            report.error(spot, "name-missing", format!("the `{key}` of {} must not be empty", files.one));
            None
        }
        None => {
            if !is_there {
                report.error(node.spot(), "name-missing", format!("{} needs a `{key}`", files.one));
            }
            None
        }
    }
}

fn leaf(key: &str, text: &str) -> Declaration {
    Declaration::Leaf(Value::Text(shown(key, text)))
}

fn text(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    match fields.text(key, report)? {
        ("", _) => Some(Declaration::Clear),
        (text, _) => Some(leaf(key, text)),
    }
}

fn list(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    let texts = fields.texts(key, report)?;
    if texts.is_empty() {
        return Some(Declaration::Clear);
    }
    Some(Declaration::Leaf(Value::List(texts.into_iter().map(|text| Value::Text(shown(key, text))).collect())))
}

fn json(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    let value = to_value(fields.node(key, report)?);
    Some(if value.is_blank() { Declaration::Clear } else { Declaration::Leaf(value) })
}

fn word(
    key: &'static str,
    words: &[&'static str],
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Declaration> {
    let (text, spot) = fields.text(key, report)?;
    if words.contains(&text) {
        return Some(Declaration::known(text));
    }
    let hint = did_you_mean(text, words.iter().copied());
    let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let message = format!("`{key}` must be {}", all.join(" or "));
    report.add(Severity::Error, spot, "unknown-status", message, hint);
    None
}

fn flag(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    let node = fields.node(key, report)?;
    let truth = |node: &Node| match node.data {
        Data::Bool(true) => Some(&true),
        Data::Bool(false) => Some(&false),
        _ => None,
    };
    let truth = expect(node, &format!("`{key}`"), "true or false", report, truth)?;
    Some(Declaration::Leaf(Value::Bool(*truth)))
}

fn link(
    (own, one): (Option<&TypeSlug>, &str),
    key: &'static str,
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Declaration> {
    match fields.text(key, report)? {
        ("", _) => Some(Declaration::Clear),
        (text, spot) if text.trim().is_empty() => {
            report.error(spot, "inverse-blank", format!("`{key}` is blank; `\"\"` clears it"));
            None
        }
        (text, spot) => {
            if own.is_some_and(|own| own.as_str() == text) {
                let hint = "to make it read the same both ways, set `is_symmetric: true`".to_owned();
                let message = format!("{one} cannot be its own inverse");
                report.add(Severity::Error, spot, "inverse-of-itself", message, Some(hint));
            }
            Some(Declaration::known(text))
        }
    }
}
