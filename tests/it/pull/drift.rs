//! `lobu drift`: both directions, and nothing written anywhere.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::hostile::tree;
use super::test_project::{TestProject, edit, files};
use crate::support::env::CommandOutput;
use crate::support::existing_server::Options;
use crate::support::project::desired_of;
use crate::support::site::Site;
use crate::support::terminal::flat;

const TOML: &str = "[agents.triage]\nname = \"Triage\"\ndescription = \"Sorts.\"\ndir = \"./agents/triage\"\n\n\
                    [[agents.triage.platforms]]\ntype = \"telegram\"\n\n[agents.triage.platforms.config]\nchatId = \"-100\"\n\n\
                    [memory]\nenabled = true\n";

fn write_project(env: &crate::support::env::TestEnv) {
    env.write("lobu.toml", TOML).write("agents/triage/SOUL.md", "Soul.\n");
    env.write("models/ticket.yaml", "type: entity\nslug: ticket\nname: Ticket\n");
}

fn setup() -> TestProject {
    let setup = TestProject::new();
    write_project(&setup.env);
    setup.converge(&desired_of(&setup.env.project()), &BTreeMap::new());
    setup
}

/// Looks; nothing is written, neither here nor there.
#[track_caller]
fn drift(setup: &TestProject, arguments: &[&str], code: i32) -> CommandOutput {
    let root = setup.env.path().canonicalize().expect("it is there");
    let before = tree(&root);
    setup.served.counter.reset();
    let output = setup.run(&[&["drift"], arguments].concat());
    output.expect_code(code);
    assert_eq!(tree(&root), before, "{output}");
    assert_eq!(setup.served.counter.writes(), 0, "{output}");
    output
}

#[track_caller]
fn document(output: &CommandOutput) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"))
}

fn edited(setup: &TestProject, what: &str) {
    let (url, token) = (setup.served.url(), setup.served.token());
    match what {
        "agent" => setup.wait(edit::agent(url, "dev", token, "triage", &json!({"description": "Changed."}))),
        "prompt" => setup.wait(edit::settings(url, "dev", token, "triage", &json!({"soulMd": "Changed."}))),
        "platform" => {
            setup.wait(edit::platform(url, "dev", token, "triage", "triage-telegram", &json!({"chatId": "Changed."})));
        }
        "type" => {
            let call = json!({"schema_type": "entity_type", "action": "update", "slug": "ticket", "name": "Changed."});
            setup.wait(edit::schema(url, "dev", token, &call));
        }
        _ => unreachable!("one of the four"),
    }
}

#[test]
fn an_org_as_it_is_declared_does_not_drift() {
    let setup = setup();
    let output = drift(&setup, &[], 0);
    assert!(output.stdout.contains("Declared values match."), "{output}");
    assert_eq!(document(&drift(&setup, &["--json"], 0))["differs"], json!(false));
}

#[test]
fn each_declared_value_that_differs_is_shown_in_both_directions() {
    for (what, row, path, before) in [
        ("agent", "~ agent triage", "description", "Sorts."),
        ("prompt", "~ settings triage", "SOUL.md", "Soul."),
        ("platform", "~ platform triage/triage-telegram", "config.chatId", "-100"),
        ("type", "~ entity-type ticket", "name", "Ticket"),
    ] {
        let setup = setup();
        edited(&setup, what);
        let output = drift(&setup, &[], 6);
        assert!(output.stdout.contains(row), "{output}");
        assert!(output.stdout.ends_with("1 resource changed in the org.\n"), "{output}");
        assert!(output.stdout.contains(before) && output.stdout.contains("Changed."), "{output}");
        assert!(flat(&output.stderr).contains("the org differs from the project"), "{output}");
        assert!(
            flat(&output.stderr)
                .contains("To update the org from the files, or the files from the org: lobu apply lobu pull"),
            "{output}"
        );
        let json = document(&drift(&setup, &["--json"], 6));
        assert_eq!(json["differs"], json!(true));
        let field = |change: &Value| {
            let found = change["fields"].as_array().expect("a list").iter().find(|field| field["file_path"] == path);
            found.map(|field| (field["before"].clone(), field["after"].clone()))
        };
        let fields = |list: &Value| list.as_array().expect("a list").iter().filter_map(field).collect::<Vec<_>>();
        assert_eq!(fields(&json["apply"]), [(json!("Changed."), json!(before))], "{json:#}");
        assert_eq!(fields(&json["pull"]["changes"]), [(json!(before), json!("Changed."))], "{json:#}");
        // With a selector for something else it is not looked at.
        let other = if what == "type" { "agent/triage" } else { "entity-type/ticket" };
        drift(&setup, &[other], 0);
    }
}

