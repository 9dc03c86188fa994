//! The secrets of an organization on the disk, and many who write them at once.

use std::{collections::BTreeMap, fs, path::Path};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use super::support::Harness;
use crate::server::{Database, Store, StoreError, StoredSecret, vault};

fn action(op: &str, name: &str, value: &str) -> Value {
    json!({ "op": op, "name": name, "value": value, "source": "stdin" })
}

/// A value in the forms in which it could lie somewhere.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let hex = vault::hex(value.as_bytes());
    let mut forms = vec![value.as_bytes().to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    forms.push(value.encode_utf16().flat_map(u16::to_le_bytes).collect());
    for offset in 0..3 {
        // What base64 makes of the value behind so many other bytes, without the characters that depend on those.
        let shifted = format!("{}{value}", "x".repeat(offset));
        for engine in [STANDARD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            let inner = engine.get(4..engine.len() - 4).unwrap();
            forms.push(inner.as_bytes().to_vec());
        }
    }
    forms
}

/// Tells in which files of a directory a value occurs in any form.
fn files_with(directory: &Path, value: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let holds = |form: &Vec<u8>| bytes.windows(form.len()).any(|window| window == form.as_slice());
        if forms(value).iter().any(holds) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn a_value_is_in_no_file_in_any_form() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::file(&directory.path().join("lobu.db"));
    let values = ["first-sentinel-value-1", "second-sentinel-value-2", "refused-sentinel-value-3"];
    let create = |name, value| json!([action("create", name, value)]);
    assert_eq!(harness.manage(create("MARKED_NAME", values[0])).await.status, 200);
    assert_eq!(harness.manage(json!([action("rotate", "MARKED_NAME", values[1])])).await.status, 200);
    assert_eq!(harness.manage(create("MARKED_NAME", values[2])).await.status, 409);
    // What is no secret is there, so the search works.
    assert!(!files_with(directory.path(), "MARKED_NAME").is_empty());
    let listed = harness.get("/api/dev/secrets").await.body.to_string();
    for value in values {
        assert_eq!(files_with(directory.path(), value), [""; 0]);
        assert!(!listed.contains(value));
    }
    let audit = format!("{:?}{:?}", harness.store.audit("dev"), harness.store.secret_audit("dev"));
    assert!(!audit.contains("sentinel"), "{audit}");
}

#[tokio::test]
async fn the_log_is_empty_after_a_rotation_and_a_delete() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::file(&directory.path().join("lobu.db"));
    let log = || fs::metadata(directory.path().join("lobu.db-wal")).unwrap().len();
    harness.create_secret("FOO", "a").await;
    assert!(log() > 0);
    harness.manage(json!([action("rotate", "FOO", "b")])).await;
    assert_eq!(log(), 0);
    harness.create_secret("BAR", "a").await;
    assert!(log() > 0);
    harness.manage(json!([{ "op": "delete", "name": "FOO" }])).await;
    assert_eq!(log(), 0);
}

#[tokio::test]
async fn a_ciphertext_opens_under_its_own_name_org_and_version_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let harness = Harness::file(&path);
    harness.manage(json!([action("create", "FOO", "foo"), action("create", "BAR", "bar")])).await;
    let read = |name: &str| harness.store.stored_secret("dev", StoredSecret::User { name });
    assert_eq!(read("FOO").unwrap().unwrap().as_slice(), b"foo");
    let sql = |statement: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(statement).unwrap();
    sql("UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = 'FOO') WHERE name = 'BAR'");
    assert!(matches!(read("BAR"), Err(StoreError::Cipher { .. })));
    sql("UPDATE secrets SET version = 7 WHERE name = 'FOO'");
    assert!(matches!(read("FOO"), Err(StoreError::Cipher { .. })));
}

