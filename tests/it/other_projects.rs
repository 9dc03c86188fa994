//! Two projects that declare the same resource of an org on a server.

use tokio::runtime::Runtime;

use crate::support::dev::Dev;
use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::Options;
use crate::support::site::Site;

const TYPE: &str = "type: entity\nslug: person\nname: Person\n";

/// A project in a directory of the test's, whose agent has this prompt.
fn write(env: &TestEnv, directory: &str, prompt: &str) {
    let toml = "[agents.desk]\nname = 'Desk'\ndir = 'desk'\n[memory]\nmodels = './models'\n";
    env.write(&format!("{directory}/lobu.toml"), toml)
        .write(&format!("{directory}/desk/SOUL.md"), prompt)
        .write(&format!("{directory}/models/person.yaml"), TYPE);
}

/// The same in a clone of a repository.
fn clone(env: &TestEnv, directory: &str, url: &str, prompt: &str) {
    write(env, directory, prompt);
    env.write(&format!("{directory}/.git/HEAD"), "ref: refs/heads/main\n")
        .write(&format!("{directory}/.git/config"), format!("[remote \"origin\"]\n\turl = {url}\n"));
}

fn run(env: &TestEnv, url: &str, directory: &str, arguments: &[&str]) -> CommandOutput {
    let directory = format!("./{directory}");
    env.lobu([arguments, &["--url", url, "--org", "dev", "-C", &directory]].concat())
}

fn words(output: &CommandOutput) -> String {
    output.expect_code(0).everything().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn two_projects_on_lobu_dev_are_told_of_each_other() {
    let mut env = TestEnv::new();
    let dev = Dev::start(&env);
    env.env("LOBU_API_TOKEN", Dev::token(&env)).env("NO_COLOR", "1");
    let url = format!("http://{}", dev.address);
    write(&env, "a/shop", "Be kind.\n");
    write(&env, "b/workshop", "Be brief.\n");
    let run = |directory: &str, arguments: &[&str]| words(&run(&env, &url, directory, arguments));
    let said = run("a/shop", &["apply", "--yes"]);
    assert!(!said.contains("another project"), "{said}");
    let said = run("b/workshop", &["plan"]);
    let told = "warning: agent desk: another project, \"shop\", applied it and 1 other resource last \
                (entity-type/person); an apply from here overwrites them";
    assert!(said.contains(told), "{said}");
    assert!(said.contains("Declare a resource in one project only, or give each project an org of its own"), "{said}");
    let said = run("b/workshop", &["apply", "--yes", "--only", "agents"]);
    assert!(said.contains("warning: agent desk: another project, \"shop\", applied it last;"), "{said}");
    // From then on the agent is the other one's; the type still is the first one's.
    let said = run("a/shop", &["plan"]);
    assert!(said.contains("warning: agent desk: another project, \"workshop\", applied it last;"), "{said}");
    let said = run("b/workshop", &["plan"]);
    assert!(said.contains("warning: entity-type person: another project, \"shop\", applied it last;"), "{said}");
    // The same database, without the server in between.
    drop(dev);
    let said = words(&env.lobu(["plan", "-c", "local", "--org", "dev", "-C", "./a/shop"]));
    assert!(said.contains("another project, \"workshop\", applied it last;"), "{said}");
}

fn served() -> (TestEnv, Served, Runtime) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let served = runtime.block_on(Served::in_memory());
    let mut env = TestEnv::new();
    env.env("LOBU_API_TOKEN", served.token()).env("NO_COLOR", "1");
    (env, served, runtime)
}

#[test]
fn checkouts_of_a_repository_are_one_project() {
    let (env, served, _runtime) = served();
    clone(&env, "first", "git@github.com:acme/bots.git", "Be kind.\n");
    clone(&env, "ci/workspace", "https://github.com/acme/bots", "Be brief.\n");
    clone(&env, "fork", "git@github.com:somebody/bots.git", "Be quick.\n");
    for directory in ["first", "ci/workspace", "first"] {
        let said = words(&run(&env, served.url(), directory, &["apply", "--yes"]));
        assert!(said.contains("Apply complete") && !said.contains("another project"), "{directory}: {said}");
    }
    let output = run(&env, served.url(), "fork", &["plan", "--json"]);
    let plan: serde_json::Value = serde_json::from_str(&output.expect_code(0).stdout).expect("a plan");
    let message = plan["warnings"][0]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("agent/desk: another project, \"bots\", applied it"), "{plan:#}");
}

#[test]
fn to_be_told_costs_no_request() {
    let (env, served, _runtime) = served();
    write(&env, "shop", "Be kind.\n");
    write(&env, "workshop", "Be kind.\n");
    words(&run(&env, served.url(), "shop", &["apply", "--yes"]));
    let requests = |directory: &str| {
        served.counter.reset();
        let said = words(&run(&env, served.url(), directory, &["plan"]));
        assert_eq!(served.counter.writes(), 0);
        (said.contains("another project"), served.counter.reads())
    };
    let (own, reads) = requests("shop");
    assert_eq!((own, requests("workshop")), (false, (true, reads)));
    // Agents, their settings and platforms, the types, two lists of watchers, whether there are secrets; /health is not counted.
    assert!(reads <= 10, "{reads} requests");
}

#[test]
fn other_servers_are_not_told_which_project_it_is() {
    let site = Site::fixture(Options::g1_with_manager(), "everything");
    site.apply(&[]);
    assert!(!site.server.writes().is_empty());
    assert!(site.server.requests().iter().all(|request| request.header("x-lobu-project").is_none()));
}
