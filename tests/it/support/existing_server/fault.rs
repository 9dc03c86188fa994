//! Everything a server, a proxy or a network can do to a request.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::message::Answer;

/// What happens to one request instead of, before or after its handling.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// This answer; the request is not handled.
    Instead(Answer),
    /// The request is handled and this answer goes out: a gateway that lost the real one.
    HandledThen(Answer),
    /// The connection closes; the request is not handled.
    CloseBefore,
    /// The request is handled, and the connection closes: the answer is lost.
    CloseAfter,
    /// The request is handled, and the connection closes after so many bytes of the answer.
    CutAfter(usize),
    /// The request is handled so much later.
    Delay(Duration),
}

impl Fault {
    /// A status with a JSON body.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::Instead(Answer::json(status, body))
    }

    /// A status with `{error: text}`.
    pub(crate) fn error(status: u16, text: &str) -> Self {
        Self::Instead(Answer::error(status, text))
    }

    /// A 429 that names a time to wait.
    pub(crate) fn too_many_requests(retry_after: &str) -> Self {
        Self::Instead(Answer::error(429, "Too many requests").with_header("retry-after", retry_after))
    }

    /// A page, as a proxy or a login wall gives it.
    pub(crate) fn html(status: u16) -> Self {
        let mut answer = Answer::text(status, "<!doctype html><title>Sign in</title><h1>Sign in</h1>");
        answer.headers = vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())];
        Self::Instead(answer)
    }

    /// A status and nothing else.
    pub(crate) fn empty(status: u16) -> Self {
        Self::Instead(Answer { status, headers: Vec::new(), body: Vec::new() })
    }

    /// A 200 whose JSON stops in the middle.
    pub(crate) fn truncated_json() -> Self {
        let mut answer = Answer::json(200, &json!({"agents": [{"agentId": "triage", "name": "Triage"}]}));
        answer.body.truncate(answer.body.len() / 2);
        Self::Instead(answer)
    }

    /// A 200 with a few kilobytes that unpack to `unpacked` bytes of a JSON string.
    pub(crate) fn gzip_bomb(unpacked: usize) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let block = vec![b' '; 1 << 16];
        encoder.write_all(b"\"").expect("writing to memory");
        for _ in 0..unpacked / block.len() {
            encoder.write_all(&block).expect("writing to memory");
        }
        encoder.write_all(b"\"").expect("writing to memory");
        let body = encoder.finish().expect("writing to memory");
        let answer =
            Answer { status: 200, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body };
        Self::Instead(answer.with_header("content-encoding", "gzip"))
    }

    /// A redirect to another place.
    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::Instead(Answer::text(status, "").with_header("location", location))
    }
}

/// Compresses an answer as the server does when the client accepts it and the body is long.
pub(crate) fn compress(mut answer: Answer, accepted: bool) -> Answer {
    const LONG: usize = 1024;
    let encoded = answer.headers.iter().any(|(name, _)| name == "content-encoding");
    if !accepted || encoded || answer.body.len() <= LONG {
        return answer;
    }
    let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
    writer.write_all(&answer.body).expect("writing to memory");
    answer.body = writer.finish().expect("writing to memory");
    answer.with_header("content-encoding", "gzip")
}
