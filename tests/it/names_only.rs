//! Plans for public logs: kinds, ids and names of fields, and no value in any form.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::env::{CommandOutput, TestEnv};
use crate::support::snapshots::assert_snapshot_file;

/// The target of every run.
const LOCAL: [&str; 4] = ["-c", "local", "--org", "dev"];

fn run(env: &TestEnv, arguments: &[&str]) -> CommandOutput {
    let output = env.lobu([arguments, &LOCAL].concat());
    output.expect_code(0);
    output
}

/// Every text in a value, the names of its members included: line by line, since texts are shown so.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(text.lines().map(|line| line.trim().to_owned())),
        Value::Array(elements) => elements.iter().for_each(|element| texts(element, found)),
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            found.insert(name.clone());
            texts(member, found);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The texts of the values of a plan that are not the name of anything as well.
fn values(env: &TestEnv) -> BTreeSet<String> {
    let output = run(env, &["plan", "--json", "--org-values", "--all"]);
    let mut plan: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let mut found = BTreeSet::new();
    for change in plan["changes"].as_array_mut().expect("a list") {
        for field in change["fields"].as_array_mut().expect("a list") {
            let field = field.as_object_mut().expect("an object");
            for side in ["before", "after"] {
                texts(&field.remove(side).expect("a side"), &mut found);
            }
            for opened in field["widens"].as_array_mut().expect("a list") {
                opened.as_object_mut().expect("an object").remove("element");
            }
        }
    }
    for used in plan["secrets_used"].as_array_mut().expect("a list") {
        let place = used["place"].as_str().expect("a text").to_owned();
        if let Some((destination, _)) = place.split_once(" (") {
            found.insert(destination.to_owned());
        }
        used["place"] = Value::Null;
    }
    for sentences in ["notes", "warnings", "problems"] {
        plan[sentences] = Value::Null;
    }
    let names = plan.to_string();
    // The name of a secret is a name.
    found.retain(|text| text.chars().count() > 4 && !names.contains(text.trim_start_matches('$')));
    found
}

/// Runs a plan in every form, and an apply, and looks for values in all that is shown.
#[track_caller]
fn assert_shows_no_value(env: &mut TestEnv, least: usize) {
    let values = values(env);
    assert!(values.len() >= least, "{} values", values.len());
    let page = env.home().join("summary.md");
    env.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", page.display().to_string());
    let flags = ["--names-only", "--full", "--all", "--show-unchanged"];
    let run = |arguments: &[&str]| run(env, &[arguments, &flags].concat());
    let plans = ["text", "json", "markdown"].map(|format| run(&["plan", "--format", format]));
    let apply = run(&["apply", "--yes", "--allow-clear"]);
    let shown = plans.iter().chain([&apply]).flat_map(|output| [output.stdout.clone(), output.stderr.clone()]);
    for shown in shown.chain([std::fs::read_to_string(&page).expect("a page")]) {
        let leaked: Vec<&String> = values.iter().filter(|value| shown.contains(value.as_str())).collect();
        assert!(leaked.is_empty(), "{leaked:#?} in\n{shown}");
    }
}

#[test]
fn no_value_of_a_new_project_is_shown() {
    let mut env = TestEnv::new();
    env.copy_fixture("support-desk");
    assert_shows_no_value(&mut env, 60);
}

#[test]
fn no_value_of_a_project_with_every_field_is_shown() {
    let mut env = TestEnv::new();
    env.copy_fixture("everything");
    let names = [
        "HARBOUR_TELEGRAM_TOKEN",
        "HARBOUR_SLACK_TOKEN",
        "HARBOUR_SLACK_SIGNING",
        "HARBOUR_DISCORD_PUBLIC_KEY",
        "BERTHS_TOKEN",
        "BERTHS_CLIENT_ID",
        "BERTHS_CLIENT_SECRET",
        "CHART_LICENCE",
    ];
    let dotenv: String = names.map(|name| format!("{name}=a-made-up-value\n")).concat();
    env.write(".env", dotenv);
    run(&env, &["secrets", "push", "--yes"]);
    assert_shows_no_value(&mut env, 80);
}

/// An org that has everything, and files that say much of it otherwise and leave much of it out.
fn changed() -> TestEnv {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    run(&env, &["apply", "--yes"]);
    let toml = env.read("lobu.toml");
    let toml = toml.replace("allowed = [", "allowed = [\"*\", \"*.co.uk\", ").replace("\"en\"", "\"nl-BE\"");
    let toml = toml.replace("description = \"", "description = \"Otherwise: ").replace("repairs.spoke", "cases.spoke");
    let is_kept = |line: &&str| !line.starts_with("guardrails =") && !line.starts_with("chatId =");
    env.write("lobu.toml", toml.split_inclusive('\n').filter(is_kept).collect::<String>());
    let soul = env.read("agents/front-desk/SOUL.md");
    env.write("agents/front-desk/SOUL.md", format!("{soul}\nAlways be very polite.\n"));
    env.write("agents/front-desk/USER.md", "");
    let repair = env.read("models/repair.yaml").replace("promised_for", "promised_until");
    env.write("models/repair.yaml", repair);
    env.write(
        "models/repaired-in.yaml",
        env.read("models/repaired-in.yaml").replace("target: repair", "target: customer"),
    );
    env
}

#[test]
fn no_value_of_changes_and_drift_is_shown() {
    assert_shows_no_value(&mut changed(), 20);
}

/// A page with one text for all ids.
fn without_id(text: &str) -> String {
    let is_id = |word: &str| {
        let word = word.trim_matches('`');
        matches!(word.len(), 12 | 40) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let line =
        |line: &str| line.split(' ').map(|word| if is_id(word) { "[ID]" } else { word }).collect::<Vec<_>>().join(" ");
    text.lines().map(|text| line(text) + "\n").collect()
}

#[test]
fn names_are_shown_in_every_form() {
    let env = changed();
    let plan = |arguments: &[&str]| without_id(&run(&env, &[&["plan", "--names-only"], arguments].concat()).stdout);
    assert_snapshot_file!("names-only-text", plan(&[]));
    assert_snapshot_file!("names-only-markdown", plan(&["--format", "markdown"]));
    let json: Value = serde_json::from_str(&plan(&["--json"])).expect("JSON");
    let fields = json["changes"].as_array().expect("a list").iter().filter_map(|change| change["fields"].as_array());
    for field in fields.flatten() {
        assert_eq!((&field["before"], &field["after"]), (&Value::Null, &Value::Null), "{field}");
        assert_eq!((&field["withheld"], &field["sensitive"]), (&true.into(), &false.into()), "{field}");
    }
    env.lobu(["plan", "--names-only", "--org-values", "-c", "local"]).expect_code(2);
}
