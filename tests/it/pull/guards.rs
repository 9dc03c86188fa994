//! What a pull must not do: change others, hide a difference, take a name that means something, print a secret.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::json;

use super::test_project::{TestProject, edit, files};
use crate::support::project::desired_of;

const TOKEN: &str = "sk-abcdefghijklmnop1234567890";

fn two_agents() -> TestProject {
    let setup = TestProject::new();
    setup.env.write(
        "lobu.toml",
        "[agents.first]\nname = \"First\"\ndir = \"./agents/first\"\n\n\
         [agents.second]\nname = \"Second\"\ndir = \"./agents/second\"\n",
    );
    setup
}

fn converge(setup: &TestProject) {
    setup.converge(&desired_of(&setup.env.project()), &BTreeMap::new());
}

fn settings(setup: &TestProject, agent: &str, change: &serde_json::Value) {
    setup.wait(edit::settings(setup.served.url(), "dev", setup.served.token(), agent, change));
}

#[test]
fn a_file_that_two_agents_share_by_a_symlink_is_not_changed_for_one() {
    let setup = two_agents();
    setup.env.write("common/SOUL.md", "Common.\n");
    for agent in ["first", "second"] {
        let directory = setup.env.project().join("agents").join(agent);
        std::fs::create_dir_all(&directory).expect("a directory");
        symlink("../../common/SOUL.md", directory.join("SOUL.md")).expect("a symlink");
    }
    converge(&setup);
    settings(&setup, "first", &json!({"soulMd": "Only of the first."}));
    let before = files(&setup.env.project());
    let output = setup.run(&["pull", "--force"]);
    output.expect_code(6);
    assert!(output.stdout.contains("it would also change settings/second"), "{output}");
    assert_eq!(files(&setup.env.project()), before);
    settings(&setup, "second", &json!({"soulMd": "Only of the first."}));
    setup.run(&["pull", "--force"]).expect_code(0);
    assert_eq!(setup.env.read("common/SOUL.md"), "Only of the first.\n");
}

#[test]
fn a_made_up_name_is_none_that_the_org_has() {
    let setup = TestProject::new();
    setup.env.write("lobu.toml", "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n");
    converge(&setup);
    let names = ["TRIAGE_SLACK_BOT_TOKEN".to_owned()].map(|name| (name, "stale".to_owned()));
    setup.wait(setup.served.put_secrets("dev", &BTreeMap::from(names)));
    let platform = json!({"platform": "slack", "config": {"botToken": "a-live-token"}});
    let (origin, token) = (setup.served.url(), setup.served.token());
    setup.wait(edit::new_platform(origin, "dev", token, "triage", "triage-slack", &platform));
    let output = setup.run(&["pull", "--force"]);
    output.expect_code(0);
    assert!(setup.env.read("lobu.toml").contains("botToken = \"$TRIAGE_SLACK_BOT_TOKEN_2\""), "{output}");
    assert_eq!(setup.env.read(".env.example").lines().last(), Some("TRIAGE_SLACK_BOT_TOKEN_2="));
    assert!(!output.everything().contains("a-live-token"));
}

#[test]
fn what_is_let_through_is_written_and_never_printed() {
    let setup = TestProject::new();
    setup.env.write("lobu.toml", "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n");
    converge(&setup);
    let skill = json!({"repo": "local/leak", "name": "leak", "content": format!("use {TOKEN} now"), "enabled": true});
    settings(&setup, "triage", &json!({"skillsConfig": {"skills": [skill]}, "soulMd": format!("Say {TOKEN}.")}));
    let refused = setup.run(&["pull", "--force", "--full"]);
    refused.expect_code(6);
    let mut outputs = vec![refused];
    let mut arguments = vec!["pull", "--force", "--full"];
    arguments.extend(["--allow-suspected", "settings/triage:soulMd"]);
    arguments.extend(["--allow-suspected", "settings/triage:skillsConfig.skills.local/leak.content"]);
    outputs.push(setup.run(&[arguments.as_slice(), &["--dry-run"]].concat()));
    outputs.push(setup.run(&[arguments.as_slice(), &["--dry-run", "--json"]].concat()));
    outputs.push(setup.run(&["drift", "--full"]));
    outputs.push(setup.run(&["drift", "--json"]));
    let written = setup.run(&arguments);
    written.expect_code(0);
    outputs.push(written);
    assert_eq!(setup.env.read("agents/triage/SOUL.md"), format!("Say {TOKEN}.\n"));
    assert!(setup.env.read("agents/triage/skills/leak/SKILL.md").contains(TOKEN));
    for output in &outputs {
        assert!(!output.everything().contains(TOKEN), "{output}");
    }
    // Once it is written there is nothing to let through, and the same command still works.
    let again = setup.run(&arguments);
    again.expect_code(0);
    assert!(again.stdout.contains("no suspected secret there"), "{again}");
    let wrong = setup.run(&["pull", "--allow-suspected", "settings/nobody:soulMd"]);
    wrong.expect_code(2);
}

