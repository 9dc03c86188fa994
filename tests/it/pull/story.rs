//! The way of a project to an org and back: apply; delete the project; `pull --init`; edit the org; pull; edit a file; pull.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::test_project::{edit, files};
use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::{Options, owner_token};
use crate::support::site::Site;

/// A project with one of everything that the story touches.
fn write_project(env: &TestEnv) {
    env.write(
        "lobu.toml",
        "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n\n\
         [[agents.triage.platforms]]\ntype = \"telegram\"\n\n\
         [agents.triage.platforms.config]\nbotToken = \"$TRIAGE_TOKEN\"\nchatId = \"-100\"\n\n\
         [memory]\nenabled = true\norg = \"dev\"\n",
    );
    env.write("agents/triage/IDENTITY.md", "# Triage\n\nYou sort what comes in.\n");
    env.write("agents/triage/skills/sort/SKILL.md", "---\ndescription: Sorts.\n---\n\nBy weight.\n");
    env.write("models/customer.yaml", "type: entity\nslug: customer\nname: Customer\n");
}

/// Goes through the story; `run` runs the binary on the org, `set_chat` is the edit in the web interface.
#[track_caller]
fn story(env: &mut TestEnv, run: &dyn Fn(&TestEnv, &[&str]) -> CommandOutput, set_chat: &dyn Fn(&str)) {
    run(env, &["apply", "--yes"]).expect_code(0);
    let original = files(&env.project());
    std::fs::remove_dir_all(env.project()).expect("the project is deleted");
    std::fs::create_dir(env.project()).expect("an empty place");

    run(env, &["pull", "--init", "fresh", "--yes"]).expect_code(0);
    let mut fresh = env.clone_at("fresh");
    let fresh = &mut fresh;
    let plan = run(fresh, &["apply", "--dry-run"]);
    assert!(plan.expect_code(0).stdout.contains("Nothing to apply"), "{plan}");
    for (name, (text, _)) in original.iter().filter(|(name, _)| name.starts_with("agents/")) {
        let pulled = fresh.read(&format!("fresh/{name}"));
        assert!(pulled.contains(text.lines().last().expect("a line")), "{name}: {pulled}");
    }

    set_chat("-200");
    let dry = run(fresh, &["pull", "--dry-run"]);
    dry.expect_code(0);
    assert!(dry.stdout.contains("~ platform triage/triage-telegram (config)"), "{dry}");
    assert!(dry.stdout.contains("config.chatId  \"-100\" → \"-200\""), "{dry}");
    assert!(dry.stdout.contains("Pull: 1 to update."), "{dry}");
    let before = fresh.read("fresh/lobu.toml");
    run(fresh, &["pull", "--force"]).expect_code(0);
    assert_eq!(fresh.read("fresh/lobu.toml"), before.replace("-100", "-200"));
    let plan = run(fresh, &["apply", "--dry-run"]);
    assert!(plan.expect_code(0).stdout.contains("Nothing to apply"), "{plan}");

    let identity = "fresh/agents/triage/IDENTITY.md";
    let pulled = fresh.read(identity);
    fresh.write(identity, "Mine.\n");
    let refused = run(fresh, &["pull"]);
    refused.expect_code(6);
    assert!(refused.stderr.contains("agents/triage/IDENTITY.md"), "{refused}");
    assert_eq!(fresh.read(identity), "Mine.\n");
    run(fresh, &["pull", "--force"]).expect_code(0);
    assert_eq!(fresh.read(identity), pulled);
    let before = files(&fresh.project());
    let again = run(fresh, &["pull", "--force"]);
    assert!(again.expect_code(0).stdout.contains("Nothing to pull."), "{again}");
    assert_eq!(files(&fresh.project()), before, "not even a time changes");
}

#[test]
fn it_is_true_of_the_embedded_org() {
    let mut env = TestEnv::new();
    write_project(&env);
    let database = env.local_database();
    let values = BTreeMap::from([("TRIAGE_TOKEN".to_owned(), "made-up".to_owned())]);
    crate::support::embedded::put_secrets(&database, "dev", &values);
    let run =
        |env: &TestEnv, arguments: &[&str]| env.lobu(arguments.iter().copied().chain(["-c", "local", "--org", "dev"]));
    story(&mut env, &run, &|chat| edit_database(&database, chat));
}

fn edit_database(database: &Path, chat: &str) {
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let served = Served::database(database).await;
            edit::platform(served.url(), "dev", served.token(), "triage", "triage-telegram", &json!({"chatId": chat}))
                .await;
            served.store.checkpoint();
        });
    };
    std::thread::scope(|scope| scope.spawn(work).join().expect("the org is edited"));
}

fn on_double(options: Options) {
    let mut site = Site::project(options, "[agents]\n");
    write_project(&site.env);
    site.env.env("TRIAGE_TOKEN", "made-up");
    let url = site.server.url();
    let run =
        |env: &TestEnv, arguments: &[&str]| env.lobu(arguments.iter().copied().chain(["--url", &url, "--org", "dev"]));
    let set_chat = |chat: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let change = json!({"chatId": chat});
        let token = owner_token("dev");
        runtime.block_on(edit::platform(&url, "dev", &token, "triage", "triage-telegram", &change));
    };
    story(&mut site.env, &run, &set_chat);
}

#[test]
fn it_is_true_of_a_double_with_a_manager() {
    on_double(Options::g1_with_manager());
}

#[test]
fn it_is_true_of_a_double_without_one() {
    on_double(Options::g1_without_manager());
}

#[test]
fn it_is_true_of_a_double_of_the_second_generation() {
    on_double(Options::g2());
}
