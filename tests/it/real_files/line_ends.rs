//! CRLF and LF are the same in prose, and a file keeps the line ends that it has.

use std::path::Path;

use serde_json::json;

use crate::pull::test_project::{TestProject, edit, files};

const TOML: &str = r#"[agents.desk]
name = "Desk"
description = """
Answers
customers."""
dir = "./agents/desk"
guardrails = ["""
no
secrets"""]

[agents.desk.egress]
extra_policy = '''
Only
shops.
'''

[[agents.desk.platforms]]
type = "telegram"
name = "shop"

[agents.desk.platforms.config]
greeting = """
Hello
there"""

[memory]
models = "./models"
"#;

const MODEL: &str = "type: entity\nslug: boat\nname: Boat\ndescription: |\n  Two\n  lines.\n";

const SKILL: &str = "---\nname: fold\ndescription: >-\n  Folds\n  paper.\n---\n\nFold it\n\ntwice.\n";

fn project() -> TestProject {
    let setup = TestProject::new();
    setup.env.write("lobu.toml", TOML).write("models/boat.yaml", MODEL);
    setup.env.write("agents/desk/SOUL.md", "You fix boats.\n\nBe kind.\n").write("agents/desk/USER.md", "A\nB\n");
    setup.env.write("agents/desk/skills/fold/SKILL.md", SKILL).write("skills/flat.md", "Flat\ntext.\n");
    setup
}

/// Checks every file of the project out with CRLF.
fn check_out_with_crlf(setup: &TestProject) {
    for (name, (text, _)) in files(&setup.env.project()) {
        setup.env.write(&name, text.replace('\n', "\r\n"));
    }
}

#[track_caller]
fn assert_crlf_only(directory: &Path) {
    for (name, (text, _)) in files(directory) {
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{name} has mixed line ends: {text:?}");
    }
}

#[track_caller]
fn assert_nothing_differs(setup: &TestProject) {
    setup.run(&["plan", "--detailed-exitcode"]).expect_code(0);
    setup.run(&["drift"]).expect_code(0);
    let pull = setup.run(&["pull"]);
    assert!(pull.expect_code(0).stdout.contains("Nothing to pull."), "{pull}");
}

#[test]
fn the_same_commit_with_other_line_ends_plans_nothing() {
    let setup = project();
    setup.run(&["apply", "--yes"]).expect_code(0);
    check_out_with_crlf(&setup);
    assert_nothing_differs(&setup);
}

#[test]
fn prose_is_sent_with_line_feeds() {
    let setup = project();
    check_out_with_crlf(&setup);
    setup.run(&["apply", "--yes"]).expect_code(0);
    let reader = setup.served.reader("dev");
    let settings = setup.wait(reader.settings("desk"));
    assert_eq!(settings["soulMd"], "You fix boats.\n\nBe kind.");
    assert!(!settings.to_string().contains("\\r"), "{settings}");
    let (origin, token) = (setup.served.url(), setup.served.token());
    let platforms = setup.wait(edit::platforms(origin, "dev", token, "desk"));
    assert_eq!(platforms[0]["config"]["greeting"], "Hello\nthere");
    assert_nothing_differs(&setup);
}

#[test]
fn carriage_returns_of_the_org_do_not_differ() {
    let setup = project();
    setup.run(&["apply", "--yes"]).expect_code(0);
    let (origin, token) = (setup.served.url(), setup.served.token());
    let prompt =
        json!({"soulMd": "You fix boats.\r\n\r\nBe kind.\r\n", "egressConfig": {"extraPolicy": "Only\r\nshops.\r\n"}});
    setup.wait(edit::settings(origin, "dev", token, "desk", &prompt));
    setup.wait(edit::agent(origin, "dev", token, "desk", &json!({"description": "Answers\r\ncustomers."})));
    assert_nothing_differs(&setup);
}

#[test]
fn a_pull_writes_the_line_ends_of_the_file() {
    for (is_crlf, line_break) in [(false, "\r\n"), (true, "\r\n"), (true, "\n")] {
        let setup = project();
        setup.run(&["apply", "--yes"]).expect_code(0);
        if is_crlf {
            check_out_with_crlf(&setup);
        }
        let (origin, token) = (setup.served.url(), setup.served.token());
        let text = |text: &str| text.replace('\n', line_break);
        let mut skills = setup.wait(setup.served.reader("dev").settings("desk"))["skillsConfig"].clone();
        for skill in skills["skills"].as_array_mut().expect("a list") {
            skill["content"] = json!(text("New\n\nbody"));
        }
        let change = json!({
            "soulMd": text("You fix ships.\n\nBe kind."),
            "userMd": text("A\nC"),
            "skillsConfig": skills,
            "egressConfig": {"extraPolicy": text("Only\nports.\n")},
        });
        setup.wait(edit::settings(origin, "dev", token, "desk", &change));
        setup.wait(edit::agent(origin, "dev", token, "desk", &json!({"description": text("Sells\nsails.")})));
        let call = json!({"schema_type": "entity_type", "action": "update", "slug": "boat", "description": text("Three\nlines.\n")});
        setup.wait(edit::schema(origin, "dev", token, &call));
        setup.run(&["pull", "--yes", "--force"]).expect_code(0);
        if is_crlf {
            assert_crlf_only(&setup.env.project());
        } else {
            assert!(
                files(&setup.env.project()).values().all(|(text, _)| !text.contains("\\r") && !text.contains('\r'))
            );
        }
        let written = setup.env.read("lobu.toml").replace("\r\n", "\n");
        assert!(
            written.contains("\"\"\"\nSells\nsails.\"\"\"") && written.contains("'''\nOnly\nports.\n'''"),
            "{written}"
        );
        let soul = setup.env.read("agents/desk/SOUL.md").replace("\r\n", "\n");
        assert_eq!(soul, "You fix ships.\n\nBe kind.\n");
        assert_nothing_differs(&setup);
    }
}
