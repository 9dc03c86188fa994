//! First applies at once: all end with 0, and there is one org.

use crate::support::dev::Dev;
use crate::support::env::{Running, TestEnv};
use crate::support::existing_server::Options;
use crate::support::site::Site;

const AT_ONCE: usize = 8;

/// What is declared, and no secret that the org would have to have before.
const TOML: &str = r#"
[agents.triage]
name = "Triage"
description = "Sorts."
dir = "./agents/triage"

[[agents.triage.platforms]]
type = "telegram"
config = { chatId = "42" }

[agents.triage.skills.mcp.tickets]
url = "https://tickets.example/mcp"

[agents.desk]
name = "Desk"
dir = "./agents/desk"

[memory]
models = "./models"
"#;

fn lay_out(env: &TestEnv) {
    lay_out_with(env, TOML);
}

fn lay_out_with(env: &TestEnv, toml: &str) {
    env.write("lobu.toml", toml)
        .write("agents/triage/SOUL.md", "Be kind.\n")
        .write("agents/desk/SOUL.md", "Be brief.\n")
        .write("models/person.yaml", "type: entity\nslug: person\nname: Person\n")
        .write("models/company.yaml", "type: entity\nslug: company\nname: Company\n")
        .write(
            "models/knows.yaml",
            "type: relationship\nslug: knows\nname: Knows\ninverse_type_slug: known-by\nrules:\n  - { source: person, target: company }\n",
        )
        .write("models/known-by.yaml", "type: relationship\nslug: known-by\nname: Known by\n");
}

/// Starts as many applies, and waits until all have ended with 0; then nothing is left to do.
#[track_caller]
fn apply_at_once(env: &TestEnv, target: &[&str]) {
    let start = || env.start(["apply", "--yes"].iter().chain(target));
    let running: Vec<Running> = (0..AT_ONCE).map(|_| start()).collect();
    for output in running.into_iter().map(Running::wait) {
        output.expect_code(0);
    }
    let again = env.lobu(["plan"].iter().chain(target));
    again.expect_code(0);
    assert!(again.stdout.contains("Nothing to apply"), "{again}");
}

#[test]
fn eight_first_applies_to_one_database_all_succeed() {
    let env = TestEnv::new();
    lay_out(&env);
    apply_at_once(&env, &["-c", "local", "--org", "acme"]);
    let store = lobu::server::Store::open(&lobu::server::Database::File(env.local_database())).expect("a database");
    assert_eq!(store.orgs().expect("orgs"), ["acme"]);
}

#[test]
fn literals_that_the_server_hides_stop_none_of_eight() {
    let env = TestEnv::new();
    lay_out_with(&env, &TOML.replace("chatId = \"42\"", "chatId = \"42\", botToken = \"made-up-literal\""));
    apply_at_once(&env, &["-c", "local"]);
}

#[test]
fn eight_first_applies_to_one_local_server_all_succeed() {
    let mut env = TestEnv::new();
    lay_out(&env);
    let server = Dev::start(&env);
    env.env("LOBU_API_TOKEN", Dev::token(&env));
    apply_at_once(&env, &["--url", &format!("http://{}", server.address), "--org", "dev"]);
    drop(server);
    let store = lobu::server::Store::open(&lobu::server::Database::File(env.local_database())).expect("a database");
    assert_eq!(store.orgs().expect("orgs"), ["dev", "project"]);
}

#[test]
fn eight_first_applies_to_an_existing_server_all_succeed() {
    // A server with a chat manager takes no platform without a token, which none of this is about.
    let site = Site::project(Options::g1_without_manager(), TOML);
    lay_out(&site.env);
    let url = site.server.url();
    apply_at_once(&site.env, &["--url", &url, "--org", "dev"]);
    assert_eq!(site.server.state().agents.len(), 2);
}
