//! Answers as records: what each member of a kind must look like is said by its fields.

use std::collections::BTreeSet;

use crate::model::ProjectMark;
use crate::schema::{Api, ByField, Field, Kind, Leaf, ListRoute, Pair, Pairs, Shape, StoredPair};

use super::object::{Object, distinct};
use super::{Json, ShapeError};

/// A resource as an answer has it: nothing of it is classified yet. What nobody can declare is left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WireRecord {
    /// Its id, without that of its agent; empty for what an answer holds alone.
    pub id: String,
    /// The org that owns it, where the answer says so.
    pub org: Option<String>,
    /// The number of its last change, where the server gives one.
    pub version: Option<u64>,
    /// The project that changed it last, where the server tells.
    pub applied_by: Option<ProjectMark>,
    /// The server's number for it, where requests name it so.
    pub number: Option<String>,
    /// Whether only the list of what was put away has it.
    pub is_archived: bool,
    /// The members that hold something.
    pub members: ByField<Json>,
}

/// The member of an object that names the project that changed it last.
const APPLIED_BY: &str = "applied_by";

/// The version in an answer to a write: that of the answer, or of the object that it holds.
pub fn version_of_answer(kind: Kind, json: &Json) -> Option<u64> {
    let number = |json: &Json| json.get(kind.answer.version).and_then(Json::as_u64);
    number(json).or_else(|| json.as_object()?.values().find_map(number))
}

/// Reads an answer with the resources of a kind. Those that are not to be looked at are left out.
pub fn records_answer(kind: Kind, json: &Json) -> Result<Vec<WireRecord>, ShapeError> {
    let answer = Object::new(json, "")?;
    let Some(list) = kind.answer.list else {
        return Ok(vec![single_record(kind, &answer)?]);
    };
    let mut records = Vec::new();
    let mut numbers = BTreeSet::new();
    for (at, object) in answer.objects(list)?.iter().enumerate() {
        let record = record(kind, object)?;
        // A resource that belongs to several others has a row for each of them.
        let is_repeated = record.number.as_ref().is_some_and(|number| !numbers.insert(number.clone()));
        if !is_repeated && !is_skipped(kind, object) {
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
        version: version(kind, object),
        applied_by: applied_by(object),
        members: members(kind, object)?,
        ..WireRecord::default()
    })
}

/// The route that lists a kind, where it has one of its own.
pub fn list_route(kind: Kind) -> Option<&'static ListRoute> {
    match kind.table().api {
        Api::Tool(tool) => tool.list,
        Api::Routes(_) => None,
    }
}

fn record(kind: Kind, object: &Object<'_>) -> Result<WireRecord, ShapeError> {
    let org = match kind.answer.org {
        Some(name) => object.optional_text(name)?,
        None => None,
    };
    let route = list_route(kind);
    let (status, _) = route.map(|route| route.archived).unwrap_or_default();
    let says_archived = |route: &ListRoute| object.get(status).and_then(Json::as_str) == Some(route.archived.1);
    Ok(WireRecord {
        id: object.text(kind.answer.id)?,
        org,
        version: version(kind, object),
        applied_by: applied_by(object),
        number: route.map(|route| object.number(route.number)).transpose()?,
        is_archived: route.is_some_and(says_archived),
        members: members(kind, object)?,
    })
}

/// The server's number for what a request made.
pub fn number_answer(route: &ListRoute, json: &Json) -> Result<String, ShapeError> {
    Object::new(json, "")?.number(route.number)
}

/// Reads a field that has an answer of its own: the details of one resource. None where it has nothing.
pub fn details_answer(route: &ListRoute, field: &Field, json: &Json) -> Result<Option<Json>, ShapeError> {
    let answer = Object::new(json, "")?;
    // What was archived in between has no details, but the answer is one.
    let (details, always) = route.details;
    if answer.get(details).is_none() && answer.get(always).is_some() {
        return Ok(None);
    }
    let details = answer.object(details)?;
    details.optional_text(field.name)?;
    Ok(details.get(field.name).cloned())
}

