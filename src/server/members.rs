//! Typed, exhaustive reading of a JSON object body: what is not taken out of it is refused.

use serde_json::{Map, Value};

use crate::model::UniqueJson;

use super::{refusal::Refusal, secrets::refuse_reference};

/// A member of a body, in its three states.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given<T> {
    /// Not in the body: leave it alone.
    Absent,
    /// JSON null: clear it.
    Null,
    /// A value: set it.
    Value(T),
}

impl<T> Given<T> {
    /// Takes the value; absent and null are `None`.
    pub(super) fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Gives what to store: the stored value if absent, nothing if null.
    pub(super) fn or_stored(self, stored: Option<T>) -> Option<T> {
        match self {
            Self::Absent => stored,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

/// The members of a body that were not taken yet.
#[derive(Debug)]
pub(super) struct Members {
    map: Map<String, Value>,
    /// The code of the 422 for a member of the wrong type.
    code: &'static str,
}

impl Members {
    /// Parses a body that must be a JSON object.
    pub(super) fn parse(body: &[u8], code: &'static str) -> Result<Self, Refusal> {
        match parse_json(body)? {
            Value::Object(map) => Ok(Self { map, code }),
            _ => Err(Refusal::field(code, "", "The body must be a JSON object.")),
        }
    }

    /// The same, where an empty body means an empty object.
    pub(super) fn parse_optional(body: &[u8], code: &'static str) -> Result<Self, Refusal> {
        if body.is_empty() { Ok(Self { map: Map::new(), code }) } else { Self::parse(body, code) }
    }

    /// Tells whether there is such a member, be it null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// Looks at a text without taking it.
    pub(super) fn peek_text(&self, name: &str) -> Option<&str> {
        self.map.get(name)?.as_str()
    }

    /// Takes a text. No text that stands directly in a body may refer to a secret.
    pub(super) fn text(&mut self, name: &str) -> Result<Given<String>, Refusal> {
        let given = self.take(name, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })?;
        if let Given::Value(text) = &given {
            refuse_reference(name, text)?;
        }
        Ok(given)
    }

    /// Takes a text that must be there and not be blank; 400 otherwise.
    pub(super) fn required_text(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?
            .into_option()
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| Refusal::bad_request(format!("`{name}` is required.")))
    }

    /// Takes a boolean.
    pub(super) fn flag(&mut self, name: &str) -> Result<Given<bool>, Refusal> {
        self.take(name, "a boolean", |value| value.as_bool())
    }

    /// Takes a whole number.
    pub(super) fn integer(&mut self, name: &str) -> Result<Given<i64>, Refusal> {
        self.take(name, "a whole number", |value| value.as_i64())
    }

    /// Takes an object.
    pub(super) fn object(&mut self, name: &str) -> Result<Given<Map<String, Value>>, Refusal> {
        self.take(name, "an object", |value| match value {
            Value::Object(map) => Some(map),
            _ => None,
        })
    }

    /// Takes an array.
    pub(super) fn array(&mut self, name: &str) -> Result<Given<Vec<Value>>, Refusal> {
        self.take(name, "an array", |value| match value {
            Value::Array(items) => Some(items),
            _ => None,
        })
    }

    /// Takes a member of any type.
    pub(super) fn any(&mut self, name: &str) -> Given<Value> {
        match self.map.remove(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(value) => Given::Value(value),
        }
    }

    /// Refuses what was not taken: nothing is dropped in silence.
    pub(super) fn finish(self, code: &'static str) -> Result<(), Refusal> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(name) => Err(unknown_member(code, name)),
        }
    }

    fn take<T>(
        &mut self,
        name: &str,
        expected: &str,
        convert: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Given<T>, Refusal> {
        match self.any(name) {
            Given::Absent => Ok(Given::Absent),
            Given::Null => Ok(Given::Null),
            Given::Value(value) => convert(value)
                .map(Given::Value)
                .ok_or_else(|| Refusal::field(self.code, name, format!("`{name}` must be {expected}."))),
        }
    }
}

/// Makes the refusal of a member that the server does not know.
pub(super) fn unknown_member(code: &'static str, name: &str) -> Refusal {
    let shown: String = name.chars().take(100).collect();
    Refusal::field(code, shown.clone(), format!("`{shown}` is not known here."))
}

/// Parses JSON of at most 127 levels, without any member twice; says where it is malformed, and quotes nothing of it.
pub(super) fn parse_json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map(|UniqueJson(value)| value).map_err(|error| {
        // Of well-formed JSON nothing else is refused.
        let problem = if error.is_data() {
            "An object of the body has a member twice"
        } else {
            "The body is not JSON, or is nested too deeply"
        };
        let message = format!("{problem} (line {}, column {}).", error.line(), error.column());
        Refusal::new(axum::http::StatusCode::BAD_REQUEST, "invalid_json", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_absent_null_or_a_value() {
        let mut members = Members::parse(br#"{"a":null,"b":"x"}"#, "code").unwrap();
        assert_eq!(members.text("a").unwrap(), Given::Null);
        assert_eq!(members.text("b").unwrap(), Given::Value("x".to_owned()));
        assert_eq!(members.text("c").unwrap(), Given::Absent);
        members.finish("unknown").unwrap();
    }

    #[test]
    fn wrong_types_and_leftovers_are_refused() {
        let mut members = Members::parse(br#"{"a":1,"b":2}"#, "code").unwrap();
        assert!(members.text("a").is_err());
        assert!(members.finish("unknown").is_err());
        assert!(Members::parse(b"[]", "code").is_err());
    }

    #[test]
    fn deep_and_broken_bodies_are_refused_without_quoting_them() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_json(nested(127).as_bytes()).is_ok());
        assert!(parse_json(nested(129).as_bytes()).is_err());
        let refusal = format!("{:?}", parse_json(br#"{"a": hunter2"#).unwrap_err());
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}
