use std::collections::BTreeMap;

use crate::edit::yaml::{Data, Node};
use crate::model::{Number, Place, Text, Value, classify};

/// A text by what may be done with it.
pub(super) fn shown(key: &str, text: &str) -> Text {
    classify(Place::Elsewhere, key, text)
}

/// A value of a file as desired state holds it, each text by what may be done with it.
pub(super) fn to_value(node: &Node) -> Value {
    value_of(node, "")
}

fn value_of(node: &Node, key: &str) -> Value {
    match &node.data {
        Data::Null | Data::Other(_) => Value::Null,
        Data::Bool(truth) => Value::Bool(*truth),
        Data::Number(number) => Value::Number(*number),
        Data::Text(text) => Value::Text(shown(key, text)),
        Data::List(elements) => Value::List(elements.iter().map(|element| value_of(element, key)).collect()),
        Data::Map(map) => {
            let members =
                map.entries().iter().map(|entry| (entry.name().to_owned(), value_of(&entry.value, entry.name())));
            Value::Map(members.collect::<BTreeMap<_, _>>())
        }
    }
}

/// A value of a file as JSON, for checks; it is never shown.
pub(super) fn to_json(node: &Node) -> serde_json::Value {
    match &node.data {
        Data::Null | Data::Other(_) => serde_json::Value::Null,
        Data::Bool(truth) => (*truth).into(),
        Data::Number(number) => json_number(*number),
        Data::Text(text) => text.as_str().into(),
        Data::List(elements) => elements.iter().map(to_json).collect(),
        Data::Map(map) => {
            let members = map.entries().iter().map(|entry| (entry.name().to_owned(), to_json(&entry.value)));
            serde_json::Value::Object(members.collect())
        }
    }
}

fn json_number(number: Number) -> serde_json::Value {
    number.as_i64().map_or_else(|| number.as_f64().into(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::yaml::{YamlLimits, read};

    #[test]
    fn values_become_those_of_the_model_and_json() {
        let stream = read("a: [1, 1.5, true, null, text]\nurl: https://u:p@host/", &YamlLimits::DEFAULT);
        let [document] = stream.documents.as_slice() else { panic!("one document") };
        let json = serde_json::json!({"a": [1, 1.5, true, null, "text"], "url": "https://u:p@host/"});
        assert_eq!(to_json(&document.root), json);
        let value = to_value(&document.root);
        assert!(value.has_hidden());
        assert_eq!(value.as_map().unwrap()["a"].as_list().unwrap()[4].literal(), Some("text"));
    }
}
