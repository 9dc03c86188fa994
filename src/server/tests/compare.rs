//! Hidden values compared with those of a request.

use serde_json::{Value, json};

use super::support::{ALL_SCOPES, Harness};
use crate::server::Role;

const PATH: &str = "/api/dev/compare";

fn header(value: &str) -> Value {
    json!({ "agent": "triage", "path": ["mcpServers", "tracker", "headers", "Authorization"], "value": value })
}

fn token(value: &str) -> Value {
    json!({ "agent": "triage", "platform": "triage-telegram", "path": ["config", "botToken"], "value": value })
}

async fn with_values(harness: Harness) -> Harness {
    let harness = harness.with_agent().await;
    let servers = json!({ "tracker": { "url": "https://t.example", "headers": { "Authorization": "one" } } });
    let settings = json!({ "mcpServers": servers, "authProfiles": [{ "provider": "x", "apiKey": "key" }] });
    let reply = harness.send("PATCH", "/api/dev/agents/triage/config", settings).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    let platform = json!({ "platform": "telegram", "config": { "botToken": "two", "chatId": "1" } });
    let path = "/api/dev/agents/triage/platforms/by-stable-id/triage-telegram";
    assert_eq!(harness.send("PUT", path, platform).await.status, 201);
    harness
}

async fn results(harness: &Harness, values: &[Value]) -> Value {
    let reply = harness.send("POST", PATH, json!({ "values": values })).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    reply.body["results"].clone()
}

