//! Law 5 of `docs/behavior/laws.md` over random projects: apply → pull → plan is empty, and pull → pull changes nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::test_project::{TestProject, files};
use crate::support::env::CommandOutput;
use crate::support::generator::project;
use crate::support::project::desired_of;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_applied_comes_back_as_it_is(project in project()) {
        let setup = TestProject::new();
        project.write_to(&setup.env.project());
        setup.converge(&desired_of(&setup.env.project()), &project.values);
        let before = files(&setup.env.project());
        let output = setup.run(&["pull", "--force"]);
        output.expect_code(0);
        assert!(output.stdout.contains("Nothing to pull."), "{output}");
        assert_eq!(files(&setup.env.project()), before, "a pull of an untouched org writes nothing");
    }

    #[test]
    fn a_pull_makes_any_project_declare_what_the_org_has(first in project(), second in project()) {
        let setup = TestProject::new();
        second.write_to(&setup.env.project());
        let values: BTreeMap<_, _> = first.values.clone().into_iter().chain(second.values.clone()).collect();
        setup.converge(&desired_of(&setup.env.project()), &values);
        std::fs::remove_dir_all(setup.env.project()).expect("the second project goes");
        std::fs::create_dir(setup.env.project()).expect("an empty directory");
        first.write_to(&setup.env.project());
        let allowed = suspected(&setup);
        let arguments = ["pull", "--all", "--prune-local", "--force", "--json"].map(str::to_owned);
        let arguments: Vec<String> = arguments.into_iter().chain(allowed).collect();
        let output = setup.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        expect_told(&output);
        assert_eq!(left_to_apply(&setup, &document(&output)), [""; 0], "{output}");
        let before = files(&setup.env.project());
        let again = setup.run(&["pull", "--all", "--prune-local", "--force"]);
        assert!(matches!(again.code, Some(0 | 6)), "{again}");
        assert_eq!(files(&setup.env.project()), before, "{output}\n{again}");
    }
}

/// The flags that let through what a pull suspects: prompts of these projects hold texts with the shape of a token. What
/// stands inside of something that is withheld is told once that is let through.
#[track_caller]
fn suspected(setup: &TestProject) -> Vec<String> {
    let mut allowed: Vec<String> = Vec::new();
    loop {
        let arguments = ["pull", "--all", "--prune-local", "--dry-run", "--json"].into_iter();
        let arguments: Vec<&str> = arguments.chain(allowed.iter().map(String::as_str)).collect();
        let output = setup.run(&arguments);
        output.expect_code(0);
        let names = list(&document(&output), "withheld", "allow");
        if names.is_empty() {
            return allowed;
        }
        allowed.extend(names.into_iter().map(|name| format!("--allow-suspected={name}")));
    }
}

/// What a plan would still send, but for values that got a name of lobu's making: those the org does not have yet.
#[track_caller]
fn left_to_apply(setup: &TestProject, pulled: &Value) -> Vec<String> {
    let plan = setup.run(&["plan", "--json"]);
    plan.expect_code(0);
    let made_up = pulled["references"].as_array().expect("a list").iter();
    let made_up: Vec<&str> =
        made_up.filter(|one| one["made_up"] == true).filter_map(|one| one["place"].as_str()).collect();
    // What no file of ours can take away: a skill of every agent, and what it brings.
    let told = ["withheld", "missing", "kept"].into_iter().flat_map(|list| pulled[list].as_array().expect("a list"));
    let told: Vec<String> =
        told.map(|one| format!("{}/{} {}", word(one, "kind"), word(one, "id"), word(one, "path"))).collect();
    // A literal that the server hides can't come into a file.
    let hides = |note: &&Value| note.as_str().is_some_and(|note| note.starts_with("the server hides "));
    let hidden =
        pulled["notes"].as_array().expect("a list").iter().find(hides).and_then(Value::as_str).unwrap_or_default();
    let mut left = Vec::new();
    for change in document(&plan)["changes"].as_array().expect("a list") {
        let key = format!("{}/{}", word(change, "kind"), word(change, "id"));
        for field in change["fields"].as_array().expect("a list") {
            let is_sent = matches!(field["action"].as_str(), Some("add" | "change" | "clear" | "remove"));
            let place = format!("{key} {}", word(field, "path"));
            let is_told = told.iter().any(|told| place.starts_with(told.as_str()));
            let is_hidden =
                field["sensitive"] == true && hidden.contains(&format!("{key} {}", word(field, "file_path")));
            if is_sent && !is_told && !is_hidden && !made_up.contains(&place.as_str()) {
                left.push(format!("{place}: {field}"));
            }
        }
        if change["action"] == "create" {
            left.push(key);
        }
    }
    left
}

/// Success, unless something that the project declares was told not to be written: a skill of every agent, mostly.
#[track_caller]
fn expect_told(output: &CommandOutput) {
    let is_all = document(output)["withheld"].as_array().expect("a list").is_empty();
    assert!(output.code == Some(0) || output.code == Some(6) && !is_all, "{output}");
}

fn word<'value>(object: &'value Value, member: &str) -> &'value str {
    object[member].as_str().expect("a text")
}

#[track_caller]
fn document(output: &CommandOutput) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"))
}

fn list(document: &Value, list: &str, member: &str) -> Vec<String> {
    let elements = document[list].as_array().expect("a list");
    elements.iter().filter_map(|one| one[member].as_str()).map(str::to_owned).collect()
}
