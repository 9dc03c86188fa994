//! What counts as the same answer.

use std::fmt;

use serde_json::{Map, Value};

use super::recording::Exchange;
use super::replay::Received;

/// How an answer differs from the recorded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DifferenceKind {
    /// Another status.
    Status,
    /// Another media type.
    ContentType,
    /// A `WWW-Authenticate` that is missing, too many or of another kind.
    Challenge,
    /// A member that the recording has and the answer has not.
    Missing,
    /// A member that only the answer has.
    Unexpected,
    /// Another JSON type.
    Type,
    /// An array of another length.
    Length,
    /// Another text, number or truth value, where it is none that varies from run to run.
    Value,
}

/// One way in which an answer differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The exchange's name.
    pub(crate) exchange: String,
    /// Method and path, as a reader looks for them.
    pub(crate) request: String,
    /// Where in the body, as a JSON pointer; empty for status and headers.
    pub(crate) pointer: String,
    /// In what way.
    pub(crate) kind: DifferenceKind,
    /// What was recorded.
    pub(crate) recorded: String,
    /// What came.
    pub(crate) received: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { exchange, request, pointer, kind, recorded, received } = self;
        write!(formatter, "{exchange}: {request}: {kind:?} at '{pointer}': recorded {recorded}, received {received}")
    }
}

/// Members whose texts may differ: ids, times, hashes, user names, and wording.
const VOLATILE_TEXTS: [&str; 14] = [
    "created_at",
    "updated_at",
    "deleted_at",
    "timestamp",
    "ruleHash",
    "organization_id",
    "created_by",
    "created_by_username",
    "userId",
    "error_description",
    "message",
    "version",
    "revision",
    "environment",
];

/// Members whose numbers may differ: ids, times and counts.
const VOLATILE_NUMBERS: [&str; 11] = [
    "id",
    "relationship_type_id",
    "inverse_type_id",
    "createdAt",
    "updatedAt",
    "entity_count",
    "relationship_count",
    "connectionCount",
    "activeConnectionCount",
    "clientCount",
    "total",
];

/// Compares an answer with the recorded one: status, media type, challenge, and the body's shape
/// and texts, but for what varies from run to run.
pub(crate) fn compare(exchange: &Exchange, received: &Received) -> Vec<Difference> {
    let mut comparison = Comparison { exchange, differences: Vec::new() };
    if exchange.status != received.status {
        comparison.note("", DifferenceKind::Status, exchange.status, received.status);
    }
    comparison.headers(received);
    if exchange.method != "HEAD" {
        let body = received.body_value();
        comparison.value("", None, &exchange.response, &body);
    }
    comparison.differences
}

struct Comparison<'exchange> {
    exchange: &'exchange Exchange,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn note(&mut self, pointer: &str, kind: DifferenceKind, recorded: impl fmt::Display, received: impl fmt::Display) {
        self.differences.push(Difference {
            exchange: self.exchange.name.clone(),
            request: format!("{} {}", self.exchange.method, self.exchange.path),
            pointer: pointer.to_owned(),
            kind,
            recorded: recorded.to_string(),
            received: received.to_string(),
        });
    }

    fn headers(&mut self, received: &Received) {
        let recorded = self.exchange.headers.get("content-type").map(|text| media_type(text));
        let came = received.headers.get("content-type").map(|text| media_type(text));
        if recorded != came {
            self.note("", DifferenceKind::ContentType, shown(recorded.as_deref()), shown(came.as_deref()));
        }
        let recorded = self.exchange.headers.get("www-authenticate").map(|text| challenge(text));
        let came = received.headers.get("www-authenticate").map(|text| challenge(text));
        if recorded != came {
            self.note("", DifferenceKind::Challenge, shown(recorded.as_deref()), shown(came.as_deref()));
        }
    }

    fn value(&mut self, pointer: &str, member: Option<&str>, recorded: &Value, received: &Value) {
        match (recorded, received) {
            (Value::Object(recorded), Value::Object(received)) => self.object(pointer, recorded, received),
            (Value::Array(recorded), Value::Array(received)) => {
                if recorded.len() != received.len() {
                    self.note(pointer, DifferenceKind::Length, recorded.len(), received.len());
                }
                for (position, (recorded, received)) in recorded.iter().zip(received).enumerate() {
                    self.value(&format!("{pointer}/{position}"), None, recorded, received);
                }
            }
            (Value::String(recorded), Value::String(received)) => {
                let volatile = member.is_some_and(|member| VOLATILE_TEXTS.contains(&member));
                if !volatile && without_origin(recorded) != without_origin(received) {
                    self.note(pointer, DifferenceKind::Value, recorded, received);
                }
            }
            (Value::Number(recorded), Value::Number(received)) => {
                let volatile = member.is_some_and(|member| VOLATILE_NUMBERS.contains(&member));
                if !volatile && recorded != received {
                    self.note(pointer, DifferenceKind::Value, recorded, received);
                }
            }
            (Value::Bool(recorded), Value::Bool(received)) if recorded != received => {
                self.note(pointer, DifferenceKind::Value, recorded, received);
            }
            (Value::Bool(_), Value::Bool(_)) | (Value::Null, Value::Null) => {}
            _ => self.note(pointer, DifferenceKind::Type, type_name(recorded), type_name(received)),
        }
    }

    fn object(&mut self, pointer: &str, recorded: &Map<String, Value>, received: &Map<String, Value>) {
        // An error that stands beside its description is a code; alone, it is wording.
        let wording = !recorded.contains_key("error_description");
        for (member, value) in recorded {
            let below = format!("{pointer}/{member}");
            match received.get(member) {
                None => self.note(&below, DifferenceKind::Missing, value, "nothing"),
                Some(Value::String(text)) if member == "error" && wording && value.is_string() => {
                    if text.is_empty() {
                        self.note(&below, DifferenceKind::Missing, value, "an empty text");
                    }
                }
                Some(came) => self.value(&below, Some(member), value, came),
            }
        }
        for (member, value) in received {
            if !recorded.contains_key(member) {
                self.note(&format!("{pointer}/{member}"), DifferenceKind::Unexpected, "nothing", value);
            }
        }
    }
}

