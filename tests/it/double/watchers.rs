//! Watchers on G1 and G2: the wire examples, and what makes them hard to keep.

use serde_json::{Value, json};

use super::Client;
use crate::support::existing_server::{ExistingServer, Options};

async fn manage(client: &Client<'_>, body: Value) -> (u16, Value) {
    client.post("/api/dev/manage_watchers", body).await
}

fn stock_gaps() -> Value {
    json!({"action": "create", "slug": "stock-gaps", "agent_id": "courier", "name": "Stock gaps", "prompt": "Find gaps",
        "extraction_schema": {"type": "object", "properties": {"gaps": {"type": "array"}}}, "schedule": "30 5 * * 1"})
}

#[tokio::test]
async fn the_wire_examples_hold() {
    let server = ExistingServer::start(Options::g2());
    let client = Client::owner(&server);
    let (status, made) = manage(&client, stock_gaps()).await;
    assert_eq!((status, &made["version"], &made["status"]), (200, &json!(1), &json!("active")));
    let id = made["watcher_id"].clone();
    assert!(id.is_string());
    assert_eq!(made["sources"][0]["name"], "content");
    let (status, again) = manage(&client, stock_gaps()).await;
    assert_eq!(status, 409);
    assert!(again["error"].as_str().is_some_and(|text| text.contains("stock-gaps") && text.contains("already exists")));
    let tags = json!({"action": "update", "watcher_id": id, "schedule": "0 5 * * 1", "tags": ["stock"]});
    let updated = json!({"action": "update", "watcher_id": id, "updated_fields": ["schedule", "tags"]});
    assert_eq!(manage(&client, tags).await, (200, updated));
    let (status, bad) = manage(&client, json!({"action": "update", "watcher_id": id, "schedule": "whenever"})).await;
    assert!(status == 200 && bad["error"].as_str().is_some_and(|text| text.contains("cron")), "{bad}");
    let version = json!({"action": "create_version", "watcher_id": id, "set_as_current": true,
        "prompt": "Find gaps over 10", "description": null, "change_notes": "tool"});
    let (status, version) = manage(&client, version).await;
    assert_eq!((status, &version["version"], &version["previous_version"]), (200, &json!(2), &json!(1)));
    let (_, listed) = client.get("/api/dev/watchers?include_details=true").await;
    assert_eq!(listed["watchers"][0]["prompt"], "Find gaps over 10");
    assert_eq!(listed["watchers"][0]["watcher_id"].to_string(), id.as_str().expect("a text"));
    let (status, deleted) = manage(&client, json!({"action": "delete", "watcher_ids": [id, "99"]})).await;
    assert_eq!((status, &deleted["summary"]), (200, &json!({"total": 2, "successful": 1, "failed": 1})));
    assert_eq!(client.get("/api/dev/watchers").await.1, json!({"watchers": []}));
    let (_, archived) = client.get("/api/dev/watchers?status=archived").await;
    assert_eq!(archived["watchers"][0]["slug"], "stock-gaps");
    assert_eq!(manage(&client, stock_gaps()).await.0, 409, "an archived slug stays taken");
}

#[tokio::test]
async fn going_back_to_a_version_empties_sources() {
    let server = ExistingServer::start(Options::g2());
    let client = Client::owner(&server);
    let id = manage(&client, stock_gaps()).await.1["watcher_id"].clone();
    let upgraded = manage(&client, json!({"action": "upgrade", "watcher_id": id, "target_version": 2})).await;
    assert_eq!(upgraded.0, 200);
    let (_, listed) = client.get("/api/dev/watchers").await;
    assert_eq!(listed["watchers"][0]["sources"], json!([]));
}

#[tokio::test]
async fn the_first_generation_needs_an_entity_and_writes_tags_as_text() {
    let server = ExistingServer::start(Options::g1_with_manager());
    let client = Client::owner(&server);
    assert_eq!(manage(&client, stock_gaps()).await.0, 400);
    let mut body = stock_gaps();
    body["entity_id"] = json!(12);
    body["tags"] = json!(["a", "b c"]);
    assert_eq!(manage(&client, body.clone()).await.0, 200);
    assert_eq!(manage(&client, body).await.0, 400);
    let (_, listed) = client.get("/api/dev/watchers").await;
    assert_eq!(listed["watchers"][0]["tags"], r#"{"a","b c"}"#);
}
