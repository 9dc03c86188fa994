//! What each verb shows.

use crate::support::snapshots::assert_snapshot_file;

use super::desk::{Desk, screen, screens_of};

#[test]
fn a_plan_on_a_terminal() {
    assert_snapshot_file!("screen-plan-create", Desk::new().screens(&["plan"], &[]));
    assert_snapshot_file!("screen-plan-update", Desk::edited().screens(&["plan"], &[]));
}

#[test]
fn an_apply_on_a_terminal() {
    assert_snapshot_file!("screen-apply", screens_of(Desk::edited, &["apply", "--yes"], &[]));
}

#[test]
fn a_pull_and_a_drift_on_a_terminal() {
    let desk = Desk::edited();
    assert_snapshot_file!("screen-pull", desk.screens(&["pull"], &[("[N/y", "q")]));
    assert_snapshot_file!("screen-drift", desk.screens(&["drift"], &[]));
    let less = more_in_the_org();
    assert_snapshot_file!("screen-drift-undeclared", less.screens(&["drift"], &[]));
    assert_snapshot_file!("screen-drift-all", less.screens(&["drift", "--all"], &[]));
    assert_snapshot_file!("screen-pull-dry-run-all", less.screens(&["pull", "--all", "--dry-run"], &[]));
    assert_snapshot_file!("screen-plan-all", less.screens(&["plan", "--all"], &[]));
}

/// The org has settings, a platform, an agent and a type that the files no longer declare.
fn more_in_the_org() -> Desk {
    let desk = Desk::new();
    desk.run(&["apply", "--yes"]);
    let toml = desk.env.read("lobu.toml");
    let (before, rest) = toml.split_once("[[agents.front-desk.platforms]]").expect("a platform");
    let (_, rest) = rest.split_once("language = \"en\"\n").expect("its last line");
    let (rest, memory) = rest.split_once("[agents.librarian]").expect("another agent");
    let (_, memory) = memory.split_once("[memory]").expect("the models");
    let is_kept = |line: &&str| !line.starts_with("allowed =") && !line.starts_with("guardrails =");
    let toml = format!("{before}{rest}[memory]{memory}");
    let toml: String = toml.split_inclusive('\n').filter(is_kept).collect();
    desk.env.write("lobu.toml", toml);
    std::fs::remove_file(desk.env.project().join("models/repaired-in.yaml")).expect("a file");
    desk
}

#[test]
fn a_push_on_a_terminal() {
    let desk = Desk::edited();
    desk.env.write(".env", "ANTHROPIC_API_KEY=made-up-value-of-a-key\n");
    assert_snapshot_file!("screen-secrets-push-dry-run", desk.screens(&["secrets", "push", "--dry-run"], &[]));
    let pushed = || {
        let desk = Desk::edited();
        desk.env.write(".env", "ANTHROPIC_API_KEY=made-up-value-of-a-key\n");
        desk
    };
    assert_snapshot_file!("screen-secrets-push-yes", screens_of(pushed, &["secrets", "push", "--yes"], &[]));
}

#[test]
fn a_doctor_on_a_terminal() {
    assert_snapshot_file!("screen-doctor", Desk::new().screens(&["doctor"], &[]));
    let desk = Desk::edited();
    desk.env.write("lobu.toml", desk.env.read("lobu.toml") + "[agents.broken]\n");
    desk.env.write(".env", "ANTHROPIC_API_KEY=made-up-value-of-a-key\n").write(".git/HEAD", "ref: refs/heads/main\n");
    desk.env.write(".git/config", "").write(".git/objects/x", "");
    assert_snapshot_file!("screen-doctor-problems", desk.screens(&["doctor"], &[]));
}

#[test]
fn a_project_shown_on_a_terminal() {
    let env = Desk::new().env;
    let screens = |arguments: &[&str]| [80, 120].map(|columns| screen(&env, arguments, &[], columns)).concat();
    assert_snapshot_file!("screen-show", screens(&["show"]));
    assert_snapshot_file!("screen-show-full", screens(&["show", "--full", "settings/front-desk"]));
    let less = more_in_the_org();
    assert_snapshot_file!("screen-show-remote", less.screens(&["show", "--remote"], &[]));
}

#[test]
fn two_targets_on_a_terminal() {
    let env = Desk::new().env;
    let overlay = "
[targets.staging]
url = \"https://staging.example\"

[targets.production]
url = \"https://lobu.example\"

[targets.production.agents.front-desk]
providers = [{ id = \"anthropic\", model = \"claude-opus-4-1\" }]
network.allowed = [\"repairs.spokeandchain.example\", \"shop.spokeandchain.example\"]

[targets.production.agents.front-desk.skills.mcp.repairs]
url = \"https://repairs.spokeandchain.example/production/mcp\"
";
    env.write("lobu.toml", env.read("lobu.toml") + overlay);
    let screens = |arguments: &[&str]| [80, 120].map(|columns| screen(&env, arguments, &[], columns)).concat();
    let of_target = ["show", "-t", "production", "settings/front-desk"];
    assert_snapshot_file!("screen-show-target", screens(&of_target));
    assert_snapshot_file!("screen-show-diff-targets", screens(&["show", "--diff-targets", "staging", "production"]));
}
