//! The memory endpoint, as far as clients look whether it is there.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::support::{Harness, Reply};

const PATH: &str = "/mcp/dev";

fn message(method: &str, id: u8) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method })
}

async fn post(harness: &Harness, body: &str) -> Reply {
    let request = Request::builder()
        .method("POST")
        .uri(PATH)
        .header("host", "127.0.0.1:8787")
        .header("content-type", "application/json")
        .header("accept", "*/*")
        .header("authorization", format!("Bearer {}", harness.token.expose()))
        .body(Body::from(body.to_owned()));
    harness.raw(request.unwrap()).await
}

#[tokio::test]
async fn a_session_is_opened_and_has_no_tools() {
    let harness = Harness::memory();
    let opening = json!({
        "jsonrpc": "2.0", "id": "__init__", "method": "initialize", "params": { "protocolVersion": "2025-03-26" },
    });
    let opened = post(&harness, &opening.to_string()).await;
    assert_eq!((opened.status.as_u16(), &opened.body["id"]), (200, &json!("__init__")));
    let result = &opened.body["result"];
    assert_eq!((&result["protocolVersion"], &result["serverInfo"]["name"]), (&json!("2025-03-26"), &json!("lobu")));
    assert!(opened.headers.contains_key("mcp-session-id"));
    let noted = post(&harness, r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    assert_eq!((noted.status.as_u16(), noted.body), (202, Value::Null));
    let tools = post(&harness, &message("tools/list", 1).to_string()).await.body;
    assert_eq!(tools, json!({ "jsonrpc": "2.0", "id": 1, "result": { "tools": [] } }));
    assert_eq!(post(&harness, &message("ping", 2).to_string()).await.body["result"], json!({}));
    assert_eq!(harness.counter.writes(), 0, "nothing of it changes an org");
}

#[tokio::test]
async fn a_protocol_that_is_not_known_is_answered_with_one_that_is() {
    let harness = Harness::memory();
    for params in [json!({ "protocolVersion": "1999-01-01" }), json!({}), json!(null)] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        assert_eq!(post(&harness, &body.to_string()).await.body["result"]["protocolVersion"], "2025-06-18");
    }
}

#[tokio::test]
async fn what_is_not_known_is_an_error_of_the_protocol() {
    let harness = Harness::memory();
    for (body, status, code) in [
        (message("tools/call", 7).to_string(), 200, -32601),
        ("{".to_owned(), 400, -32700),
        ("[]".to_owned(), 400, -32600),
        (r#"{"id":1}"#.to_owned(), 400, -32600),
    ] {
        let reply = post(&harness, &body).await;
        assert_eq!((reply.status.as_u16(), &reply.body["error"]["code"]), (status, &json!(code)), "{body}");
    }
    for method in ["GET", "DELETE"] {
        assert_eq!(harness.send(method, PATH, Value::Null).await.status, 405, "{method}");
    }
}

#[tokio::test]
async fn a_good_token_of_a_member_is_needed() {
    let harness = Harness::memory();
    let stranger = harness.user("stranger", None, None);
    let ping = message("ping", 1);
    for (bearer, path, status) in [
        (None, PATH, 401),
        (Some("owl_pat_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), PATH, 401),
        (Some(stranger.expose()), PATH, 403),
        (Some(harness.token.expose()), "/mcp/other", 404),
        (Some(harness.token.expose()), PATH, 200),
    ] {
        let reply = harness.send_as(bearer, "POST", path, ping.clone()).await;
        assert_eq!(reply.status, status, "{path}: {:?}", reply.body);
        assert_eq!(reply.headers.contains_key("mcp-session-id"), status == 200);
    }
    let refused = harness.send_as(None, "POST", PATH, ping).await;
    assert!(refused.headers.contains_key("www-authenticate"));
}

#[tokio::test]
async fn another_host_reaches_nothing() {
    let harness = Harness::memory();
    let request = Request::builder()
        .method("POST")
        .uri(PATH)
        .header("host", "evil.test")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", harness.token.expose()))
        .body(Body::from(message("ping", 1).to_string()));
    assert_eq!(harness.raw(request.unwrap()).await.code(), (403, "forbidden_host"));
}
