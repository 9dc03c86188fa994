//! The database file, its key and its tokens.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::support::Harness;
use crate::server::{Database, Store, StoreError, migrations::SCHEMA_VERSION};

const CONFIG: &str = "/api/dev/agents/triage/config";
const PUT: &str = "/api/dev/agents/triage/platforms/by-stable-id/p";

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(&Database::File(path.to_owned()))
}

fn sql(path: &Path, statement: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(statement).unwrap();
}

/// Tells in which files of a directory a text occurs.
fn files_with(directory: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn no_secret_reaches_the_disk_in_clear() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::file(&directory.path().join("lobu.db")).with_agent().await;
    let put = |token: &str| json!({ "platform": "slack", "config": { "botToken": token, "visible": "shown-text" } });
    harness.send("PUT", PUT, put("sentinel-value-1")).await;
    harness.send("PUT", PUT, put("sentinel-value-2")).await;
    let servers = json!({ "gh": { "headers": { "A": "sentinel-value-3" }, "env": { "B": "sentinel-value-4" } } });
    harness.send("PATCH", CONFIG, json!({ "mcpServers": servers })).await;
    // What is not secret is there, so the search works.
    assert!(!files_with(directory.path(), "shown-text").is_empty());
    assert_eq!(files_with(directory.path(), "sentinel-value"), [""; 0]);
    assert_eq!(files_with(directory.path(), harness.token.expose()), [""; 0]);
    harness.send("DELETE", "/api/dev/agents/triage", Value::Null).await;
    drop(harness);
    assert_eq!(files_with(directory.path(), "sentinel-value"), [""; 0]);
    assert_eq!(files_with(directory.path(), "shown-text"), [""; 0], "secure_delete overwrites what was deleted");
}

#[tokio::test]
async fn the_log_is_empty_after_a_rotation_and_a_delete() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let harness = Harness::file(&path).with_agent().await;
    let log = directory.path().join("lobu.db-wal");
    let put = |token: &str| json!({ "platform": "slack", "config": { "botToken": token } });
    harness.send("PUT", PUT, put("a")).await;
    assert!(fs::metadata(&log).unwrap().len() > 0, "a first value replaces nothing");
    harness.send("PUT", PUT, put("b")).await;
    assert_eq!(fs::metadata(&log).unwrap().len(), 0);
    harness.send("PATCH", CONFIG, json!({ "soulMd": "x" })).await;
    assert!(fs::metadata(&log).unwrap().len() > 0);
    harness.send("DELETE", "/api/dev/agents/triage/platforms/p", Value::Null).await;
    assert_eq!(fs::metadata(&log).unwrap().len(), 0);
}

#[tokio::test]
async fn a_store_is_the_same_after_it_was_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    assert!(!Store::exists(&path));
    let put = json!({ "platform": "slack", "config": { "botToken": "a" } });
    let before = {
        let harness = Harness::file(&path).with_agent().await;
        harness.send("PUT", PUT, put.clone()).await.body["platform"].clone()
    };
    assert!(Store::exists(&path));
    let harness = Harness::file(&path);
    assert_eq!(harness.send("PUT", PUT, put).await.body, json!({ "noop": true, "platform": before }));
}

#[tokio::test]
async fn a_refused_change_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::file(&directory.path().join("lobu.db")).with_agent().await;
    let before = harness.get(CONFIG).await.body;
    let body = json!({
        "mcpServers": { "gh": { "headers": { "A": "new" } } },
        "authProfiles": [{ "credential": "***" }],
    });
    assert_eq!(harness.send("PATCH", CONFIG, body).await.code(), (422, "invalid_settings"));
    assert_eq!(harness.get(CONFIG).await.body, before);
    assert_eq!(harness.store.audit("dev").unwrap(), []);
}

#[test]
fn a_database_does_not_open_without_its_own_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let key = directory.path().join("lobu.db.key");
    drop(open(&path).unwrap());
    let own = fs::read(&key).unwrap();

    fs::remove_file(&key).unwrap();
    assert!(matches!(open(&path), Err(StoreError::KeyMissing { path }) if path.ends_with("lobu.db.key")));
    assert!(!key.exists(), "no key is made for a database that has data");

    let other = directory.path().join("other.db");
    drop(open(&other).unwrap());
    fs::copy(directory.path().join("other.db.key"), &key).unwrap();
    assert!(matches!(open(&path), Err(StoreError::KeyMismatch { .. })));

    fs::write(&key, "nonsense").unwrap();
    assert!(matches!(open(&path), Err(StoreError::KeyMalformed { .. })));

    fs::write(&key, own).unwrap();
    open(&path).unwrap();
}