#[test]
fn names_with_the_shape_of_a_token_are_neither_written_nor_told() {
    let setup = TestProject::new();
    setup.env.write("lobu.toml", "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n");
    converge(&setup);
    let skill = json!({"repo": format!("local/{TOKEN}"), "name": TOKEN, "content": "x", "enabled": true});
    let change = json!({
        "skillsConfig": {"skills": [skill]},
        "mcpServers": {TOKEN: {"url": "https://gauges.example/mcp", "type": "sse"}},
        "networkConfig": {"judges": {TOKEN: "Be strict."}},
    });
    settings(&setup, "triage", &change);
    let before = files(&setup.env.project());
    let output = setup.run(&["pull", "--force"]);
    assert!(output.stdout.contains("looks like a token"), "{output}");
    assert!(!output.everything().contains(TOKEN), "{output}");
    assert_eq!(files(&setup.env.project()), before);
}

#[test]
fn a_look_needs_no_right_to_write() {
    let setup = two_agents();
    setup.env.write("agents/first/SOUL.md", "Mine.\n");
    converge(&setup);
    settings(&setup, "first", &json!({"soulMd": "The org's."}));
    let file = setup.env.project().join("agents/first/SOUL.md");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).expect("a mode");
    setup.run(&["pull", "--dry-run"]).expect_code(0);
    setup.run(&["drift"]).expect_code(6);
    let refused = setup.run(&["pull", "--force"]);
    refused.expect_code(1);
    assert!(refused.stderr.contains("read-only"), "{refused}");
    assert_eq!(setup.env.read("agents/first/SOUL.md"), "Mine.\n");
}

#[test]
fn a_skill_of_every_agent_stays_one_while_another_agent_stays() {
    let setup = two_agents();
    setup.env.write("skills/sort/SKILL.md", "---\nname: sort\n---\n\nShared.\n");
    converge(&setup);
    setup.wait(edit::remove_agent(setup.served.url(), "dev", setup.served.token(), "second"));
    let skill = json!({"repo": "local/sort", "name": "sort", "content": "Of the first.", "enabled": true});
    settings(&setup, "first", &json!({"skillsConfig": {"skills": [skill]}}));
    setup.run(&["pull", "settings/first", "--prune-local", "--force"]).expect_code(0);
    assert!(setup.env.read("skills/sort/SKILL.md").ends_with("Shared.\n"));
    assert!(setup.env.read("agents/first/skills/sort/SKILL.md").ends_with("Of the first.\n"));
    assert!(setup.env.read("lobu.toml").contains("[agents.second]"));
}

#[test]
fn what_no_file_takes_is_told_and_fails_and_the_rest_is_written() {
    let setup = two_agents();
    converge(&setup);
    let change = json!({"preApprovedTools": ["/mcp/a b/tools/x"], "soulMd": "Written."});
    settings(&setup, "first", &change);
    setup.env.write(
        "lobu.toml",
        setup.env.read("lobu.toml").replace("\n\n", "\n\n[agents.first.tools]\npre_approved = []\n\n"),
    );
    let output = setup.run(&["pull", "--force"]);
    output.expect_code(6);
    assert!(output.stdout.contains("tools.pre_approved: it has an entry that lobu.toml refuses"), "{output}");
    assert_eq!(setup.env.read("agents/first/SOUL.md"), "Written.\n");
}

#[test]
fn a_directory_without_a_skill_takes_no_name() {
    let setup = two_agents();
    converge(&setup);
    std::fs::create_dir_all(setup.env.project().join("agents/first/skills/sort")).expect("a leftover");
    let skill = json!({"repo": "local/sort", "name": "sort", "content": "By weight.", "enabled": true});
    settings(&setup, "first", &json!({"skillsConfig": {"skills": [skill]}}));
    setup.run(&["pull", "--force"]).expect_code(0);
    assert!(setup.env.read("agents/first/skills/sort/SKILL.md").ends_with("By weight.\n"));
}

#[test]
fn pruning_by_another_org_than_the_pinned_one_is_refused() {
    let setup = two_agents();
    setup.env.write("lobu.toml", setup.env.read("lobu.toml") + "\n[memory]\nenabled = true\norg = \"acme\"\n");
    let refused = setup.run(&["pull", "--prune-local", "--force"]);
    refused.expect_code(4);
    assert!(refused.stderr.contains("--prune-local removes what org dev does not have"), "{refused}");
}