#[tokio::test]
async fn whole_values_are_compared_at_their_own_place() {
    let harness = with_values(Harness::memory()).await;
    let audited = harness.store.audit("dev").unwrap().len();
    assert_eq!(results(&harness, &[header("one"), token("two")]).await, json!(["equal", "equal"]));
    assert_eq!(harness.store.audit("dev").unwrap().len(), audited, "what is equal leaves no row");
    let differing = [header("on"), header("two"), token("one"), token("two")];
    assert_eq!(results(&harness, &differing).await, json!(["different", "different", "different", "equal"]));
    let rows = harness.store.audit("dev").unwrap();
    let rows: Vec<_> = rows[audited..].iter().map(|row| (row.action.as_str(), row.field.as_deref())).collect();
    let of_header = Some(r#"["mcpServers","tracker","headers","Authorization"]"#);
    let of_token = Some(r#"["botToken"]"#);
    assert_eq!(rows, [("secret.compare", of_header), ("secret.compare", of_header), ("secret.compare", of_token)]);
    assert!(!format!("{:?}", harness.store.audit("dev").unwrap()).contains("two"));
}

#[tokio::test]
async fn where_nothing_is_hidden_everything_differs() {
    let harness = with_values(Harness::memory()).await;
    let audited = harness.store.audit("dev").unwrap().len();
    let chat = json!({ "agent": "triage", "platform": "triage-telegram", "path": ["config", "chatId"], "value": "1" });
    let other = json!({ "agent": "nobody", "path": ["mcpServers", "a", "env", "B"], "value": "one" });
    assert_eq!(results(&harness, &[chat, other]).await, json!(["different", "different"]));
    assert_eq!(harness.store.audit("dev").unwrap().len(), audited);
}

#[tokio::test]
async fn keys_of_providers_and_secrets_of_the_org_are_never_compared() {
    let harness = with_values(Harness::memory()).await;
    harness.create_secret("FOO", "value").await;
    for wrong in [
        json!({ "agent": "triage", "path": ["authProfiles", "0", "apiKey"], "value": "key" }),
        json!({ "agent": "triage", "path": ["mcpServers", "tracker"], "value": "key" }),
        json!({ "agent": "triage", "path": [], "value": "key" }),
        json!({ "agent": "triage", "platform": "triage-telegram", "path": ["settings", "x"], "value": "key" }),
        json!({ "agent": "triage", "platform": "triage-telegram", "path": ["mcpServers", "x", "y"], "value": "key" }),
        json!({ "agent": "triage", "platform": 1, "path": ["config", "x"], "value": "key" }),
        json!({ "name": "FOO", "value": "value" }),
        json!({ "agent": "triage", "path": ["mcpServers", "a", "env", "B"], "value": 1 }),
        json!({ "agent": "triage", "path": ["mcpServers", "a", "env", "B"] }),
        json!({ "agent": "triage", "path": ["mcpServers", "a", "env", "B"], "value": "x", "more": 1 }),
        json!("x"),
    ] {
        let reply = harness.send("POST", PATH, json!({ "values": [header("one"), wrong] })).await;
        assert_eq!(reply.code(), (400, "invalid_request"), "{wrong}");
    }
    for wrong in [json!({}), json!([]), json!({ "values": [], "more": 1 }), json!({ "values": {} })] {
        assert_eq!(harness.send("POST", PATH, wrong).await.code(), (400, "invalid_request"));
    }
    // A reference is no hidden value: what it refers to is not compared.
    let servers = json!({ "tracker": { "url": "https://t.example",
        "headers": { "Authorization": "secret://dev/user/FOO" } } });
    harness.send("PATCH", "/api/dev/agents/triage/config", json!({ "mcpServers": servers })).await;
    assert_eq!(results(&harness, &[header("value")]).await, json!(["different"]));
}

#[tokio::test]
async fn ten_values_that_differ_are_all_that_one_may_ask_about_a_day() {
    let harness = with_values(Harness::memory()).await;
    for guess in 0..10 {
        // The same value again is no further guess.
        for _ in 0..2 {
            assert_eq!(results(&harness, &[header(&guess.to_string())]).await, json!(["different"]));
        }
    }
    for value in ["10", "one"] {
        let reply = harness.send("POST", PATH, json!({ "values": [header(value), token("two")] })).await;
        assert_eq!(reply.code(), (429, "too_many_comparisons"), "a refusal must not tell an equal value apart");
        assert!(!reply.body.to_string().contains(value), "{}", reply.body);
    }
    assert_eq!(results(&harness, &[header("3")]).await, json!(["different"]), "that is known already");
    assert_eq!(results(&harness, &[token("two")]).await, json!(["equal"]), "another place has its own count");
    // Another value is another secret: replacing it leaves nothing to guess.
    let servers = json!({ "tracker": { "url": "https://t.example", "headers": { "Authorization": "new" } } });
    harness.send("PATCH", "/api/dev/agents/triage/config", json!({ "mcpServers": servers })).await;
    assert_eq!(results(&harness, &[header("new")]).await, json!(["equal"]));
}

#[tokio::test]
async fn a_refused_request_tells_nothing_of_its_other_guesses() {
    let harness = with_values(Harness::memory()).await;
    for guess in 0..9 {
        results(&harness, &[header(&guess.to_string())]).await;
    }
    // With nine known, two more are too many, whether or not one of them is right.
    for right in ["one", "another"] {
        let reply = harness.send("POST", PATH, json!({ "values": [header(right), header("nine")] })).await;
        assert_eq!(reply.code(), (429, "too_many_comparisons"), "{right}");
    }
}

#[tokio::test]
async fn only_who_may_change_may_compare() {
    let harness = with_values(Harness::memory()).await;
    let body = || json!({ "values": [header("one")] });
    let member = harness.user("member", Some(Role::Member), Some(ALL_SCOPES));
    let reader = harness.user("reader", Some(Role::Admin), Some("mcp:read mcp:write"));
    let stranger = harness.user("stranger", None, Some(ALL_SCOPES));
    for (token, status) in [(Some(&member), 403), (Some(&reader), 403), (Some(&stranger), 403), (None, 401)] {
        for body in [body(), Value::Null] {
            let reply = harness.send_as(token.map(crate::server::AccessToken::expose), "POST", PATH, body).await;
            assert_eq!(reply.status.as_u16(), status);
            assert!(reply.body.get("results").is_none());
        }
    }
    let actions: Vec<_> = harness.store.audit("dev").unwrap().into_iter().map(|row| row.action).collect();
    assert!(actions.contains(&"refused.role".to_owned()) && actions.contains(&"refused.scope".to_owned()));
}

#[tokio::test]
async fn a_comparison_counts_as_a_read() {
    let harness = with_values(Harness::memory()).await;
    harness.counter.reset();
    results(&harness, &[header("one")]).await;
    results(&harness, &[header("other")]).await;
    let member = harness.user("member", Some(Role::Member), Some(ALL_SCOPES));
    harness.send_as(Some(member.expose()), "POST", PATH, json!({ "values": [header("one")] })).await;
    assert_eq!((harness.counter.reads(), harness.counter.writes()), (3, 0));
}
