//! Types of model files: from what the org has of the fields of a kind to the keys of its files.

use crate::edit::yaml;
use crate::model::{FieldPath, Position, TypeSlug, Value};
use crate::plan::{FieldChange, Row};
use crate::project::directory::join;
use crate::schema::{Declaration, Field, Form, Leaf, ModelFiles, Pair, Pairs, Record, Resource, Shape};

use super::Content;
use super::agent::is_pulled;
use super::draft::{Draft, brief};
use super::file_names::Names;
use super::row::{FileChange, ModelChange, SlugPlace};

/// Takes over what a declared type has in the org.
pub(super) fn change(draft: &mut Draft<'_, '_>, row: &Row, declared: &Resource, record: &Record) {
    for change in row.fields.iter().filter(|field| is_pulled(field)) {
        let field = row.key.kind.field(change.path.root());
        let Some(field) = field else { continue };
        let Some(changed) = model_change(draft, field, change, record) else { continue };
        draft.show(&change.path, change.after.as_ref(), change.before.clone());
        model(draft, &declared.position, changed);
    }
    // The plan has a problem in place of such a field, since no request changes it.
    for field in row.key.kind.fields.iter().filter(|field| field.create_only) {
        never_changed(draft, field, declared, record);
    }
}

fn never_changed(draft: &mut Draft<'_, '_>, field: &'static Field, declared: &Resource, record: &Record) {
    let Some(wanted) = declared.declared.get(field).and_then(Declaration::value) else { return };
    let found = record.value(field).cloned().unwrap_or(Value::Bool(false));
    let path = FieldPath::member(field.name);
    if *wanted != found
        && let Some(content) = draft.plain(&path, &found)
    {
        draft.show(&path, Some(wanted), Some(found));
        model(draft, &declared.position, ModelChange::Set(field.file, content));
    }
}

fn model(draft: &mut Draft<'_, '_>, position: &Position, change: ModelChange) {
    let place = SlugPlace { file: position.file.clone(), line: position.line, column: position.column };
    draft.changes.push(FileChange::Model(place, change));
}

/// What becomes of a field; none and told if it can't be written.
fn model_change(
    draft: &mut Draft<'_, '_>,
    field: &'static Field,
    change: &FieldChange,
    record: &Record,
) -> Option<ModelChange> {
    let (path, value, key) = (&change.path, change.before.as_ref(), field.file);
    Some(match (field.form, field.shape) {
        (_, Shape::Pairs(pairs)) => {
            let found = record.pairs(field).iter().map(|stored| stored.pair.clone()).collect();
            ModelChange::Pairs(key, pairs, found)
        }
        (Form::Schema { old_keys, .. }, _) => {
            ModelChange::Schema { key, old_keys, schema: draft.plain_or(change, empty(field))? }
        }
        // It has no empty form: where the org has nothing, its line goes.
        (Form::Words(_), _) if value.is_none() => ModelChange::Unset(key),
        (_, Shape::Leaf(Leaf::Text | Leaf::Prose | Leaf::Link)) => {
            let text = draft.text(path, value)?;
            if field.required && text.trim().is_empty() {
                draft.unwritable(path, "it is blank, and every type has a name");
                return None;
            }
            ModelChange::Set(key, Content::Text(text))
        }
        _ => ModelChange::Set(key, draft.plain_or(change, empty(field))?),
    })
}

/// What clears a field in a model file.
fn empty(field: &Field) -> Content {
    match (field.form, field.shape) {
        (_, Shape::Leaf(Leaf::Flag)) => Content::Bool(false),
        (Form::Conditions, _) | (_, Shape::Leaf(Leaf::List)) => Content::List(Vec::new()),
        _ => Content::Table(Vec::new()),
    }
}

/// Takes the type of a file out of it.
pub(super) fn remove(draft: &mut Draft<'_, '_>, position: &Position) {
    model(draft, position, ModelChange::Remove);
    let place = format!("{}, line {}", position.file, position.line);
    draft.show(&FieldPath::member("slug"), Some(&Value::known(place)), None);
}

