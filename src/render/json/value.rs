use crate::model::{Number, Text, Value};

/// Writes a value as JSON; null if any part of it may not be shown.
///
/// A reference to a secret is the text `$NAME`: its name is no secret.
pub(super) fn shown(value: Option<&Value>) -> serde_json::Value {
    value.and_then(json).unwrap_or_default()
}

fn json(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => self::number(*number),
        Value::Text(text) => self::text(text)?.into(),
        Value::List(elements) => elements.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Value::Map(members) => {
            let members = members.iter().map(|(name, member)| Some((name.clone(), json(member)?)));
            serde_json::Value::Object(members.collect::<Option<_>>()?)
        }
    })
}

fn text(text: &Text) -> Option<String> {
    match text {
        Text::Known(text) => Some(text.clone()),
        Text::SecretRef(name) => Some(name.reference()),
        Text::Sensitive(_) | Text::Opaque => None,
    }
}

fn number(number: Number) -> serde_json::Value {
    number.as_i64().map_or_else(|| number.as_f64().into(), Into::into)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::model::SecretName;

    use super::*;

    fn map(member: Value) -> Value {
        Value::Map(BTreeMap::from([("a".to_owned(), Value::List(vec![Value::Bool(true), member]))]))
    }

    #[test]
    fn values_are_json_and_references_are_their_names() {
        let reference = Value::Text(Text::SecretRef(SecretName::parse("TOKEN").unwrap()));
        assert_eq!(shown(Some(&map(reference))).to_string(), r#"{"a":[true,"$TOKEN"]}"#);
        for (number, text) in [(1.0, "1"), (1.5, "1.5")] {
            assert_eq!(shown(Some(&Value::Number(Number::from_f64(number).unwrap()))).to_string(), text);
        }
        assert_eq!(shown(None), serde_json::Value::Null);
    }

    #[test]
    fn a_hidden_part_hides_the_whole() {
        for hidden in [Text::sensitive("hunter2"), Text::Opaque] {
            assert_eq!(shown(Some(&map(Value::Text(hidden)))), serde_json::Value::Null);
        }
    }
}
