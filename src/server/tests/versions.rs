//! Versions of objects, and conditions on them.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::support::{Harness, Reply};

const AGENT: &str = "/api/dev/agents/triage";
const CONFIG: &str = "/api/dev/agents/triage/config";
const PLATFORM: &str = "/api/dev/agents/triage/platforms/by-stable-id/triage-telegram";
const SCHEMA: &str = "/api/dev/manage_entity_schema";

impl Harness {
    /// Sends a request with a condition, such as `if-match: "5"`.
    async fn on_condition(&self, header: (&str, &str), method: &str, path: &str, body: Value) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8787")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.token.expose()))
            .header(header.0, header.1)
            .body(Body::from(body.to_string()));
        self.raw(request.unwrap()).await
    }

    async fn if_version(&self, version: u64, method: &str, path: &str, body: Value) -> Reply {
        self.on_condition(("if-match", &format!("\"{version}\"")), method, path, body).await
    }

    async fn if_absent(&self, method: &str, path: &str, body: Value) -> Reply {
        self.on_condition(("if-none-match", "*"), method, path, body).await
    }

    /// The versions of the agent, its settings and its platform, and of the types.
    async fn versions(&self) -> [u64; 5] {
        let agents = self.get("/api/dev/agents").await.body;
        let config = self.get(CONFIG).await.body;
        let platforms = self.get("/api/dev/agents/triage/platforms").await.body;
        let entities = self.schema("entity_type", "list", json!({})).await.body;
        let relationships = self.schema("relationship_type", "list", json!({})).await.body;
        [
            &agents["agents"][0],
            &config,
            &platforms["platforms"][0],
            &entities["entity_types"][0],
            &relationships["relationship_types"][0],
        ]
        .map(|object| object["version"].as_u64().unwrap_or_else(|| panic!("no version in {object}")))
    }

    /// One object of each kind.
    async fn with_everything() -> Self {
        let harness = Self::memory().with_agent().await;
        harness.create_secret("BOT", "value").await;
        let put = harness.send("PUT", PLATFORM, config("1")).await;
        assert_eq!(put.status, 201, "{:?}", put.body);
        for kind in ["entity_type", "relationship_type"] {
            let made = harness.schema(kind, "create", json!({ "slug": "person", "name": "Person" })).await;
            assert_eq!(made.status, 200, "{:?}", made.body);
        }
        harness
    }
}

/// The version that an answer to a write tells: its own, or that of the object in it.
fn told(answer: &Value) -> Option<u64> {
    let number = |json: &Value| json.get("version").and_then(Value::as_u64);
    number(answer).or_else(|| answer.as_object()?.values().find_map(number))
}

fn config(chat: &str) -> Value {
    json!({ "platform": "telegram", "config": { "botToken": "secret://dev/user/BOT", "chatId": chat } })
}

fn update(kind: &str, name: &str) -> Value {
    json!({ "schema_type": kind, "action": "update", "slug": "person", "name": name })
}

/// A change of each kind of object, in the order of [`Harness::versions`].
fn changes() -> [(&'static str, &'static str, Value); 5] {
    [
        ("PATCH", AGENT, json!({ "name": "Other" })),
        ("PATCH", CONFIG, json!({ "soulMd": "Other." })),
        ("PUT", PLATFORM, config("2")),
        ("POST", SCHEMA, update("entity_type", "Other")),
        ("POST", SCHEMA, update("relationship_type", "Other")),
    ]
}

#[tokio::test]
async fn every_object_has_a_version_that_only_a_change_raises() {
    let harness = Harness::with_everything().await;
    for (at, (method, path, body)) in changes().into_iter().enumerate() {
        let before = harness.versions().await;
        let answer = harness.send(method, path, body.clone()).await.body;
        let after = harness.versions().await;
        for (other, (before, after)) in before.iter().zip(after).enumerate() {
            assert_eq!(*before < after, other == at, "{method} {path}: {before} {after}");
        }
        assert_eq!(told(&answer), Some(after[at]), "{answer}");
        let again = harness.send(method, path, body).await.body;
        assert_eq!(told(&again), Some(after[at]), "{again}");
        assert_eq!(harness.versions().await, after, "an equal write changes nothing");
    }
}

#[tokio::test]
async fn a_single_object_has_the_version_of_the_list() {
    let harness = Harness::with_everything().await;
    let [agent, config, platform, entity, relationship] = harness.versions().await;
    let single = harness.get(AGENT).await.body;
    assert_eq!((single["version"].as_u64(), single["settings"]["version"].as_u64()), (Some(agent), Some(config)));
    let single = harness.get("/api/dev/agents/triage/platforms/triage-telegram").await.body;
    assert_eq!(single["version"].as_u64(), Some(platform));
    for (kind, version) in [("entity_type", entity), ("relationship_type", relationship)] {
        let single = harness.schema(kind, "get", json!({ "slug": "person" })).await.body;
        assert_eq!(single[kind]["version"].as_u64(), Some(version));
    }
}

