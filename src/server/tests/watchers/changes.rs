//! Updates, reaction scripts and archiving.

use serde_json::{Value, json};

use super::super::support::Harness;
use super::support::{action, new};

#[tokio::test]
async fn an_update_says_what_was_given_and_leaves_the_rest() {
    let (harness, id) = Harness::with_watcher().await;
    let before = harness.watcher().await;
    let reply = harness.watch(action("update", &id, &json!({ "schedule": "0 5 * * 1", "tags": ["stock"] }))).await;
    let after = harness.watcher().await;
    let expected = json!({
        "action": "update", "watcher_id": id, "updated_fields": ["schedule", "tags"], "revision": after["revision"],
    });
    assert_eq!((reply.status.as_u16(), &reply.body), (200, &expected));
    assert_eq!((&after["schedule"], &after["tags"]), (&json!("0 5 * * 1"), &json!(["stock"])));
    assert_ne!(after["next_run_at"], before["next_run_at"]);
    assert!(after["next_run_at"].as_str().unwrap().ends_with("T05:00:00.000Z"), "{}", after["next_run_at"]);
    assert!(after["revision"].as_i64() > before["revision"].as_i64());
    for (name, value) in before.as_object().unwrap() {
        let changed = ["schedule", "tags", "next_run_at", "revision", "updated_at"].contains(&name.as_str());
        assert!(changed || &after[name] == value, "{name}");
    }
}

#[tokio::test]
async fn what_an_update_does_not_take_is_left_and_not_listed() {
    let (harness, id) = Harness::with_watcher().await;
    let before = harness.watcher().await;
    let members = json!({
        "prompt": "{{", "extraction_schema": 5, "name": "n", "description": "d", "slug": "s", "status": "archived",
        "sources": [], "colour": "red",
    });
    let reply = harness.watch(action("update", &id, &members)).await;
    assert_eq!((reply.status.as_u16(), &reply.body["updated_fields"]), (200, &json!([])));
    assert_eq!(reply.body["revision"], before["revision"]);
    assert_eq!(harness.watcher().await, before);
}

#[tokio::test]
async fn null_clears_what_may_be_empty() {
    let (harness, id) = Harness::with_watcher().await;
    let set = json!({
        "scheduler_client_id": "c", "tags": ["a"], "model_config": { "a": 1 }, "agent_kind": "k",
        "device_worker_id": "0b8f6a6e-6b86-4a3e-9b0a-8a3c1f9f0d11", "notification_channel": "both",
        "notification_priority": "low", "min_cooldown_seconds": 5,
    });
    harness.watch(action("update", &id, &set)).await;
    for (name, empty) in [
        ("schedule", json!(null)),
        ("scheduler_client_id", json!(null)),
        ("device_worker_id", json!(null)),
        ("agent_kind", json!(null)),
        ("tags", json!([])),
        ("model_config", json!({})),
        ("notification_channel", json!("canvas")),
        ("notification_priority", json!("normal")),
        ("min_cooldown_seconds", json!(0)),
    ] {
        let reply = harness.watch(action("update", &id, &json!({ name: null }))).await;
        assert_eq!(reply.body["updated_fields"], json!([name]));
        assert_eq!(harness.watcher().await[name], empty, "{name}");
    }
    assert_eq!(harness.watcher().await["next_run_at"], json!(null));
    harness.watch(action("update", &id, &json!({ "schedule": "0 5 * * *" }))).await;
    harness.watch(action("update", &id, &json!({ "schedule": "" }))).await;
    assert_eq!(harness.watcher().await["schedule"], json!(null), "an empty schedule clears as well");
}

#[tokio::test]
async fn an_update_is_checked_like_a_create() {
    let (harness, id) = Harness::with_watcher().await;
    let before = harness.watcher().await;
    for (members, expected) in [
        (json!({ "schedule": "whenever" }), (422, "invalid_schedule")),
        (json!({ "tags": ["new"], "schedule": "0 25 * * *" }), (422, "invalid_schedule")),
        (json!({ "agent_id": null }), (400, "invalid_request")),
        (json!({ "agent_id": "" }), (400, "invalid_request")),
        (json!({ "agent_id": "nobody" }), (422, "unknown_agent")),
        (json!({ "notification_channel": "pigeon" }), (422, "invalid_watcher")),
        (json!({ "device_worker_id": "x" }), (422, "invalid_watcher")),
        (json!({ "min_cooldown_seconds": "5" }), (422, "invalid_watcher")),
    ] {
        let reply = harness.watch(action("update", &id, &members)).await;
        assert_eq!(reply.code(), expected, "{members}");
    }
    let refused = harness.watch(action("update", &id, &json!({ "schedule": "0 25 * * *" }))).await;
    let message = "`schedule` is not a valid cron schedule: its hour `25` is not valid.";
    assert_eq!(refused.body["error"]["message"], message);
    assert_eq!(harness.watcher().await, before);
}

