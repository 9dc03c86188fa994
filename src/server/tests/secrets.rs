//! Creating, rotating, deleting and listing the secrets of an organization.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::support::{Harness, names};
use crate::server::{SecretAuditEntry, StoredSecret};

const SECRETS: &str = "/api/dev/secrets";
const NAMES: &str = "/api/dev/secrets/names";

fn create(name: &str, value: &str) -> Value {
    json!({ "op": "create", "name": name, "value": value, "source": "env" })
}

fn rotate(name: &str, value: &str) -> Value {
    json!({ "op": "rotate", "name": name, "value": value, "source": "file" })
}

fn delete(name: &str) -> Value {
    json!({ "op": "delete", "name": name, "source": "stdin" })
}

/// The value that is stored under a name.
fn stored(harness: &Harness, name: &str) -> Option<String> {
    let value = harness.store.stored_secret("dev", StoredSecret::User { name }).unwrap()?;
    Some(String::from_utf8(value.to_vec()).unwrap())
}

/// The list's entry of a name.
async fn entry(harness: &Harness, name: &str) -> Value {
    let list = harness.get(SECRETS).await.body;
    list.as_array().unwrap().iter().find(|entry| entry["name"] == name).cloned().unwrap()
}

/// Counts a fingerprint apart from the server.
fn fingerprint(salt: &Value, name: &str, value: &str) -> String {
    let digits = salt.as_str().unwrap().as_bytes();
    let salt: Vec<u8> =
        digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&salt).unwrap();
    mac.update(format!("{name}\0{value}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    format!("{:02x}{:02x}", bytes[0], bytes[1])
}

fn audit(harness: &Harness) -> Vec<SecretAuditEntry> {
    harness.store.secret_audit("dev").unwrap()
}

#[tokio::test]
async fn an_organization_starts_without_secrets() {
    let harness = Harness::memory();
    assert_eq!(harness.get(SECRETS).await.body, json!([]));
    assert_eq!(harness.get(NAMES).await.body, json!([]));
}

#[tokio::test]
async fn results_come_in_the_order_of_the_request_and_lists_sorted() {
    let harness = Harness::memory();
    let reply = harness.manage(json!([create("ZED", "v1"), create("ALPHA", "v2"), create("MID_1", "v3")])).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["cache-control"], "no-store");
    let results = reply.body["results"].as_array().unwrap();
    assert_eq!(names(&reply.body), ["results"]);
    for (result, name) in results.iter().zip(["ZED", "ALPHA", "MID_1"]) {
        assert_eq!(names(result), ["action", "fingerprint", "name", "ref", "willRestart"]);
        assert_eq!(result["name"], name);
        assert_eq!(result["action"], "create");
        assert_eq!(result["ref"], format!("secret://dev/user/{name}"));
        assert_eq!(result["willRestart"], false);
    }
    let list = harness.get(SECRETS).await;
    assert_eq!(list.headers["cache-control"], "no-store");
    let list = list.body;
    let listed: Vec<&str> = list.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!(listed, ["ALPHA", "MID_1", "ZED"]);
    assert_eq!(harness.get(NAMES).await.body, json!(["ALPHA", "MID_1", "ZED"]));
    for entry in list.as_array().unwrap() {
        assert_eq!(names(entry), ["fingerprint", "name", "salt", "source", "updatedAt", "version"]);
        assert_eq!(entry["source"], "env");
        assert!(entry["updatedAt"].as_i64().unwrap() > 1_700_000_000_000);
        let salt = entry["salt"].as_str().unwrap();
        assert_eq!(salt.len(), 64);
        assert!(salt.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)), "{salt}");
    }
    assert_eq!(stored(&harness, "ALPHA").unwrap(), "v2");
    assert_eq!(stored(&harness, "OTHER"), None);
}

#[tokio::test]
async fn a_fingerprint_is_counted_from_salt_name_and_value() {
    let harness = Harness::memory();
    for (name, value) in [("FOO", "bar"), ("ACCENT", "é"), ("LONG", &"x".repeat(64 * 1024)), ("LINES", "a\n\"b\"\u{1}")]
    {
        let reply = harness.manage(json!([create(name, value)])).await;
        let entry = entry(&harness, name).await;
        assert_eq!(entry["fingerprint"], fingerprint(&entry["salt"], name, value), "{name}");
        assert_eq!(reply.body["results"][0]["fingerprint"], entry["fingerprint"]);
        assert_eq!(stored(&harness, name).unwrap(), value);
    }
}

