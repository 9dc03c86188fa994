//! Small builders: values, resources and records from JSON, by the shapes of their fields.
//!
//! In the JSON of this module a text `$NAME` is a reference, `***…` is opaque, `hidden:…` is sensitive, `literal:…` is what
//! follows whatever it looks like, and null in a declaration is "explicitly empty".

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::model::{Position, SecretName, Text, Value};
use crate::schema::kinds::PLATFORM;
use crate::schema::{Declaration, EntryKey, Field, Form, Keyed, Kind, Leaf, Pair, Record, Resource, Shape, StoredPair};
use crate::wire::to_value;

pub(super) fn text(text: &str) -> Text {
    if text.starts_with("***") {
        return Text::Opaque;
    }
    if let Some(literal) = text.strip_prefix("literal:") {
        return Text::known(literal);
    }
    match (SecretName::from_reference(text), text.strip_prefix("hidden:")) {
        (Some(name), _) => Text::SecretRef(name),
        (None, Some(_)) => Text::sensitive(text),
        (None, None) => Text::known(text),
    }
}

pub(super) fn value(json: &Json) -> Value {
    to_value(json, "", &mut |_, content| text(content))
}

/// What the files say of a field. Entries of a keyed list come as in the org, with the members that make their keys.
pub(super) fn declaration(field: &Field, json: &Json) -> Declaration {
    let table = |members: &serde_json::Map<String, Json>, of: &dyn Fn(&str, &Json) -> Declaration| {
        Declaration::Table(members.iter().map(|(name, json)| (name.clone(), of(name, json))).collect())
    };
    match (field.shape, json) {
        (_, Json::Null) => Declaration::Clear,
        (Shape::Table(_), Json::Object(found)) => table(found, &|name, json| declaration(member(field, name), json)),
        (Shape::Map(entries), Json::Object(found)) => table(found, &|_, json| declaration(&entries.entry, json)),
        (Shape::Config { .. }, Json::Object(found)) => table(found, &|_, json| match json.as_str() {
            Some("") | None => Declaration::Clear,
            Some(content) => Declaration::Leaf(Value::Text(text(content))),
        }),
        (Shape::Keyed(keyed), Json::Array(entries)) => {
            Declaration::Keyed(entries.iter().map(|entry| keyed_entry(keyed, entry)).collect())
        }
        (_, json) => Declaration::Leaf(value(json)),
    }
}

#[track_caller]
fn member(field: &Field, name: &str) -> &'static Field {
    field.member(name).unwrap_or_else(|| panic!("{field:?} has no member {name}"))
}

fn keyed_entry(keyed: &Keyed, entry: &Json) -> (EntryKey, Declaration) {
    let key = EntryKey(keyed.key.iter().map(|name| entry[*name].as_str().unwrap().to_owned()).collect());
    let others = entry.as_object().unwrap().iter().filter(|(name, _)| !keyed.key.contains(&name.as_str()));
    let of_member = |(name, json): (&String, &Json)| {
        let member = keyed.entry.iter().find(|member| member.name == name).unwrap();
        (name.clone(), declaration(member, json))
    };
    (key, Declaration::Table(others.map(of_member).collect()))
}

pub(super) fn providers(ids: &[&str]) -> Json {
    ids.iter().map(|id| json!({"providerId": id})).collect()
}

/// Skills by name, with what the files say of each.
pub(super) fn skills(skills: &[(&str, Json)]) -> Json {
    let entry = |(name, json): &(&str, Json)| {
        let mut entry = json.clone();
        (entry["repo"], entry["name"]) = (json!(format!("local/{name}")), json!(name));
        entry
    };
    json!({"skills": skills.iter().map(entry).collect::<Vec<_>>()})
}

/// A resource of which the files say this, and what every resource of its kind has.
#[track_caller]
pub(super) fn resource(kind: Kind, id: &str, declared: &Json) -> Resource {
    let key = crate::schema::ResourceKey::new(kind, id);
    let mut resource = Resource::new(key, Position::file("lobu.toml"));
    for field in kind.table().fields.iter().filter(|field| field.required) {
        resource.declared.set(
            field,
            match field.shape {
                Shape::Config { .. } => Declaration::Table(BTreeMap::new()),
                _ if matches!(field.form, Form::Agent) => Declaration::known("triage"),
                _ => Declaration::known("Name"),
            },
        );
    }
    for (name, json) in declared.as_object().unwrap() {
        declare(&mut resource, name, json);
    }
    resource
}

/// Says something of a field of a resource, by the field's name.
#[track_caller]
pub(super) fn declare(resource: &mut Resource, name: &str, json: &Json) {
    let field = named(resource.key.kind, name);
    resource.declared.set(field, declaration(field, json));
}

#[track_caller]
pub(super) fn named(kind: Kind, name: &str) -> &'static Field {
    kind.field(name).unwrap_or_else(|| panic!("{kind} has no field {name}"))
}

/// A platform of the agent that its id begins with; an empty text clears a key.
pub(super) fn platform(id: &str, platform_type: &str, config: &[(&str, &str)]) -> Resource {
    let config: BTreeMap<_, _> = config.iter().copied().collect();
    resource(PLATFORM, id, &json!({"type": platform_type, "config": config}))
}

/// A record with these fields, and with what a server puts where nobody says anything.
#[track_caller]
pub(super) fn record(kind: Kind, found: &Json) -> Record {
    let mut record = Record::default();
    for field in kind.table().fields {
        match field.shape {
            Shape::Pairs(_) => record.pairs.set(field, Vec::new()),
            Shape::Config { .. } => record.values.set(field, Value::Map(BTreeMap::new())),
            Shape::Leaf(Leaf::Flag) => record.values.set(field, Value::Bool(false)),
            Shape::Leaf(Leaf::Kept) => record.values.set(field, value(&json!({"allowGroups": true}))),
            _ if matches!(field.form, Form::Agent) => record.values.set(field, Value::known("triage")),
            _ if field.required => record.values.set(field, Value::known("Name")),
            _ => record.values.set_some(field, field.default.map(Value::known)),
        }
    }
    for (name, json) in found.as_object().unwrap() {
        have(&mut record, named(kind, name), json);
    }
    record
}

/// Puts something into a field of a record; pairs come as lists of two texts and are numbered from one.
pub(super) fn have(record: &mut Record, field: &'static Field, json: &Json) {
    match field.shape {
        Shape::Pairs(_) => {
            let numbered = (1..).zip(Pair::list(&value(json)));
            record
                .pairs
                .set(field, numbered.map(|(handle, pair)| StoredPair { handle: json!(handle), pair }).collect());
        }
        _ => record.values.set(field, value(json)),
    }
}

pub(super) fn pair(first: &str, second: &str) -> Pair {
    Pair { first: first.to_owned(), second: second.to_owned() }
}
