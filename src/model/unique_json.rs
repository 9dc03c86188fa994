//! JSON in which no object has a member twice: of two values of one member, which one counts is no reader's guess.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A JSON value whose objects have each member once; anything else is an error of the data, which quotes nothing.
pub struct UniqueJson(pub Value);

impl<'de> Deserialize<'de> for UniqueJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(UniqueJson(item)) = elements.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom("duplicate member"));
            }
            let UniqueJson(value) = members.next_value()?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Value, serde_json::Error> {
        serde_json::from_str(text).map(|UniqueJson(value)| value)
    }

    #[test]
    fn json_without_repetition_is_read_as_ever() {
        let most = u64::MAX;
        for text in [
            "null",
            "[true, false, \"\\u00e9\\n\", \"\"]",
            "[0, -0, -1, 1.5, -0.0, 1e300, 18446744073709551615, 18446744073709551616, -9223372036854775808]",
            r#"{"b": {"a": [{"a": 1}, {"a": 2}]}, "a": {}}"#,
            &most.to_string(),
        ] {
            assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "{text}");
        }
    }

    #[test]
    fn a_member_that_is_there_twice_is_an_error_of_the_data_at_any_depth() {
        for text in [r#"{"sentinel": 1, "sentinel": 1}"#, r#"[{"a": {"sentinel": 1, "b": 2, "\u0073entinel": null}}]"#]
        {
            let error = parse(text).unwrap_err();
            assert!(error.is_data(), "{error}");
            assert!(!error.to_string().contains("sentinel"), "{error}");
        }
        for text in ["", "{", "[1] 2", "sentinel"] {
            assert!(!parse(text).unwrap_err().is_data(), "{text}");
        }
    }
}
