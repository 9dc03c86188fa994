//! From one org to another: what is pulled from one, applied to the other and pulled again is the same project.

use std::collections::BTreeMap;
use std::path::Path;

use lobu::model::SecretName;

use super::test_project::files;
use crate::support::embedded::put_secrets;
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::{Options, owner_token};
use crate::support::site::{Site, made_up_values};
use crate::support::terminal::flat;

/// Everything that a project can say, but for what an org of this program's own refuses.
const FIXTURE: &str = "everything";

fn texts(directory: &Path) -> BTreeMap<String, String> {
    files(directory).into_iter().map(|(name, (text, _))| (name, text)).collect()
}

/// The texts of a pulled project without the line that pins its org.
#[track_caller]
fn without_pin(directory: &Path) -> BTreeMap<String, String> {
    let mut texts = texts(directory);
    if let Some(toml) = texts.get_mut("lobu.toml") {
        let pins = toml.lines().filter(|line| line.starts_with("org = ")).count();
        assert_eq!(pins, 1, "{toml}");
        *toml = toml.split_inclusive('\n').filter(|line| !line.starts_with("org = ")).collect();
    }
    texts
}

/// A value for each reference of a lobu.toml.
fn values_for(toml: &str) -> BTreeMap<String, String> {
    let mut values = made_up_values(toml);
    values.retain(|name, _| SecretName::parse(name).is_ok());
    values
}

/// Pins a project to another org, as somebody does who moves it.
fn pin(env: &TestEnv, file: &str, org: &str) {
    let toml = env.read(file);
    let line = toml.lines().find(|line| line.starts_with("org = ")).expect("a pin").to_owned();
    env.write(file, toml.replace(&line, &format!("org = \"{org}\"")));
}

type Run<'run> = &'run dyn Fn(&TestEnv, &str, &[&str]) -> CommandOutput;

/// Moves org `one` to org `two`; `run` runs the binary on an org.
#[track_caller]
fn moved(env: &TestEnv, run: Run<'_>, give_values: &dyn Fn(&str)) {
    run(env, "one", &["pull", "--init", "first", "--yes"]).expect_code(0);
    let first = env.clone_at("first");
    first.lobu(["validate"]).expect_code(0);
    give_values(&env.read("first/lobu.toml"));
    pin(env, "first/lobu.toml", "two");
    let plan = run(&first, "two", &["apply", "--yes"]);
    plan.expect_code(0);
    run(env, "two", &["pull", "--init", "second", "--yes"]).expect_code(0);
    assert_eq!(without_pin(&env.project().join("second")), without_pin(&env.project().join("first")));
    assert!(env.read("second/lobu.toml").contains("org = \"two\""));
    for (directory, org) in [("second", "two"), ("first", "two")] {
        let plan = run(&env.clone_at(directory), org, &["plan"]);
        assert!(plan.expect_code(0).stdout.contains("Nothing to apply"), "{directory}: {plan}");
        let pull = run(&env.clone_at(directory), org, &["pull", "--all"]);
        assert!(pull.expect_code(0).stdout.contains("Nothing to pull."), "{directory}: {pull}");
    }
}

/// A copy of the fixture without its pin, so that it goes to any org.
fn unpinned(env: &TestEnv) {
    env.copy_fixture(FIXTURE);
    let toml = env.read("lobu.toml");
    // A chat manager refuses Discord without a token.
    let toml = toml.replace("applicationId = ", "botToken = \"$HARBOUR_DISCORD_TOKEN\", applicationId = ");
    let lines = toml.split_inclusive('\n').filter(|line| !line.starts_with("org = "));
    env.write("lobu.toml", lines.collect::<String>());
}

#[track_caller]
fn on_embedded_orgs(has_own_databases: bool) {
    let env = TestEnv::new();
    unpinned(&env);
    let database =
        |org: &str| if has_own_databases { env.home().join(format!("{org}.db")) } else { env.local_database() };
    let run = |at: &TestEnv, org: &str, arguments: &[&str]| {
        let database = database(org).to_string_lossy().into_owned();
        at.lobu(arguments.iter().copied().chain(["-c", "local", "--org", org, "--db", &database]))
    };
    put_secrets(&database("one"), "one", &values_for(&env.read("lobu.toml")));
    run(&env, "one", &["apply", "--yes"]).expect_code(0);
    moved(&env, &run, &|toml| put_secrets(&database("two"), "two", &values_for(toml)));
}

#[test]
fn from_one_embedded_org_to_another() {
    on_embedded_orgs(false);
}

#[test]
fn from_one_embedded_org_to_another_of_another_database() {
    on_embedded_orgs(true);
}

/// A double whose org is called otherwise, and a project to run in.
fn double(options: Options, org: &str) -> Site {
    let site = Site::project(options, "[agents]\n");
    site.server.state().add_organization(org);
    site
}

#[test]
fn from_one_server_of_the_second_generation_to_another() {
    for options in [Options::g2(), Options::g2().reading_references()] {
        let (one, two) = (double(options.clone(), "one"), double(options, "two"));
        unpinned(&one.env);
        let (first_url, second_url) = (one.server.url(), two.server.url());
        let values = std::cell::RefCell::new(values_for(&one.env.read("lobu.toml")));
        let run = |at: &TestEnv, org: &str, arguments: &[&str]| {
            let mut at = at.clone();
            for (name, value) in values.borrow().iter() {
                at.env(name, value.clone());
            }
            at.env("LOBU_API_TOKEN", owner_token(org));
            let url = if org == "one" { &first_url } else { &second_url };
            at.lobu(arguments.iter().copied().chain(["--url", url, "--org", org]))
        };
        run(&one.env, "one", &["apply", "--yes", "--send-secret-values"]).expect_code(0);
        let give = |toml: &str| values.borrow_mut().extend(values_for(toml));
        moved(&one.env, &run, &give);
    }
}

#[test]
fn on_one_server_of_the_first_generation_ids_are_taken() {
    let site = double(Options::g1_without_manager(), "two");
    site.env.write(
        "lobu.toml",
        "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n\n[memory]\nenabled = true\norg = \"dev\"\n",
    );
    site.env.write("models/owns.yaml", "type: relationship\nslug: owns\nname: Owns\n");
    site.apply(&[]);
    site.run(&["pull", "--init", "first", "--yes"]).expect_code(0);
    pin(&site.env, "first/lobu.toml", "two");
    let mut first = site.env.clone_at("first");
    first.env("LOBU_API_TOKEN", owner_token("two"));
    site.server.forget_requests();
    let output = first.lobu(["apply", "--yes", "--url", &site.server.url(), "--org", "two"]);
    output.expect_code(3);
    let told = flat(&output.everything());
    for part in [
        "! agent triage: POST /api/two/agents answered 409: Agent ID already exists in another organization",
        "! relationship-type owns:",
        "answered 400: Relationship type with slug \"owns\" already exists",
        "error: the server refused or failed; nothing was changed",
    ] {
        assert!(told.contains(part), "{part}: {output}");
    }
    assert_eq!(site.server.state().agents.len(), 1);
}