#[tokio::test]
async fn a_secret_survives_closing_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    Harness::file(&path).create_secret("FOO", "value").await;
    let store = Store::open(&Database::File(path)).unwrap();
    assert_eq!(store.stored_secret("dev", StoredSecret::User { name: "FOO" }).unwrap().unwrap().as_slice(), b"value");
    let reply = Harness::on(store).manage(json!([action("rotate", "FOO", "value")])).await;
    assert_eq!(reply.body["results"][0]["action"], "unchanged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_create_a_name_one_wins() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    // Two stores, as two processes have.
    let harnesses = [std::sync::Arc::new(Harness::file(&path)), std::sync::Arc::new(Harness::file(&path))];
    // The second made a new bootstrap token.
    let token = harnesses[1].token.duplicate();
    let mut tasks = Vec::new();
    for task in 0..20 {
        let harness = harnesses[task % 2].clone();
        let token = token.duplicate();
        tasks.push(tokio::spawn(async move {
            let mut made = Vec::new();
            // Each asks for five of ten names, overlapping with the others.
            for offset in 0..5 {
                let name = format!("NAME_{}", (task + offset) % 10);
                let body = json!({ "actions": [action("create", &name, &format!("{task}"))] });
                let path = "/api/dev/secrets/manage";
                let reply = harness.send_as(Some(token.expose()), "POST", path, body).await;
                match reply.code() {
                    (200, _) => made.push((name, task.to_string())),
                    code => assert_eq!(code, (409, "already_exists"), "{:?}", reply.body),
                }
            }
            made
        }));
    }
    let mut winners = BTreeMap::new();
    for task in tasks {
        for (name, value) in task.await.unwrap() {
            assert_eq!(winners.insert(name, value), None, "a name is made once");
        }
    }
    let store = &harnesses[0].store;
    assert_eq!(winners.len(), 10);
    for (name, value) in &winners {
        let stored = store.stored_secret("dev", StoredSecret::User { name }).unwrap().unwrap();
        assert_eq!(stored.as_slice(), value.as_bytes());
    }
    assert_eq!(store.secret_audit("dev").unwrap().len(), 10, "one audit row a write");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_rotate_a_name_each_is_one_write() {
    let directory = tempfile::tempdir().unwrap();
    let harness = std::sync::Arc::new(Harness::file(&directory.path().join("lobu.db")));
    harness.create_secret("FOO", "start").await;
    let tasks: Vec<_> = (0..20)
        .map(|task| {
            let harness = harness.clone();
            tokio::spawn(
                async move { harness.manage(json!([action("rotate", "FOO", &format!("v{task}"))])).await.body },
            )
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap()["results"][0]["action"], "rotated");
    }
    let audit = harness.store.secret_audit("dev").unwrap();
    assert_eq!(audit.len(), 21);
    let listed = harness.get("/api/dev/secrets").await.body;
    assert_eq!(listed[0]["fingerprint"], audit.last().unwrap().fingerprint, "the last row is about what is stored");
}

#[tokio::test]
async fn nothing_is_decrypted_to_serve_a_request() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let harness = Harness::file(&path).with_agent().await;
    harness.manage(json!([action("create", "FOO", "foo"), action("create", "BAR", "bar")])).await;
    // What can't be decrypted serves as well.
    rusqlite::Connection::open(&path).unwrap().execute_batch("UPDATE secrets SET sealed = x'00'").unwrap();
    assert!(harness.store.stored_secret("dev", StoredSecret::User { name: "FOO" }).is_err());
    assert_eq!(harness.get("/api/dev/secrets").await.body.as_array().unwrap().len(), 2);
    let put = json!({ "platform": "slack", "config": { "botToken": "secret://dev/user/FOO" } });
    let platform = "/api/dev/agents/triage/platforms/by-stable-id/triage-slack";
    assert_eq!(harness.send("PUT", platform, put).await.status, 201);
    let batch = json!([action("rotate", "FOO", "foo"), { "op": "delete", "name": "BAR" }]);
    let results = harness.manage(batch).await.body["results"].take();
    assert_eq!((&results[0]["action"], &results[1]["action"]), (&json!("unchanged"), &json!("delete")));
    let rotated = harness.manage(json!([action("rotate", "FOO", "new")])).await;
    assert_eq!(rotated.body["results"][0]["action"], "rotated");
    let stored = harness.store.stored_secret("dev", StoredSecret::User { name: "FOO" }).unwrap().unwrap();
    assert_eq!(stored.as_slice(), b"new");
}
