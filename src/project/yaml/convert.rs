use std::collections::BTreeMap;

use super::{Data, Node};
use crate::model::{Number, Place, Value, classify};

impl Node {
    /// The value as desired state holds it, each text by what may be done with it (W2).
    pub fn to_value(&self) -> Value {
        self.value_of("")
    }

    fn value_of(&self, key: &str) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(truth) => Value::Bool(*truth),
            Data::Number(number) => Value::Number(*number),
            Data::Text(text) => Value::Text(classify(Place::Elsewhere, key, text)),
            Data::List(elements) => Value::List(elements.iter().map(|element| element.value_of(key)).collect()),
            Data::Map(entries) => {
                let members = entries.iter().map(|entry| (entry.key.clone(), entry.value.value_of(&entry.key)));
                Value::Map(members.collect::<BTreeMap<_, _>>())
            }
        }
    }

    /// The value as JSON, for checks; it is never shown.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.data {
            Data::Null => serde_json::Value::Null,
            Data::Bool(truth) => (*truth).into(),
            Data::Number(number) => json_number(*number),
            Data::Text(text) => text.as_str().into(),
            Data::List(elements) => elements.iter().map(Self::to_json).collect(),
            Data::Map(entries) => {
                let members = entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json()));
                serde_json::Value::Object(members.collect())
            }
        }
    }
}

fn json_number(number: Number) -> serde_json::Value {
    number.as_i64().map_or_else(|| number.as_f64().into(), Into::into)
}