/// Other servers may have such a member with another meaning, so that it is none unless it is a whole number.
fn version(kind: Kind, object: &Object<'_>) -> Option<u64> {
    object.get(kind.answer.version).and_then(Json::as_u64)
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
        if !field.is_apart && !matches!(field.shape, Shape::Pairs(_) | Shape::Leaf(Leaf::SentOnly)) {
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
                if field.required && !field.may_lack =>
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
    Ok(match (object.get(name), field.shape) {
        (Some(Json::String(text)), Shape::Leaf(Leaf::List)) if list_route(kind).is_some() => Some(array_of_text(text)),
        (json, _) => json.cloned(),
    })
}

/// The elements of an array that the first generation passes on as its database writes it, such as `{a,"b c"}`.
fn array_of_text(text: &str) -> Json {
    let Some(inner) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else { return Json::from(text) };
    let (mut elements, mut element, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for character in inner.chars() {
        match character {
            _ if std::mem::take(&mut escaped) => element.push(character),
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => elements.push(Json::from(std::mem::take(&mut element))),
            _ => element.push(character),
        }
    }
    if !inner.is_empty() {
        elements.push(Json::from(element));
    }
    Json::Array(elements)
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
    use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS, WATCHER};

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

    fn watcher(slug: &str, number: &Json) -> Json {
        json!({"slug": slug, "name": "W", "watcher_id": number, "status": "active", "version": 3, "tags": "{}"})
    }

    #[test]
    fn a_resource_with_a_number_is_read_once_however_often_it_is_listed() {
        let rows = [watcher("a", &json!(7)), watcher("a", &json!("7")), watcher("b", &json!(8))];
        let records = records_answer(WATCHER, &json!({"watchers": rows})).unwrap();
        let found: Vec<_> = records.iter().map(|record| (record.id.as_str(), record.number.as_deref())).collect();
        assert_eq!(found, [("a", Some("7")), ("b", Some("8"))]);
        assert!(records.iter().all(|record| !record.is_archived && record.version.is_none()));
        let twice = [watcher("a", &json!(7)), watcher("a", &json!(8))];
        let error = records_answer(WATCHER, &json!({"watchers": twice})).unwrap_err();
        assert_eq!(error.to_string(), "`watchers[1].slug` should be listed once and is listed twice");
        let error = records_answer(WATCHER, &json!({"watchers": [watcher("a", &json!(null))]})).unwrap_err();
        assert_eq!(error.to_string(), "`watchers[0].watcher_id` should be a number and is null");
        let mut archived = watcher("a", &json!(7));
        archived["status"] = json!("archived");
        assert!(records_answer(WATCHER, &json!({"watchers": [archived]})).unwrap()[0].is_archived);
    }

    #[test]
    fn a_list_may_be_the_text_of_an_array() {
        let table = [
            ("{}", json!([])),
            ("{a,b}", json!(["a", "b"])),
            (r#"{"a,b","c \"d\"",e f}"#, json!(["a,b", "c \"d\"", "e f"])),
            ("no array", json!("no array")),
        ];
        for (text, elements) in table {
            assert_eq!(array_of_text(text), elements, "{text}");
        }
    }

    #[test]
    fn details_hold_what_a_list_does_not() {
        let route = list_route(WATCHER).unwrap();
        let field = WATCHER.field("reaction_script").unwrap();
        let read = |json: Json| details_answer(route, field, &json).map_err(|error| error.to_string());
        assert_eq!(read(json!({"watcher": {"reaction_script": "x"}})), Ok(Some(json!("x"))));
        assert_eq!(read(json!({"watcher": {"reaction_script": null}})), Ok(None));
        assert_eq!(read(json!({"windows": []})), Ok(None));
        assert_eq!(read(json!({"status": "ok"})), Err("`watcher` should be an object and is missing".to_owned()));
        let other = Err("`watcher.reaction_script` should be a text and is a number".to_owned());
        assert_eq!(read(json!({"watcher": {"reaction_script": 1}})), other);
    }

    /// Every field of every kind is read from the place that its row names, and a member of another type is refused where
    /// the kind says so.
    #[test]
    fn every_field_is_read() {
        for kind in crate::schema::ALL.kinds() {
            for field in kind.fields.iter().filter(|field| field.is_compared() && !field.is_apart) {
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
                    row.extend(list_route(kind).map(|route| (route.number.to_owned(), json!(7))));
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