#[tokio::test]
async fn a_write_to_an_older_version_changes_nothing() {
    let harness = Harness::with_everything().await;
    for (at, (method, path, body)) in changes().into_iter().enumerate() {
        let before = harness.versions().await;
        let refused = harness.if_version(before[at] + 1_000, method, path, body.clone()).await;
        assert_eq!(refused.code(), (412, "version_changed"), "{method} {path}");
        assert_eq!(harness.versions().await, before);
        let done = harness.if_version(before[at], method, path, body.clone()).await;
        assert!(done.status.is_success(), "{method} {path}: {:?}", done.body);
        // What is there already may be sent with any version: nothing is overwritten.
        let repeated = harness.if_version(before[at], method, path, body).await;
        assert!(repeated.status.is_success(), "{method} {path}: {:?}", repeated.body);
    }
}

#[tokio::test]
async fn rules_count_for_their_type() {
    let harness = Harness::with_everything().await;
    let version = async || harness.versions().await[4];
    let ends = json!({ "slug": "person", "source_entity_type_slug": "a", "target_entity_type_slug": "b" });
    let first = version().await;
    let added = harness.schema("relationship_type", "add_rule", ends).await.body;
    let second = version().await;
    assert_eq!(added["version"].as_u64(), Some(second));
    let remove = json!({ "schema_type": "relationship_type", "action": "remove_rule", "rule_id": added["rule"]["id"] });
    assert_eq!(harness.if_version(first, "POST", SCHEMA, remove.clone()).await.code().0, 412);
    let removed = harness.if_version(second, "POST", SCHEMA, remove).await.body;
    let third = version().await;
    assert_eq!(removed["version"].as_u64(), Some(third));
    assert!(first < second && second < third);
}

#[tokio::test]
async fn what_exists_is_not_made_again() {
    let harness = Harness::with_everything().await;
    let agent = |name: &str| json!({ "agentId": "triage", "name": name });
    let create = |kind: &str| json!({ "schema_type": kind, "action": "create", "slug": "person", "name": "Person" });
    let before = harness.versions().await;
    assert_eq!(harness.if_absent("POST", "/api/dev/agents", agent("Other")).await.code().0, 412);
    assert_eq!(harness.if_absent("POST", "/api/dev/agents", agent("Triage")).await.status, 200, "it is as wanted");
    assert_eq!(harness.if_absent("PUT", PLATFORM, config("2")).await.code().0, 412);
    assert_eq!(harness.if_absent("PUT", PLATFORM, config("1")).await.status, 200, "it is as wanted");
    for kind in ["entity_type", "relationship_type"] {
        assert_eq!(harness.if_absent("POST", SCHEMA, create(kind)).await.code().0, 412);
    }
    assert_eq!(harness.versions().await, before);
    let new = harness.if_absent("POST", "/api/dev/agents", json!({ "agentId": "other", "name": "Other" })).await;
    assert_eq!(new.status, 201, "{:?}", new.body);
}

#[tokio::test]
async fn no_condition_tells_whether_a_secret_is_the_stored_one() {
    let harness = Harness::memory().with_agent().await;
    let put = |token: &str| json!({ "platform": "telegram", "config": { "botToken": token } });
    harness.send("PUT", PLATFORM, put("the-value")).await;
    for guess in ["the-value", "another"] {
        assert_eq!(harness.if_version(1_000, "PUT", PLATFORM, put(guess)).await.code().0, 412, "{guess}");
    }
}

#[tokio::test]
async fn a_version_never_comes_back() {
    let harness = Harness::with_everything().await;
    let [agent, ..] = harness.versions().await;
    assert_eq!(harness.if_version(agent + 1_000, "DELETE", AGENT, json!({})).await.code().0, 412);
    assert_eq!(harness.if_version(agent, "DELETE", AGENT, json!({})).await.status, 200);
    let harness = harness.with_agent().await;
    let made = harness.get(AGENT).await.body;
    assert!(made["version"].as_u64() > Some(agent) && made["settings"]["version"].as_u64() > Some(agent), "{made}");
}

#[tokio::test]
async fn anything_else_is_no_condition() {
    let harness = Harness::with_everything().await;
    for header in [("if-match", "5"), ("if-none-match", "\"5\""), ("if-match", "W/\"5\"")] {
        let refused = harness.on_condition(header, "PATCH", AGENT, json!({ "name": "Other" })).await;
        assert_eq!(refused.code(), (400, "invalid_condition"), "{header:?}");
    }
}
