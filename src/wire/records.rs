//! Answers as records: what each member of a kind must look like is said by its fields.

use crate::model::ProjectMark;
use crate::schema::{ByField, Field, Kind, Leaf, Pair, Pairs, Shape, StoredPair};

use super::object::{Object, distinct};
use super::{Json, ShapeError};

/// A resource as an answer has it: nothing of it is classified yet. What nobody can declare is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct WireRecord {
    /// Its id, without that of its agent; empty for what an answer holds alone.
    pub id: String,
    /// The org that owns it, where the answer says so.
    pub org: Option<String>,
    /// The number of its last change, where the server gives one.
    pub version: Option<u64>,
    /// The project that changed it last, where the server tells.
    pub applied_by: Option<ProjectMark>,
    /// The members that hold something.
    pub members: ByField<Json>,
}

/// The member of an object that counts its changes.
const VERSION: &str = "version";

/// The member of an object that names the project that changed it last.
const APPLIED_BY: &str = "applied_by";

/// The version in an answer to a write: that of the answer, or of the object that it holds.
pub fn version_of_answer(json: &Json) -> Option<u64> {
    let number = |json: &Json| json.get(VERSION).and_then(Json::as_u64);
    number(json).or_else(|| json.as_object()?.values().find_map(number))
}

/// Reads an answer with the resources of a kind. Those that are not to be looked at are left out.
pub fn records_answer(kind: Kind, json: &Json) -> Result<Vec<WireRecord>, ShapeError> {
    let answer = Object::new(json, "")?;
    let Some(list) = kind.answer.list else {
        return Ok(vec![single_record(kind, &answer)?]);
    };
    let mut records = Vec::new();
    for (at, object) in answer.objects(list)?.iter().enumerate() {
        let record = record(kind, object)?;
        if !is_skipped(kind, object) {
            records.push((at, record));
        }
    }
    let id = |(_, record): &(usize, WireRecord)| Some((record.id.clone(), record.org.clone()));
    let at = |(at, _): &(usize, WireRecord)| *at;
    let records = distinct(list, kind.answer.id, records, at, id)?;
    Ok(records.into_iter().map(|(_, record)| record).collect())
}

/// Reads an answer that is one resource of a kind whose answers are lists elsewhere: what a create gives back.
pub fn record_answer(kind: Kind, json: &Json) -> Result<WireRecord, ShapeError> {
    record(kind, &Object::new(json, "")?)
}

/// The one resource of an answer that has no list; a member that is always there tells it from any other answer.
fn single_record(kind: Kind, object: &Object<'_>) -> Result<WireRecord, ShapeError> {
    let marker = kind.answer.id;
    if !object.members().contains_key(marker) {
        return Err(ShapeError { path: marker.to_owned(), expected: "a time", found: "missing" });
    }
    Ok(WireRecord {
        id: String::new(),
        org: None,
        version: version(object),
        applied_by: applied_by(object),
        members: members(kind, object)?,
    })
}

fn record(kind: Kind, object: &Object<'_>) -> Result<WireRecord, ShapeError> {
    let org = match kind.answer.org {
        Some(name) => object.optional_text(name)?,
        None => None,
    };
    Ok(WireRecord {
        id: object.text(kind.answer.id)?,
        org,
        version: version(object),
        applied_by: applied_by(object),
        members: members(kind, object)?,
    })
}

/// Other servers may have such a member with another meaning, so that it is none unless it is a whole number.
fn version(object: &Object<'_>) -> Option<u64> {
    object.get(VERSION).and_then(Json::as_u64)
}

/// As with a version: what has another form on another server says nothing.
fn applied_by(object: &Object<'_>) -> Option<ProjectMark> {
    let mark = object.get(APPLIED_BY)?;
    let text = |name: &str| mark.get(name).and_then(Json::as_str);
    ProjectMark::known(text("project")?, text("name")?)
}

