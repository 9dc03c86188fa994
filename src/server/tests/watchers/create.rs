//! Making watchers, and what is refused.

use serde_json::{Value, json};

use super::super::support::Harness;
use super::support::{MANAGE, action, new, new_with};

#[tokio::test]
async fn a_watcher_is_made_with_what_is_not_said() {
    let harness = Harness::memory().with_agent().await;
    let made = harness.watch(new("stock-gaps")).await;
    let sources = json!([{ "name": "content", "query": "SELECT * FROM events ORDER BY occurred_at DESC" }]);
    let revision = made.body["revision"].clone();
    let expected = json!({
        "action": "create", "watcher_id": "1", "version": 1, "status": "active", "sources": sources,
        "revision": revision,
    });
    assert_eq!((made.status.as_u16(), &made.body), (200, &expected));
    let stored = harness.watcher().await;
    for (name, value) in [
        ("watcher_id", json!(1)),
        ("slug", json!("stock-gaps")),
        ("name", json!("stock-gaps")),
        ("version", json!(1)),
        ("revision", revision),
        ("agent_id", json!("triage")),
        ("schedule", json!("30 5 * * 1")),
        ("tags", json!([])),
        ("sources", sources),
        ("model_config", json!({})),
        ("notification_channel", json!("canvas")),
        ("notification_priority", json!("normal")),
        ("min_cooldown_seconds", json!(0)),
        ("description", json!(null)),
        ("classifiers", json!(null)),
        ("entity_id", json!(null)),
        ("watcher_group_id", json!(1)),
        ("windows_count", json!(0)),
    ] {
        assert_eq!(stored[name], value, "{name}");
    }
    assert_eq!(harness.watcher_audit(), ["watcher.create watcher/stock-gaps"]);
}

#[tokio::test]
async fn a_watcher_keeps_every_field() {
    let harness = Harness::memory().with_agent().await;
    let fields = json!({
        "name": "Stock gaps", "description": "d", "prompt": "Find {{this}}", "schedule": null, "tags": ["ops", "stock"],
        "sources": [{ "name": "orders", "query": " with o as (select 1) select * from o" }],
        "model_config": { "model": "m" }, "device_worker_id": "0B8F6A6E-6b86-4a3e-9b0a-8a3c1f9f0d11",
        "agent_kind": "claude-code", "scheduler_client_id": "c", "notification_channel": "both",
        "notification_priority": "high", "min_cooldown_seconds": 30.0, "json_template": ["a"],
        "keying_config": { "k": 1 }, "classifiers": [{ "slug": "s" }], "condensation_prompt": "secret://dev/user/X",
        "condensation_window_count": 2, "reactions_guidance": "g",
    });
    let body = new_with(&fields);
    assert_eq!(harness.watch(body.clone()).await.status, 200);
    let stored = harness.watcher().await;
    for (name, value) in body.as_object().unwrap() {
        let expected = if name == "min_cooldown_seconds" { &json!(30) } else { value };
        assert!(name == "action" || &stored[name] == expected, "{name}: {}", stored[name]);
    }
    assert_eq!((&stored["schedule"], &stored["next_run_at"]), (&json!(null), &json!(null)));
}

#[tokio::test]
async fn members_that_are_json_may_be_texts_of_json() {
    let harness = Harness::memory().with_agent().await;
    let body = new_with(&json!({
        "extraction_schema": r#"{"type":"object","properties":{"a":{}}}"#, "sources": r#"[{"name":"s","query":"SELECT 1"}]"#,
        "tags": r#"["a"]"#, "keying_config": r#"{"k":[1]}"#, "json_template": "plain text", "entity_id": null,
    }));
    assert_eq!(harness.watch(body).await.status, 200);
    let stored = harness.watcher().await;
    assert_eq!(stored["extraction_schema"], json!({ "type": "object", "properties": { "a": {} } }));
    assert_eq!((&stored["sources"][0]["name"], &stored["tags"]), (&json!("s"), &json!(["a"])));
    assert_eq!((&stored["keying_config"], &stored["json_template"]), (&json!({ "k": [1] }), &json!("plain text")));
}

