//! The org inside the process: its key, its salts, its tables and every byte of its files.

use std::fs;

use lobu::server::{Database, Store, StoredSecret};
use rusqlite::{Connection, OpenFlags};

use super::evidence::{Evidence, Kept, Secret};
use super::needles::hex;
use super::sentinels::{FOREIGN, VALUE};
use super::stage::{Ended, Noise, Stage, dotenv};

/// What a database is, and what lies beside it.
const ENDINGS: [&str; 5] = ["", "-wal", "-shm", "-journal", ".lock"];

/// The key of a database, and the salts in it, which may lie in their files only.
#[track_caller]
pub(super) fn secrets_of(database: &std::path::Path) -> Vec<Secret> {
    let key_file = database.with_file_name("local.db.key");
    let text = fs::read_to_string(&key_file).expect("a key file");
    let key = text.trim_end().rsplit(':').next().expect("a key");
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, key).expect("a key in base64");
    assert_eq!(bytes.len(), 32);
    let key = Secret { kept: vec![Kept::Whole(key_file)], ..Secret::new("the vault key", &[key.as_bytes(), &bytes]) };
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database");
    let mut statement = connection.prepare("SELECT salt FROM secrets").expect("the secrets");
    let salts = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("the secrets");
    let salts: Vec<Vec<u8>> = salts.map(|salt| salt.expect("a salt")).collect();
    let files = |ending: &&str| Kept::Whole(format!("{}{ending}", database.display()).into());
    let salt = |salt: Vec<u8>| Secret {
        kept: ENDINGS.iter().map(files).collect(),
        ..Secret::new("a salt", &[salt.as_slice(), hex(&salt).as_bytes()])
    };
    let mut secrets: Vec<Secret> = salts.into_iter().map(salt).collect();
    secrets.push(key);
    secrets
}

/// Runs a command on the embedded org and checks its streams, its files and its tables.
#[track_caller]
fn run(stage: &mut Stage, arguments: &[&str], code: i32) -> Ended {
    let ended = stage.run("embedded", &[arguments, &["-c", "local"]].concat(), None);
    assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.text);
    let database = stage.env.local_database();
    if database.exists() {
        let known = stage.secrets.len();
        stage.secrets.extend(secrets_of(&database));
        let mut evidence = Evidence::default();
        evidence.add("the output", ended.text.as_bytes());
        let tables = evidence.add_tables(&database);
        for table in ["secrets", "secret_audit", "audit", "sealed_values", "tokens"] {
            assert!(tables.iter().any(|name| name.contains(table)), "{table} of {tables:?}");
        }
        stage.check("embedded", evidence, &ended.text);
        stage.secrets.truncate(known);
    }
    ended
}

fn stored(stage: &Stage, name: &str) -> Option<Vec<u8>> {
    let store = Store::open(&Database::File(stage.env.local_database())).expect("the database can be opened");
    let stored = store.stored_secret("project", StoredSecret::User { name }).expect("the store can be read");
    stored.map(|value| value.as_slice().to_vec())
}

#[test]
fn every_byte_of_the_embedded_org_is_free_of_values() {
    for noise in [Noise::Quiet, Noise::Loud] {
        let mut stage = Stage::new(noise);
        run(&mut stage, &["secrets", "push", "--dry-run"], 0);
        assert!(!stage.env.local_database().exists(), "a dry run makes no file");
        run(&mut stage, &["secrets", "push", "--yes"], 0);
        assert_eq!(stored(&stage, "FOO").as_deref(), Some(VALUE.as_bytes()), "the value was stored");
        run(&mut stage, &["secrets", "push", "--dry-run", "--rotate", "--json"], 0);
        run(&mut stage, &["secrets", "list"], 0);
        let list = run(&mut stage, &["secrets", "list", "--json"], 0);
        assert!(list.text.contains("\"FOO\""), "{}", list.text);
        run(&mut stage, &["apply", "--yes"], 0);
        run(&mut stage, &["plan", "--json", "--full", "--all", "--show-unchanged"], 0);
        stage.env.write(".env", dotenv("FOO", FOREIGN) + &dotenv("EXISTING", VALUE));
        stage.secrets[1].kept = vec![Kept::Whole(stage.env.project().join(".env"))];
        let rotate = ["secrets", "push", "--yes", "--yes-rotate", "--rotate", "--json"];
        run(&mut stage, &rotate, 0);
        assert_eq!(stored(&stage, "FOO").as_deref(), Some(FOREIGN.as_bytes()), "the value was rotated");
        let used = run(&mut stage, &["secrets", "delete", "FOO", "--yes"], 3);
        assert!(used.text.contains("in_use") || used.text.contains("--force"), "{}", used.text);
        run(&mut stage, &["secrets", "delete", "FOO", "--yes", "--force"], 0);
        assert_eq!(stored(&stage, "FOO"), None, "the value is gone");
        stage.env.env("LOBU_FAULT", "panic:secrets-read");
        run(&mut stage, &["secrets", "push", "--yes"], 1);
    }
}

#[test]
fn audit_rows_are_there_and_name_no_value() {
    let mut stage = Stage::new(Noise::Loud);
    run(&mut stage, &["secrets", "push", "--yes"], 0);
    let connection =
        Connection::open_with_flags(stage.env.local_database(), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database");
    let rows: i64 = connection.query_row("SELECT count(*) FROM secret_audit", [], |row| row.get(0)).expect("the audit");
    assert_eq!(rows, 2, "FOO and EXISTING");
}

#[test]
fn a_salt_or_a_key_in_the_output_would_be_found() {
    let mut stage = Stage::new(Noise::Quiet);
    run(&mut stage, &["secrets", "push", "--yes"], 0);
    let secrets = secrets_of(&stage.env.local_database());
    assert_eq!(secrets.len(), 3, "two salts and the key");
    let mut evidence = Evidence::default();
    evidence.add_tree(&stage.env.home());
    assert_eq!(evidence.leaks(&secrets), [""; 0]);
    let text = fs::read(stage.env.home().join(".local/share/lobu/local.db.key")).expect("the key");
    evidence.add("stderr", text);
    // The salts are in the database: what may hold them does.
    let free: Vec<Secret> = secrets.into_iter().map(|secret| Secret { kept: Vec::new(), ..secret }).collect();
    let leaks = evidence.leaks(&free);
    assert!(leaks.iter().any(|leak| leak.starts_with("the vault key (") && leak.ends_with(" in stderr")), "{leaks:?}");
    assert_eq!(leaks.iter().filter(|leak| leak.starts_with("a salt (raw")).count(), 2, "{leaks:?}");
}
