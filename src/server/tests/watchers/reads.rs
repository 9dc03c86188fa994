//! Lists, one watcher, and the orgs that they belong to.

use serde_json::{Value, json};

use super::super::support::Harness;
use super::support::{action, new, new_with};

fn slugs(body: &Value) -> Vec<&str> {
    body["watchers"].as_array().unwrap().iter().map(|watcher| watcher["slug"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_list_has_the_active_ones_newest_first() {
    let harness = Harness::memory().with_agent().await;
    for slug in ["b", "a", "c"] {
        harness.watch(new(slug)).await;
    }
    harness.watch(json!({ "action": "delete", "watcher_ids": ["2"] })).await;
    let path = "/api/dev/watchers";
    for (query, expected) in [
        ("", vec!["c", "b"]),
        ("?status=active", vec!["c", "b"]),
        ("?include_details=true&status=archived", vec!["a"]),
        ("?agent_id=nobody", vec!["c", "b"]),
        ("?entity_id=5", vec![]),
    ] {
        assert_eq!(slugs(&harness.get(&format!("{path}{query}")).await.body), expected, "{query}");
    }
    assert_eq!(harness.get("/api/dev/watchers?status=all").await.code(), (400, "invalid_request"));
    let list = |body: Value| harness.send("POST", "/api/dev/list_watchers", body);
    for (body, expected) in [
        (json!({}), vec!["c", "b"]),
        (Value::Null, vec!["c", "b"]),
        (json!({ "status": "archived" }), vec!["a"]),
        (json!({ "watcher_id": "3" }), vec!["c"]),
        (json!({ "watcher_id": 1 }), vec!["b"]),
        (json!({ "agent_id": "triage" }), vec!["c", "b"]),
        (json!({ "agent_id": "nobody" }), vec![]),
        (json!({ "entity_id": 1 }), vec![]),
    ] {
        assert_eq!(slugs(&list(body.clone()).await.body), expected, "{body}");
    }
    assert_eq!(list(json!({ "watcher_id": "x" })).await.code(), (400, "invalid_request"));
}

#[tokio::test]
async fn details_are_asked_for() {
    let (harness, _) = Harness::with_watcher().await;
    let details = ["prompt", "extraction_schema", "description", "classifiers", "keying_config", "json_template"];
    let plain = harness.get("/api/dev/watchers").await.body;
    let full = harness.get("/api/dev/watchers?include_details=true").await.body;
    let posted = harness.send("POST", "/api/dev/list_watchers", json!({ "include_details": true })).await.body;
    for name in details {
        assert!(plain["watchers"][0].get(name).is_none(), "{name}");
        assert!(full["watchers"][0].get(name).is_some(), "{name}");
    }
    assert_eq!(full, posted);
}

#[tokio::test]
async fn one_watcher_is_read_by_its_id() {
    let (harness, _) = Harness::with_watcher().await;
    let one = harness.get("/api/dev/watchers?watcher_id=1").await.body;
    assert_eq!((&one["watcher"]["slug"], &one["windows"]), (&json!("stock-gaps"), &json!([])));
    assert!(one["watcher"]["prompt"].is_string() && one["pagination"].is_object() && one["metadata"].is_object());
    let none = harness.get("/api/dev/watchers?watcher_id=9").await;
    assert_eq!((none.status.as_u16(), none.body.get("watcher")), (200, None));
    assert_eq!(harness.get("/api/dev/watchers?watcher_id=x").await.code(), (400, "invalid_request"));
}

#[tokio::test]
async fn times_are_iso_texts_and_the_next_run_is_to_come() {
    let (harness, _) = Harness::with_watcher().await;
    let watcher = harness.watcher().await;
    for name in ["created_at", "updated_at", "next_run_at"] {
        let time: jiff::Timestamp = watcher[name].as_str().unwrap().parse().unwrap();
        assert!(time.as_millisecond() > 1_700_000_000_000, "{name}");
    }
    assert!(watcher["next_run_at"].as_str().unwrap() > watcher["created_at"].as_str().unwrap());
    assert!(watcher["next_run_at"].as_str().unwrap().ends_with("T05:30:00.000Z"));
}

#[tokio::test]
async fn a_watcher_of_another_org_is_not_there() {
    let (harness, id) = Harness::with_watcher().await;
    harness.store.create_org("other", "Other").unwrap();
    let before = harness.watcher().await;
    let manage = |body: Value| harness.send("POST", "/api/other/manage_watchers", body);
    for (name, members) in [
        ("update", json!({ "tags": ["x"] })),
        ("create_version", json!({ "prompt": "x" })),
        ("set_reaction_script", json!({ "reaction_script": "x" })),
        ("get_versions", json!({})),
        ("get_version_details", json!({ "version": 1 })),
    ] {
        assert_eq!(manage(action(name, &id, &members)).await.code(), (404, "not_found"), "{name}");
    }
    let deleted = manage(json!({ "action": "delete", "watcher_ids": [id] })).await.body;
    assert_eq!(deleted["summary"], json!({ "total": 1, "successful": 0, "failed": 1 }));
    assert_eq!(harness.get("/api/other/watchers").await.body, json!({ "watchers": [] }));
    assert_eq!(harness.get("/api/other/watchers?watcher_id=1").await.body.get("watcher"), None);
    let listed = harness.send("POST", "/api/other/list_watchers", json!({ "watcher_id": 1 })).await.body;
    assert_eq!(listed, json!({ "watchers": [] }));
    assert_eq!(harness.watcher().await, before);
    // The agent of another org is none here, and the slug is free.
    assert_eq!(manage(new("stock-gaps")).await.code(), (422, "unknown_agent"));
    harness.send("POST", "/api/other/agents", json!({ "agentId": "triage", "name": "T" })).await;
    assert_eq!(manage(new("stock-gaps")).await.status, 200);
    for unknown in ["9", "0", "-1"] {
        let reply = harness.watch(action("update", &json!(unknown), &json!({}))).await;
        assert!([(404, "not_found"), (400, "invalid_request")].contains(&reply.code()), "{unknown}");
    }
    let nameless = harness.watch(json!({ "action": "update" })).await;
    assert_eq!(nameless.code(), (400, "invalid_request"));
}

#[tokio::test]
async fn watchers_outlive_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let before = {
        let harness = Harness::file(&path).with_agent().await;
        assert_eq!(harness.watch(new_with(&json!({ "tags": ["a"] }))).await.status, 200);
        harness.watcher().await
    };
    assert_eq!(Harness::file(&path).watcher().await, before);
}
