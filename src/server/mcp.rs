//! The memory endpoint, as far as clients look whether it is there (`docs/api/embedded-org.md`): a session without tools.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{members::parse_json, refusal::Answer};

/// The name of every session: nothing is kept of one, so they need not be told apart.
pub(super) const SESSION: &str = "stateless";

/// The versions of the protocol whose handshake this is; the first is offered to a client that asks for another.
const PROTOCOLS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];

const INVALID_JSON: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const UNKNOWN_METHOD: i64 = -32601;

/// Answers a JSON-RPC message.
pub(super) fn answer(body: &[u8]) -> Answer {
    let Ok(message) = parse_json(body) else {
        return refused(StatusCode::BAD_REQUEST, &Value::Null, INVALID_JSON, "The body is not JSON.");
    };
    let Some(method) = message.get("method").and_then(Value::as_str) else {
        let words = "The body must be one JSON-RPC message with a method.";
        return refused(StatusCode::BAD_REQUEST, &Value::Null, INVALID_REQUEST, words);
    };
    let Some(id) = message.get("id").filter(|id| id.is_string() || id.is_number()) else {
        // A notification has no answer.
        return Answer { status: StatusCode::ACCEPTED, body: String::new() };
    };
    let result = match method {
        "initialize" => json!({
            "protocolVersion": protocol(&message),
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "lobu", "version": env!("CARGO_PKG_VERSION") },
        }),
        "ping" => json!({}),
        "tools/list" => json!({ "tools": [] }),
        _ => return refused(StatusCode::OK, id, UNKNOWN_METHOD, "This method is not available on this server."),
    };
    Answer::ok(json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string())
}

fn protocol(message: &Value) -> &'static str {
    let asked = message.pointer("/params/protocolVersion").and_then(Value::as_str);
    let known = PROTOCOLS.into_iter().find(|known| Some(*known) == asked);
    known.or(PROTOCOLS.first().copied()).unwrap_or_default()
}

fn refused(status: StatusCode, id: &Value, code: i64, message: &str) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } });
    Answer { status, body: body.to_string() }
}