#[test]
fn newer_and_foreign_databases_are_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    drop(open(&path).unwrap());
    sql(&path, "PRAGMA user_version = 99");
    let bytes = fs::read(&path).unwrap();
    assert!(matches!(open(&path), Err(StoreError::NewerSchema { found: 99, supported: SCHEMA_VERSION, .. })));
    assert_eq!(fs::read(&path).unwrap(), bytes);

    let key = fs::read(directory.path().join("lobu.db.key")).unwrap();
    for (name, make) in [
        ("sqlite.db", (|path| sql(path, "CREATE TABLE t (a)")) as fn(&Path)),
        ("text.db", |path| {
            fs::write(path, "this is not a database, but it is long enough to be one ".repeat(30)).unwrap();
        }),
    ] {
        let path = directory.path().join(name);
        make(&path);
        fs::write(directory.path().join(format!("{name}.key")), &key).unwrap();
        assert!(matches!(open(&path), Err(StoreError::NotOurs { .. })), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn files_are_private_from_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("data/lobu/lobu.db");
    let store = open(&path).unwrap();
    store.create_org("dev", "Dev").unwrap();
    store.bootstrap_token(&outer.path().join("data/lobu/bootstrap-pat.txt")).unwrap();
    let directory = path.parent().unwrap();
    assert_eq!(fs::metadata(directory).unwrap().permissions().mode() & 0o777, 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    let expected = [
        "bootstrap-pat.txt",
        "bootstrap-pat.txt.lock",
        "lobu.db",
        "lobu.db-shm",
        "lobu.db-wal",
        "lobu.db.key",
        "lobu.db.lock",
    ];
    assert_eq!(names, expected);
}

#[cfg(unix)]
#[test]
fn symlinks_are_refused() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    drop(open(&path).unwrap());
    let link = directory.path().join("link.db");
    symlink(&path, &link).unwrap();
    assert!(matches!(open(&link), Err(StoreError::UnsafePath { .. })));

    for suffix in [".key", ".lock", "-wal", "-shm"] {
        let name = format!("fresh{}.db", suffix.trim_start_matches(['.', '-']));
        let fresh = directory.path().join(&name);
        let target = directory.path().join("target");
        symlink(&target, directory.path().join(format!("{name}{suffix}"))).unwrap();
        assert!(open(&fresh).is_err(), "{suffix}");
        assert!(!target.exists(), "{suffix}");
    }
}

#[test]
fn many_first_openers_agree_on_one_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let stores: Vec<Store> = std::thread::scope(|scope| {
        let openers: Vec<_> = (0..6).map(|_| scope.spawn(|| open(&path).unwrap())).collect();
        openers.into_iter().map(|opener| opener.join().unwrap()).collect()
    });
    let made = stores.iter().filter(|store| store.ensure_org("dev", "Dev").unwrap()).count();
    assert_eq!(made, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_share_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let stores = [Harness::file(&path), Harness::file(&path)];
    let [first, second] = &stores;
    // Each has its own bootstrap token by now, and the newer one revoked the older.
    let token = second.token.expose();
    let create = |harness, index: usize| {
        let body = json!({ "agentId": format!("agent-{index}"), "name": "A" });
        Harness::send_as(harness, Some(token), "POST", "/api/dev/agents", body)
    };
    let all = (0..40).map(|index| create(if index % 2 == 0 { first } else { second }, index));
    for reply in futures::future::join_all(all).await {
        assert_eq!(reply.status, 201, "{:?}", reply.body);
    }
    for harness in [first, second] {
        let list = harness.send_as(Some(token), "GET", "/api/dev/agents", Value::Null).await.body;
        assert_eq!(list["agents"].as_array().unwrap().len(), 40);
    }
    // The same new agent from both at once: one makes it, the other finds it.
    let both = futures::future::join(create(first, 99), create(second, 99)).await;
    let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
}

#[test]
fn the_bootstrap_token_is_written_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lobu.db");
    let file = directory.path().join("pat.txt");
    let store = open(&path).unwrap();
    let first = store.bootstrap_token(&file).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{}\n", first.expose()));
    let modified = fs::metadata(&file).unwrap().modified().unwrap();
    let again = open(&path).unwrap().bootstrap_token(&file).unwrap();
    assert_eq!(again.expose(), first.expose());
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), modified);

    fs::remove_file(&file).unwrap();
    let new = store.bootstrap_token(&file).unwrap();
    assert_ne!(new.expose(), first.expose());
    assert!(!store.revoke_token(&first).unwrap(), "the lost token was revoked");
    assert!(store.revoke_token(&new).unwrap());
}

#[test]
fn a_token_file_of_another_database_is_not_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pat.txt");
    open(&directory.path().join("a.db")).unwrap().bootstrap_token(&file).unwrap();
    let text = fs::read(&file).unwrap();
    let other = open(&directory.path().join("b.db")).unwrap();
    assert!(matches!(other.bootstrap_token(&file), Err(StoreError::ForeignTokenFile { .. })));
    assert_eq!(fs::read(&file).unwrap(), text);
    fs::write(&file, "nonsense").unwrap();
    assert!(matches!(other.bootstrap_token(&file), Err(StoreError::ForeignTokenFile { .. })));
}

#[test]
fn many_processes_agree_on_one_bootstrap_token() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("lobu.db")).unwrap();
    let file = directory.path().join("pat.txt");
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let makers: Vec<_> =
            (0..6).map(|_| scope.spawn(|| store.bootstrap_token(&file).unwrap().expose().to_owned())).collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).collect()
    });
    assert!(tokens.windows(2).all(|pair| pair[0] == pair[1]));
}