#[tokio::test]
async fn two_names_with_one_value_have_nothing_in_common() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let harness = Harness::file(&path);
    let twenty: Vec<Value> = (0..20).map(|index| create(&format!("NAME_{index}"), "one value")).collect();
    harness.manage(json!(twenty)).await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    for column in ["digest", "salt", "sealed"] {
        let select = format!("SELECT count(DISTINCT {column}) FROM secrets");
        let different: i64 = connection.query_row(&select, [], |row| row.get(0)).unwrap();
        assert_eq!(different, 20, "{column}");
    }
    let fingerprints: std::collections::BTreeSet<String> = harness
        .get(SECRETS)
        .await
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["fingerprint"].to_string())
        .collect();
    assert!(fingerprints.len() > 15, "{fingerprints:?}");
}

#[tokio::test]
async fn one_name_and_value_in_two_organizations_have_nothing_in_common() {
    let harness = Harness::memory();
    harness.store.create_org("other", "Other").unwrap();
    for org in ["dev", "other"] {
        let path = format!("/api/{org}/secrets/manage");
        let reply = harness.send("POST", &path, json!({ "actions": [create("FOO", "same")] })).await;
        assert_eq!(reply.body["results"][0]["ref"], format!("secret://{org}/user/FOO"));
    }
    harness.manage(json!([create("BAR", "b"), delete("FOO")])).await;
    let other = harness.get("/api/other/secrets").await.body;
    assert_eq!(other.as_array().unwrap().len(), 1);
    assert_eq!(harness.get("/api/other/secrets/names").await.body, json!(["FOO"]));
    assert_eq!(harness.store.secret_audit("other").unwrap().len(), 1);
    assert!(harness.store.stored_secret("other", StoredSecret::User { name: "FOO" }).unwrap().is_some());
    assert_eq!(harness.get(NAMES).await.body, json!(["BAR"]));
}

#[tokio::test]
async fn a_rotation_there_and_back_is_seen_each_time() {
    let harness = Harness::memory();
    harness.create_secret("FOO", "value A").await;
    let first = entry(&harness, "FOO").await;
    for value in ["value B", "value A", "value B"] {
        let before = entry(&harness, "FOO").await;
        let reply = harness.manage(json!([rotate("FOO", value)])).await;
        let result = &reply.body["results"][0];
        assert_eq!(result["action"], "rotated", "{value}");
        assert_eq!(result["previous"], before["fingerprint"], "what was replaced");
        assert_eq!(result["ref"], "secret://dev/user/FOO");
        assert_eq!(stored(&harness, "FOO").unwrap(), value);
        let now = entry(&harness, "FOO").await;
        assert_eq!(now["salt"], first["salt"], "the salt survives rotations");
        assert_eq!(now["fingerprint"], fingerprint(&now["salt"], "FOO", value));
        assert_eq!(now["source"], "file");
        assert!(now["updatedAt"].as_i64() >= first["updatedAt"].as_i64());
    }
    let actions: Vec<(String, String)> =
        audit(&harness).into_iter().map(|entry| (entry.action, entry.source)).collect();
    let words = [("create", "env"), ("rotate", "file"), ("rotate", "file"), ("rotate", "file")];
    assert_eq!(actions, words.map(|(action, source)| (action.to_owned(), source.to_owned())));
}

#[tokio::test]
async fn an_equal_value_is_unchanged_and_nothing_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let harness = Harness::file(&path);
    harness.create_secret("FOO", "value").await;
    let before = entry(&harness, "FOO").await;
    let bytes =
        || ["lobu.db", "lobu.db-wal"].map(|name| std::fs::read(directory.path().join(name)).unwrap_or_default());
    let files = bytes();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    for _ in 0..3 {
        let reply = harness.manage(json!([rotate("FOO", "value")])).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body["results"][0]["action"], "unchanged");
        assert_eq!(reply.body["results"][0]["fingerprint"], before["fingerprint"]);
    }
    assert_eq!(entry(&harness, "FOO").await, before, "not even the source or the time");
    assert_eq!(audit(&harness).len(), 1);
    assert!(files == bytes(), "no byte of the database");
}

