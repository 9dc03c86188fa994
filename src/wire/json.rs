use std::collections::BTreeMap;

use crate::model::{Number, Text, Value};

/// A JSON tree as it crosses the wire.
pub type Json = serde_json::Value;

/// Turns a JSON tree into a value; `text` decides for each text what may be done with it, given the key that it stands at.
///
/// A number that only a decimal could hold is kept as the nearest double, as the server itself does.
pub fn to_value(json: &Json, key: &str, text: &mut dyn FnMut(&str, &str) -> Text) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => to_number(number),
        Json::String(string) => Value::Text(text(key, string)),
        Json::Array(elements) => Value::List(elements.iter().map(|element| to_value(element, key, text)).collect()),
        Json::Object(members) => {
            let member = |(name, json): (&String, &Json)| (name.clone(), to_value(json, name, text));
            Value::Map(members.iter().map(member).collect::<BTreeMap<_, _>>())
        }
    }
}

fn to_number(number: &serde_json::Number) -> Value {
    let whole = number.as_i64().and_then(|whole| Number::from_i64(whole).ok());
    let double = || number.as_f64().and_then(|double| Number::from_f64(double).ok());
    whole.or_else(double).map_or(Value::Null, Value::Number)
}

/// Turns a value into JSON; `text` writes the texts, or says why one cannot be written.
pub fn from_value<E>(value: &Value, text: &mut dyn FnMut(&Text) -> Result<String, E>) -> Result<Json, E> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Number(number) => from_number(*number),
        Value::Text(content) => Json::String(text(content)?),
        Value::List(elements) => {
            Json::Array(elements.iter().map(|element| from_value(element, text)).collect::<Result<_, _>>()?)
        }
        Value::Map(members) => {
            let mut object = serde_json::Map::new();
            for (name, member) in members {
                object.insert(name.clone(), from_value(member, text)?);
            }
            Json::Object(object)
        }
    })
}

fn from_number(number: Number) -> Json {
    match number.as_i64() {
        Some(whole) => Json::from(whole),
        None => serde_json::Number::from_f64(number.as_f64()).map_or(Json::Null, Json::Number),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn round_trip(json: &Json) -> Json {
        let value = to_value(json, "", &mut |_, text| Text::known(text));
        from_value(&value, &mut |text| Ok::<_, Infallible>(text.literal().unwrap_or_default().to_owned())).unwrap()
    }

    #[test]
    fn json_survives_the_round_trip() {
        let json = serde_json::json!({"a": [1, 2.5, "x", null, true], "b": {"c": {}}, "d": []});
        assert_eq!(round_trip(&json), json);
        assert_eq!(round_trip(&serde_json::json!(1.0)), serde_json::json!(1));
    }
}
