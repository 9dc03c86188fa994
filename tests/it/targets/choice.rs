//! Which target a command is about, and what a protected one asks for.

use crate::support::env::TestEnv;
use crate::support::existing_server::{ExistingServer, Options, owner_token};

const AGENT: &str = "[agents.desk]\nname = 'Desk'\ndir = '.'\n";

/// A project with two targets at one server, one of which has another name for its agent.
fn site() -> (TestEnv, ExistingServer) {
    let server = ExistingServer::start(Options::g2());
    let mut env = TestEnv::new();
    let url = server.url();
    let project = format!(
        "{AGENT}[targets.staging]\nurl = '{url}'\norg = 'dev'\n\
         [targets.production]\nurl = '{url}'\norg = 'live'\nprotected = true\nagents.desk.name = 'Front'\n"
    );
    env.write("lobu.toml", project).write("SOUL.md", "x");
    env.env("LOBU_API_TOKEN", owner_token("dev")).env("LOBU_SERVER_URL", url);
    (env, server)
}

#[test]
fn server_and_org_choose_the_one_target_that_they_are() {
    let (env, _server) = site();
    let plan = env.lobu(["plan", "--org", "dev", "--json"]);
    plan.expect_code(0);
    let json: serde_json::Value = serde_json::from_str(&plan.stdout).expect("JSON");
    assert_eq!(json["target"]["name"], "staging");
    assert!(plan.stderr.contains("target staging"), "{plan}");
    let named = env.lobu(["plan", "-t", "staging", "--json"]);
    let named: serde_json::Value = serde_json::from_str(&named.stdout).expect("JSON");
    assert_eq!(json["changes"], named["changes"]);
}

#[test]
fn an_org_that_is_no_target_stops_with_the_list_before_anything_is_sent() {
    let (env, server) = site();
    server.forget_requests();
    for verb in [&["plan"][..], &["apply", "--yes"], &["drift"], &["pull", "--force"], &["secrets", "push", "--yes"]] {
        let refused = env.lobu(verb.iter().copied().chain(["--org", "elsewhere"]));
        refused.expect_code(2);
        assert!(refused.stderr.contains("-t staging") && refused.stderr.contains("-t production"), "{refused}");
    }
    assert_eq!(server.requests().len(), 0);
    let doctor = env.lobu(["doctor", "--org", "elsewhere"]);
    assert!(doctor.everything().contains("exactly one of its targets"), "{doctor}");
}

#[test]
fn a_project_that_is_the_same_in_all_targets_goes_anywhere() {
    let (env, _server) = site();
    let toml = env.read("lobu.toml").replace("agents.desk.name = 'Front'\n", "");
    env.write("lobu.toml", toml);
    env.lobu(["plan", "--org", "elsewhere"]).expect_code(4);
    env.lobu(["plan", "--org", "dev"]).expect_code(0);
}

#[test]
fn the_embedded_org_has_the_project_as_written_or_that_of_a_target() {
    let (env, _server) = site();
    let plan = env.lobu(["plan", "-c", "local"]);
    assert!(plan.stdout.contains("\"Desk\""), "{plan}");
    let plan = env.lobu(["plan", "-c", "local", "-t", "production"]);
    assert!(plan.stdout.contains("\"Front\"") && plan.stdout.contains("(targets.production)"), "{plan}");
    assert!(plan.everything().contains("live (context local, target production)"), "{plan}");
    let unknown = env.lobu(["plan", "-c", "local", "-t", "prod"]);
    unknown.expect_code(2);
    assert!(unknown.stderr.contains("unknown target `prod`"), "{unknown}");
}

/// Each is refused before it sends a write.
#[test]
fn a_protected_target_takes_nothing_without_its_name_and_a_reviewed_plan() {
    let (mut env, server) = site();
    // Both targets are the one org of the double.
    let toml = env
        .read("lobu.toml")
        .replace("org = 'live'", "org = 'dev'")
        .replace("org = 'dev'\n[targets.production]", "org = 'stage'\n[targets.production]");
    env.write("lobu.toml", toml);
    env.env("SECRET", "x");
    server.forget_requests();
    let refused = env.lobu(["apply", "--yes", "--org", "dev"]);
    refused.expect_code(2);
    assert!(refused.stderr.contains("protected") && refused.stderr.contains("-t"), "{refused}");
    let refused = env.lobu(["apply", "--yes", "-t", "production"]);
    refused.expect_code(2);
    assert!(refused.stderr.contains("--expect"), "{refused}");
    assert_eq!(server.writes().len(), 0);
    let refused = env.lobu(["secrets", "push", "--yes", "--org", "dev"]);
    refused.expect_code(2);
    let refused = env.lobu(["secrets", "delete", "--yes", "SECRET", "--org", "dev"]);
    refused.expect_code(2);
    assert_eq!(server.writes().len(), 0);
    env.lobu(["apply", "--dry-run", "--org", "dev"]).expect_code(0);
    let plan = env.lobu(["plan", "-t", "production", "--json"]);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).expect("JSON");
    let id = plan["plan_id"].as_str().expect("an id").to_owned();
    env.lobu(["apply", "--yes", "-t", "production", "--expect", &id]).expect_code(0);
    // Nothing is left to review.
    env.lobu(["apply", "--yes", "-t", "production"]).expect_code(0);
}
