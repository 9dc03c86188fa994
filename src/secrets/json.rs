//! JSON whose texts are wiped when they are dropped, and whose members keep their order, known and unknown ones.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use zeroize::Zeroizing;

use super::exact_buffer;

/// Where a text is not JSON. What stands there is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column, from 1; 0 at the end of a line.
    pub(crate) column: usize,
}

impl From<serde_json::Error> for Malformed {
    /// Takes the place only: the words may quote a value.
    fn from(error: serde_json::Error) -> Self {
        Self { line: error.line(), column: error.column() }
    }
}

/// A JSON value. It may be a token, so it can't be printed.
#[derive(Clone, PartialEq)]
pub(crate) enum JsonValue {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Zeroizing<String>),
    List(Vec<JsonValue>),
    Object(Object),
}

/// The members of a JSON object, in their order; each name stands there once.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Object(Vec<(String, JsonValue)>);

impl JsonValue {
    /// Reads a text that is one value.
    pub(crate) fn parse(text: &str) -> Result<Self, Malformed> {
        Ok(serde_json::from_str(text)?)
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Zeroizing::new(text.to_owned()))
    }
}

impl Object {
    /// Writes it with two spaces a level, as the existing CLI does.
    pub(crate) fn write(&self, end: &str) -> io::Result<Zeroizing<String>> {
        let mut bytes = exact_buffer(|out| {
            serde_json::to_writer_pretty(&mut *out, self)?;
            out.write_all(end.as_bytes())
        })?;
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(text) => Ok(Zeroizing::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(io::ErrorKind::InvalidData.into())
            }
        }
    }

    /// A member; one that is null counts as none.
    pub(crate) fn get(&self, name: &str) -> Option<&JsonValue> {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map(|(_, node)| node).filter(|node| **node != JsonValue::Null)
    }

    /// A member that is an object; none where it is missing or something else.
    pub(crate) fn object(&self, name: &str) -> Option<&Self> {
        match self.get(name) {
            Some(JsonValue::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn object_mut(&mut self, name: &str) -> Option<&mut Self> {
        match self.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, JsonValue::Object(object))) => Some(object),
            _ => None,
        }
    }

    /// Changes a member that is an object, in its place; it is made where it is missing or something else.
    pub(crate) fn edit<T>(&mut self, name: &str, change: impl FnOnce(&mut Self) -> T) -> T {
        let taken = self.0.iter_mut().find(|(found, _)| found == name);
        let mut object = match taken.map(|(_, node)| std::mem::replace(node, JsonValue::Null)) {
            Some(JsonValue::Object(object)) => object,
            _ => Self::default(),
        };
        let result = change(&mut object);
        self.set(name, JsonValue::Object(object));
        result
    }

    /// Puts a member in its place, or behind all others.
    pub(crate) fn set(&mut self, name: &str, node: JsonValue) {
        match self.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, place)) => *place = node,
            None => self.0.push((name.to_owned(), node)),
        }
    }

    /// Puts a member in its place, or before all others.
    pub(crate) fn set_first(&mut self, name: &str, node: JsonValue) {
        match self.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, place)) => *place = node,
            None => self.0.insert(0, (name.to_owned(), node)),
        }
    }

    /// Puts a text in a member, or takes the member away.
    pub(crate) fn set_text(&mut self, name: &str, text: Option<&str>) {
        match text {
            Some(text) => self.set(name, JsonValue::text(text)),
            None => drop(self.remove(name)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<JsonValue> {
        let place = self.0.iter().position(|(found, _)| found == name)?;
        Some(self.0.remove(place).1)
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&JsonValue) -> bool) {
        self.0.retain(|(_, node)| keep(node));
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &JsonValue)> {
        self.0.iter().map(|(name, node)| (name.as_str(), node))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for JsonValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(nodes) => {
                let mut list = serializer.serialize_seq(Some(nodes.len()))?;
                nodes.iter().try_for_each(|node| list.serialize_element(node))?;
                list.end()
            }
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, node)| map.serialize_entry(name, node))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for JsonValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = JsonValue;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<JsonValue, E> {
        Ok(JsonValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<JsonValue, E> {
        Ok(JsonValue::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<JsonValue, E> {
        Ok(JsonValue::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<JsonValue, E> {
        Ok(JsonValue::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<JsonValue, E> {
        Ok(serde_json::Number::from_f64(number).map_or(JsonValue::Null, JsonValue::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<JsonValue, E> {
        Ok(JsonValue::text(text))
    }

    fn visit_string<E>(self, text: String) -> Result<JsonValue, E> {
        Ok(JsonValue::Text(Zeroizing::new(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<JsonValue, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = elements.next_element()? {
            nodes.push(node);
        }
        Ok(JsonValue::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonValue, A::Error> {
        let (mut members, mut places) = (Vec::<(String, JsonValue)>::new(), BTreeMap::new());
        while let Some((name, node)) = map.next_entry::<String, JsonValue>()? {
            // Of two members with one name the last counts, as for the existing CLI.
            let place = *places.entry(name.clone()).or_insert(members.len());
            match members.get_mut(place) {
                Some((_, earlier)) => *earlier = node,
                None => members.push((name, node)),
            }
        }
        Ok(JsonValue::Object(Object(members)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn written(text: &str, end: &str) -> Zeroizing<String> {
        let Ok(JsonValue::Object(object)) = JsonValue::parse(text) else { panic!("{text} is an object") };
        object.write(end).unwrap()
    }

    #[test]
    fn everything_survives_in_its_order() {
        let text = r#"{"z":[1,-2,1.5,true,null,{}],"a":{"é":"\"\\\n\u0001😀","b":[]},"n":18446744073709551615}"#;
        let written = written(text, "\n");
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), expected);
        let names: Vec<_> = written.lines().filter(|line| line.starts_with("  \"")).collect();
        assert_eq!(names, ["  \"z\": [", "  \"a\": {", "  \"n\": 18446744073709551615"]);
        assert!(written.ends_with("}\n"));
    }

    #[test]
    fn of_two_members_with_one_name_the_last_counts() {
        assert_eq!(written(r#"{"a":1,"b":2,"a":3}"#, "").as_str(), "{\n  \"a\": 3,\n  \"b\": 2\n}");
    }

    #[test]
    fn what_is_wrong_is_told_by_its_place() {
        let malformed = |text: &str| JsonValue::parse(text).err().unwrap();
        assert_eq!(malformed("{\n  SENTINEL"), Malformed { line: 2, column: 3 });
        for text in ["", "{} x", &"[".repeat(100_000)] {
            malformed(text);
        }
    }
}
