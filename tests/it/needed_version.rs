//! A project for another version of lobu stops every verb that reads it, before anything else is said of it.

use crate::support::env::TestEnv;

const NEWER: &str = "new_key = true

[agents.desk]
name = 1

[memory.owletto]
org = \"dev\"

[project]
lobu = \">=999.1\"
";

#[test]
fn every_verb_stops_and_names_both_versions() {
    let env = TestEnv::new();
    env.write("lobu.toml", format!("\u{feff}{NEWER}"));
    let this = env!("CARGO_PKG_VERSION");
    for line in [
        "validate",
        "validate --fix",
        "plan -c local",
        "apply --yes -c local",
        "pull --yes -c local",
        "drift -c local",
        "show",
        "graph",
        "secrets push --dry-run -c local",
        "secrets list -c local",
    ] {
        let output = env.lobu(line.split(' '));
        let stderr = &output.expect_code(2).stderr;
        let message = format!("error: this project needs lobu >=999.1, and this is lobu {this}\n");
        assert!(stderr.contains(&message) && stderr.contains("lobu.toml:10:8"), "{line}\n{stderr}");
        assert!(!stderr.contains("new_key") && !stderr.contains("deprecated"), "{line}\n{stderr}");
    }
    assert_eq!(env.read("lobu.toml"), format!("\u{feff}{NEWER}"));
    let json = env.lobu(["plan", "--json", "-c", "local"]);
    assert!(json.expect_code(2).stdout.contains("other-version"), "{json}");
}

#[test]
fn the_version_that_is_needed_changes_nothing_else() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    let plan = |env: &TestEnv| env.lobu(["plan", "-c", "local", "--org", "dev"]).expect_code(0).stdout.clone();
    let before = plan(&env);
    let lobu_toml = env.read("lobu.toml");
    env.write("lobu.toml", format!("{lobu_toml}\n[project]\nlobu = \">=0.1\"\n"));
    assert_eq!(plan(&env), before);
}
