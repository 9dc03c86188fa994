//! What the body of a batch of secrets may be, at the edges.

use axum::{
    body::{Body, Bytes},
    http::Request,
};
use serde_json::{Value, json};

use super::support::{Harness, Reply};

const MANAGE: &str = "/api/dev/secrets/manage";
const MIB: usize = 1024 * 1024;

fn create(name: &str, value: &str) -> Value {
    json!({ "op": "create", "name": name, "value": value })
}

/// Sends bytes as they are, with or without their length.
async fn raw(harness: &Harness, bytes: Vec<u8>, announced: bool) -> Reply {
    let mut request = Request::post(MANAGE)
        .header("host", "127.0.0.1:8787")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", harness.token.expose()));
    let body = if announced {
        request = request.header("content-length", bytes.len());
        Body::from(bytes)
    } else {
        let chunks: Vec<Result<Bytes, std::io::Error>> =
            bytes.chunks(MIB / 4).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        Body::from_stream(futures::stream::iter(chunks))
    };
    harness.raw(request.body(body).unwrap()).await
}

#[tokio::test]
async fn what_is_no_batch_is_refused_and_nothing_of_it_is_repeated() {
    let harness = Harness::memory();
    let invalid = (400, "invalid_request");
    let with = |changes: Value| {
        let mut action = json!({ "op": "create", "name": "FOO", "value": "sentinel", "source": "env" });
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(action.as_object_mut().unwrap().remove(name)),
                value => action[name] = value.clone(),
            }
        }
        json!({ "actions": [action] })
    };
    for (body, expected) in [
        (json!([]), invalid),
        (json!("sentinel"), invalid),
        (json!({}), invalid),
        (json!({ "actions": null }), invalid),
        (json!({ "actions": {} }), invalid),
        (json!({ "actions": [] }), invalid),
        (json!({ "actions": [1] }), invalid),
        (json!({ "actions": ["sentinel"] }), invalid),
        (json!({ "actions": [{}] }), invalid),
        (json!({ "actions": [create("FOO", "v")], "sentinel": 1 }), invalid),
        (with(json!({ "sentinel": "x" })), invalid),
        (with(json!({ "op": "sentinel" })), invalid),
        (with(json!({ "op": "Create" })), invalid),
        (with(json!({ "op": null })), invalid),
        (with(json!({ "op": 1 })), invalid),
        (with(json!({ "name": null })), invalid),
        (with(json!({ "name": 1 })), invalid),
        (with(json!({ "name": "" })), invalid),
        (with(json!({ "name": "sentinel" })), invalid),
        (with(json!({ "name": "_SENTINEL" })), invalid),
        (with(json!({ "name": "A-SENTINEL" })), invalid),
        (with(json!({ "name": "LOBU_API_TOKEN" })), invalid),
        (with(json!({ "name": "A".repeat(129) })), invalid),
        (with(json!({ "source": "sentinel" })), invalid),
        (with(json!({ "source": "system" })), invalid),
        (with(json!({ "source": 1 })), invalid),
        (with(json!({ "value": null })), invalid),
        (with(json!({ "value": 12 })), invalid),
        (with(json!({ "value": ["sentinel"] })), invalid),
        (with(json!({ "force": true })), invalid),
        (with(json!({ "op": "rotate", "value": null })), invalid),
        (with(json!({ "op": "rotate", "force": false })), invalid),
        (with(json!({ "op": "delete" })), invalid),
        (with(json!({ "op": "delete", "value": "" })), invalid),
        (with(json!({ "op": "delete", "value": null, "force": "sentinel" })), invalid),
        (json!({ "actions": [create("FOO", "sentinel"), create("FOO", "sentinel")] }), invalid),
        (json!({ "actions": [create("FOO", "sentinel"), { "op": "delete", "name": "FOO" }] }), invalid),
        (with(json!({ "value": "" })), (400, "invalid_value")),
        (with(json!({ "op": "rotate", "value": "" })), (400, "invalid_value")),
        (with(json!({ "value": "sentinel\0" })), (400, "invalid_value")),
        (with(json!({ "op": "rotate", "value": "\0" })), (400, "invalid_value")),
        (with(json!({ "ifVersion": 1 })), invalid),
        (with(json!({ "op": "rotate", "ifVersion": "1" })), invalid),
        (with(json!({ "op": "rotate", "ifVersion": 1.5 })), invalid),
        (json!({ "actions": [{ "op": "delete", "name": "FOO", "ifVersion": null }] }), invalid),
        (with(json!({ "value": "lobu_secret_sentinel" })), (400, "already_a_placeholder")),
        (with(json!({ "value": "***" })), (400, "already_a_placeholder")),
        (with(json!({ "value": "***sentinel" })), (400, "already_a_placeholder")),
        (with(json!({ "value": "secret://dev/user/SENTINEL" })), (400, "already_a_placeholder")),
        (with(json!({ "op": "rotate", "value": "***1234" })), (400, "already_a_placeholder")),
    ] {
        let reply = harness.send("POST", MANAGE, body.clone()).await;
        assert_eq!(reply.code(), expected, "{body}");
        assert!(!reply.body.to_string().to_lowercase().contains("sentinel"), "{}", reply.body);
    }
    assert_eq!(harness.get("/api/dev/secrets").await.body, json!([]));
    assert_eq!(harness.store.secret_audit("dev").unwrap(), []);
    assert_eq!(harness.store.audit("dev").unwrap(), []);
}

