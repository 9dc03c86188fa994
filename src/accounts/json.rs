//! JSON whose texts are wiped when they are dropped, and whose members keep their order, known and unknown ones.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use zeroize::Zeroizing;

use super::FileProblem;

/// A JSON value. It may be a token, so it can't be printed.
#[derive(Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Zeroizing<String>),
    List(Vec<Node>),
    Object(Object),
}

/// The members of a JSON object, in their order; each name stands there once.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Object(Vec<(String, Node)>);

impl Node {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(Zeroizing::new(text.to_owned()))
    }
}

impl Object {
    /// Reads a text whose whole is an object; an error names the place only.
    pub(super) fn parse(text: &str) -> Result<Self, FileProblem> {
        let node = serde_json::from_str(text)
            .map_err(|error| FileProblem::NotJson { line: error.line(), column: error.column() })?;
        match node {
            Node::Object(object) => Ok(object),
            _ => Err(FileProblem::WrongType { member: "the whole", expected: "an object" }),
        }
    }

    /// Writes it with two spaces a level, as the existing CLI does.
    pub(super) fn write(&self, end: &str) -> io::Result<Zeroizing<String>> {
        let mut counter = Counter(0);
        serde_json::to_writer_pretty(&mut counter, self)?;
        // Of its final size, so that no outgrown copy stays behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(counter.0.saturating_add(end.len())));
        serde_json::to_writer_pretty(&mut *bytes, self)?;
        bytes.extend_from_slice(end.as_bytes());
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(text) => Ok(Zeroizing::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(io::ErrorKind::InvalidData.into())
            }
        }
    }

    /// A member; one that is null counts as none.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map(|(_, node)| node).filter(|node| **node != Node::Null)
    }

    /// A member that is an object; none where it is missing or something else.
    pub(super) fn object(&self, name: &str) -> Option<&Self> {
        match self.get(name) {
            Some(Node::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn object_mut(&mut self, name: &str) -> Option<&mut Self> {
        match self.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, Node::Object(object))) => Some(object),
            _ => None,
        }
    }

    /// Changes a member that is an object, in its place; it is made where it is missing or something else.
    pub(super) fn edit<T>(&mut self, name: &str, change: impl FnOnce(&mut Self) -> T) -> T {
        let taken = self.0.iter_mut().find(|(found, _)| found == name);
        let mut object = match taken.map(|(_, node)| std::mem::replace(node, Node::Null)) {
            Some(Node::Object(object)) => object,
            _ => Self::default(),
        };
        let result = change(&mut object);
        self.set(name, Node::Object(object));
        result
    }

    /// Puts a member in its place, or behind all others.
    pub(super) fn set(&mut self, name: &str, node: Node) {
        match self.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, place)) => *place = node,
            None => self.0.push((name.to_owned(), node)),
        }
    }

    /// Puts a member in its place, or before all others.
    pub(super) fn set_first(&mut self, name: &str, node: Node) {
        match self.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, place)) => *place = node,
            None => self.0.insert(0, (name.to_owned(), node)),
        }
    }

    /// Puts a text in a member, or takes the member away.
    pub(super) fn set_text(&mut self, name: &str, text: Option<&str>) {
        match text {
            Some(text) => self.set(name, Node::text(text)),
            None => drop(self.remove(name)),
        }
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Node> {
        let place = self.0.iter().position(|(found, _)| found == name)?;
        Some(self.0.remove(place).1)
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&Node) -> bool) {
        self.0.retain(|(_, node)| keep(node));
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(name, node)| (name.as_str(), node))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Counts what would be written.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Serialize for Node {
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

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(serde_json::Number::from_f64(number).map_or(Node::Null, Node::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::text(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(Zeroizing::new(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = elements.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let (mut members, mut places) = (Vec::<(String, Node)>::new(), BTreeMap::new());
        while let Some((name, node)) = map.next_entry::<String, Node>()? {
            // Of two members with one name the last counts, as for the existing CLI.
            let place = *places.entry(name.clone()).or_insert(members.len());
            match members.get_mut(place) {
                Some((_, earlier)) => *earlier = node,
                None => members.push((name, node)),
            }
        }
        Ok(Node::Object(Object(members)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_survives_in_its_order() {
        let text = r#"{"z":[1,-2,1.5,true,null,{}],"a":{"é":"\"\\\n\u0001😀","b":[]},"n":18446744073709551615}"#;
        let written = Object::parse(text).ok().unwrap().write("\n").unwrap();
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), expected);
        let names: Vec<_> = written.lines().filter(|line| line.starts_with("  \"")).collect();
        assert_eq!(names, ["  \"z\": [", "  \"a\": {", "  \"n\": 18446744073709551615"]);
        assert!(written.ends_with("}\n"));
    }

    #[test]
    fn of_two_members_with_one_name_the_last_counts() {
        let written = Object::parse(r#"{"a":1,"b":2,"a":3}"#).ok().unwrap().write("").unwrap();
        assert_eq!(written.as_str(), "{\n  \"a\": 3,\n  \"b\": 2\n}");
    }

    #[test]
    fn what_is_wrong_is_told_by_its_place() {
        let problem = |text: &str| Object::parse(text).err().unwrap();
        assert_eq!(problem("{\n  SENTINEL"), FileProblem::NotJson { line: 2, column: 3 });
        assert!(matches!(problem(""), FileProblem::NotJson { .. }));
        assert!(matches!(problem("{} x"), FileProblem::NotJson { .. }));
        assert!(matches!(problem(&"[".repeat(100_000)), FileProblem::NotJson { .. }));
        assert!(matches!(problem("[]"), FileProblem::WrongType { member: "the whole", .. }));
    }
}
