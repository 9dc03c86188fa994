//! A type of a model file: its fields are those of its kind, read by their shapes and forms.

use crate::edit::yaml::{Data, Node};
use crate::model::{Severity, TypeSlug, Value};
use crate::project::fields::{Fields, expect};
use crate::project::report::Report;
use crate::project::suggest::did_you_mean;
use crate::project::yaml_values::{shown, to_value};
use crate::schema::{ByField, Declaration, Field, Form, Kind, Leaf, ModelFiles, Resource, ResourceKey, Shape};

use super::found::{Found, FoundResource};
use super::source::Source;
use super::{auto_create, forms, json_schema, rules, slugs};

/// Reads a type.
pub(super) fn read(
    source: Source<'_>,
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
    let (mut ends, mut own_files) = (Vec::new(), ByField::default());
    let mut is_whole = true;
    for field in kind.fields.iter().filter(|field| !field.file.is_empty()) {
        let declaration = match (field.shape, field.form) {
            (Shape::Pairs(pairs), _) => {
                rules::read(source.schema, field.file, pairs, &mut fields, found, &mut ends, report)
            }
            (_, Form::Agent) => forms::agent(source, (files.one, field.file), node, &mut fields, report),
            (_, Form::Script) => forms::script(source, field, &mut fields, report).map(|(declaration, path)| {
                own_files.set_some(field, path);
                declaration
            }),
            (Shape::Leaf(Leaf::Text | Leaf::Prose), form) if field.required => {
                required_text(files, (field, form), node, &mut fields, report)
            }
            _ => declaration((slug.as_ref().map(|(slug, _)| slug), files.one), field, &mut fields, report),
        };
        let is_text = matches!(field.shape, Shape::Leaf(Leaf::Text | Leaf::Prose));
        let declaration = declaration.filter(|declaration| {
            let is_said = is_text || !field.required || *declaration != Declaration::Clear;
            if !is_said {
                must_not_be_empty(files, field, node, report);
            }
            is_said
        });
        if field.required && !is_text && node.get(field.file).is_none_or(Node::is_null) {
            report.error(node.spot(), "field-missing", format!("{} needs {}", files.one, with_article(field.file)));
        }
        is_whole &= declaration.is_some() || !field.required;
        declared.set_some(field, declaration);
    }
    let targets = if files.by_target { forms::targets(source, files.one, &mut fields, report) } else { None };
    // No server takes it.
    if fields.node("metadata", report).is_some() {
        found.with_metadata += 1;
    }
    fields.finish(Severity::Warning, files.one, report);
    let Some((slug, spot)) = slug.filter(|_| is_whole) else { return };
    let position = spot.down(report.lines()).within(report.file());
    let resource = Resource {
        declared,
        files: own_files,
        targets,
        ..Resource::new(ResourceKey::new(kind, slug.as_str()), position)
    };
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
        (Form::Schema { old_keys, columns, is_object }, _) => {
            json_schema::read(field.file, old_keys, (columns, is_object), fields, report)
        }
        (Form::Queries { .. }, _) => forms::queries(field.file, fields, report),
        (Form::Number { least }, _) => forms::number(field.file, least, fields, report),
        (Form::Mapping | Form::Elements, _) => forms::json_of(field.form, field.file, fields, report),
        (Form::EventKinds, _) => json_schema::event_kinds(field.file, fields, report),
        (Form::Conditions, _) => auto_create::read(field.file, fields, report),
        (Form::Words(words), _) => word(field.file, words, fields, report),
        (Form::OfShape, Shape::Leaf(Leaf::Link)) => link(own, field.file, fields, report),
        (Form::OfShape, Shape::Leaf(Leaf::Flag)) => flag(field.file, fields, report),
        (Form::OfShape | Form::Tools | Form::Arguments, Shape::Leaf(Leaf::List)) => list(field.file, fields, report),
        (_, Shape::Leaf(Leaf::Text | Leaf::Prose | Leaf::SentOnly)) => text(field, fields, report),
        // A kind of model files has nothing else but JSON, which the table of forms holds.
        (Form::Json, _) => forms::json(field.file, fields, report),
        _ => json(field.file, fields, report),
    }
}

/// A text that is always there and never blank.
fn required_text(
    files: &ModelFiles,
    (field, form): (&'static Field, Form),
    node: &Node,
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Declaration> {
    let key = field.file;
    let is_there = node.get(key).is_some_and(|text| !text.is_null());
    match fields.text(key, report) {
        Some((text, spot)) if !text.trim().is_empty() => {
            forms::check_text(form, key, (text, spot), report);
            Some(leaf(key, text))
        }
        Some((_, spot)) => {
            report.error(spot, missing(key), format!("the `{key}` of {} must not be empty", files.one));
            None
        }
        None => {
            if !is_there {
                report.error(node.spot(), missing(key), format!("{} needs a `{key}`", files.one));
            }
            None
        }
    }
}

/// The code of what is said of a field that is not there.
fn missing(key: &str) -> &'static str {
    if key == "name" { "name-missing" } else { "field-missing" }
}

fn with_article(key: &str) -> String {
    let article = if key.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} `{key}`")
}

fn must_not_be_empty(files: &ModelFiles, field: &'static Field, node: &Node, report: &mut Report) {
    let spot = node.get(field.file).unwrap_or(node).spot();
    report.error(spot, "field-missing", format!("the `{}` of {} must not be empty", field.file, files.one));
}

fn leaf(key: &str, text: &str) -> Declaration {
    Declaration::Leaf(Value::Text(shown(key, text)))
}

fn text(field: &'static Field, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    let (key, form) = (field.file, field.form);
    match fields.text(key, report)? {
        // Servers take a blank part of a version for none.
        (text, _) if field.is_versioned() && text.trim().is_empty() => Some(Declaration::Clear),
        ("", _) if !matches!(form, Form::Uuid | Form::Trimmed) => Some(Declaration::Clear),
        (text, spot) => {
            forms::check_text(form, key, (text, spot), report);
            // Servers keep it in small letters.
            Some(if matches!(form, Form::Uuid) { leaf(key, &text.to_lowercase()) } else { leaf(key, text) })
        }
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
