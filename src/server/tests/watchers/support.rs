//! Watchers of the org `dev`, made and looked at.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::super::support::{Harness, Reply};

pub(super) const MANAGE: &str = "/api/dev/manage_watchers";

/// The body of a create with all that it needs.
pub(super) fn new(slug: &str) -> Value {
    json!({
        "action": "create", "slug": slug, "agent_id": "triage", "prompt": "Find gaps", "schedule": "30 5 * * 1",
        "extraction_schema": { "type": "object", "properties": { "gaps": { "type": "array" } } },
    })
}

/// The same with other members; null takes one away.
pub(super) fn new_with(members: &Value) -> Value {
    let mut body = new("stock-gaps");
    for (name, value) in members.as_object().unwrap() {
        let all = body.as_object_mut().unwrap();
        if value.is_null() {
            all.remove(name);
        } else {
            all.insert(name.clone(), value.clone());
        }
    }
    body
}

/// An action on the watcher of this id, with further members.
pub(super) fn action(action: &str, id: &Value, members: &Value) -> Value {
    let mut body = json!({ "action": action, "watcher_id": id });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

impl Harness {
    pub(super) async fn with_watcher() -> (Self, Value) {
        let harness = Self::memory().with_agent().await;
        let made = harness.watch(new("stock-gaps")).await;
        assert_eq!(made.status, 200, "{:?}", made.body);
        let id = made.body["watcher_id"].clone();
        (harness, id)
    }

    pub(super) async fn watch(&self, body: Value) -> Reply {
        self.send("POST", MANAGE, body).await
    }

    /// The watchers of a list with details.
    pub(super) async fn watchers(&self, query: &str) -> Vec<Value> {
        let reply = self.get(&format!("/api/dev/watchers?include_details=true{query}")).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        reply.body["watchers"].as_array().unwrap().clone()
    }

    /// The one active watcher.
    pub(super) async fn watcher(&self) -> Value {
        let mut watchers = self.watchers("").await;
        assert_eq!(watchers.len(), 1);
        watchers.remove(0)
    }

    /// How many audit rows say that something was done to watchers.
    pub(super) fn watcher_audit(&self) -> Vec<String> {
        let rows = self.store.audit("dev").unwrap().into_iter();
        let rows = rows.filter(|row| row.action.starts_with("watcher."));
        rows.map(|row| format!("{} {}", row.action, row.target)).collect()
    }

    /// Sends an action under a condition, such as `if-match: "5"`.
    pub(super) async fn watch_if(&self, header: (&str, &str), body: &Value) -> Reply {
        let request = Request::builder()
            .method("POST")
            .uri(MANAGE)
            .header("host", "127.0.0.1:8787")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.token.expose()))
            .header(header.0, header.1)
            .body(Body::from(body.to_string()));
        self.raw(request.unwrap()).await
    }
}
