use super::{EVERY_KEY, LOBU_TOML, SCRIPT, plain};
use crate::support::env::TestEnv;

fn project(models: &[(&str, &str)]) -> TestEnv {
    let env = TestEnv::new();
    env.write("lobu.toml", LOBU_TOML).write("agents/courier/SOUL.md", "Deliver.\n");
    for (path, text) in models {
        env.write(&format!("models/{path}"), text);
    }
    env
}

#[track_caller]
fn expect_nothing_to_apply(env: &TestEnv) {
    let output = env.lobu(["plan", "-c", "local"]);
    output.expect_code(0);
    assert!(output.stdout.contains("Nothing to apply"), "{output}");
}

#[test]
fn a_watcher_comes_changes_loses_fields_and_drifts() {
    let env = project(&[("late.yaml", EVERY_KEY), ("reactions/late.reaction.ts", SCRIPT)]);
    let output = env.lobu(["apply", "--yes", "-c", "local"]);
    output.expect_code(0);
    assert!(output.stdout.contains("Apply complete"), "{output}");
    expect_nothing_to_apply(&env);
    let cleared = EVERY_KEY
        .replace("description: Parcels that are late", "description: ''")
        .replace("keying_config: {field: parcel}", "keying_config: {}")
        .replace("tags: [ops, eu]", "tags: []")
        .replace("reaction_script: reactions/late.reaction.ts", "reaction_script: ''");
    env.write("models/late.yaml", cleared);
    env.lobu(["apply", "--yes", "-c", "local"]).expect_code(0);
    expect_nothing_to_apply(&env);
    env.write("models/late.yaml", plain("late-parcels").replace("late-parcels\nsched", "Late parcels\nsched"));
    let output = env.lobu(["drift", "-c", "local"]);
    output.expect_code(6);
    for told in ["schedule", "prompt", "sources", "agent_kind", "condensation_prompt"] {
        assert!(output.stdout.contains(told), "{told}: {output}");
    }
    env.lobu(["apply", "--yes", "--prune", "-c", "local"]).expect_code(0);
    let output = env.lobu(["plan", "--prune", "-c", "local"]);
    assert!(output.stdout.contains("Nothing to apply"), "{output}");
}

#[test]
fn a_valid_project_is_said_by_what_it_has() {
    let env = project(&[("late.yaml", &plain("late"))]);
    let output = env.lobu(["validate"]);
    output.expect_code(0);
    assert_eq!(output.stdout, "The project is valid: 1 agent, 1 watcher.\n", "{output}");
}

#[test]
fn what_our_server_has_no_use_for_is_told_and_not_sent() {
    let env = project(&[("late.yaml", &(plain("late") + "entity_id: 12\nentity: order:acme\n"))]);
    let output = env.lobu(["apply", "--yes", "-c", "local"]);
    output.expect_code(0);
    let words = output.everything().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("watcher late: its entity is not applied: it will watch the whole org"), "{output}");
    expect_nothing_to_apply(&env);
}

#[test]
fn selectors_and_json_know_watchers() {
    let env = project(&[("late.yaml", &plain("late")), ("stock.yaml", &plain("stock"))]);
    let output = env.lobu(["plan", "-c", "local", "--json", "watcher/late", "agent/courier"]);
    output.expect_code(0);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let changes = json["changes"].as_array().expect("a list");
    let kinds: Vec<String> = changes.iter().map(|change| format!("{}/{}", change["kind"], change["id"])).collect();
    assert_eq!(kinds, [r#""agent"/"courier""#, r#""settings"/"courier""#, r#""watcher"/"late""#]);
    let output = env.lobu(["plan", "-c", "local", "watcher/lat"]);
    output.expect_code(2);
}
