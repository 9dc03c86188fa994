//! Versions of prompts.

use serde_json::{Value, json};

use super::super::support::Harness;
use super::support::{action, new_with};

#[tokio::test]
async fn a_version_inherits_what_is_absent() {
    let (harness, id) = Harness::with_watcher().await;
    let before = harness.watcher().await;
    let members = json!({ "set_as_current": true, "prompt": "Find gaps over 10", "change_notes": "tool" });
    let reply = harness.watch(action("create_version", &id, &members)).await;
    let after = harness.watcher().await;
    let expected = json!({
        "action": "create_version", "watcher_id": id, "version_id": "2", "version": 2, "previous_version": 1,
        "revision": after["revision"],
    });
    assert_eq!((reply.status.as_u16(), &reply.body), (200, &expected));
    assert_eq!((&after["prompt"], &after["version"]), (&json!("Find gaps over 10"), &json!(2)));
    for (name, value) in before.as_object().unwrap() {
        let changed = ["prompt", "version", "current_version_id", "revision", "updated_at"].contains(&name.as_str());
        assert!(changed || &after[name] == value, "{name}");
    }
    assert_eq!(harness.watcher_audit().last().unwrap(), "watcher.create_version watcher/stock-gaps");
}

#[tokio::test]
async fn null_and_empty_clear_optional_fields_of_a_version() {
    let harness = Harness::memory().with_agent().await;
    let fields = json!({
        "name": "N", "description": "d", "reactions_guidance": "g", "condensation_prompt": "c",
        "condensation_window_count": 3, "json_template": { "a": 1 }, "keying_config": { "k": 1 },
        "classifiers": [{ "slug": "s" }], "sources": [{ "name": "s", "query": "SELECT 1" }],
    });
    let id = harness.watch(new_with(&fields)).await.body["watcher_id"].clone();
    let default = json!([{ "name": "content", "query": "SELECT * FROM events ORDER BY occurred_at DESC" }]);
    let mut version = 1;
    for (name, empty, stored) in [
        ("description", json!(null), json!(null)),
        ("description", json!(""), json!(null)),
        ("reactions_guidance", json!(""), json!(null)),
        ("condensation_prompt", json!(null), json!(null)),
        ("condensation_window_count", json!(null), json!(null)),
        ("json_template", json!(null), json!(null)),
        ("keying_config", json!(null), json!(null)),
        ("classifiers", json!(null), json!(null)),
        ("classifiers", json!([]), json!(null)),
        ("sources", json!(null), default.clone()),
        ("sources", json!([]), default),
    ] {
        harness.watch(action("create_version", &id, &json!({ name: fields[name] }))).await;
        let reply = harness.watch(action("create_version", &id, &json!({ name: empty }))).await.body;
        assert!(reply["version"].as_i64() > Some(version), "{name}: {reply}");
        version = reply["version"].as_i64().unwrap();
        assert_eq!(harness.watcher().await[name], stored, "{name}");
    }
    let before = harness.watcher().await;
    for name in ["prompt", "name", "extraction_schema"] {
        let reply = harness.watch(action("create_version", &id, &json!({ name: null }))).await;
        assert_eq!((reply.status.as_u16(), &reply.body["version"]), (200, &before["version"]), "{name}");
    }
    assert_eq!(harness.watcher().await, before, "a version always has these");
}

#[tokio::test]
async fn a_version_may_bring_sources_schedule_and_name() {
    let (harness, id) = Harness::with_watcher().await;
    let members = json!({
        "name": "New", "schedule": "0 1 * * *", "scheduler_client_id": "c",
        "sources": [{ "name": "s", "query": "SELECT 1" }], "tags": ["ignored"],
    });
    let reply = harness.watch(action("create_version", &id, &members)).await.body;
    assert_eq!((&reply["version"], &reply["previous_version"]), (&json!(2), &json!(1)));
    let stored = harness.watcher().await;
    assert_eq!((&stored["name"], &stored["slug"]), (&json!("New"), &json!("stock-gaps")));
    assert_eq!((&stored["schedule"], &stored["tags"]), (&json!("0 1 * * *"), &json!([])));
    assert_eq!((&stored["scheduler_client_id"], &stored["sources"]), (&json!("c"), &members["sources"]));
}

#[tokio::test]
async fn a_version_is_checked_like_a_create() {
    let (harness, id) = Harness::with_watcher().await;
    let before = harness.watcher().await;
    for (members, code) in [
        (json!({ "prompt": "{{" }), "invalid_prompt"),
        (json!({ "extraction_schema": {} }), "invalid_schema"),
        (json!({ "sources": [{ "name": "s", "query": "DROP" }] }), "invalid_sources"),
        (json!({ "schedule": "whenever" }), "invalid_schedule"),
        (json!({ "condensation_window_count": 1 }), "invalid_watcher"),
        (json!({ "set_as_current": "yes" }), "invalid_watcher"),
    ] {
        let reply = harness.watch(action("create_version", &id, &members)).await;
        assert_eq!(reply.code(), (422, code), "{members}");
    }
    assert_eq!(harness.watcher().await, before);
}

#[tokio::test]
async fn versions_are_read_newest_first() {
    let (harness, id) = Harness::with_watcher().await;
    harness.watch(action("create_version", &id, &json!({ "prompt": "Two", "change_notes": "n" }))).await;
    let draft = json!({ "prompt": "Three", "set_as_current": false });
    let reply = harness.watch(action("create_version", &id, &draft)).await.body;
    assert_eq!((&reply["version"], &reply["previous_version"]), (&json!(3), &json!(2)));
    assert_eq!(harness.watcher().await["prompt"], "Two");
    let all = harness.watch(action("get_versions", &id, &json!({}))).await.body;
    let told: Vec<Value> =
        all["versions"].as_array().unwrap().iter().map(|v| json!([v["version"], v["prompt"]])).collect();
    assert_eq!(told, [json!([3, "Three"]), json!([2, "Two"]), json!([1, "Find gaps"])]);
    let one = |members: Value| harness.watch(action("get_version_details", &id, &members));
    let current = one(json!({})).await.body["version_details"].clone();
    assert_eq!((&current["version"], &current["is_current"]), (&json!(2), &json!(true)));
    assert_eq!((&current["change_notes"], &current["name"]), (&json!("n"), &json!("stock-gaps")));
    assert_eq!(one(json!({ "version": 1 })).await.body["version_details"]["prompt"], "Find gaps");
    assert_eq!(one(json!({ "version": 9 })).await.code(), (404, "not_found"));
    // The number of a version that is not the current one is not given again.
    let next = harness.watch(action("create_version", &id, &json!({ "prompt": "Four" }))).await.body;
    assert_eq!((&next["version"], &next["previous_version"]), (&json!(4), &json!(2)));
}