#[test]
fn what_only_the_org_has_is_told_and_does_not_count() {
    let setup = setup();
    let (url, token) = (setup.served.url(), setup.served.token());
    let settings = json!({"userMd": "Theirs.", "networkConfig": {"allowedDomains": ["new.example"]}});
    setup.wait(edit::settings(url, "dev", token, "triage", &settings));
    let body = json!({"platform": "slack", "config": {"teamId": "T1"}});
    setup.wait(edit::new_platform(url, "dev", token, "triage", "triage-slack", &body));
    let call = json!({"schema_type": "entity_type", "action": "create", "slug": "extra", "name": "Extra"});
    setup.wait(edit::schema(url, "dev", token, &call));
    let output = drift(&setup, &[], 0);
    for told in [
        "Only in the org:",
        "? settings triage\n",
        "? network.allowed\n",
        "? USER.md\n",
        "? platform triage/triage-slack",
        "? 1 entity type is not in this project; --all lists it",
        "Declared values match. 2 undeclared settings and 2 undeclared resources in the org.",
    ] {
        assert!(output.stdout.contains(told), "{told}: {output}");
    }
    assert!(!output.stdout.contains("new.example") && !output.stdout.contains("Theirs."), "{output}");
    let shown = drift(&setup, &["--org-values", "--all"], 0);
    for told in ["? network.allowed  new.example", "1 line: \"Theirs.\"", "? entity-type extra"] {
        assert!(shown.stdout.contains(told), "{told}: {shown}");
    }
    let drifting = |json: &Value| {
        let settings = json["apply"].as_array().expect("a list").iter().find(|row| row["kind"] == "settings");
        let fields = settings.expect("a row")["fields"].as_array().expect("a list").clone();
        fields.into_iter().find(|field| field["file_path"] == "network.allowed").expect("the field")
    };
    let field = drifting(&document(&drift(&setup, &["--json", "--org-values"], 0)));
    assert_eq!((&field["before"], &field["withheld"]), (&json!(["new.example"]), &json!(false)), "{field:#}");
    let json = document(&drift(&setup, &["--json", "--full"], 0));
    let field = drifting(&json);
    assert_eq!((&field["before"], &field["withheld"]), (&json!(null), &json!(true)), "{field:#}");
    // The nightly job wants to know of it.
    let strict = drift(&setup, &["--strict"], 6);
    assert!(
        flat(&strict.stderr).contains("2 settings or resources in the org that the project does not declare"),
        "{strict}"
    );
    let strict = drift(&setup, &["--strict", "--all"], 6);
    assert!(flat(&strict.stderr).contains("3 settings or resources in the org"), "{strict}");
    drift(&setup, &["--strict", "entity-type/ticket"], 0);
    assert_eq!(json["differs"], json!(false));
    assert_eq!(json["pull"]["undeclared"], json!([{"kind": "entity-type", "ids": ["extra"]}]), "{json:#}");
}

#[test]
fn what_only_the_files_have_differs() {
    let setup = setup();
    setup.env.write("models/new.yaml", "type: entity\nslug: new\nname: New\n");
    let output = drift(&setup, &[], 6);
    assert!(output.stdout.contains("+ entity-type new (only in the files)"), "{output}");
    let json = document(&drift(&setup, &["--json"], 6));
    assert_eq!(json["pull"]["missing"][0]["id"], json!("new"), "{json:#}");
    drift(&setup, &["agent/nobody"], 2);
}

#[test]
fn it_reads_what_a_plan_reads() {
    let setup = setup();
    for what in ["agent", "prompt", "platform", "type"] {
        setup.served.counter.reset();
        setup.run(&["plan"]).expect_code(0);
        let reads = setup.served.counter.reads();
        setup.served.counter.reset();
        setup.run(&["drift"]);
        assert_eq!(
            (setup.served.counter.reads(), setup.served.counter.writes()),
            (reads, 0),
            "before the edit of {what}"
        );
        edited(&setup, what);
    }
}

#[test]
fn on_the_existing_servers_it_reads_what_a_plan_reads_too() {
    for options in [Options::g1_with_manager(), Options::g1_without_manager(), Options::g2()] {
        let mut site = Site::project(options, TOML);
        write_project(&site.env);
        let toml = TOML.replace("chatId =", "botToken = \"$BOT_TOKEN\"\nchatId =");
        site.env.write("lobu.toml", toml);
        site.env.env("BOT_TOKEN", "sentinel-of-a-bot");
        site.apply(&["--send-secret-values"]);
        let reads = |arguments: &[&str], code| {
            site.server.forget_requests();
            let output = site.run(arguments);
            output.expect_code(code);
            assert!(!output.everything().contains("sentinel-of-a-bot"), "{output}");
            assert_eq!(site.server.writes().len(), 0, "{output}");
            let mut paths: Vec<_> = site.server.requests().iter().map(|one| (one.path.clone(), one.text())).collect();
            paths.sort();
            paths
        };
        assert_eq!(reads(&["drift"], 0), reads(&["plan"], 0));
        site.server.state().agents.iter_mut().for_each(|agent| "Changed".clone_into(&mut agent.name));
        let before = files(&site.env.project());
        assert_eq!(reads(&["drift"], 6), reads(&["plan"], 0));
        assert_eq!(reads(&["drift", "--json"], 6), reads(&["plan"], 0));
        assert_eq!(files(&site.env.project()), before);
    }
}
