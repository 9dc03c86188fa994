//! Requests as the double sees them, and answers as it writes them.

use serde_json::{Map, Value, json};

/// A request that arrived, whole.
#[derive(Clone, Debug)]
pub(crate) struct RecordedRequest {
    /// `GET`, `POST`, …
    pub(crate) method: String,
    /// Path as sent, still percent-encoded, without the query.
    pub(crate) path: String,
    /// What followed `?`.
    pub(crate) query: Option<String>,
    /// Names in lower case, in the order of arrival.
    pub(crate) headers: Vec<(String, String)>,
    /// The bytes of the body.
    pub(crate) body: Vec<u8>,
}

impl RecordedRequest {
    /// The first header of that name (given in lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, if it is.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether it can't change anything: a GET or HEAD, or a tool call that only reads.
    pub(crate) fn is_read(&self) -> bool {
        match self.method.as_str() {
            "GET" | "HEAD" => true,
            "POST" => {
                self.path.ends_with("/list_organizations")
                    || (self.path.ends_with("/manage_entity_schema")
                        && self.json().is_some_and(|body| is_read_action(&body)))
            }
            _ => false,
        }
    }
}

/// Whether a `manage_entity_schema` body is of the read tier.
pub(crate) fn is_read_action(body: &Value) -> bool {
    matches!(body.get("action").and_then(Value::as_str), Some("list" | "get" | "audit" | "list_rules"))
}

/// An answer of the double, or one that a test scripted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// Headers, content type included.
    pub(crate) headers: Vec<(String, String)>,
    /// The bytes of the body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// JSON, written as the server's database keeps it.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: jsonb_text(body).into_bytes(),
        }
    }

    /// `{error: text}`.
    pub(crate) fn error(status: u16, text: impl Into<String>) -> Self {
        Self::json(status, &json!({"error": text.into()}))
    }

    /// `{error, error_description}`, the shape of everything that concerns access.
    pub(crate) fn refusal(status: u16, error: &str, description: &str) -> Self {
        Self::json(status, &json!({"error": error, "error_description": description}))
    }

    /// Plain text, as the server answers unknown writes and malformed bodies.
    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "text/plain; charset=UTF-8".to_owned())],
            body: text.as_bytes().to_vec(),
        }
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// The members of an object value; none for anything else.
pub(crate) fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Writes JSON as a jsonb column gives it back: shorter keys first, then by bytes.
///
/// The order that a client sent is not preserved, and a client that compares texts
/// instead of values is to be caught.
pub(crate) fn jsonb_text(value: &Value) -> String {
    let mut text = String::new();
    write_jsonb(value, &mut text);
    text
}

fn write_jsonb(value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| (key.len(), key.as_str()));
            text.push('{');
            for (position, (key, member)) in entries.into_iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_jsonb(member, text);
            }
            text.push('}');
        }
        Value::Array(elements) => {
            text.push('[');
            for (position, element) in elements.iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write_jsonb(element, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_keys_come_back_shorter_first() {
        let written = jsonb_text(&json!({"alpha": [{"bb": 1, "c": "\""}], "z": null, "b": true}));
        assert_eq!(written, r#"{"b":true,"z":null,"alpha":[{"c":"\"","bb":1}]}"#);
    }

    #[test]
    fn tool_calls_that_only_read_are_reads() {
        let call = |path: &str, body: &str| RecordedRequest {
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: None,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        assert!(call("/api/dev/list_organizations", "{}").is_read());
        assert!(call("/api/dev/manage_entity_schema", r#"{"action":"list_rules"}"#).is_read());
        assert!(!call("/api/dev/manage_entity_schema", r#"{"action":"create"}"#).is_read());
        assert!(!call("/api/dev/manage_entity_schema", "not json").is_read());
        assert!(!call("/api/dev/agents", "{}").is_read());
    }
}
