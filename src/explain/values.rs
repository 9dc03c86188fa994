use serde_json::Value;

use super::entry::ProjectFile;
use crate::edit::{Data, Format, Node, Toml, yaml};

/// What a value is that stands in a file of this kind; none where it can't.
pub(super) fn literal(file: ProjectFile, text: &str) -> Option<Value> {
    match file {
        ProjectFile::LobuToml => Toml::parse(&format!("value = {text}\n"))?.root().get("value").map(to_json),
        ProjectFile::AgentDirectory => Some(text.into()),
        ProjectFile::Skill | ProjectFile::Model => {
            let stream = yaml::read(&format!("value: {text}\n"), &yaml::YamlLimits::DEFAULT);
            stream.documents.first()?.root.get("value").map(to_json)
        }
    }
}

/// A value of a file as JSON. A date is its text, as editors see it.
pub fn to_json<F: Format>(node: &Node<F>) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Bool(truth) => (*truth).into(),
        Data::Number(number) => number.as_i64().map_or_else(|| number.as_f64().into(), Into::into),
        Data::Text(text) | Data::Other(text) => text.as_str().into(),
        Data::List(elements) => elements.iter().map(to_json).collect(),
        Data::Map(_) => {
            let entries = node.map().unwrap_or_default();
            let member = |entry: &crate::edit::Entry<F>| Some((entry.key.text()?.to_owned(), to_json(&entry.value)));
            Value::Object(entries.iter().filter_map(member).collect())
        }
    }
}
