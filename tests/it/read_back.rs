//! After its writes an apply reads back what it wrote, and names what the server accepted and did not store.

use serde_json::{Value, json};

use crate::support::existing_server::{Answer, Fault, Options, RecordedRequest};
use crate::support::site::Site;

const TOML: &str = r#"
[agents.triage]
name = "Triage"
dir = "./agents/triage"

[[agents.triage.platforms]]
type = "telegram"
config = { botToken = "$BOT", chatId = "42" }

[agents.desk]
name = "Desk"
dir = "./agents/desk"

[memory]
models = "./models"
"#;

fn site() -> Site {
    let site = Site::project(Options::g1_with_manager(), TOML);
    site.env
        .write("agents/triage/SOUL.md", "Be kind.\n")
        .write("agents/desk/SOUL.md", "Be brief.\n")
        .write("models/person.yaml", "type: entity\nslug: person\nname: Person\n")
        .write(
            "models/knows.yaml",
            "type: relationship\nslug: knows\nname: Knows\nrules:\n  - { source: person, target: person }\n",
        );
    site
}

/// Has every write of a path answered as if it was done, and done nothing.
fn pretend(site: &Site, is_it: impl Fn(&RecordedRequest) -> bool + Send + 'static, status: u16, answer: &Value) {
    let answer = Answer::json(status, answer);
    site.server.fail_every(move |request| !request.is_read() && is_it(request), Fault::Instead(answer));
}

fn action(request: &RecordedRequest) -> Option<String> {
    Some(request.json()?.get("action")?.as_str()?.to_owned())
}

#[test]
fn a_server_that_accepts_everything_and_stores_nothing_is_found_out() {
    let site = site();
    let is_create = |request: &RecordedRequest| request.path.ends_with("/agents");
    pretend(&site, |request| request.path.contains("/platforms/"), 201, &json!({"created": true, "platform": {}}));
    pretend(&site, |request| request.path.ends_with("/config"), 200, &json!({"success": true}));
    pretend(&site, |request| request.path.ends_with("/manage_entity_schema"), 200, &json!({}));
    pretend(
        &site,
        move |request| is_create(request) && request.text().contains("desk"),
        201,
        &json!({"agentId": "desk", "name": "Desk"}),
    );
    pretend(&site, is_create, 201, &json!({"agentId": "triage", "name": "Triage"}));
    let output = site.run(&["apply", "--yes"]);
    output.expect_code(5);
    assert!(!output.stdout.contains("Apply complete"), "{output}");
    for row in
        ["agent triage", "agent desk", "settings triage", "platform triage/triage-telegram", "entity-type person"]
    {
        let line = format!("! {row}: the server accepted it but did not store");
        assert!(output.stdout.contains(&line), "{line}: {output}");
    }
    let unverified = site.run(&["apply", "--yes", "--no-verify"]);
    unverified.expect_code(0);
    assert!(unverified.stdout.contains("Apply complete"), "{unverified}");
}

#[test]
fn a_field_that_is_not_stored_is_named_as_the_files_name_it() {
    let site = site();
    pretend(&site, |request| request.path.ends_with("/triage/config"), 200, &json!({"success": true}));
    pretend(&site, |request| action(request).as_deref() == Some("add_rule"), 200, &json!({"rule": {}}));
    let output = site.run(&["apply", "--yes"]);
    output.expect_code(5);
    let said = output.stdout.replace("\n      ", " ");
    for line in [
        "! settings triage: the server accepted it but did not store SOUL.md",
        "! relationship-type knows: the server accepted it but did not store rules",
    ] {
        assert!(said.contains(line), "{line}: {output}");
    }
    assert!(output.stdout.contains("2 failed"), "{output}");
    site.server.heal();
    site.run(&["apply", "--yes"]).expect_code(0);
    site.expect_nothing_to_apply();
}

#[test]
fn reading_back_is_bounded_by_what_was_written() {
    let site = site();
    site.apply(&[]);
    site.server.forget_requests();
    site.env.write("agents/desk/SOUL.md", "Be very brief.\n");
    site.run(&["apply", "--yes", "--no-verify"]).expect_code(0);
    let without = site.server.reads().len();
    site.server.forget_requests();
    site.env.write("agents/desk/SOUL.md", "Be brief.\n");
    site.run(&["apply", "--yes"]).expect_code(0);
    assert_eq!(site.server.reads().len(), without + 1, "the settings of the one agent");
    // One list a kind, whatever many of it were written, and the rules of each type whose rules were.
    site.env.write("models/person.yaml", "type: entity\nslug: person\nname: Human\n");
    site.env.write("models/knows.yaml", "type: relationship\nslug: knows\nname: Knows well\nrules: []\n");
    let output = site.run(&["apply", "--yes", "--no-verify", "--dry-run"]);
    output.expect_code(0);
    site.server.forget_requests();
    site.run(&["plan"]).expect_code(0);
    let plan = site.server.reads().len();
    site.server.forget_requests();
    site.run(&["apply", "--yes"]).expect_code(0);
    // Before the writes: each of the two types once. After them: two lists and the rules.
    assert_eq!(site.server.reads().len(), plan + 2 + 3);
    site.server.forget_requests();
    site.run(&["apply", "--yes"]).expect_code(0);
    assert_eq!(site.server.reads().len(), plan, "nothing was written");
}

#[test]
fn what_the_server_hides_is_said_to_be_unverified() {
    let site = site();
    let output = site.run(&["apply", "--yes"]);
    output.expect_code(0);
    assert!(output.stdout.contains("Apply complete"), "{output}");
    let said = output.stdout.replace("\n  ", " ");
    assert!(
        said.contains("Not verified, the server hides config.botToken (platform triage/triage-telegram)"),
        "{output}"
    );
}
