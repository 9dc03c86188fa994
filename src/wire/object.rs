use std::collections::BTreeSet;

use super::Json;

/// An answer that lacks an expected member or has one of another type: this is not the API that we know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} should be {expected} and is {found}", place(path))]
pub struct ShapeError {
    /// The place in the answer, such as `agents[3].name`; empty for the answer itself.
    pub path: String,
    /// What should stand there.
    pub expected: &'static str,
    /// What stands there, by type.
    pub found: &'static str,
}

fn place(path: &str) -> String {
    if path.is_empty() { "the answer".to_owned() } else { format!("`{path}`") }
}

/// A JSON object being read, with the path that leads to it.
pub(crate) struct Object<'json> {
    members: &'json serde_json::Map<String, Json>,
    path: String,
}

pub(super) fn type_name(json: Option<&Json>) -> &'static str {
    match json {
        None => "missing",
        Some(Json::Null) => "null",
        Some(Json::Bool(_)) => "a boolean",
        Some(Json::Number(_)) => "a number",
        Some(Json::String(_)) => "a text",
        Some(Json::Array(_)) => "a list",
        Some(Json::Object(_)) => "an object",
    }
}

impl<'json> Object<'json> {
    pub(crate) fn new(json: &'json Json, path: impl Into<String>) -> Result<Self, ShapeError> {
        let path = path.into();
        match json {
            Json::Object(members) => Ok(Self { members, path }),
            other => Err(ShapeError { path, expected: "an object", found: type_name(Some(other)) }),
        }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn wrong<T>(&self, name: &str, expected: &'static str) -> Result<T, ShapeError> {
        Err(ShapeError { path: self.path_of(name), expected, found: type_name(self.members.get(name)) })
    }

    /// A member that may be absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<&'json Json> {
        self.members.get(name).filter(|json| !json.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Result<String, ShapeError> {
        self.optional_text(name)?.map_or_else(|| self.wrong(name, "a text"), Ok)
    }

    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<String>, ShapeError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(_) => self.wrong(name, "a text"),
        }
    }

    pub(crate) fn optional_bool(&self, name: &str) -> Result<Option<bool>, ShapeError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Bool(truth)) => Ok(Some(*truth)),
            Some(_) => self.wrong(name, "a boolean"),
        }
    }

    /// A number without a fraction and not below zero, which may be absent.
    pub(crate) fn optional_whole(&self, name: &str) -> Result<Option<u64>, ShapeError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Number(number)) => match number.as_u64() {
                Some(whole) => Ok(Some(whole)),
                None => self.wrong(name, "a whole number"),
            },
            Some(_) => self.wrong(name, "a whole number"),
        }
    }

    /// What a server numbers its objects with, which some write as a text.
    pub(crate) fn number(&self, name: &str) -> Result<String, ShapeError> {
        match self.get(name) {
            Some(Json::Number(number)) => Ok(number.to_string()),
            Some(Json::String(text)) if !text.is_empty() => Ok(text.clone()),
            _ => self.wrong(name, "a number"),
        }
    }

    pub(crate) fn object(&self, name: &str) -> Result<Object<'json>, ShapeError> {
        match self.get(name) {
            Some(json) => Object::new(json, self.path_of(name)),
            None => self.wrong(name, "an object"),
        }
    }

    /// The elements of a list of objects, each with its path.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Object<'json>>, ShapeError> {
        let Some(Json::Array(elements)) = self.get(name) else { return self.wrong(name, "a list") };
        let path = self.path_of(name);
        elements.iter().enumerate().map(|(at, json)| Object::new(json, format!("{path}[{at}]"))).collect()
    }

    pub(super) fn members(&self) -> &'json serde_json::Map<String, Json> {
        self.members
    }
}

/// The rows of a list that names each thing once: which of two counts would be a guess. `at` is a row's place in the answer.
pub(super) fn distinct<Row, Id: Ord>(
    list: &str,
    member: &str,
    rows: Vec<Row>,
    at: impl Fn(&Row) -> usize,
    id: impl Fn(&Row) -> Option<Id>,
) -> Result<Vec<Row>, ShapeError> {
    let mut seen = BTreeSet::new();
    match rows.iter().find(|row| id(row).is_some_and(|id| !seen.insert(id))) {
        None => Ok(rows),
        Some(row) => {
            let path = format!("{list}[{}].{member}", at(row));
            Err(ShapeError { path, expected: "listed once", found: "listed twice" })
        }
    }
}
