use crate::model::{Number, Text, Value};

/// Writes a value as JSON; null if any part of it may not be shown (P2).
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
