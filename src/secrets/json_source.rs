//! A JSON object of names and texts, read without ever quoting it: serde's own words for a wrong type hold the value.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::model::SecretName;

use super::SecretValue;
use super::json::{JsonValue, Malformed};

/// Why a JSON source cannot be used. It holds nothing of the text but names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    /// It is not JSON, or not an object.
    #[error("{}expected a JSON object with string values", place(*line, *column))]
    Malformed {
        /// The line, from 1; 0 where it cannot be told.
        line: usize,
        /// The column, from 1; 0 where it cannot be told.
        column: usize,
    },
    /// Names whose values are no texts.
    #[error("not a string: {}", listed(names))]
    NotTexts { names: Vec<String> },
    /// Names that stand there twice.
    #[error("duplicate: {}", listed(names))]
    Duplicates { names: Vec<String> },
    /// Names whose values have a null character, which no environment variable can have.
    #[error("NUL character in the value of: {}", listed(names))]
    Null { names: Vec<String> },
    /// Names whose values have a carriage return that is not part of a line end.
    #[error("carriage return that is not part of a line end, in the value of: {}", listed(names))]
    CarriageReturn { names: Vec<String> },
    /// Names whose values have more than 64 KiB.
    #[error("longer than 64 KiB: {}", listed(names))]
    TooLong { names: Vec<String> },
}

impl From<Malformed> for JsonProblem {
    fn from(Malformed { line, column }: Malformed) -> Self {
        Self::Malformed { line, column }
    }
}

/// The place in front of a message, as far as it is known.
fn place(line: usize, column: usize) -> String {
    match (line, column) {
        (0, _) => String::new(),
        (_, 0) => format!("line {line}: "),
        _ => format!("line {line}, column {column}: "),
    }
}

/// How many names are listed: a file of nothing but mistakes floods nobody.
const MOST_NAMES: usize = 20;

fn listed(names: &[String]) -> String {
    // What can't be a name may be a value in the wrong place.
    let shown = |name: &String| match SecretName::parse(name) {
        Ok(name) => name.to_string(),
        Err(_) => "(an invalid name)".to_owned(),
    };
    let shown: Vec<_> = names.iter().take(MOST_NAMES).map(shown).collect();
    let rest = names.len() - shown.len();
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

/// Reads an object of texts; all names that are wrong are told at once.
pub(super) fn read_object(text: &str) -> Result<Vec<(String, SecretValue)>, JsonProblem> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let Members(members) = serde_json::from_str(text).map_err(Malformed::from)?;
    let is_text = |node: &JsonValue| matches!(node, JsonValue::Text(_));
    let not_texts: Vec<_> = members.iter().filter(|(_, node)| !is_text(node)).map(|(name, _)| name.clone()).collect();
    if !not_texts.is_empty() {
        return Err(JsonProblem::NotTexts { names: not_texts });
    }
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<_> = members.iter().map(|(name, _)| name).filter(|name| !seen.insert(*name)).collect();
    if !twice.is_empty() {
        return Err(JsonProblem::Duplicates { names: twice.into_iter().cloned().collect() });
    }
    let value = |(name, node)| match node {
        JsonValue::Text(text) => Some((name, SecretValue::from_wiped(text))),
        _ => None,
    };
    let values: Vec<_> = members.into_iter().filter_map(value).collect();
    let those = |is_wrong: fn(&str) -> bool| -> Vec<String> {
        values.iter().filter(|(_, value)| is_wrong(value.text())).map(|(name, _)| name.clone()).collect()
    };
    let with_null = those(|text| text.contains('\0'));
    if !with_null.is_empty() {
        return Err(JsonProblem::Null { names: with_null });
    }
    let with_return = those(|text| text.split("\r\n").any(|part| part.contains('\r')));
    if !with_return.is_empty() {
        return Err(JsonProblem::CarriageReturn { names: with_return });
    }
    let too_long = those(|text| text.len() > super::LONGEST_VALUE);
    if too_long.is_empty() { Ok(values) } else { Err(JsonProblem::TooLong { names: too_long }) }
}

/// The members in their order, as often as they stand there.
struct Members(Vec<(String, JsonValue)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, JsonProblem> {
        let pairs = read_object(text)?;
        Ok(pairs.into_iter().map(|(name, value)| (name, value.text().to_owned())).collect())
    }

    #[test]
    fn texts_are_read_with_their_escapes() {
        let pairs = read("\u{FEFF}{\"A\": \"plain\", \"B\": \"line\\nline \\u00e9\", \"C\": \"\"}").unwrap();
        let expected = [("A", "plain"), ("B", "line\nline é"), ("C", "")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_value_in_the_place_of_a_name_is_not_repeated() {
        for text in [r#"{"hunter2": 5, "FOO": true}"#, r#"{"hunter2": "", "hunter2": ""}"#] {
            let problem = read(text).unwrap_err().to_string();
            assert!(problem.contains("(an invalid name)") && !problem.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_name_or_place_and_never_by_content() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let not_texts =
            r#"{"A": 815815, "B": ["hunter2"], "C": {"x": "hunter2"}, "D": null, "E": true, "F": 1.5, "G": "ok"}"#;
        let table = [
            (not_texts.to_owned(), JsonProblem::NotTexts { names: names(&["A", "B", "C", "D", "E", "F"]) }),
            (r#"{"A": "hunter2", "B": "x", "A": "y"}"#.to_owned(), JsonProblem::Duplicates { names: names(&["A"]) }),
            (format!("{{\"A\": \"{}\"}}", "x".repeat(65_537)), JsonProblem::TooLong { names: names(&["A"]) }),
            (r#"{"A": "hunter2\u0000", "B": "x"}"#.to_owned(), JsonProblem::Null { names: names(&["A"]) }),
            (r#"{"A": "hunter2\rx", "B": "x\r\ny"}"#.to_owned(), JsonProblem::CarriageReturn { names: names(&["A"]) }),
            ("{\"A\": \"hunter2\",\n hunter2".to_owned(), JsonProblem::Malformed { line: 2, column: 2 }),
            ("\"hunter2\"".to_owned(), JsonProblem::Malformed { line: 1, column: 9 }),
            (String::new(), JsonProblem::Malformed { line: 1, column: 0 }),
        ];
        for (text, expected) in table {
            let problem = read(&text).unwrap_err();
            let shown = format!("{problem} {problem:?}");
            assert!(!shown.contains("hunter2") && !shown.contains("815"), "{shown}");
            assert_eq!(problem, expected);
        }
    }

    #[test]
    fn of_many_names_the_first_are_listed() {
        let members: Vec<_> = (0..25).map(|number| format!("\"N{number}\": 1")).collect();
        let problem = read(&format!("{{{}}}", members.join(","))).unwrap_err().to_string();
        assert!(problem.starts_with("not a string: N0, N1, ") && problem.ends_with(", N19 and 5 more"), "{problem}");
    }
}