#[tokio::test]
async fn a_refusal_names_the_secret_or_the_place_of_the_action() {
    let harness = Harness::memory();
    let reply = harness.manage(json!([create("FOO", "v"), create("BAR", "")])).await;
    assert_eq!(reply.body["error"]["name"], "BAR");
    let reply = harness.manage(json!([create("FOO", "v"), create("bad name", "v")])).await;
    assert!(reply.body["error"]["message"].as_str().unwrap().contains("actions[1].name"), "{}", reply.body);
    assert!(reply.body["error"].get("name").is_none());
}

#[tokio::test]
async fn what_only_looks_like_a_placeholder_is_a_value() {
    let harness = Harness::memory();
    for (index, value) in
        ["**", " ***", "lobu_secre", "LOBU_SECRET_x", "secret:/x", "x secret://", " ", "$FOO"].iter().enumerate()
    {
        assert_eq!(harness.manage(json!([create(&format!("N{index}"), value)])).await.status, 200, "{value}");
    }
}

#[tokio::test]
async fn broken_json_is_told_by_its_place_only() {
    let harness = Harness::memory();
    for text in ["{\"actions\": [{\"value\": \"sentinel\"", "sentinel", "", "{\"actions\":[]} sentinel"] {
        let reply = raw(&harness, text.as_bytes().to_vec(), true).await;
        assert_eq!(reply.code(), (400, "invalid_json"), "{text}");
        assert!(!reply.body.to_string().contains("sentinel"), "{}", reply.body);
    }
}

#[tokio::test]
async fn a_member_that_is_there_twice_is_refused() {
    let harness = Harness::memory();
    let action = |members: &str| format!(r#"{{"actions":[{{"op":"create",{members}}}]}}"#);
    for text in [
        action(r#""name":"D","name":"E","value":"sentinel""#),
        action(r#""name":"D","value":"sentinel","value":"sentinel""#),
        action(r#""name":"D","value":"sentinel","\u0076alue":"other""#),
        r#"{"actions":[],"actions":[{"op":"create","name":"D","value":"sentinel"}]}"#.to_owned(),
    ] {
        let reply = raw(&harness, text.clone().into_bytes(), true).await;
        assert_eq!(reply.code(), (400, "invalid_json"), "{text}");
        let message = reply.body["error"]["message"].as_str().unwrap();
        assert!(message.contains("twice") && !message.contains("sentinel"), "{message}");
    }
    assert_eq!(harness.get("/api/dev/secrets").await.body, json!([]));
}

#[tokio::test]
async fn a_value_may_have_64_kib() {
    let harness = Harness::memory();
    // Bytes are counted, not characters.
    for (value, longer) in [("x".repeat(64 * 1024), "x"), ("é".repeat(32 * 1024), "e")] {
        let refused = harness.manage(json!([create("TOO_LONG", &format!("{value}{longer}"))])).await;
        assert_eq!(refused.code(), (400, "value_too_long"));
        assert_eq!(refused.body["error"]["name"], "TOO_LONG");
        harness.create_secret("FITS", &value).await;
        assert_eq!(harness.manage(json!([{ "op": "delete", "name": "FITS" }])).await.status, 200);
    }
}

#[tokio::test]
async fn a_batch_may_have_a_thousand_actions() {
    let harness = Harness::memory();
    let batch = |count: usize| {
        Value::from((0..count).map(|index| create(&format!("NAME_{index}"), "v")).collect::<Vec<Value>>())
    };
    let refused = harness.manage(batch(1001)).await;
    assert_eq!(refused.code(), (400, "too_many_actions"));
    assert_eq!(harness.get("/api/dev/secrets/names").await.body, json!([]));
    let done = harness.manage(batch(1000)).await;
    assert_eq!(done.body["results"].as_array().unwrap().len(), 1000);
    assert_eq!(harness.store.secret_audit("dev").unwrap().len(), 1000);
}

#[tokio::test]
async fn a_body_may_have_8_mib_announced_or_not() {
    let harness = Harness::memory();
    // Spaces after the JSON count, and are no error of it.
    let padded = |length: usize| {
        let mut bytes = json!({ "actions": [create("FOO", "v")] }).to_string().into_bytes();
        bytes.resize(length, b' ');
        bytes
    };
    for announced in [true, false] {
        let refused = raw(&harness, padded(8 * MIB + 1), announced).await;
        assert_eq!(refused.code(), (413, "body_too_large"), "announced: {announced}");
        assert!(refused.body["error"]["message"].as_str().unwrap().contains("8 MiB"));
        // What is too large is not parsed: broken JSON is not told.
        let broken = raw(&harness, vec![b'{'; 8 * MIB + 1], announced).await;
        assert_eq!(broken.code(), (413, "body_too_large"));
        assert_eq!(harness.get("/api/dev/secrets/names").await.body, json!([]));
        assert_eq!(raw(&harness, padded(8 * MIB), announced).await.status, 200);
        assert_eq!(harness.manage(json!([{ "op": "delete", "name": "FOO" }])).await.status, 200);
    }
}
