//! A kind that its own route lists, under numbers of the server's: what is asked and sent.

use serde_json::json;

use super::support::{Listener, Seen, Step, answer, sent};
use crate::model::Value;
use crate::org::{Condition, OrgRead, OrgWrite, RequestError};
use crate::schema::ResourceKey;
use crate::schema::kinds::WATCHER;
use crate::wire::Json;

fn row(slug: &str, number: u32, status: &str) -> Json {
    json!({"watcher_id": number, "slug": slug, "name": "W", "status": status, "version": 1, "revision": 5})
}

fn list(rows: &[Json]) -> Step {
    answer(200, &json!({"watchers": rows}))
}

#[tokio::test]
async fn active_and_archived_ones_are_two_requests() {
    // Whichever request comes first, each answer has both.
    let rows = [row("late", 7, "active"), row("old", 3, "archived")];
    let listener = Listener::start([list(&rows), list(&rows)]);
    let records = listener.org().records(WATCHER).await.unwrap();
    let mut lines = listener.lines();
    lines.sort();
    let all = "GET /api/dev/watchers?include_details=true";
    assert_eq!(lines, [all.to_owned(), format!("{all}&status=archived")]);
    let found: Vec<_> = records.iter().map(|record| (record.id.as_str(), record.is_archived, record.version)).collect();
    assert_eq!(found, [("late", false, Some(5)), ("old", true, Some(5))]);
}

#[tokio::test]
async fn a_server_that_ignores_the_status_lists_nothing_twice() {
    let rows = [row("late", 7, "active")];
    let listener = Listener::start([list(&rows), list(&rows)]);
    let records = listener.org().records(WATCHER).await.unwrap();
    assert_eq!(records.len(), 1);
    assert!(!records[0].is_archived);
}

#[tokio::test]
async fn what_was_made_is_named_by_its_number_from_then_on() {
    let made = json!({"action": "create", "watcher_id": "8", "version": 1, "revision": 41, "sources": []});
    let step = |revision: u64| answer(200, &json!({"watcher_id": "8", "version": 2, "revision": revision}));
    let listener = Listener::start([answer(200, &made), step(42), step(43), step(44)]);
    let org = listener.org();
    let known = |text: &str| Value::known(text);
    let create = sent(WATCHER, "stock-gaps", [("name", known("Stock")), ("agent", known("courier"))]);
    assert_eq!(org.create(&create, Condition::None).await.unwrap().version, Some(41));
    let parts = [
        sent(WATCHER, "stock-gaps", [("schedule", known("0 5 * * 1")), ("tags", Value::known_list(["stock"]))]),
        sent(WATCHER, "stock-gaps", [("prompt", known("Find gaps over 10"))]),
        sent(WATCHER, "stock-gaps", [("reaction_script", Value::Null)]),
    ];
    for part in &parts {
        org.update(part, Condition::None).await.unwrap();
    }
    let bodies: Vec<Json> = listener.seen().iter().map(Seen::json).collect();
    let expected = [
        json!({"action": "create", "slug": "stock-gaps", "name": "Stock", "agent_id": "courier"}),
        json!({"action": "update", "watcher_id": "8", "schedule": "0 5 * * 1", "tags": ["stock"]}),
        json!({"action": "create_version", "watcher_id": "8", "prompt": "Find gaps over 10"}),
        json!({"action": "set_reaction_script", "watcher_id": "8", "reaction_script": ""}),
    ];
    assert_eq!(bodies, expected);
    assert!(listener.lines().iter().all(|line| line == "POST /api/dev/manage_watchers"));
}

#[tokio::test]
async fn a_number_that_nobody_told_is_looked_up() {
    let script = answer(200, &json!({"windows": [], "watcher": {"reaction_script": "export default 1;"}}));
    let rows = [row("late", 7, "active")];
    let listener = Listener::start([list(&rows), list(&rows), script]);
    let field = WATCHER.field("reaction_script").unwrap();
    let read = listener.org().apart(&ResourceKey::new(WATCHER, "late"), field).await.unwrap();
    assert_eq!(read, Some(json!("export default 1;")));
    assert_eq!(listener.lines().last().unwrap(), "GET /api/dev/watchers?watcher_id=7");
    let listener = Listener::start([list(&[]), list(&[])]);
    let update = sent(WATCHER, "late", [("tags", Value::known_list(["a"]))]);
    let error = listener.org().update(&update, Condition::None).await.unwrap_err();
    assert!(matches!(error, RequestError::NotSent { .. }), "{error}");
}

#[tokio::test]
async fn an_error_in_a_success_is_a_failure() {
    let rows = [row("late", 7, "active")];
    let bad = answer(200, &json!({"error": "Invalid cron expression"}));
    let listener = Listener::start([list(&rows), list(&rows), bad]);
    let update = sent(WATCHER, "late", [("schedule", Value::known("whenever"))]);
    let error = listener.org().update(&update, Condition::None).await.unwrap_err();
    assert_eq!(error.to_string(), "POST /api/dev/manage_watchers (update) answered 200: Invalid cron expression");
}