#[tokio::test]
async fn a_value_with_the_same_fingerprint_is_rotated_all_the_same() {
    let harness = Harness::memory();
    harness.create_secret("FOO", "original").await;
    let before = entry(&harness, "FOO").await;
    let salt = &before["salt"];
    let wanted = before["fingerprint"].as_str().unwrap();
    let collision = (0..10_000_000)
        .map(|index| format!("forced-{index}"))
        .find(|value| fingerprint(salt, "FOO", value) == wanted)
        .unwrap();
    let reply = harness.manage(json!([rotate("FOO", &collision)])).await;
    assert_eq!(reply.body["results"][0]["action"], "rotated");
    assert_eq!(reply.body["results"][0]["fingerprint"], wanted);
    assert_eq!(stored(&harness, "FOO").unwrap(), collision);
    assert_eq!(audit(&harness).len(), 2);
}

#[tokio::test]
async fn a_deleted_secret_is_gone_with_its_salt() {
    let harness = Harness::memory();
    harness.create_secret("FOO", "value").await;
    let before = entry(&harness, "FOO").await;
    let reply = harness.manage(json!([delete("FOO")])).await;
    let result = &reply.body["results"][0];
    assert_eq!((&result["action"], &result["fingerprint"]), (&json!("delete"), &before["fingerprint"]));
    assert_eq!(harness.get(NAMES).await.body, json!([]));
    assert_eq!(stored(&harness, "FOO"), None);
    let last = audit(&harness).pop().unwrap();
    assert_eq!(last.action, "delete");
    assert_eq!(last.fingerprint, before["fingerprint"].as_str().unwrap(), "the fingerprint that was deleted");
    harness.create_secret("FOO", "value").await;
    assert_ne!(entry(&harness, "FOO").await["salt"], before["salt"]);
}

#[tokio::test]
async fn existing_and_missing_names_are_told() {
    let harness = Harness::memory();
    harness.create_secret("FOO", "value").await;
    for (action, expected) in [
        (create("FOO", "value"), (409, "already_exists", "FOO")),
        (rotate("BAR", "value"), (404, "not_found", "BAR")),
        (delete("BAR"), (404, "not_found", "BAR")),
    ] {
        let reply = harness.manage(json!([action])).await;
        let (status, code) = reply.code();
        assert_eq!((status, code, reply.body["error"]["name"].as_str().unwrap()), expected);
        assert!(reply.body["error"]["message"].as_str().unwrap().contains(expected.2));
    }
    assert_eq!(audit(&harness).len(), 1);
}

#[tokio::test]
async fn a_batch_whose_last_action_fails_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::file(&directory.path().join("lobu.db"));
    harness.manage(json!([create("KEEP", "kept"), create("ROTATE", "first")])).await;
    let before = (harness.get(SECRETS).await.body, audit(&harness), harness.store.audit("dev").unwrap());
    for last in [
        create("KEEP", "x"),
        rotate("MISSING", "x"),
        delete("MISSING"),
        create("EMPTY", ""),
        json!({ "op": "explode", "name": "FOO" }),
    ] {
        let batch = json!([create("NEW", "new"), rotate("ROTATE", "second"), delete("KEEP"), last]);
        // A name twice would be refused before the transaction.
        let batch = if last["name"] == "KEEP" { json!([batch[0], batch[1], last]) } else { batch };
        let reply = harness.manage(batch).await;
        assert!(reply.status.is_client_error(), "{last}");
        let after = (harness.get(SECRETS).await.body, audit(&harness), harness.store.audit("dev").unwrap());
        assert_eq!(before, after, "{last}");
        assert_eq!(stored(&harness, "ROTATE").unwrap(), "first");
        assert_eq!(stored(&harness, "NEW"), None);
    }
    let batch = json!([create("NEW", "new"), rotate("ROTATE", "second"), delete("KEEP")]);
    assert_eq!(harness.manage(batch).await.status, 200);
    assert_eq!(audit(&harness).len(), 5);
}

