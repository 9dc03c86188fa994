//! Databases of older versions: opened, brought up to date, and refused where they are not ours.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::support::Harness;
use crate::server::{Database, Store, StoreError, StoredSecret, migrations::SCHEMA_VERSION};

const BOT_TOKEN: StoredSecret<'static> =
    StoredSecret::Platform { agent: "triage", platform: "triage-telegram", path: &["botToken"] };

/// Copies the database of version 1 with its key.
fn version_1(directory: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/databases/version-1");
    for name in ["local.db", "local.db.key"] {
        let target = directory.join(name);
        fs::copy(source.join(name), &target).unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
    }
    directory.join("local.db")
}

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(&Database::File(path.to_owned()))
}

fn version(path: &Path) -> i64 {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// All definitions in a database, without comments and line breaks.
fn definitions(path: &Path) -> Vec<(String, String)> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection.prepare("SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).unwrap();
    // A column that was added stands behind a blank or none.
    let plain = |sql: String| {
        let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        words.replace(" ,", ",").replace("( ", "(").replace(" )", ")")
    };
    rows.map(|row| row.map(|(name, sql)| (name, plain(sql))).unwrap()).collect()
}

#[tokio::test]
async fn a_database_of_version_1_is_brought_up_to_date_with_all_it_holds() {
    let directory = tempfile::tempdir().unwrap();
    let path = version_1(directory.path());
    assert_eq!(version(&path), 1);
    let harness = Harness::on(open(&path).unwrap());
    assert_eq!(version(&path), SCHEMA_VERSION);
    assert_eq!(harness.get("/api/dev/agents").await.body["agents"][0]["agentId"], "triage");
    let platforms = harness.get("/api/dev/agents/triage/platforms").await.body;
    assert_eq!(platforms["platforms"][0]["id"], "triage-telegram");
    assert_eq!(platforms["platforms"][0]["config"]["chatId"], "4711");
    let value = harness.store.stored_secret("dev", BOT_TOKEN).unwrap().unwrap();
    assert_eq!(value.as_slice(), b"first-generation-value");
    assert_eq!(harness.store.secret_audit("dev").unwrap(), []);
    harness.create_secret("FOO", "value").await;
    assert_eq!(harness.store.secret_audit("dev").unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_database_of_version_2_holds_gets_its_first_version() {
    let directory = tempfile::tempdir().unwrap();
    let path = version_1(directory.path());
    let step = concat!(include_str!("../migrations/version_2.sql"), "; PRAGMA user_version = 2");
    rusqlite::Connection::open(&path).unwrap().execute_batch(step).unwrap();
    let harness = Harness::on(open(&path).unwrap());
    assert_eq!(version(&path), SCHEMA_VERSION);
    let agent = harness.get("/api/dev/agents/triage").await.body;
    assert_eq!((agent["version"].as_u64(), agent["settings"]["version"].as_u64()), (Some(1), Some(1)));
    let platforms = harness.get("/api/dev/agents/triage/platforms").await.body;
    assert_eq!(platforms["platforms"][0]["version"], 1);
    let value = harness.store.stored_secret("dev", BOT_TOKEN).unwrap().unwrap();
    assert_eq!(value.as_slice(), b"first-generation-value");
    harness.send("PATCH", "/api/dev/agents/triage", json!({ "name": "Other" })).await;
    assert_eq!(harness.get("/api/dev/agents/triage").await.body["version"], 2);
}

#[test]
fn a_migrated_schema_is_that_of_a_new_database() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let old = version_1(old.path());
    let new = new.path().join("lobu.db");
    drop((open(&old).unwrap(), open(&new).unwrap()));
    assert_eq!(definitions(&old), definitions(&new));
}

#[test]
fn a_migration_happens_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = version_1(directory.path());
    drop(open(&path).unwrap());
    let files = || ["local.db", "local.db-wal"].map(|name| fs::read(directory.path().join(name)).unwrap_or_default());
    let before = files();
    drop(open(&path).unwrap());
    assert!(before == files(), "the second opening changes no byte");
}

#[test]
fn many_who_open_an_old_database_at_once_migrate_it_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = version_1(directory.path());
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || open(&path).map(drop))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    assert_eq!(version(&path), SCHEMA_VERSION);
}

#[test]
fn a_step_that_fails_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = version_1(directory.path());
    // The table of the step is in the way.
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE secret_audit (x)").unwrap();
    let before = definitions(&path);
    assert!(matches!(open(&path), Err(StoreError::Sqlite(_))));
    assert_eq!(version(&path), 1);
    assert_eq!(definitions(&path), before);
}

#[test]
fn a_key_of_another_database_migrates_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = version_1(directory.path());
    let other = directory.path().join("other.db");
    drop(open(&other).unwrap());
    fs::copy(directory.path().join("other.db.key"), directory.path().join("local.db.key")).unwrap();
    assert!(matches!(open(&path), Err(StoreError::KeyMismatch { .. })));
    assert_eq!(version(&path), 1);
}

#[test]
fn a_newer_version_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = version_1(directory.path());
    rusqlite::Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 1000").unwrap();
    let expected =
        |error: &StoreError| matches!(error, StoreError::NewerSchema { found: 1000, supported: SCHEMA_VERSION, .. });
    assert!(open(&path).is_err_and(|error| expected(&error)));
    assert_eq!(version(&path), 1000);
}
