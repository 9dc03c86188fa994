//! What the log says of requests: method, path, status, time, attempt; in detail also headers of a list and the shapes of bodies.
//!
//! No value of a body or of another header is ever logged, and keys pass the rules for what may be shown.

use std::fmt::{self, Write as _};
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::{has_secret_shape, with_short_words};

use super::echo::KnownSecrets;
use super::{Call, RequestError};

/// The headers that are logged, of requests and of answers.
const HEADERS: [&str; 10] = [
    "content-type",
    "content-length",
    "date",
    "etag",
    "if-match",
    "if-none-match",
    "retry-after",
    "server",
    "x-lobu-apply-id",
    "x-request-id",
];

/// The most characters of a header's value, of a key and of a shape.
const LONGEST_HEADER: usize = 100;
const LONGEST_KEY: usize = 32;
/// The most digits of a key: one with more is an id or a part of a secret.
const MOST_DIGITS: usize = 4;
const LONGEST_SHAPE: usize = 2_000;

/// The largest body whose shape is looked at, in bytes.
const LARGEST_BODY: usize = 256 * 1024;

/// What stands for what may not be shown.
const HIDDEN: &str = "(hidden)";

/// Logs an answer that came.
pub(super) fn answered(call: &Call<'_>, known: &KnownSecrets, attempt: u32, status: u16, took: Duration) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let path = path(call, known);
    tracing::debug!("{} {} status={} ms={} attempt={}", call.method.as_str(), path, status, took.as_millis(), attempt);
}

/// Logs that none came.
pub(super) fn failed(call: &Call<'_>, known: &KnownSecrets, attempt: u32, error: &RequestError, took: Duration) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let path = path(call, known);
    let why = match error {
        RequestError::NoAnswer { what, .. } => what.as_str(),
        RequestError::Redirected { .. } => "redirected",
        _ => "not sent",
    };
    tracing::debug!(
        "{} {} no answer ({}) ms={} attempt={}",
        call.method.as_str(),
        path,
        why,
        took.as_millis(),
        attempt
    );
}

/// Logs headers and the shape of a body in detail; `what` is `request` or `answer`.
pub(super) fn details(what: &'static str, headers: Option<&HeaderMap>, body: Option<&[u8]>, known: &KnownSecrets) {
    if !tracing::enabled!(tracing::Level::TRACE) {
        return;
    }
    let headers = headers.map(|headers| shown_headers(headers, known)).unwrap_or_default();
    let body = body.filter(|body| !body.is_empty()).map(|body| shape(body, known)).unwrap_or_default();
    if !headers.is_empty() || !body.is_empty() {
        tracing::trace!("  {}{}{}", what, headers, body);
    }
}

fn path(call: &Call<'_>, known: &KnownSecrets) -> String {
    let path = &call.request.path;
    let is_shown = !has_secret_shape(path) && !known.stand_in(path);
    if is_shown { with_short_words(path).into_owned() } else { HIDDEN.to_owned() }
}

fn shown_headers(headers: &HeaderMap, known: &KnownSecrets) -> String {
    let mut text = String::new();
    for name in HEADERS {
        let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) else { continue };
        let is_shown = !has_secret_shape(value) && !known.stand_in(value);
        let value: String = if is_shown { value.chars().take(LONGEST_HEADER).collect() } else { HIDDEN.to_owned() };
        // Writing to a text cannot fail.
        let _ = write!(text, " {name}: {value};");
    }
    text
}

/// The shape of JSON: keys, and of each value only what it is.
fn shape(body: &[u8], known: &KnownSecrets) -> String {
    if body.len() > LARGEST_BODY {
        return format!(" {} bytes", body.len());
    }
    let mut text = match serde_json::from_slice::<Shape>(body) {
        Ok(shape) => shape.written(known),
        Err(_) => return format!(" {} bytes that are not JSON", body.len()),
    };
    if let Some((end, _)) = text.char_indices().nth(LONGEST_SHAPE) {
        text.truncate(end);
        text.push('…');
    }
    format!(" {} bytes {text}", body.len())
}

/// What a value is; no text of one is kept.
enum Shape {
    Null,
    Bool,
    Number,
    Text,
    /// The shape of the first, and how many there are.
    List(Option<Box<Shape>>, usize),
    Object(Vec<(String, Shape)>),
}

impl Shape {
    fn written(&self, known: &KnownSecrets) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Text => "text".to_owned(),
            Self::List(None, _) => "[]".to_owned(),
            Self::List(Some(first), 1) => format!("[{}]", first.written(known)),
            Self::List(Some(first), count) => format!("[{count} × {}]", first.written(known)),
            Self::Object(members) => {
                let member =
                    |(key, shape): &(String, Self)| format!("{}: {}", shown_key(key, known), shape.written(known));
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

fn shown_key<'key>(key: &'key str, known: &KnownSecrets) -> &'key str {
    // A server may answer with anything as a key. Names of fields are short words.
    let is_word = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | '$');
    let is_name = key.len() <= LONGEST_KEY
        && key.chars().all(is_word)
        && key.chars().filter(char::is_ascii_digit).count() <= MOST_DIGITS;
    if is_name && !has_secret_shape(key) && !known.stand_in(key) { key } else { HIDDEN }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Bool)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let first = items.next_element::<Shape>()?.map(Box::new);
        let mut count = usize::from(first.is_some());
        while items.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Shape::List(first, count))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Shape, A::Error> {
        let mut found = Vec::new();
        while let Some(member) = members.next_entry::<String, Shape>()? {
            found.push(member);
        }
        Ok(Shape::Object(found))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::header::HeaderValue;

    use crate::env::Network;
    use crate::secrets::SecretValue;

    use super::*;

    fn known() -> KnownSecrets {
        KnownSecrets::new(Some(&Arc::new(SecretValue::new("SENTINEL-TOKEN"))), &Network::default())
    }

    #[test]
    fn shapes_have_keys_and_no_values() {
        let body = br#"{"name": "hunter2", "list": [{"a": 1}, {"b": 2}], "no": null, "yes": true, "two words": 1, "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE": 1, "none": [], "SENTINEL-TOKEN": 1,
            "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": {"x": -1.5}}"#;
        let shape = shape(body, &known());
        let (_, shape) = shape.split_once("bytes ").unwrap();
        assert_eq!(
            shape,
            "{name: text, list: [2 × {a: number}], no: null, yes: bool, (hidden): number, (hidden): number, none: [], (hidden): number, (hidden): {x: number}}"
        );
    }

    #[test]
    fn what_is_no_json_is_counted_only() {
        assert_eq!(shape(b"hunter2", &known()), " 7 bytes that are not JSON");
        let long = format!("{{{}}}", (0..900).map(|n| format!("\"k{n}\": 1")).collect::<Vec<_>>().join(","));
        assert!(shape(long.as_bytes(), &known()).chars().count() < LONGEST_SHAPE + 40);
    }

    #[test]
    fn headers_are_those_of_the_list() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("content-type", "application/json"),
            ("authorization", "Bearer SENTINEL-TOKEN"),
            ("set-cookie", "SENTINEL"),
            ("server", "SENTINEL-TOKEN"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        assert_eq!(shown_headers(&headers, &known()), " content-type: application/json; server: (hidden);");
    }
}
