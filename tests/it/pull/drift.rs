//! `lobu drift`: both directions, and nothing written anywhere.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::hostile::tree;
use super::scene::{Scene, edit, files};
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

fn scene() -> Scene {
    let scene = Scene::new();
    write_project(&scene.env);
    scene.converge(&desired_of(&scene.env.project()), &BTreeMap::new());
    scene
}

/// Looks; nothing is written, neither here nor there.
#[track_caller]
fn drift(scene: &Scene, arguments: &[&str], code: i32) -> CommandOutput {
    let root = scene.env.path().canonicalize().expect("it is there");
    let before = tree(&root);
    scene.served.counter.reset();
    let output = scene.run(&[&["drift"], arguments].concat());
    output.expect_code(code);
    assert_eq!(tree(&root), before, "{output}");
    assert_eq!(scene.served.counter.writes(), 0, "{output}");
    output
}

fn document(output: &CommandOutput) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"))
}

fn edited(scene: &Scene, what: &str) {
    let (url, token) = (scene.served.url(), scene.served.token());
    match what {
        "agent" => scene.wait(edit::agent(url, "dev", token, "triage", &json!({"description": "Changed."}))),
        "prompt" => scene.wait(edit::settings(url, "dev", token, "triage", &json!({"soulMd": "Changed."}))),
        "platform" => {
            scene.wait(edit::platform(url, "dev", token, "triage", "triage-telegram", &json!({"chatId": "Changed."})));
        }
        "type" => {
            let call = json!({"schema_type": "entity_type", "action": "update", "slug": "ticket", "name": "Changed."});
            scene.wait(edit::schema(url, "dev", token, &call));
        }
        _ => unreachable!("one of the four"),
    }
}

#[test]
fn an_org_as_it_is_declared_does_not_drift() {
    let scene = scene();
    let output = drift(&scene, &[], 0);
    assert!(output.stdout.contains("The org is as the project declares it."), "{output}");
    assert_eq!(document(&drift(&scene, &["--json"], 0))["differs"], json!(false));
}

#[test]
fn each_declared_value_that_differs_is_shown_in_both_directions() {
    for (what, row, path, before) in [
        ("agent", "~ agent triage", "description", "Sorts."),
        ("prompt", "~ settings triage", "soulMd", "Soul."),
        ("platform", "~ platform triage/triage-telegram", "config.chatId", "-100"),
        ("type", "~ entity-type ticket", "name", "Ticket"),
    ] {
        let scene = scene();
        edited(&scene, what);
        let output = drift(&scene, &[], 6);
        assert!(output.stdout.contains(row), "{output}");
        assert!(output.stdout.contains(before) && output.stdout.contains("Changed."), "{output}");
        assert!(flat(&output.stderr).contains("1 resource is not as the project declares it"), "{output}");
        assert!(flat(&output.stderr).contains("`lobu apply` makes the org as the files say"), "{output}");
        let json = document(&drift(&scene, &["--json"], 6));
        assert_eq!(json["differs"], json!(true));
        let field = |change: &Value| {
            let found = change["fields"].as_array().expect("a list").iter().find(|field| field["path"] == path);
            found.map(|field| (field["before"].clone(), field["after"].clone()))
        };
        let fields = |list: &Value| list.as_array().expect("a list").iter().filter_map(field).collect::<Vec<_>>();
        assert_eq!(fields(&json["apply"]), [(json!("Changed."), json!(before))], "{json:#}");
        assert_eq!(fields(&json["pull"]["changes"]), [(json!(before), json!("Changed."))], "{json:#}");
        // With a selector for something else it is not looked at.
        let other = if what == "type" { "agent/triage" } else { "entity-type/ticket" };
        drift(&scene, &[other], 0);
    }
}

#[test]
fn what_only_the_org_has_is_told_and_does_not_count() {
    let scene = scene();
    let (url, token) = (scene.served.url(), scene.served.token());
    let settings = json!({"userMd": "Theirs.", "networkConfig": {"allowedDomains": ["new.example"]}});
    scene.wait(edit::settings(url, "dev", token, "triage", &settings));
    let body = json!({"platform": "slack", "config": {"teamId": "T1"}});
    scene.wait(edit::new_platform(url, "dev", token, "triage", "triage-slack", &body));
    let call = json!({"schema_type": "entity_type", "action": "create", "slug": "extra", "name": "Extra"});
    scene.wait(edit::schema(url, "dev", token, &call));
    let output = drift(&scene, &[], 0);
    for told in [
        "In the org, and not in the files:",
        "? settings triage: networkConfig.allowedDomains, userMd",
        "? platform triage/triage-slack",
        "? 1 entity type is not in this project (extra)",
        "The org is as the project declares it.",
    ] {
        assert!(output.stdout.contains(told), "{told}: {output}");
    }
    let json = document(&drift(&scene, &["--json", "--full"], 0));
    assert_eq!(json["differs"], json!(false));
    assert_eq!(json["pull"]["undeclared"], json!([{"kind": "entity-type", "ids": ["extra"]}]), "{json:#}");
}

#[test]
fn what_only_the_files_have_differs() {
    let scene = scene();
    scene.env.write("models/new.yaml", "type: entity\nslug: new\nname: New\n");
    let output = drift(&scene, &[], 6);
    assert!(output.stdout.contains("+ entity-type new (only in the files)"), "{output}");
    let json = document(&drift(&scene, &["--json"], 6));
    assert_eq!(json["pull"]["missing"][0]["id"], json!("new"), "{json:#}");
    drift(&scene, &["agent/nobody"], 2);
}

#[test]
fn it_reads_what_a_plan_reads() {
    let scene = scene();
    for what in ["agent", "prompt", "platform", "type"] {
        scene.served.counter.reset();
        scene.run(&["plan"]).expect_code(0);
        let reads = scene.served.counter.reads();
        scene.served.counter.reset();
        scene.run(&["drift"]);
        assert_eq!(
            (scene.served.counter.reads(), scene.served.counter.writes()),
            (reads, 0),
            "before the edit of {what}"
        );
        edited(&scene, what);
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
