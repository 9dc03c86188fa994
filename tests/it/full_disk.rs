//! A database that can't grow: what is not stored is reported once, with the way to find out more.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::env::{CommandOutput, TestEnv};

const APPLY: [&str; 4] = ["apply", "--yes", "-c", "local"];

/// A project of so many agents, each with a prompt of 100 kB.
fn write(env: &TestEnv, agents: usize) {
    let mut toml = String::new();
    for number in 0..agents {
        writeln!(toml, "[agents.desk-{number}]\nname = 'Desk {number}'\ndir = 'desk-{number}'").expect("a text");
        env.write(&format!("desk-{number}/SOUL.md"), format!("You answer at desk {number}.\n").repeat(4_000));
    }
    env.write("lobu.toml", toml);
}

/// The same directories, with a database that has as many pages as it may have.
fn on_a_full_disk(env: &TestEnv) -> TestEnv {
    let mut full = env.clone();
    full.env("LOBU_FAULT", "full:database");
    full
}

/// The advice is there, with its command alone on a line.
#[track_caller]
fn names_doctor(output: &CommandOutput) {
    let commands = output.stderr.lines().filter(|line| line.trim() == "lobu doctor -c local").count();
    assert_eq!(commands, 1, "{output}");
}

/// How many rows have an outcome, by the members of the report.
fn counts(report: &Value) -> [usize; 4] {
    ["done", "failed", "not_tried", "unknown"].map(|outcome| report[outcome].as_array().expect("rows").len())
}

/// How many rows are left to apply.
fn left(env: &TestEnv) -> usize {
    let plan: Value =
        serde_json::from_str(&env.lobu(["plan", "-c", "local", "--json"]).expect_code(0).stdout).expect("JSON");
    plan["changes"].as_array().expect("rows").len()
}

#[test]
fn what_did_not_fit_is_reported_once_and_the_next_apply_goes_on() {
    let env = TestEnv::new();
    write(&env, 1);
    env.lobu(APPLY).expect_code(0);
    write(&env, 12);
    assert_eq!(left(&env), 22, "an agent and its settings each");
    let full = on_a_full_disk(&env);
    let output = full.lobu(APPLY.iter().chain(&["--json"]));
    output.expect_code(5);
    names_doctor(&output);
    let document: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let [done, failed, not_tried, unknown] = counts(&document["report"]);
    assert!(done > 0 && failed > 1, "{output}");
    assert_eq!((done + failed + not_tried, unknown), (22, 0), "an answer of our own server leaves no doubt\n{output}");
    assert_eq!(left(&env), 22 - done, "what is done is in the store, and nothing else");

    let output = full.lobu(APPLY.iter().chain(&["--keep-going"]));
    output.expect_code(3);
    assert_eq!(output.everything().matches("No space is left on the disk").count(), 1, "{output}");
    let same = output.stdout.matches(" got the same answer as settings desk-").count();
    assert_eq!(same, left(&env) - 1, "{output}");
    assert!(output.stderr.contains("nothing was changed"), "{output}");
    assert!(!output.stdout.contains("To apply to a server"), "{output}");
    names_doctor(&output);

    let output = full.lobu(["doctor", "-c", "local"]);
    output.expect_code(1);
    assert!(output.stdout.contains("FAIL  No space is left on the disk of the database."), "{output}");
    env.lobu(["doctor", "-c", "local"]).expect_code(0);
    env.lobu(APPLY).expect_code(0);
    assert_eq!(left(&env), 0);
}

#[test]
fn a_database_that_could_not_be_made_is_made_by_the_next_apply() {
    let env = TestEnv::new();
    write(&env, 1);
    let full = on_a_full_disk(&env);
    let output = full.lobu(APPLY);
    output.expect_code(1);
    assert_eq!(output.everything().matches("no space left on the disk").count(), 1, "{output}");
    names_doctor(&output);
    let output = full.lobu(["doctor", "-c", "local"]);
    output.expect_code(1);
    assert!(output.stdout.contains("FAIL  No space is left on the disk of the database."), "{output}");
    assert!(!output.stdout.contains("cannot be read"), "nothing is to be restored\n{output}");
    env.lobu(APPLY).expect_code(0);
    assert_eq!(left(&env), 0);
}

#[test]
fn secrets_that_do_not_fit_are_not_stored() {
    let env = TestEnv::new();
    write(&env, 1);
    env.lobu(APPLY).expect_code(0);
    let names: Vec<String> = (0..40).map(|number| format!("DESK_{number}={}\n", "x1y2".repeat(2_000))).collect();
    env.write(".env", names.concat());
    let push = ["secrets", "push", "--all", "--yes", "-c", "local"];
    let output = on_a_full_disk(&env).lobu(push);
    output.expect_code(3);
    names_doctor(&output);
    let list = env.lobu(["secrets", "list", "-c", "local", "--json"]);
    assert!(!list.expect_code(0).stdout.contains("DESK_"), "{list}");
    env.lobu(push).expect_code(0);
}
