//! Types of model files: from what the org has of the fields of a kind to the keys of its files.

use std::collections::BTreeSet;

use crate::edit::yaml;
use crate::model::{FieldPath, Position, TypeSlug, Value, trim};
use crate::plan::{FieldChange, Row};
use crate::project::directory::join;
use crate::schema::{Declaration, Field, Form, Leaf, ModelFiles, Pair, Pairs, Record, Resource, Shape};

use super::Content;
use super::agent::is_pulled;
use super::draft::{Draft, brief};
use super::file_names::Names;
use super::row::{FileChange, ModelChange, SlugPlace};

/// What model files are written with.
pub(super) struct Place<'place, 'names> {
    /// The directory of models.
    pub(super) directory: &'place str,
    pub(super) names: &'place mut Names<'names>,
    /// The agents that the project will have.
    pub(super) agents: &'place BTreeSet<&'place str>,
    /// The files that several resources name: what is pulled for one of them must not change the others.
    pub(super) shared: &'place BTreeSet<&'place str>,
}

/// The directory of scripts, beside the files that name them.
const SCRIPTS: &str = "reactions";

/// Takes over what a declared type has in the org.
pub(super) fn change(
    draft: &mut Draft<'_, '_>,
    row: &Row,
    declared: &Resource,
    record: &Record,
    place: &mut Place<'_, '_>,
) {
    for change in row.fields.iter().filter(|field| is_pulled(field)) {
        let field = row.key.kind.field(change.path.root());
        let Some(field) = field else { continue };
        if matches!(field.form, Form::Script) && change.before.is_some() {
            script(draft, field, change, declared, place);
            continue;
        }
        if is_elsewhere(draft, field, change.before.as_ref(), place) {
            continue;
        }
        let Some(changed) = model_change(draft, field, change, record) else { continue };
        draft.show(&change.path, change.after.as_ref(), change.before.clone());
        model(draft, &declared.position, changed);
    }
    // The plan has a problem in place of such a field, since no request changes it.
    for field in row.key.kind.fields.iter().filter(|field| field.create_only) {
        never_changed(draft, field, declared, record);
    }
}

/// Whether a resource works for an agent that the project does not have, so that its file could not say so; told if so.
fn is_elsewhere(
    draft: &mut Draft<'_, '_>,
    field: &'static Field,
    value: Option<&Value>,
    place: &Place<'_, '_>,
) -> bool {
    let agent = value.and_then(Value::literal);
    let is_elsewhere = matches!(field.form, Form::Agent) && agent.is_none_or(|agent| !place.agents.contains(agent));
    if is_elsewhere {
        let why = match agent {
            Some(agent) => format!("the project has no agent {}", brief(agent)),
            None => "the org has no agent there".to_owned(),
        };
        draft.unwritable(&FieldPath::member(field.name), why);
    }
    is_elsewhere
}

/// Writes the script of the org to the file that the model file names, or to a new one beside it.
fn script(
    draft: &mut Draft<'_, '_>,
    field: &'static Field,
    change: &FieldChange,
    declared: &Resource,
    place: &mut Place<'_, '_>,
) {
    let Some(text) = draft.text(&change.path, change.before.as_ref()) else { return };
    draft.show(&change.path, change.after.as_ref(), change.before.clone());
    if let Some(path) = declared.files.get(field).filter(|path| !place.shared.contains(path.as_str())) {
        draft.note_hidden(path, &text);
        draft.changes.push(FileChange::Prompt { path: path.clone(), text: trim(&text).to_owned() });
        return;
    }
    let beside = declared.position.file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let path = new_script(draft, beside, &text, place);
    model(draft, &declared.position, ModelChange::Set(field.file, Content::text(&path)));
}

/// A new script in the directory of scripts below this one; gives its path below it.
fn new_script(draft: &mut Draft<'_, '_>, directory: &str, text: &str, place: &mut Place<'_, '_>) -> String {
    let scripts = join(directory, SCRIPTS);
    let (name, _) = place.names.free(&scripts, &draft.key.id.clone(), ".reaction.ts");
    let file = format!("{name}.reaction.ts");
    let path = join(&scripts, &file);
    draft.note_hidden(&path, text);
    draft.changes.push(FileChange::NewFile { path, text: text.to_owned() });
    format!("{SCRIPTS}/{file}")
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
        // They have no empty form: where the org has nothing, the line goes.
        (Form::Words(_) | Form::Number { .. } | Form::Uuid | Form::Trimmed | Form::Script, _) if value.is_none() => {
            ModelChange::Unset(key)
        }
        (_, Shape::Leaf(Leaf::Text | Leaf::Prose | Leaf::Link)) => {
            let text = draft.text(path, value)?;
            if field.required && text.trim().is_empty() {
                draft.unwritable(path, format!("it is blank, and files must have a `{key}`"));
                return None;
            }
            ModelChange::Set(key, Content::Text(text))
        }
        _ if field.required && value.is_none() => {
            draft.unwritable(path, format!("the org has none, and files must have `{key}`"));
            return None;
        }
        _ => ModelChange::Set(key, draft.plain_or(change, empty(field))?),
    })
}

/// What clears a field in a model file.
fn empty(field: &Field) -> Content {
    match (field.form, field.shape) {
        (_, Shape::Leaf(Leaf::Flag)) => Content::Bool(false),
        (Form::Conditions | Form::Queries { .. } | Form::Elements, _) | (_, Shape::Leaf(Leaf::List)) => {
            Content::List(Vec::new())
        }
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
pub(super) fn add(draft: &mut Draft<'_, '_>, files: &ModelFiles, record: &Record, place: &mut Place<'_, '_>) {
    let (kind, slug) = (draft.key.kind, draft.key.id.clone());
    if draft.refuses_name(&FieldPath::default(), &slug) {
        return;
    }
    if let Some(why) = slug_problem(files, &slug) {
        return draft.unwritable(&FieldPath::member("slug"), why);
    }
    let mut fields: Vec<&'static Field> = kind.fields.iter().filter(|field| !field.file.is_empty()).collect();
    if fields.iter().any(|field| is_elsewhere(draft, field, record.value(field), place)) {
        return;
    }
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
            Some(Content::Text(text)) if matches!(field.form, Form::Script) => {
                draft.show(&path, None, Some(value));
                let script = new_script(draft, place.directory, &text, place);
                table.push((field.file.to_owned(), Content::text(&script)));
            }
            Some(content) => {
                draft.show(&path, None, Some(value));
                table.push((field.file.to_owned(), content));
            }
            None if field.required => return,
            None => {}
        }
    }
    new_file(draft, files.list, &slug, table, place);
}

/// The keys that stand before the others in a new type.
const ORDER: [&str; 9] =
    ["name", "description", "agent", "schedule", "icon", "color", "status", "is_symmetric", "inverse_type_slug"];

/// What a new type says of a field; none where the org has nothing.
fn said(field: &'static Field, record: &Record) -> Option<Value> {
    let is_nothing = |value: &Value| value.is_blank() || *value == Value::Bool(false) || field.is_default(value);
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
    place: &mut Place<'_, '_>,
) {
    let (name, is_made_up) = place.names.free(place.directory, slug, ".yaml");
    let file = join(place.directory, &format!("{name}.yaml"));
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
