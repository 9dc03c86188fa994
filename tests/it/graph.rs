//! `lobu graph`: offline, and from the files alone.

use crate::support::env::TestEnv;
use crate::support::snapshots::assert_snapshot_file;

/// What differs by target, with a literal that no diagram shows.
const TARGETS: &str = r#"
[agents.desk]
name = "Desk"
dir = "./agents/desk"
providers = [{ id = "openai", key = "literal-key-Zq8" }]
platforms = [
  { type = "telegram", config = { botToken = "$STAGING_TOKEN" } },
  { type = "slack", config = {}, targets = ["staging"] },
]

[targets.staging]

[targets.production.agents.desk]
platforms = [{ type = "telegram", config = { botToken = "$PRODUCTION_TOKEN" } }]
"#;

#[test]
fn a_project_is_two_diagrams() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    let shown = env.lobu(["graph"]);
    assert_eq!(shown.expect_code(0).stderr, "");
    assert_snapshot_file!("graph", &shown.stdout);
}

#[test]
fn one_family_is_a_diagram_without_markdown() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    let both = env.lobu(["graph"]).stdout;
    for (family, head) in [("agents", "flowchart LR\n"), ("memory", "erDiagram\n")] {
        let one = env.lobu(["graph", "--only", family]);
        assert!(one.expect_code(0).stdout.starts_with(head), "{one}");
        assert!(both.contains(&format!("```mermaid\n{}```\n", one.stdout)), "{both}");
    }
    let selected = env.lobu(["graph", "agent/librarian"]).expect_code(0).stdout.clone();
    assert!(selected.contains("agent librarian") && !selected.contains("front-desk"), "{selected}");
    env.lobu(["graph", "agent/nobody"]).expect_code(2);
}

#[test]
fn a_target_has_a_diagram_of_its_own() {
    let env = TestEnv::new();
    env.write("lobu.toml", TARGETS);
    let of = |arguments: &[&str]| env.lobu([&["graph", "--only", "agents"], arguments].concat()).stdout;
    let (staging, production) = (of(&["-t", "staging"]), of(&["-t", "production"]));
    assert!(staging.contains("STAGING_TOKEN") && staging.contains("desk-slack"), "{staging}");
    assert!(production.contains("PRODUCTION_TOKEN") && !production.contains("STAGING"), "{production}");
    assert!(!production.contains("desk-slack") && of(&[]).contains("desk-slack"), "{production}");
    assert!(!of(&[]).contains("Zq8"));
    env.lobu(["graph", "-t", "nowhere"]).expect_code(2);
}

#[test]
fn a_diagram_that_mermaid_does_not_draw_is_noted() {
    let env = TestEnv::new();
    let agents: Vec<String> = (0..501)
        .map(|number| {
            format!(
                "a{number} = {{ name = \"A\", dir = \"\", platforms = [{{ type = \"telegram\", config = {{}} }}] }}"
            )
        })
        .map(|line| line.replacen(" = ", "aa = ", 1))
        .collect();
    env.write("lobu.toml", format!("[agents]\n{}\n", agents.join("\n")));
    let shown = env.lobu(["graph"]);
    assert!(shown.expect_code(0).stdout.contains("flowchart LR"), "{}", shown.stderr);
    assert!(
        shown.stderr.contains("501 connections") && shown.stderr.contains("\n  lobu graph agent/ID\n"),
        "{}",
        shown.stderr
    );
    let memory = env.lobu(["graph", "--only", "memory"]);
    assert_eq!(memory.expect_code(0).stdout, "");
    assert!(memory.stderr.contains("There is nothing to draw."), "{}", memory.stderr);
}
