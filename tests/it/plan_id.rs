//! What was reviewed is what is applied, hidden literals included.

use serde_json::Value;

use crate::support::env::TestEnv;

const LITERAL: &str = "Zq8-first-value";

fn project(env: &TestEnv, literal: &str) {
    let toml = format!(
        "[agents.pilot]\nname = 'Pilot'\ndir = 'pilot'\n[[agents.pilot.platforms]]\ntype = 'telegram'\n\
         config = {{ botToken = '{literal}' }}\n"
    );
    env.write("lobu.toml", toml).write("pilot/SOUL.md", "Steer.\n");
}

fn id(env: &TestEnv) -> Value {
    let output = env.lobu(["plan", "-c", "local", "--org", "dev", "--json"]);
    output.expect_code(0);
    assert!(!output.everything().contains(LITERAL), "{output}");
    let document: Value = serde_json::from_str(&output.stdout).expect("a document");
    document["plan_id"].clone()
}

fn apply(env: &TestEnv, id: &str, code: i32) -> String {
    let output = env.lobu(["apply", "-c", "local", "--org", "dev", "--yes", "--expect", id]);
    output.expect_code(code);
    output.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_changed_literal_is_another_plan() {
    let mut env = TestEnv::new();
    project(&env, LITERAL);
    assert_eq!(id(&env), Value::Null, "without a key a literal could be guessed from the id");
    let plan = env.lobu(["plan", "-c", "local", "--org", "dev"]);
    assert!(plan.stdout.contains("plan id: none (it writes hidden literals)"), "{plan}");
    let told = apply(&env, &"0".repeat(40), 6);
    assert!(told.contains("LOBU_PLAN_KEY") && told.contains("nothing was changed"), "{told}");

    env.env("LOBU_PLAN_KEY", "0f".repeat(32));
    let reviewed = id(&env);
    let reviewed = reviewed.as_str().expect("an id");
    assert_eq!(reviewed.len(), 40);
    project(&env, "Zq8-other-value");
    let told = apply(&env, reviewed, 6);
    assert!(told.contains("not the expected"), "{told}");
    project(&env, LITERAL);
    apply(&env, reviewed, 0);
}

#[test]
fn a_part_of_an_id_and_a_broken_key_are_refused() {
    let mut env = TestEnv::new();
    project(&env, "$BOT_TOKEN");
    let id = id(&env);
    let id = id.as_str().expect("it writes no literal");
    let told = apply(&env, id.get(..12).expect("hex digits"), 2);
    assert!(told.contains("40 hex digits"), "{told}");
    env.env("LOBU_PLAN_KEY", "too short");
    let output = env.lobu(["plan", "-c", "local", "--org", "dev"]);
    output.expect_code(2);
    assert!(output.stderr.contains("LOBU_PLAN_KEY") && !output.stderr.contains("too short"), "{output}");
}

/// What was reviewed with its clears is agreed to with them.
#[test]
fn an_expected_plan_needs_no_flag_for_its_clears() {
    let env = TestEnv::new();
    env.write("lobu.toml", "[agents.pilot]\nname = 'Pilot'\ndir = 'pilot'\n").write("pilot/SOUL.md", "Steer.\n");
    env.lobu(["apply", "-c", "local", "--org", "dev", "--yes"]).expect_code(0);
    env.write("pilot/SOUL.md", "");
    env.lobu(["apply", "-c", "local", "--org", "dev", "--yes"]).expect_code(6);
    let reviewed = id(&env);
    apply(&env, reviewed.as_str().expect("an id"), 0);
}

#[test]
fn what_the_command_line_lets_through_is_part_of_the_plan() {
    let env = TestEnv::new();
    env.write("lobu.toml", "[agents.pilot]\nname = 'Pilot'\ndir = 'pilot'\n").write("pilot/SOUL.md", "Steer.\n");
    let reviewed = id(&env);
    let output = env.lobu(
        ["apply", "-c", "local", "--org", "dev", "--yes", "--allow-unknown-keys", "--expect"]
            .into_iter()
            .chain(reviewed.as_str()),
    );
    output.expect_code(6);
    apply(&env, reviewed.as_str().expect("an id"), 0);
}
