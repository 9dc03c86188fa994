//! Many pushes at once: nobody fails, and nothing is lost.

use std::collections::BTreeMap;

use lobu::server::{Database, Store};
use serde_json::Value;

use super::site::{Site, audit, document, stored};
use crate::support::env::{CommandOutput, TestEnv};

const PUSHERS: usize = 20;
const KEYS: usize = 6;

/// Each pusher leaves one key out, so that their requests overlap and none is that of another.
fn keys_of(pusher: usize) -> impl Iterator<Item = usize> {
    (0..KEYS).filter(move |key| pusher % KEYS != *key)
}

fn value(pusher: usize, key: usize) -> String {
    format!("value-{key}-of-{pusher}")
}

/// Writes the sources of all pushers.
fn lay_out(env: &TestEnv) {
    for pusher in 0..PUSHERS {
        let lines: Vec<_> = keys_of(pusher).map(|key| format!("KEY_{key}={}\n", value(pusher, key))).collect();
        env.write(&format!("{pusher}.env"), lines.concat());
    }
}

/// Starts all, and gives the documents that they print.
#[track_caller]
fn push_all(env: &TestEnv, target: &[&str], flags: &[&str]) -> Vec<Value> {
    let running: Vec<_> = (0..PUSHERS)
        .map(|pusher| {
            let file = format!("{pusher}.env");
            let source = ["secrets", "push", "--all", "--yes", "--json", "--from-file", &file];
            env.start(source.iter().chain(target).chain(flags))
        })
        .collect();
    let outputs: Vec<CommandOutput> = running.into_iter().map(crate::support::env::Running::wait).collect();
    outputs.iter().map(|output| document(output.expect_code(0))).collect()
}

/// Checks what must hold after all have ended.
#[track_caller]
fn check(store: &Store, documents: &[Value], rotated: bool) {
    let mut written: BTreeMap<String, usize> = BTreeMap::new();
    for document in documents {
        for secret in document["secrets"].as_array().expect("rows") {
            let name = secret["name"].as_str().expect("a name");
            match secret["result"].as_str() {
                Some("created") => *written.entry(format!("create {name}")).or_default() += 1,
                Some("rotated") => *written.entry(format!("rotate {name}")).or_default() += 1,
                // Without a rotation who came second keeps what is there.
                Some("made-by-another") => assert!(!rotated, "{secret}"),
                None => assert!(!rotated && secret["action"] != "create", "{secret}"),
                other => panic!("{other:?}: {secret}"),
            }
        }
    }
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for row in audit(store) {
        *rows.entry(row).or_default() += 1;
    }
    assert_eq!(rows, written, "an audit row for each write that was reported, and no other");
    for key in 0..KEYS {
        let name = format!("KEY_{key}");
        let made = rows.get(&format!("create {name}"));
        assert_eq!(made, Some(&1), "{name} is made once");
        let pushers = (0..PUSHERS).filter(|pusher| keys_of(*pusher).any(|own| own == key));
        let stored = stored(store, &name).expect("a value");
        assert!(pushers.clone().any(|pusher| value(pusher, key) == stored), "{stored} is nobody's value of {name}");
        if rotated {
            // No two values are equal: who did not create has rotated.
            assert_eq!(rows.get(&format!("rotate {name}")), Some(&(pushers.count() - 1)), "{name}: no lost update");
        }
    }
}

fn through_one_file(flags: &[&str], rotated: bool) {
    let env = TestEnv::new();
    lay_out(&env);
    let database = env.path().join("shared.db");
    let place = database.to_string_lossy();
    let documents = push_all(&env, &["-c", "local", "--org", "dev", "--db", &place], flags);
    let store = Store::open(&Database::File(database)).expect("the database can be opened");
    check(&store, &documents, rotated);
}

fn through_one_server(flags: &[&str], rotated: bool) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let site = Site::of_database("", &directory.path().join("served.db"));
    lay_out(&site.env);
    let documents = push_all(&site.env, &["--url", site.served.url()], flags);
    check(&site.served.store, &documents, rotated);
}

#[test]
fn twenty_processes_create_through_one_file() {
    through_one_file(&[], false);
}

#[test]
fn twenty_processes_rotate_through_one_file() {
    through_one_file(&["--rotate", "--yes-rotate"], true);
}

#[test]
fn twenty_processes_create_through_one_server() {
    through_one_server(&[], false);
}

#[test]
fn twenty_processes_rotate_through_one_server() {
    through_one_server(&["--rotate", "--yes-rotate"], true);
}
