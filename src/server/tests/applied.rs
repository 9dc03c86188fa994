//! Which project changed an object last.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::support::{Harness, Reply};

const AGENT: &str = "/api/dev/agents/triage";
const CONFIG: &str = "/api/dev/agents/triage/config";
const PLATFORM: &str = "/api/dev/agents/triage/platforms/by-stable-id/triage-telegram";
const SCHEMA: &str = "/api/dev/manage_entity_schema";

impl Harness {
    /// Sends a request for a project.
    async fn for_project(&self, header: &str, method: &str, path: &str, body: Value) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8787")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.token.expose()))
            .header("x-lobu-project", header)
            .body(Body::from(body.to_string()));
        self.raw(request.unwrap()).await
    }

    /// The projects that the agent and the two types of the lists name.
    async fn projects(&self) -> [Option<String>; 3] {
        let agents = self.get("/api/dev/agents").await.body;
        let entities = self.schema("entity_type", "list", json!({})).await.body;
        let relationships = self.schema("relationship_type", "list", json!({})).await.body;
        [&agents["agents"][0], &entities["entity_types"][0], &relationships["relationship_types"][0]]
            .map(|object| object["applied_by"]["project"].as_str().map(str::to_owned))
    }
}

fn action(kind: &str, action: &str, members: &Value) -> Value {
    let mut body = json!({ "schema_type": kind, "action": action, "slug": "person" });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

fn platform(chat: &str) -> Value {
    json!({ "platform": "telegram", "config": { "chatId": chat } })
}

/// Every change of an object names its project from then on.
#[tokio::test]
async fn the_project_of_the_last_change_is_told() {
    let harness = Harness::memory();
    let new_agent = json!({ "agentId": "triage", "name": "Triage" });
    let types = ["entity_type", "relationship_type"];
    let create = |kind| action(kind, "create", &json!({ "name": "Person" }));
    let rule = json!({ "source_entity_type_slug": "person", "target_entity_type_slug": "company" });
    let steps: [(&str, &str, Value, usize); 9] = [
        ("POST", "/api/dev/agents", new_agent, 0),
        ("PATCH", AGENT, json!({ "name": "Other" }), 0),
        ("PATCH", CONFIG, json!({ "soulMd": "Be kind." }), 0),
        ("PUT", PLATFORM, platform("1"), 0),
        ("PUT", PLATFORM, platform("2"), 0),
        ("POST", SCHEMA, create(types[0]), 1),
        ("POST", SCHEMA, action(types[0], "update", &json!({ "name": "Somebody" })), 1),
        ("POST", SCHEMA, create(types[1]), 2),
        ("POST", SCHEMA, action(types[1], "add_rule", &rule), 2),
    ];
    let mut expected = [None, None, None];
    for (number, (method, path, body, object)) in steps.into_iter().enumerate() {
        let reply = harness.for_project(&format!("{number}; name=desk"), method, path, body).await;
        assert!(reply.status.is_success(), "{number}: {:?}", reply.body);
        expected[object] = Some(number.to_string());
        assert_eq!(harness.projects().await, expected, "{number}");
    }
    let alone = harness.get(AGENT).await.body;
    assert_eq!(alone["applied_by"], json!({ "project": "4", "name": "desk" }));
    // What changes nothing, and what no project asked for, leaves it.
    harness.for_project("9; name=b", "PATCH", AGENT, json!({ "name": "Other" })).await;
    harness.for_project("9; name=b", "PATCH", CONFIG, json!({ "soulMd": "Be kind." })).await;
    harness.send("PATCH", AGENT, json!({ "name": "By hand" })).await;
    assert_eq!(harness.projects().await, expected);
    // It goes with the object.
    harness.send("DELETE", AGENT, json!({})).await;
    harness.send("POST", "/api/dev/agents", json!({ "agentId": "triage", "name": "Triage" })).await;
    assert_eq!(harness.projects().await[0], None);
}

#[tokio::test]
async fn a_header_of_another_form_is_refused_and_changes_nothing() {
    let harness = Harness::memory().with_agent().await;
    for header in ["", "abc", "a b; name=x", "abc; name=<script>"] {
        let reply = harness.for_project(header, "PATCH", AGENT, json!({ "name": "Other" })).await;
        assert_eq!(reply.code(), (400, "invalid_project"), "{header}");
    }
    assert_ne!(harness.get(AGENT).await.body["name"], "Other");
}
