use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;

use crate::model::{UniqueJson, WipedJson};
use crate::wire::{Json, ShapeError};

use super::echo::KnownSecrets;
use super::failure::find;
use super::trace;
use super::{Request, RequestError};

/// The largest answer, after decompression.
pub const LARGEST: usize = 32 * 1024 * 1024;
/// The largest sum of the answers of a run, after decompression.
pub const LARGEST_SUM: u64 = 256 * 1024 * 1024;

/// What stands for the JSON of an empty body.
static NOTHING: Json = Json::Null;

/// A successful answer.
pub struct Answer {
    /// The request that it answers.
    pub request: Request,
    /// The HTTP status.
    pub status: u16,
    pub(super) json: Option<Json>,
    pub(super) is_wiped: bool,
}

impl Answer {
    /// Its JSON; null for an empty body.
    pub fn json(&self) -> &Json {
        self.json.as_ref().unwrap_or(&NOTHING)
    }

    /// Whether its body is empty.
    pub fn is_empty(&self) -> bool {
        self.json.is_none()
    }

    /// Reads its JSON; an error says what is wrong with it, and quotes nothing.
    pub fn read<T>(&self, read: impl FnOnce(&Json) -> Result<T, ShapeError>) -> Result<T, RequestError> {
        let Some(json) = &self.json else { return Err(self.not_understood("an empty body")) };
        read(json).map_err(|error| self.not_understood(&error.to_string()))
    }

    /// Says that a member is missing.
    pub fn lacks(&self, path: &str, expected: &'static str) -> RequestError {
        let error = ShapeError { path: path.to_owned(), expected, found: "missing" };
        self.not_understood(&error.to_string())
    }

    /// Says that it is not what was expected.
    pub fn not_understood(&self, what: &str) -> RequestError {
        RequestError::NotTheApi { request: self.request.clone(), status: self.status, what: what.to_owned() }
    }
}

impl Drop for Answer {
    /// Wipes its texts where it may hold tokens.
    fn drop(&mut self) {
        if self.is_wiped {
            drop(self.json.take().map(WipedJson));
        }
    }
}

/// What the body of an answer was. None of it quotes the body.
pub(super) enum Received {
    /// JSON, at most 128 levels deep.
    Json(Json),
    /// An empty body.
    Nothing,
    /// Something else, in words.
    Other(String),
    /// The connection ended before the body did.
    Interrupted(reqwest::Error),
}

/// Reads a body up to the limits: a bomb stops where the limit is, not where it ends.
pub(super) async fn receive(mut response: Response, sum: &AtomicU64, known: &KnownSecrets) -> Received {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if announced > LARGEST {
        return too_large();
    }
    // What is announced is only a claim.
    let mut body = Vec::with_capacity(announced.min(1 << 20));
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(error) if is_undecodable(&error) => {
                return Received::Other("a body that cannot be decompressed".to_owned());
            }
            Err(error) => return Received::Interrupted(error),
        };
        if body.len() + chunk.len() > LARGEST {
            return too_large();
        }
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if sum.fetch_add(length, Ordering::Relaxed) + length > LARGEST_SUM {
            return Received::Other(format!("more than {} MiB of answers in one run", LARGEST_SUM >> 20));
        }
        body.extend_from_slice(&chunk);
    }
    trace::details("answer", None, Some(&body), known);
    classify(content_type.as_deref(), &body)
}

/// Whether a body is not what its encoding says, rather than cut: both are decoding errors to the client.
fn is_undecodable(error: &reqwest::Error) -> bool {
    let kind = find::<io::Error>(error).map(io::Error::kind);
    matches!(kind, Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
}

fn too_large() -> Received {
    Received::Other(format!("an answer of more than {} MiB", LARGEST >> 20))
}

fn classify(content_type: Option<&str>, body: &[u8]) -> Received {
    if body.is_empty() {
        return Received::Nothing;
    }
    let error = match serde_json::from_slice(body) {
        Ok(UniqueJson(json)) => return Received::Json(json),
        Err(error) => error,
    };
    let essence = content_type.and_then(|text| text.split(';').next()).map(|text| text.trim().to_ascii_lowercase());
    let starts_as_page = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    let what = match essence.as_deref() {
        Some("text/html") => "an HTML page".to_owned(),
        _ if starts_as_page => "an HTML page".to_owned(),
        // What is JSON and is refused all the same: readers disagree on which of two members counts.
        _ if error.is_data() => "JSON in which an object has the same member twice".to_owned(),
        Some("application/json") | None if error.is_eof() => "truncated JSON".to_owned(),
        // serde_json says this in words only.
        Some("application/json") | None if error.to_string().starts_with("recursion limit") => {
            "JSON that is nested deeper than 128 levels".to_owned()
        }
        Some("application/json") => "broken JSON".to_owned(),
        Some("text/plain") => "plain text".to_owned(),
        Some(essence) if is_shown(essence) => format!("a body of type {essence}"),
        _ => "a body that is not JSON".to_owned(),
    };
    Received::Other(what)
}

/// Whether a content type is short and plain enough to be named.
fn is_shown(essence: &str) -> bool {
    essence.len() <= 60 && essence.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/+.-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(content_type: Option<&str>, body: &str) -> String {
        match classify(content_type, body.as_bytes()) {
            Received::Json(_) => "JSON".to_owned(),
            Received::Nothing => "nothing".to_owned(),
            Received::Other(what) => what,
            Received::Interrupted(_) => "interrupted".to_owned(),
        }
    }

    #[test]
    fn what_is_not_json_is_named_and_not_quoted() {
        let json = Some("application/json; charset=utf-8");
        let table = [
            (json, "{}", "JSON"),
            (json, r#"{"a": [{"name": 1, "n\u0061me": 2}]}"#, "JSON in which an object has the same member twice"),
            (Some("text/plain"), r#"{"a": 1, "a": 1}"#, "JSON in which an object has the same member twice"),
            (None, " [1] ", "JSON"),
            (Some("text/plain"), "{}", "JSON"),
            (json, "", "nothing"),
            (Some("text/html"), "<!doctype html>SENTINEL", "an HTML page"),
            (json, "\n<html>", "an HTML page"),
            (json, r#"{"a": "SENTINEL"#, "truncated JSON"),
            (json, r#"{"a": SENTINEL}"#, "broken JSON"),
            (Some("Text/Plain"), "404 Not Found", "plain text"),
            (Some("image/png"), "PNG", "a body of type image/png"),
            (Some("a<b>c"), "x", "a body that is not JSON"),
            (None, "x", "a body that is not JSON"),
        ];
        for (content_type, body, expected) in table {
            assert_eq!(what(content_type, body), expected, "{body}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(what(None, &nested(127)), "JSON");
        assert_eq!(what(None, &nested(129)), "JSON that is nested deeper than 128 levels");
    }
}