fn shown(text: Option<&str>) -> &str {
    text.unwrap_or("nothing")
}

fn media_type(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A challenge without the realm, whose origin differs from server to server.
fn challenge(text: &str) -> String {
    let (scheme, parameters) = text.split_once(' ').unwrap_or((text, ""));
    let names: Vec<&str> = parameters
        .split(',')
        .map(str::trim)
        .map(|parameter| if parameter.starts_with("realm=") { "realm" } else { parameter })
        .collect();
    format!("{scheme} {}", names.join(", "))
}

/// A text with the port of a loopback origin taken out.
fn without_origin(text: &str) -> String {
    let hosts = ["http://localhost:", "http://127.0.0.1:"];
    match hosts.iter().find_map(|host| text.strip_prefix(host)) {
        Some(rest) => format!("http://here{}", rest.trim_start_matches(|character: char| character.is_ascii_digit())),
        None => text.to_owned(),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::super::recording::Credential;
    use super::*;

    fn differences(recorded: Value, received: &Value) -> Vec<(String, DifferenceKind)> {
        let headers = BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]);
        let exchange = Exchange {
            name: "x:1".to_owned(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            credential: Credential::None,
            body: None,
            status: 200,
            headers: headers.clone(),
            response: recorded,
        };
        let received = Received { status: 200, headers, body: received.to_string().into_bytes() };
        let differences = compare(&exchange, &received);
        differences.into_iter().map(|difference| (difference.pointer, difference.kind)).collect()
    }

    #[test]
    fn ids_times_counts_and_wording_may_differ() {
        let recorded = json!({"id": 1, "createdAt": 5, "entity_count": 0, "created_at": "a", "error": "x",
            "url": "http://localhost:8787/mcp/dev"});
        let received = json!({"id": 2, "createdAt": 6, "entity_count": 3, "created_at": "b", "error": "y",
            "url": "http://127.0.0.1:40001/mcp/dev"});
        assert_eq!(differences(recorded, &received), []);
    }

    #[test]
    fn shape_and_texts_may_not() {
        let recorded = json!({"id": "a", "gone": 1, "list": [1, 2], "kind": null, "error": "forbidden",
            "error_description": "words"});
        let received = json!({"id": "b", "more": 1, "list": [1], "kind": "", "error": "unauthorized",
            "error_description": "other words"});
        assert_eq!(
            differences(recorded, &received),
            [
                ("/error".to_owned(), DifferenceKind::Value),
                ("/gone".to_owned(), DifferenceKind::Missing),
                ("/id".to_owned(), DifferenceKind::Value),
                ("/kind".to_owned(), DifferenceKind::Type),
                ("/list".to_owned(), DifferenceKind::Length),
                ("/more".to_owned(), DifferenceKind::Unexpected),
            ]
        );
    }

    #[test]
    fn the_realm_of_a_challenge_may_differ_and_its_error_may_not() {
        let challenged = |text: &str| challenge(text);
        assert_eq!(challenged("Bearer realm=\"http://a\", error=\"x\""), "Bearer realm, error=\"x\"");
        assert_ne!(challenged("Bearer realm=\"a\""), challenged("Bearer realm=\"a\", error=\"x\""));
    }
}