#[tokio::test]
async fn the_audit_says_who_did_what_from_where() {
    let harness = Harness::memory();
    let admin = harness.user("ada", Some(crate::server::Role::Admin), Some("mcp:admin"));
    let path = "/api/dev/secrets/manage";
    for (source, word) in
        [(json!("env"), "env"), (json!("file"), "file"), (json!("stdin"), "stdin"), (json!("api"), "api")]
    {
        let name = word.to_uppercase();
        let body = json!({ "actions": [{ "op": "create", "name": name, "value": "v", "source": source }] });
        assert_eq!(harness.send_as(Some(admin.expose()), "POST", path, body).await.status, 200);
        let last = audit(&harness).pop().unwrap();
        let listed = entry(&harness, &name).await;
        assert_eq!(
            last,
            SecretAuditEntry {
                at: listed["updatedAt"].as_i64().unwrap(),
                actor: "ada".to_owned(),
                fingerprint: listed["fingerprint"].as_str().unwrap().to_owned(),
                name,
                action: "create".to_owned(),
                source: word.to_owned(),
            }
        );
        assert_eq!(listed["source"], word);
    }
    harness.manage(json!([{ "op": "create", "name": "NO_SOURCE", "value": "v" }])).await;
    assert_eq!(audit(&harness).pop().unwrap().source, "api", "without a source it is the API itself");
}

#[tokio::test]
async fn reads_and_writes_are_counted_as_such() {
    let harness = Harness::memory();
    harness.counter.reset();
    harness.get(SECRETS).await;
    harness.get(NAMES).await;
    assert_eq!((harness.counter.reads(), harness.counter.writes()), (2, 0));
    harness.manage(json!([create("FOO", "v")])).await;
    harness.manage(json!([])).await;
    assert_eq!((harness.counter.reads(), harness.counter.writes()), (2, 2));
}

/// The version that the list shows.
async fn version(harness: &Harness, name: &str) -> i64 {
    entry(harness, name).await["version"].as_i64().unwrap()
}

fn with_version(mut action: Value, version: i64) -> Value {
    action["ifVersion"] = json!(version);
    action
}

#[tokio::test]
async fn every_write_gives_a_name_a_version_that_it_never_had() {
    let harness = Harness::memory();
    let mut seen = Vec::new();
    for action in [create("FOO", "a"), rotate("FOO", "b"), rotate("FOO", "a"), delete("FOO"), create("FOO", "a")] {
        let is_delete = action["op"] == "delete";
        assert_eq!(harness.manage(json!([action])).await.status, 200);
        if !is_delete {
            seen.push(version(&harness, "FOO").await);
        }
    }
    assert_eq!(seen[0], 1);
    assert!(seen.is_sorted_by(|earlier, later| earlier < later), "{seen:?}");
    assert_eq!(harness.manage(json!([rotate("FOO", "a")])).await.body["results"][0]["action"], "unchanged");
    assert_eq!(version(&harness, "FOO").await, seen[3], "an equal value is no write");
    harness.create_secret("BAR", "v").await;
    assert_eq!(version(&harness, "BAR").await, 1, "each name counts for itself");
}

#[tokio::test]
async fn an_action_on_another_version_changes_nothing() {
    let harness = Harness::memory();
    harness.manage(json!([create("FOO", "theirs"), create("BAR", "v")])).await;
    harness.manage(json!([rotate("FOO", "theirs too")])).await;
    let before = harness.get(SECRETS).await.body;
    for action in [
        with_version(rotate("FOO", "ours"), 1),
        with_version(rotate("FOO", "theirs too"), 1),
        with_version(delete("FOO"), 3),
        json!({ "op": "delete", "name": "FOO", "force": true, "ifVersion": 0 }),
    ] {
        let reply = harness.manage(json!([rotate("BAR", "w"), create("NEW", "v"), action])).await;
        assert_eq!(reply.code(), (409, "changed"), "{action}");
        assert_eq!(reply.body["error"]["name"], "FOO");
        assert!(!reply.body.to_string().contains("ours"));
    }
    assert_eq!(harness.get(SECRETS).await.body, before);
    assert_eq!(audit(&harness).len(), 3);
}

#[tokio::test]
async fn an_action_on_the_stored_version_is_done() {
    let harness = Harness::memory();
    harness.create_secret("FOO", "a").await;
    let reply = harness.manage(json!([with_version(rotate("FOO", "b"), 1)])).await;
    assert_eq!(reply.body["results"][0]["action"], "rotated");
    assert_eq!(harness.manage(json!([with_version(delete("FOO"), 2)])).await.status, 200);
    assert_eq!(harness.manage(json!([with_version(delete("FOO"), 2)])).await.code(), (404, "not_found"));
    harness.create_secret("FOO", "c").await;
    assert_eq!(harness.manage(json!([with_version(rotate("FOO", "d"), 1)])).await.code(), (409, "changed"));
}
