//! Conditions on the revision of a watcher.

use serde_json::{Value, json};

use super::super::support::Harness;
use super::support::{action, new, new_with};

const STALE: (&str, &str) = ("if-match", "\"1000\"");

async fn quoted(harness: &Harness) -> String {
    format!("\"{}\"", harness.watcher().await["revision"])
}

#[tokio::test]
async fn a_write_to_an_older_revision_changes_nothing() {
    let (harness, id) = Harness::with_watcher().await;
    for body in [
        action("update", &id, &json!({ "tags": ["a"] })),
        action("create_version", &id, &json!({ "prompt": "Other" })),
        action("set_reaction_script", &id, &json!({ "reaction_script": "x()" })),
        json!({ "action": "delete", "watcher_ids": [id] }),
    ] {
        let before = harness.watcher().await;
        assert_eq!(harness.watch_if(STALE, &body).await.code(), (412, "version_changed"), "{body}");
        assert_eq!(harness.watch_if(("if-none-match", "*"), &body).await.code().0, 412, "{body}");
        assert_eq!(harness.watcher().await, before);
        let current = quoted(&harness).await;
        assert_eq!(harness.watch_if(("if-match", &current), &body).await.status, 200, "{body}");
        // What is there already may be sent with any revision.
        assert_eq!(harness.watch_if(STALE, &body).await.status, 200, "{body}");
    }
    assert_eq!(harness.watchers("").await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_exists_is_not_made_again() {
    let (harness, id) = Harness::with_watcher().await;
    let absent = ("if-none-match", "*");
    assert_eq!(harness.watch_if(absent, &new("stock-gaps")).await.code(), (412, "version_changed"));
    assert_eq!(harness.watch_if(absent, &new("other")).await.status, 200);
    assert_eq!(harness.watch_if(("if-match", "*"), &new("third")).await.code().0, 412);
    // One that no list shows counts as absent, or as the revision that it has.
    let archive = json!({ "action": "delete", "watcher_ids": [id] });
    harness.watch(archive.clone()).await;
    assert_eq!(harness.watch_if(STALE, &new("stock-gaps")).await.code().0, 412);
    assert_eq!(harness.watch_if(absent, &new("stock-gaps")).await.body["version"], 2);
    harness.watch(archive).await;
    let revision = harness.watchers("&status=archived").await.remove(0)["revision"].clone();
    let back = harness.watch_if(("if-match", &format!("\"{revision}\"")), &new("stock-gaps")).await;
    assert_eq!(back.body["version"], 3, "{:?}", back.body);
}

#[tokio::test]
async fn a_condition_on_several_holds_for_each() {
    let (harness, _) = Harness::with_watcher().await;
    harness.watch(new_with(&json!({ "slug": "other" }))).await;
    let revision = harness.watchers("").await[0]["revision"].clone();
    let both = json!({ "action": "delete", "watcher_ids": [2, 1] });
    assert_eq!(harness.watch_if(("if-match", &format!("\"{revision}\"")), &both).await.code().0, 412);
    assert_eq!(harness.watchers("").await.len(), 2);
    assert_eq!(harness.watch_if(("if-match", "*"), &both).await.status, 200);
}

#[tokio::test]
async fn revisions_rise_and_are_not_the_versions_of_prompts() {
    let (harness, id) = Harness::with_watcher().await;
    let mut last = harness.watcher().await["revision"].as_i64().unwrap();
    for (at, body) in [
        action("update", &id, &json!({ "tags": ["a"] })),
        action("create_version", &id, &json!({ "prompt": "Other" })),
        action("set_reaction_script", &id, &json!({ "reaction_script": "x()" })),
    ]
    .into_iter()
    .enumerate()
    {
        let told = harness.watch(body).await.body["revision"].as_i64().unwrap();
        let watcher = harness.watcher().await;
        assert!(told > last, "{told} {last}");
        assert_eq!(
            (watcher["revision"].as_i64(), &watcher["version"]),
            (Some(told), &json!(if at < 1 { 1 } else { 2 }))
        );
        last = told;
    }
}
