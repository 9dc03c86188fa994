//! A database that the release before the secrets API wrote: its stored values become references.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use lobu::server::{Database, Store, StoredSecret};
use serde_json::json;

use crate::support::embedded::{Served, put_secrets};
use crate::support::env::{CommandOutput, TestEnv};

const OLD_VALUE: &str = "first-generation-value";
const BOT_TOKEN: StoredSecret<'static> =
    StoredSecret::Platform { agent: "triage", platform: "triage-telegram", path: &["botToken"] };

/// The project that was applied, and a copy of the database with its key.
fn old_site() -> (TestEnv, PathBuf) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/databases/version-1");
    let env = TestEnv::new();
    env.copy_project(&source.join("project"));
    for name in ["local.db", "local.db.key"] {
        let copy = env.home().join(name);
        fs::copy(source.join(name), &copy).expect("a copy");
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).expect("a mode");
    }
    let database = env.home().join("local.db");
    (env, database)
}

fn run(env: &TestEnv, database: &Path, verb: &[&str]) -> CommandOutput {
    let database = database.to_string_lossy();
    env.lobu([verb, &["-c", "local", "--org", "dev", "--db", &*database]].concat())
}

/// Tells which files below HOME hold a text.
fn files_with(env: &TestEnv, text: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(env.home()).expect("HOME");
    let paths = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    let holds =
        |path: &PathBuf| fs::read(path).expect("a file").windows(text.len()).any(|part| part == text.as_bytes());
    paths.filter(holds).collect()
}

fn sealed_values(database: &Path) -> i64 {
    let connection = rusqlite::Connection::open(database).expect("a database");
    connection.query_row("SELECT count(*) FROM sealed_values", [], |row| row.get(0)).expect("a count")
}

#[test]
fn stored_values_become_references_on_the_next_apply() {
    let (env, database) = old_site();
    assert_eq!(sealed_values(&database), 1);

    let planned = run(&env, &database, &["plan"]);
    planned.expect_code(0);
    assert!(planned.stdout.contains("~ platform triage/triage-telegram"), "{planned}");
    assert!(planned.stdout.contains("~ settings triage"), "{planned}");

    let early = run(&env, &database, &["apply", "--yes"]);
    early.expect_code(2);
    let told = early.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("lobu secrets push ") && told.contains(" TRACKER_TOKEN TRIAGE_BOT_TOKEN"), "{early}");
    assert!(told.contains(&format!("--db {}", database.display())), "{early}");
    assert_eq!(sealed_values(&database), 1, "nothing is written");

    let values = [("TRIAGE_BOT_TOKEN", "second-generation-bot"), ("TRACKER_TOKEN", "second-generation-tracker")];
    put_secrets(&database, "dev", &values.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    run(&env, &database, &["apply", "--yes"]).expect_code(0);

    let again = run(&env, &database, &["plan"]);
    again.expect_code(0);
    assert!(again.stdout.contains("Nothing to apply"), "{again}");

    let store = Store::open(&Database::File(database.clone())).expect("the database can be opened");
    assert!(store.stored_secret("dev", BOT_TOKEN).expect("the store can be read").is_none());
    for (name, value) in values {
        let stored = store.stored_secret("dev", StoredSecret::User { name }).expect("the store can be read");
        assert_eq!(stored.expect("a value").as_slice(), value.as_bytes());
        assert_eq!(files_with(&env, value), [""; 0].map(PathBuf::from));
    }
    drop(store);
    assert_eq!(sealed_values(&database), 0);
    assert_eq!(files_with(&env, OLD_VALUE), [""; 0].map(PathBuf::from));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let served = Served::database(&database).await;
        let reader = served.reader("dev");
        let config = reader.platform_config("triage", "triage-telegram").await;
        assert_eq!(config["botToken"], json!("secret://dev/user/TRIAGE_BOT_TOKEN"));
        assert_eq!(config["chatId"], json!("4711"));
        let settings = reader.settings("triage").await;
        let header = &settings["mcpServers"]["tracker"]["headers"]["Authorization"];
        assert_eq!(*header, json!("secret://dev/user/TRACKER_TOKEN"));
    });
}

#[test]
fn a_second_plan_of_an_old_database_changes_no_byte() {
    let (env, database) = old_site();
    run(&env, &database, &["plan"]).expect_code(0);
    let bytes = || ["", "-wal", ".key"].map(|ending| fs::read(format!("{}{ending}", database.display())).ok());
    let before = bytes();
    run(&env, &database, &["plan"]).expect_code(0);
    assert!(bytes() == before, "the first plan brought the schema up to date, the second wrote");
}
