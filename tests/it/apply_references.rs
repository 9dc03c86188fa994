//! `apply` where the org has the secrets API: references are sent, names are checked, and no value is read.

use lobu::server::{Database, Store, StoredSecret};

use crate::support::env::{CommandOutput, TestEnv};

const PROJECT: &str = r#"
[agents.triage]
name = "Triage"
dir = "agents/triage"

[[agents.triage.providers]]
id = "anthropic"
key = "$ANTHROPIC_API_KEY"

[[agents.triage.platforms]]
type = "telegram"
config = { botToken = "$BOT_TOKEN", chatId = "7" }

[agents.triage.skills.mcp.tracker]
url = "https://tracker.example/mcp"
headers = { Authorization = "$TRACKER_TOKEN" }
"#;

fn test_project() -> TestEnv {
    let env = TestEnv::new();
    env.write("lobu.toml", PROJECT).write("agents/triage/SOUL.md", "Sort.\n");
    env
}

fn local(env: &TestEnv, verb: &[&str], more: &[&str]) -> CommandOutput {
    env.lobu([verb, &["-c", "local"], more].concat())
}

fn store(env: &TestEnv) -> Store {
    Store::open(&Database::File(env.home().join(".local/share/lobu/local.db"))).expect("the database exists")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_the_org_lacks_is_listed_with_its_places_and_the_way_to_send_it() {
    let mut env = test_project();
    env.env("TRACKER_TOKEN", "SENTINEL-two");
    env.write(".env", "BOT_TOKEN=SENTINEL-one\n");
    let output = local(&env, &["apply"], &["--yes"]);
    output.expect_code(2);
    let stderr = one_line(&output.stderr);
    for part in [
        "the org does not have secrets that the plan uses: $BOT_TOKEN (used by triage/triage-telegram.botToken); $TRACKER_TOKEN \
         (used by triage.skills.mcp); nothing was changed",
        ".env has BOT_TOKEN; send it first: lobu secrets push -c local",
        "The environment has TRACKER_TOKEN; send it first: lobu secrets push -c local --from-process TRACKER_TOKEN",
    ] {
        assert!(stderr.contains(part), "{part}\n{stderr}");
    }
    assert!(!output.everything().contains("SENTINEL"), "{output}");
    assert!(!env.home().join(".local/share/lobu").exists(), "nothing was made");
}

#[test]
fn a_dry_run_lists_it_and_exits_as_usual() {
    let env = test_project();
    let output = local(&env, &["plan"], &[]);
    output.expect_code(0);
    assert!(output.stdout.contains("Missing secret: BOT_TOKEN (triage/telegram.botToken)"), "{output}");
    assert!(output.stdout.contains("lobu secrets push"), "{output}");
    local(&env, &["plan"], &["--require-secrets"]).expect_code(2);
}

#[test]
fn references_are_stored_and_no_value_is_read() {
    let env = test_project();
    env.write(".env", "BOT_TOKEN=SENTINEL-one\nTRACKER_TOKEN=SENTINEL-two\nANTHROPIC_API_KEY=SENTINEL-three\n");
    local(&env, &["secrets", "push"], &["--yes"]).expect_code(0);
    // A file with values that cannot be read stands in nobody's way: nothing asks for it.
    env.write(".env", "this is no dotenv file\n");
    local(&env, &["apply"], &["--yes"]).expect_code(0);
    let output = local(&env, &["plan"], &["--json"]);
    assert!(output.stdout.contains("\"changes\": []"), "{output}");
    let store = store(&env);
    let platform = StoredSecret::Platform { agent: "triage", platform: "triage-telegram", path: &["botToken"] };
    assert!(
        store.stored_secret("project", platform).expect("it can be looked at").is_none(),
        "a reference, not a value"
    );
    for (name, value) in [("BOT_TOKEN", "SENTINEL-one"), ("ANTHROPIC_API_KEY", "SENTINEL-three")] {
        let stored = store.stored_secret("project", StoredSecret::User { name }).expect("it can be looked at");
        assert_eq!(stored.expect("it was pushed").as_slice(), value.as_bytes());
    }
}

#[test]
fn a_reference_whose_secret_was_deleted_is_pointed_out() {
    let env = test_project();
    env.write(".env", "BOT_TOKEN=SENTINEL-one\nTRACKER_TOKEN=SENTINEL-two\nANTHROPIC_API_KEY=SENTINEL-three\n");
    local(&env, &["secrets", "push"], &["--yes"]).expect_code(0);
    local(&env, &["apply"], &["--yes"]).expect_code(0);
    let names = ["TRACKER_TOKEN", "ANTHROPIC_API_KEY"];
    local(&env, &["secrets", "delete"], &[names[0], names[1], "--yes", "--force"]).expect_code(0);
    let output = local(&env, &["plan"], &[]);
    output.expect_code(0);
    let stdout = one_line(&output.stdout);
    for part in [
        "Missing secret: ANTHROPIC_API_KEY (triage)",
        "Missing secret: TRACKER_TOKEN (triage/mcp.tracker.headers.Authorization)",
        "lobu secrets push -c local ANTHROPIC_API_KEY TRACKER_TOKEN",
        "Nothing to apply.",
    ] {
        assert!(stdout.contains(part), "{part}\n{output}");
    }
}

#[test]
fn an_env_file_is_not_read_and_that_is_said() {
    let env = test_project();
    let output = local(&env, &["plan"], &["--env-file", "absent.env"]);
    output.expect_code(0);
    assert!(one_line(&output.stderr).contains("note: --env-file was not read"), "{output}");
}