fn is_skipped(kind: Kind, object: &Object<'_>) -> bool {
    kind.answer.skipped.iter().any(|name| object.get(name).is_some_and(|json| *json != Json::Bool(false)))
}

fn members(kind: Kind, object: &Object<'_>) -> Result<ByField<Json>, ShapeError> {
    let mut members = ByField::default();
    for field in kind.fields {
        if !matches!(field.shape, Shape::Pairs(_) | Shape::Leaf(Leaf::SentOnly)) {
            members.set_some(field, member(kind, field, object)?);
        }
    }
    Ok(members)
}

/// A member at the place where answers have it.
fn member(kind: Kind, field: &Field, object: &Object<'_>) -> Result<Option<Json>, ShapeError> {
    match field.read_from {
        [] => checked(kind, field, object, field.name),
        [name] => checked(kind, field, object, name),
        [outer, name] => match object.get(outer) {
            Some(_) => checked(kind, field, &object.object(outer)?, name),
            None => Ok(None),
        },
        // No kind has a member further in; a table that says so would be found by the test of every field.
        _ => Ok(None),
    }
}

fn checked(kind: Kind, field: &Field, object: &Object<'_>, name: &str) -> Result<Option<Json>, ShapeError> {
    if kind.answer.is_checked {
        match field.shape {
            Shape::Leaf(Leaf::Text | Leaf::Prose | Leaf::SecretText | Leaf::TextIfKept | Leaf::Link)
                if field.required =>
            {
                object.text(name)?;
            }
            Shape::Leaf(Leaf::Text | Leaf::Prose | Leaf::SecretText | Leaf::TextIfKept | Leaf::Link) => {
                object.optional_text(name)?;
            }
            Shape::Leaf(Leaf::Flag) => {
                object.optional_bool(name)?;
            }
            Shape::Config { .. } => {
                object.object(name)?;
            }
            Shape::Leaf(Leaf::Kept) if object.get(name).is_some() => {
                object.object(name)?;
            }
            _ => {}
        }
    }
    Ok(object.get(name).cloned())
}