/// Takes a type in that the project does not have; told if it can't be.
pub(super) fn add(
    draft: &mut Draft<'_, '_>,
    files: &ModelFiles,
    record: &Record,
    directory: &str,
    names: &mut Names<'_>,
) {
    let (kind, slug) = (draft.key.kind, draft.key.id.clone());
    if draft.refuses_name(&FieldPath::default(), &slug) {
        return;
    }
    if let Some(why) = slug_problem(files, &slug) {
        return draft.unwritable(&FieldPath::member("slug"), why);
    }
    let mut fields: Vec<&'static Field> = kind.fields.iter().collect();
    fields.sort_by_key(|field| ORDER.iter().position(|other| *other == field.file).unwrap_or(ORDER.len()));
    let mut table = vec![("slug".to_owned(), Content::text(&slug))];
    for field in fields {
        if let Shape::Pairs(pairs) = field.shape {
            let stored = record.pairs(field).iter();
            let elements: Vec<Content> = stored.map(|stored| pair_content(pairs, &stored.pair)).collect();
            if !elements.is_empty() {
                table.push((field.file.to_owned(), Content::List(elements)));
            }
            continue;
        }
        // One that can't be written is told and left out; without its name there is no type.
        let Some(value) = said(field, record) else { continue };
        let path = FieldPath::member(field.name);
        match draft.plain(&path, &value) {
            Some(content) => {
                draft.show(&path, None, Some(value));
                table.push((field.file.to_owned(), content));
            }
            None if field.required => return,
            None => {}
        }
    }
    new_file(draft, files.list, &slug, table, directory, names);
}

/// The keys that stand before the others in a new type.
const ORDER: [&str; 7] = ["name", "description", "icon", "color", "status", "is_symmetric", "inverse_type_slug"];

/// What a new type says of a field; none where the org has nothing.
fn said(field: &'static Field, record: &Record) -> Option<Value> {
    let is_default = |value: &Value| field.default.is_some() && value.literal() == field.default;
    let is_nothing = |value: &Value| value.is_blank() || *value == Value::Bool(false) || is_default(value);
    record.value(field).filter(|value| field.required || !is_nothing(value)).cloned()
}

/// A pair as a new one is written.
pub(super) fn pair_content(pairs: &Pairs, pair: &Pair) -> Content {
    Content::Table(vec![
        (pairs.first.0.to_owned(), Content::text(&pair.first)),
        (pairs.second.0.to_owned(), Content::text(&pair.second)),
    ])
}

fn new_file(
    draft: &mut Draft<'_, '_>,
    list: &str,
    slug: &str,
    table: Vec<(String, Content)>,
    directory: &str,
    names: &mut Names<'_>,
) {
    let (name, is_made_up) = names.free(directory, slug, ".yaml");
    let file = join(directory, &format!("{name}.yaml"));
    if is_made_up {
        let why = "its slug is not a valid file name, or the name is taken";
        draft.notes.push(format!("{} is written to {file}: {why}", brief(&draft.key.to_string())));
    }
    let bundle = Content::Table(vec![
        ("version".to_owned(), Content::Number(2.into())),
        (list.to_owned(), Content::List(vec![Content::Table(table)])),
    ]);
    draft.changes.push(FileChange::NewFile { path: file, text: yaml::render(&bundle) });
}

fn slug_problem(files: &ModelFiles, slug: &str) -> Option<&'static str> {
    let is_refused = slug.trim().is_empty() || slug.starts_with('$');
    if files.rewrites_slugs && (is_refused || files.reserved_slugs.contains(&slug)) {
        Some("its slug is reserved by the server")
    } else if files.rewrites_slugs && TypeSlug::rewritten(slug).as_str() != slug {
        Some("its slug would be read as a different one")
    } else if is_refused || slug.chars().any(char::is_control) {
        Some("its slug is not valid in model files")
    } else {
        None
    }
}
