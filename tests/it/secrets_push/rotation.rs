//! Rotations are decided by the server on the whole value; four digits are for eyes.

use std::collections::BTreeMap;
use std::fs;

use lobu::model::SecretName;
use lobu::secrets::{Fingerprint, Salt, SecretValue};
use lobu::server::{Database, Store};
use serde_json::{Value, json};

use super::site::{Site, audit, stored};
use crate::support::env::TestEnv;

/// Pushes `FOO` with this value, and gives its row of the JSON.
fn rotate(site: &Site, value: &str) -> Value {
    site.env.write(".env", format!("FOO={value}\n"));
    let document = site.json(&["push", "FOO", "--rotate", "--yes", "--yes-rotate"]);
    document["secrets"][0].clone()
}

fn fingerprint(site: &Site, name: &str) -> String {
    let list = site.json(&["list"]);
    let rows = list["secrets"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["name"] == name).expect("the secret");
    row["fingerprint"].as_str().expect("digits").to_owned()
}

#[test]
fn there_and_back_is_seen_each_time() {
    let site = Site::new("");
    assert_eq!(rotate(&site, "value-a")["result"], "created");
    let first = fingerprint(&site, "FOO");
    let there = rotate(&site, "value-b");
    let second = fingerprint(&site, "FOO");
    assert_eq!(
        (&there["result"], &there["fingerprint"], &there["stored"]),
        (&json!("rotated"), &json!(first), &json!(second))
    );
    assert_ne!(first, second);
    assert_eq!(site.stored("FOO").as_deref(), Some("value-b"));
    let back = rotate(&site, "value-a");
    assert_eq!((&back["result"], &back["stored"]), (&json!("rotated"), &json!(first)));
    assert_eq!((site.stored("FOO").as_deref(), fingerprint(&site, "FOO")), (Some("value-a"), first));
    assert_eq!(site.audit(), ["create FOO", "rotate FOO", "rotate FOO"]);
}

#[test]
fn without_a_rotation_another_value_is_shown_and_kept() {
    let site = Site::new("FOO=value-a\n");
    site.run(&["push", "FOO", "--yes"]).expect_code(0);
    site.env.write(".env", "FOO=value-b\n");
    site.served.counter.reset();
    let output = site.run(&["push", "FOO", "--yes", "--yes-rotate"]);
    output.expect_code(0);
    assert!(output.stdout.contains("differs, kept") && output.stdout.contains("--rotate=FOO"), "{output}");
    assert_eq!((site.stored("FOO").as_deref(), site.writes()), (Some("value-a"), 0));
}

#[test]
fn an_equal_value_is_unchanged_and_nothing_is_written() {
    let site = Site::new("");
    rotate(&site, "value-a");
    let before = site.listed("FOO");
    // A clock of milliseconds has moved on.
    std::thread::sleep(std::time::Duration::from_millis(5));
    let row = rotate(&site, "value-a");
    assert_eq!((&row["action"], &row["result"]), (&json!("rotate"), &json!("unchanged")));
    assert_eq!(site.listed("FOO"), before, "not even the time");
    assert_eq!(site.audit(), ["create FOO"]);
}

#[test]
fn an_equal_value_changes_no_byte_of_the_database() {
    let env = TestEnv::new();
    env.write(".env", "FOO=value-a\n");
    let push = || {
        let output = env.lobu(["secrets", "push", "FOO", "--rotate", "--yes", "--yes-rotate", "-c", "local"]);
        output.expect_code(0);
        output
    };
    assert!(push().stdout.contains("1 created"));
    let files = || {
        let file = |ending| fs::read(format!("{}{ending}", env.local_database().display())).ok();
        ["", "-wal", ".key"].map(file)
    };
    let before = files();
    let output = push();
    assert!(output.stdout.contains("unchanged: the org had this very value"), "{output}");
    assert!(files() == before, "a push of an equal value wrote");
    let store = Store::open(&Database::File(env.local_database())).expect("the database can be opened");
    assert_eq!((audit(&store), stored(&store, "FOO").as_deref()), (vec!["create FOO".to_owned()], Some("value-a")));
}

#[test]
fn two_names_with_one_value_show_different_fingerprints() {
    let site = Site::new("ONE=the-same-value\nTWO=the-same-value\n");
    site.run(&["push", "--all", "--yes"]).expect_code(0);
    assert_ne!(fingerprint(&site, "ONE"), fingerprint(&site, "TWO"));
    // The same name in another org has another salt.
    site.served.store.ensure_org("other", "Other").expect("an org");
    let there = site.run(&["push", "ONE", "--yes", "--org", "other"]);
    there.expect_code(0);
    let list = site.json(&["list", "--org", "other"]);
    assert_ne!(list["secrets"][0]["fingerprint"], json!(fingerprint(&site, "ONE")));
}

#[test]
fn a_value_with_the_same_four_digits_is_rotated_all_the_same() {
    let site = Site::new("");
    rotate(&site, "to-have-a-salt");
    let salt = site.listed("FOO")["salt"].as_str().and_then(Salt::parse).expect("a salt");
    let name = SecretName::parse("FOO").expect("a name");
    let (one, other) = collision(&salt, &name);
    assert_eq!(rotate(&site, &one)["result"], "rotated");

    site.env.write(".env", format!("FOO={other}\n"));
    let output = site.run(&["push", "FOO", "--yes"]);
    output.expect_code(0);
    assert!(output.stdout.contains("Nothing to push."), "as far as four digits tell it is the same\n{output}");
    let output = site.run(&["push", "FOO", "--rotate", "--dry-run"]);
    assert!(output.stdout.contains("same four digits: the server compares the whole value"), "{output}");

    let row = rotate(&site, &other);
    assert_eq!((&row["result"], &row["fingerprint"]), (&json!("rotated"), &row["stored"]));
    assert_eq!(row["fingerprint"], row["here"]);
    assert_eq!(site.stored("FOO"), Some(other));
}

/// Two values with the same fingerprint: among a few hundred there are two.
fn collision(salt: &Salt, name: &SecretName) -> (String, String) {
    let mut seen = BTreeMap::new();
    for at in 0.. {
        let value = format!("value-{at}");
        let fingerprint = Fingerprint::of(salt, name, &SecretValue::new(value.clone())).expect("a fingerprint");
        if let Some(other) = seen.insert(fingerprint, value.clone()) {
            return (other, value);
        }
    }
    unreachable!("there are 65,536 fingerprints")
}