/// Reads the pairs of a field of one resource.
pub fn pairs_answer(pairs: &Pairs, json: &Json) -> Result<Vec<StoredPair>, ShapeError> {
    let (_, list) = pairs.list;
    let (handle, _) = pairs.handle;
    let pair = |object: &Object<'_>| {
        let missing = || ShapeError { path: format!("{list}[].{handle}"), expected: "an id", found: "missing" };
        Ok(StoredPair {
            handle: object.get(handle).cloned().ok_or_else(missing)?,
            pair: Pair { first: object.text(pairs.first.1)?, second: object.text(pairs.second.1)? },
        })
    };
    Object::new(json, "")?.objects(list)?.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};

    #[test]
    fn the_catch_all_is_never_an_empty_org() {
        let catch_all = json!({"status": "ok", "mcp_endpoint": "x", "health": "/health", "openapi": "/openapi.json"});
        let error = records_answer(AGENT, &catch_all).unwrap_err();
        assert_eq!((error.path.as_str(), error.found), ("agents", "missing"));
        for kind in [SETTINGS, PLATFORM, ENTITY_TYPE, RELATIONSHIP_TYPE] {
            assert!(records_answer(kind, &catch_all).is_err(), "{kind}");
        }
    }

    #[test]
    fn errors_name_the_place_and_no_value() {
        let error = records_answer(AGENT, &json!({"agents": [{"agentId": "a", "name": 5}]})).unwrap_err();
        assert_eq!(error.to_string(), "`agents[0].name` should be a text and is a number");
        let error = records_answer(ENTITY_TYPE, &json!({"entity_types": [{"?column?": "x", "is_system": true}]}));
        assert_eq!(error.unwrap_err().path, "entity_types[0].slug");
    }

    #[test]
    fn what_is_listed_twice_is_no_answer() {
        let row = |id: &str| json!({"agentId": id, "name": "A"});
        let error = records_answer(AGENT, &json!({"agents": [row("a"), row("b"), row("a")]})).unwrap_err();
        assert_eq!(error.to_string(), "`agents[2].agentId` should be listed once and is listed twice");
    }

    #[test]
    fn a_project_is_told_in_its_own_form_or_not_at_all() {
        let applied_by = |json: Json| {
            let row = json!({"agentId": "a", "name": "A", "applied_by": json});
            records_answer(AGENT, &json!({"agents": [row]})).unwrap()[0].applied_by.clone()
        };
        let mark = applied_by(json!({"project": "0f", "name": "desk", "more": 1})).unwrap();
        assert_eq!((mark.id(), mark.name()), ("0f", "desk"));
        let escape = "\u{1b}[2Jdesk";
        for other in [json!(null), json!("desk"), json!({"project": "0f"}), json!({"project": "0f", "name": escape})] {
            assert_eq!(applied_by(other.clone()), None, "{other}");
        }
    }

    #[test]
    fn a_member_is_read_from_its_place() {
        let row = json!({"slug": "a", "name": "A", "metadata": {"autoCreateWhen": [], "ruleVersion": 2}});
        let records = records_answer(RELATIONSHIP_TYPE, &json!({"relationship_types": [row]})).unwrap();
        let field = RELATIONSHIP_TYPE.field("auto_create_when").unwrap();
        assert_eq!(records[0].members.get(field), Some(&json!([])));
    }

    #[test]
    fn what_is_deleted_or_of_the_system_is_not_looked_at() {
        let rows = json!({"relationship_types": [{"slug": "a", "name": "A", "deleted_at": "x"}]});
        assert_eq!(records_answer(RELATIONSHIP_TYPE, &rows).unwrap(), []);
        let rows = json!({"entity_types": [{"slug": "a", "name": "A", "is_system": true}]});
        assert_eq!(records_answer(ENTITY_TYPE, &rows).unwrap(), []);
    }

    /// Every field of every kind is read from the place that its row names, and a member of another type is refused where
    /// the kind says so.
    #[test]
    fn every_field_is_read() {
        for kind in crate::schema::ALL.kinds() {
            for field in kind.fields.iter().filter(|field| field.is_compared()) {
                let (good, bad) = match field.shape {
                    Shape::Leaf(Leaf::Flag) => (json!(true), json!("x")),
                    Shape::Config { .. } => (json!({"key": "x"}), json!("x")),
                    Shape::Leaf(Leaf::Text | Leaf::Prose | Leaf::Link) => (json!("x"), json!(5)),
                    Shape::Pairs(_) => continue,
                    _ => (json!({"x": 1}), json!({"x": 2})),
                };
                let answer = |value: &Json| {
                    let mut row = serde_json::Map::new();
                    for other in kind.fields.iter().filter(|other| other.required) {
                        let name = other.read_from.first().unwrap_or(&other.name);
                        let value = if matches!(other.shape, Shape::Config { .. }) { json!({}) } else { json!("x") };
                        row.insert((*name).to_owned(), value);
                    }
                    let path = if field.read_from.is_empty() { &[field.name][..] } else { field.read_from };
                    let value = path.iter().skip(1).rev().fold(value.clone(), |value, name| json!({ (*name): value }));
                    row.insert(path[0].to_owned(), value);
                    row.insert(kind.answer.id.to_owned(), json!("id"));
                    match kind.answer.list {
                        Some(list) => json!({ (list): [row] }),
                        None => Json::Object(row),
                    }
                };
                let records = records_answer(kind, &answer(&good)).unwrap();
                assert_eq!(records[0].members.get(field), Some(&good), "{kind} {field:?}");
                let is_checked = kind.answer.is_checked && !bad.is_object();
                assert_eq!(records_answer(kind, &answer(&bad)).is_err(), is_checked, "{kind} {field:?}");
            }
        }
    }
}