#[tokio::test]
async fn a_write_that_changes_nothing_writes_nothing() {
    let (harness, id) = Harness::with_watcher().await;
    harness.watch(action("set_reaction_script", &id, &json!({ "reaction_script": "x()" }))).await;
    let (before, audit) = (harness.watcher().await, harness.watcher_audit());
    for body in [
        action("update", &id, &json!({ "schedule": "30 5 * * 1", "agent_id": "triage", "tags": [] })),
        action("create_version", &id, &json!({ "prompt": "Find gaps", "description": "", "change_notes": "n" })),
        action("set_reaction_script", &id, &json!({ "reaction_script": "x()" })),
    ] {
        let reply = harness.watch(body).await;
        assert_eq!((reply.status.as_u16(), &reply.body["revision"]), (200, &before["revision"]), "{:?}", reply.body);
    }
    assert_eq!((harness.watcher().await, harness.watcher_audit()), (before, audit));
}

#[tokio::test]
async fn the_agent_of_a_watcher_may_go() {
    let (harness, id) = Harness::with_watcher().await;
    assert_eq!(harness.send("DELETE", "/api/dev/agents/triage", Value::Null).await.status, 200);
    assert_eq!(harness.watcher().await["agent_id"], "triage");
    let same = json!({ "agent_id": "triage", "tags": ["a"] });
    assert_eq!(harness.watch(action("update", &id, &same)).await.status, 200, "its name is left");
    assert_eq!(harness.watch(new("other")).await.code(), (422, "unknown_agent"));
}

#[tokio::test]
async fn a_script_is_kept_as_it_was_sent_and_removed_by_a_blank() {
    let (harness, id) = Harness::with_watcher().await;
    let script = " export default () => {{ secret://dev/user/X };\r\n";
    let set = |script: Value| harness.watch(action("set_reaction_script", &id, &json!({ "reaction_script": script })));
    let reply = set(json!(script)).await.body;
    assert_eq!((&reply["has_script"], &reply["watcher_id"]), (&json!(true), &id));
    assert!(reply["message"].is_string() && reply["revision"].is_i64());
    let one = || harness.get("/api/dev/watchers?watcher_id=1");
    assert_eq!(one().await.body["watcher"]["reaction_script"], script);
    assert_eq!(harness.watcher().await.get("reaction_script"), None, "a list has no scripts");
    for blank in [json!(" \n"), json!(null)] {
        set(json!(script)).await;
        assert_eq!(set(blank).await.body["has_script"], false);
        assert_eq!(one().await.body["watcher"]["reaction_script"], Value::Null);
    }
    assert_eq!(set(json!("x".repeat(256 * 1024))).await.status, 200);
    assert_eq!(set(json!("x".repeat(256 * 1024 + 1))).await.code(), (422, "invalid_reaction_script"));
    assert_eq!(set(json!(5)).await.code(), (422, "invalid_watcher"));
    let nothing = harness.watch(action("set_reaction_script", &id, &json!({}))).await;
    assert_eq!(nothing.code(), (400, "invalid_request"));
}

#[tokio::test]
async fn archiving_says_what_became_of_each() {
    let (harness, id) = Harness::with_watcher().await;
    let delete = |ids: Value| harness.watch(json!({ "action": "delete", "watcher_ids": ids }));
    let reply = delete(json!([id, "99", "x"])).await;
    let archived = harness.watchers("&status=archived").await.remove(0);
    let expected = json!({
        "action": "delete",
        "results": [
            { "watcher_id": id, "success": true, "message": "Watcher archived", "revision": archived["revision"] },
            { "watcher_id": "99", "success": false, "message": "Watcher not found" },
            { "watcher_id": "x", "success": false, "message": "Watcher not found" },
        ],
        "summary": { "total": 3, "successful": 1, "failed": 2 },
    });
    assert_eq!((reply.status.as_u16(), &reply.body), (200, &expected));
    assert_eq!(harness.watchers("").await, Vec::<Value>::new());
    let audit = harness.watcher_audit();
    let again = delete(json!([1])).await.body;
    assert_eq!(
        (&again["results"][0]["success"], &again["results"][0]["revision"]),
        (&json!(true), &archived["revision"])
    );
    assert_eq!(harness.watcher_audit(), audit);
    assert_eq!(delete(json!(["99"])).await.status, 200);
    for nothing in [json!([]), json!(null)] {
        assert_eq!(delete(nothing).await.code(), (400, "invalid_request"));
    }
}

#[tokio::test]
async fn what_this_server_does_not_do_is_said() {
    let (harness, id) = Harness::with_watcher().await;
    for name in ["trigger", "complete_window", "create_from_version", "upgrade"] {
        let reply = harness.watch(action(name, &id, &json!({}))).await;
        assert_eq!(reply.code(), (400, "not_available"), "{name}");
        assert!(reply.body["error"]["message"].as_str().unwrap().contains("not available on this server"));
    }
    assert_eq!(harness.watch(action("frobnicate", &id, &json!({}))).await.code(), (400, "invalid_request"));
    assert_eq!(harness.watch(json!({})).await.code(), (400, "invalid_request"));
}