#[tokio::test]
async fn what_can_not_be_a_watcher_is_refused() {
    let harness = Harness::memory().with_agent().await;
    let schema = |schema: Value| json!({ "extraction_schema": schema });
    let sources = |sources: Value| json!({ "sources": sources });
    let missing = (400, "invalid_request");
    let wrong = (422, "invalid_watcher");
    for (members, expected) in [
        (json!({ "slug": null }), missing),
        (json!({ "slug": " " }), missing),
        (json!({ "slug": "a\nb" }), wrong),
        (json!({ "slug": "a".repeat(200) }), wrong),
        (json!({ "prompt": null }), missing),
        (json!({ "prompt": " " }), missing),
        (json!({ "prompt": 5 }), wrong),
        (json!({ "prompt": "{{#if a}}" }), (422, "invalid_prompt")),
        (json!({ "extraction_schema": null }), missing),
        (schema(json!({})), (422, "invalid_schema")),
        (schema(json!({ "type": "object" })), (422, "invalid_schema")),
        (schema(json!({ "type": "array", "properties": {} })), (422, "invalid_schema")),
        (schema(json!({ "type": "object", "properties": { "a": { "type": "banana" } } })), (422, "invalid_schema")),
        (schema(json!("{\"type\":")), wrong),
        (schema(json!([])), wrong),
        (json!({ "agent_id": null }), missing),
        (json!({ "agent_id": " " }), missing),
        (json!({ "agent_id": "nobody" }), (422, "unknown_agent")),
        (json!({ "schedule": "whenever" }), (422, "invalid_schedule")),
        (json!({ "schedule": "* * * * * *" }), (422, "invalid_schedule")),
        (json!({ "schedule": 5 }), wrong),
        (sources(json!([{ "name": "s", "query": "DELETE FROM events" }])), (422, "invalid_sources")),
        (sources(json!([{ "name": "s", "query": "SELECTED" }])), (422, "invalid_sources")),
        (sources(json!([{ "name": "s" }])), (422, "invalid_sources")),
        (sources(json!([{ "name": " ", "query": "SELECT 1" }])), (422, "invalid_sources")),
        (sources(json!(["SELECT 1"])), (422, "invalid_sources")),
        (sources(json!({})), (422, "invalid_sources")),
        (json!({ "entity_id": 5 }), (422, "unknown_entity")),
        (json!({ "notification_channel": "pigeon" }), wrong),
        (json!({ "notification_priority": "urgent" }), wrong),
        (json!({ "device_worker_id": "5" }), wrong),
        (json!({ "device_worker_id": "0b8f6a6e-6b86-4a3e-9b0a-8a3c1f9f0d1z" }), wrong),
        (json!({ "min_cooldown_seconds": -1 }), wrong),
        (json!({ "min_cooldown_seconds": 1.5 }), wrong),
        (json!({ "condensation_window_count": 1 }), wrong),
        (json!({ "tags": ["a", 1] }), wrong),
        (json!({ "tags": "a" }), wrong),
        (json!({ "keying_config": [] }), wrong),
        (json!({ "classifiers": {} }), wrong),
        (json!({ "model_config": "m" }), wrong),
    ] {
        assert_eq!(harness.watch(new_with(&members)).await.code(), expected, "{members}");
    }
    assert_eq!(harness.watchers("").await, Vec::<Value>::new());
    assert_eq!(harness.watcher_audit(), Vec::<String>::new());
}

#[tokio::test]
async fn a_slug_is_taken_once() {
    let (harness, _) = Harness::with_watcher().await;
    let again = harness.watch(new("stock-gaps")).await;
    assert_eq!(again.code(), (409, "watcher_exists"));
    let message = again.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("stock-gaps") && message.contains("already exists"), "{message}");
}

#[tokio::test]
async fn an_archived_watcher_comes_back_as_it_is_made() {
    let (harness, id) = Harness::with_watcher().await;
    harness.watch(action("set_reaction_script", &id, &json!({ "reaction_script": "x()" }))).await;
    harness.watch(action("update", &id, &json!({ "tags": ["old"] }))).await;
    harness.watch(json!({ "action": "delete", "watcher_ids": [id] })).await;
    let before = harness.watchers("&status=archived").await.remove(0);
    assert_eq!(before["next_run_at"], json!(null), "an archived watcher has no next run");
    let back = harness.watch(new_with(&json!({ "prompt": "Find more" }))).await.body;
    assert_eq!((&back["watcher_id"], &back["version"], &back["status"]), (&id, &json!(2), &json!("active")));
    assert!(back["revision"].as_i64() > before["revision"].as_i64());
    let stored = harness.watcher().await;
    assert_eq!((&stored["prompt"], &stored["tags"], &stored["version"]), (&json!("Find more"), &json!([]), &json!(2)));
    assert!(stored["next_run_at"].is_string());
    let one = harness.get("/api/dev/watchers?watcher_id=1").await.body;
    assert_eq!(one["watcher"]["reaction_script"], json!(null), "a script that nobody sent does not come back");
    assert_eq!(harness.watchers("&status=archived").await, Vec::<Value>::new());
    assert_eq!(harness.watcher_audit().last().unwrap(), "watcher.revive watcher/stock-gaps");
}

#[tokio::test]
async fn ids_are_never_given_again() {
    let harness = Harness::memory().with_agent().await;
    harness.store.create_org("other", "Other").unwrap();
    harness.send("POST", "/api/other/agents", json!({ "agentId": "triage", "name": "T" })).await;
    let mut ids = Vec::new();
    for (org, slug) in [("dev", "a"), ("other", "a"), ("dev", "b")] {
        let made = harness.send("POST", &format!("/api/{org}/manage_watchers"), new(slug)).await;
        ids.push(made.body["watcher_id"].clone());
    }
    assert_eq!(ids, ["1", "2", "3"]);
}

#[tokio::test]
async fn changes_need_the_role_and_the_scope() {
    use crate::server::Role;
    let (harness, id) = Harness::with_watcher().await;
    let member = harness.user("member", Some(Role::Member), Some(super::super::support::ALL_SCOPES));
    let reader = harness.user("reader", Some(Role::Owner), Some("mcp:read"));
    let profile = harness.user("profile", Some(Role::Member), Some("profile:read"));
    for token in [&member, &reader] {
        for body in [
            new("other"),
            action("update", &id, &json!({ "tags": [] })),
            action("trigger", &id, &json!({})),
            json!({ "action": "frobnicate" }),
        ] {
            let reply = harness.send_as(Some(token.expose()), "POST", MANAGE, body).await;
            assert_eq!(reply.status, 403, "{:?}", reply.body);
        }
        let read = action("get_versions", &id, &json!({}));
        assert_eq!(harness.send_as(Some(token.expose()), "POST", MANAGE, read).await.status, 200);
    }
    let list = |method, path| harness.send_as(Some(profile.expose()), method, path, json!({}));
    assert_eq!(list("GET", "/api/dev/watchers").await.status, 200, "a list needs membership only");
    assert_eq!(list("POST", "/api/dev/list_watchers").await.status, 403);
    assert_eq!(harness.send_as(None, "GET", "/api/dev/watchers", Value::Null).await.status, 401);
}
