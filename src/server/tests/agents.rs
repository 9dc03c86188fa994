use serde_json::{Value, json};

use super::support::{Harness, names};

const AGENTS: &str = "/api/dev/agents";

#[tokio::test]
async fn a_create_is_answered_201_and_again_200_with_the_stored_row() {
    let harness = Harness::memory();
    let body = json!({ "agentId": "triage", "name": "Triage", "description": "d" });
    let reply = harness.send("POST", AGENTS, body.clone()).await;
    let mut stored = body;
    stored["version"] = json!(2);
    assert_eq!((reply.status.as_u16(), reply.body), (201, stored.clone()));
    let again = harness.send("POST", AGENTS, json!({ "agentId": "triage", "name": "Different" })).await;
    assert_eq!((again.status.as_u16(), again.body), (200, stored));
    assert_eq!(harness.get(AGENTS).await.body["agents"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn broken_creates_are_refused() {
    let harness = Harness::memory();
    for (body, expected) in [
        (json!({ "name": "X" }), (400, "invalid_request")),
        (json!({ "agentId": "abc" }), (400, "invalid_request")),
        (json!({ "agentId": "", "name": "X" }), (400, "invalid_request")),
        (json!({ "agentId": "abc", "name": " " }), (400, "invalid_request")),
        (json!({ "agentId": "Bad_ID", "name": "X" }), (400, "invalid_request")),
        (json!({ "agentId": "ab", "name": "X" }), (400, "invalid_request")),
        (json!({ "agentId": 7, "name": "X" }), (422, "invalid_agent")),
        (json!({ "agentId": "abc", "name": "X", "owner": {} }), (422, "unknown_field")),
        (json!([]), (422, "invalid_agent")),
    ] {
        assert_eq!(harness.send("POST", AGENTS, body.clone()).await.code(), expected, "{body}");
    }
    assert_eq!(harness.get(AGENTS).await.body, json!({ "agents": [] }));
}

#[tokio::test]
async fn the_list_is_newest_first_with_the_documented_members() {
    let harness = Harness::memory();
    for id in ["first", "second", "third"] {
        harness.send("POST", AGENTS, json!({ "agentId": id, "name": id })).await;
    }
    let body = harness.get(AGENTS).await.body;
    let ids: Vec<&str> = body["agents"].as_array().unwrap().iter().map(|a| a["agentId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["third", "second", "first"]);
    let expected = [
        "activeConnectionCount",
        "agentId",
        "clientCount",
        "connectionCount",
        "createdAt",
        "isWorkspaceAgent",
        "name",
        "owner",
        "status",
        "version",
    ];
    assert_eq!(names(&body["agents"][0]), expected);
    assert!(body["agents"][0]["createdAt"].is_i64());
}

#[tokio::test]
async fn one_agent_carries_its_settings_and_counts() {
    let harness = Harness::memory().with_agent().await;
    let put = json!({ "platform": "slack" });
    harness.send("PUT", "/api/dev/agents/triage/platforms/by-stable-id/p", put).await;
    let agent = harness.get("/api/dev/agents/triage").await.body;
    assert_eq!((&agent["connectionCount"], &agent["activeConnectionCount"]), (&json!(1), &json!(0)));
    assert_eq!(agent["status"], "idle");
    assert_eq!(agent["settings"], harness.get("/api/dev/agents/triage/config").await.body);
    harness.send("POST", "/api/dev/agents/triage/platforms/p/start", json!({})).await;
    let agent = harness.get("/api/dev/agents/triage").await.body;
    assert_eq!((&agent["activeConnectionCount"], &agent["status"]), (&json!(1), &json!("active")));
}

#[tokio::test]
async fn a_patch_changes_name_and_description_only() {
    let harness = Harness::memory();
    let path = "/api/dev/agents/triage";
    let create = json!({ "agentId": "triage", "name": "Triage", "description": "d" });
    harness.send("POST", AGENTS, create).await;
    let renamed = harness.send("PATCH", path, json!({ "name": "New" })).await.body;
    assert_eq!(renamed, json!({ "success": true, "version": 3 }));
    let agent = harness.get(path).await.body;
    assert_eq!((&agent["name"], &agent["description"]), (&json!("New"), &json!("d")));
    harness.send("PATCH", path, json!({ "description": "" })).await;
    assert_eq!(harness.get(path).await.body["description"], "");
    harness.send("PATCH", path, json!({ "description": null })).await;
    assert_eq!(harness.get(path).await.body.get("description"), None);
    for (body, code) in [
        (json!({ "owner": { "userId": "me" } }), "unknown_field"),
        (json!({ "isWorkspaceAgent": true }), "unknown_field"),
        (json!({ "name": null }), "invalid_agent"),
        (json!({ "name": "" }), "invalid_agent"),
        (json!({ "name": 1 }), "invalid_agent"),
    ] {
        assert_eq!(harness.send("PATCH", path, body.clone()).await.code(), (422, code), "{body}");
    }
    assert_eq!(harness.send("PATCH", "/api/dev/agents/nope", json!({})).await.code(), (404, "not_found"));
}

#[tokio::test]
async fn a_delete_takes_everything_of_the_agent_along() {
    let harness = Harness::memory().with_agent().await;
    let put = json!({ "platform": "slack", "config": { "botToken": "x" } });
    harness.send("PUT", "/api/dev/agents/triage/platforms/by-stable-id/p", put).await;
    assert_eq!(harness.send("DELETE", "/api/dev/agents/triage", Value::Null).await.status, 200);
    for path in ["", "/config", "/platforms", "/platforms/p"] {
        let reply = harness.get(&format!("/api/dev/agents/triage{path}")).await;
        assert_eq!(reply.code(), (404, "not_found"), "{path}");
    }
    assert_eq!(harness.send("DELETE", "/api/dev/agents/triage", Value::Null).await.status, 404);
    // A new agent of that name starts afresh.
    let harness = harness.with_agent().await;
    assert_eq!(harness.get("/api/dev/agents/triage/platforms").await.body, json!({ "platforms": [] }));
    let actions: Vec<String> = harness.store.audit("dev").unwrap().into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions, ["secret.write", "secret.delete"]);
}

#[tokio::test]
async fn an_encoded_id_is_the_same_id_and_a_trailing_slash_is_another_path() {
    let harness = Harness::memory().with_agent().await;
    assert_eq!(harness.get("/api/dev/agents/tri%61ge").await.status, 200);
    assert_eq!(harness.get("/api/dev/agents/").await.code(), (404, "not_found"));
    assert_eq!(harness.get("/api/dev/agents/%FF").await.code(), (404, "not_found"));
}
