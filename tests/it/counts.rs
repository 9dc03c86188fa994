//! What a run asks and writes, counted.

use crate::support::env::TestEnv;
use crate::support::existing_server::{Options, RecordedRequest};
use crate::support::site::Site;

#[test]
fn a_plan_of_types_reads_two_lists_and_the_rules_of_each_relationship_type() {
    let site = Site::fixture(Options::g1_with_manager(), "everything");
    site.apply(&[]);
    site.server.forget_requests();
    site.run(&["plan", "--only", "memory"]).expect_code(0);
    let actions: Vec<String> = site
        .server
        .requests()
        .iter()
        .filter_map(|request| Some(request.json()?.get("action")?.as_str()?.to_owned()))
        .collect();
    let count = |wanted: &str| actions.iter().filter(|action| *action == wanted).count();
    let declared = site.server.state().relationship_types.len();
    assert_eq!((count("list"), count("list_rules"), actions.len()), (2, declared, 2 + declared));
    assert!(site.server.requests().iter().all(|request| !request.path.ends_with("/config")));
    assert_eq!(site.server.writes().len(), 0);
}

#[test]
fn what_is_not_selected_is_not_read() {
    let site = Site::fixture(Options::g1_with_manager(), "everything");
    site.apply(&[]);
    site.server.forget_requests();
    site.run(&["plan", "agent/harbour"]).expect_code(0);
    let requests = site.server.requests();
    assert!(requests.iter().any(|request| request.path.ends_with("/harbour/config")));
    assert!(requests.iter().all(|request| !request.path.ends_with("/night-watch/config")));
    site.server.forget_requests();
    site.run(&["plan", "--only", "agents"]).expect_code(0);
    assert!(site.server.requests().iter().all(|request| !request.path.ends_with("/manage_entity_schema")));
}

#[test]
fn a_plan_of_a_local_org_that_does_not_exist_makes_no_file() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    let output = env.lobu(["plan", "-c", "local"]);
    output.expect_code(0);
    assert!(output.stdout.contains("Plan: 11 to create."), "{output}");
    let made: Vec<_> = std::fs::read_dir(env.home()).expect("HOME").collect();
    assert!(made.is_empty(), "{made:?}");
    env.lobu(["apply", "-c", "local"]).expect_code(2);
    assert_eq!(std::fs::read_dir(env.home()).expect("HOME").count(), 0, "without a yes nothing is made either");
}

#[test]
fn a_plan_of_another_local_org_changes_no_file() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    env.lobu(["apply", "--yes", "-c", "local"]).expect_code(0);
    let bytes = || {
        let file = |ending| std::fs::read(env.home().join(format!(".local/share/lobu/local.db{ending}"))).ok();
        ["", "-wal", ".key"].map(file)
    };
    let before = bytes();
    env.lobu(["plan", "-c", "local", "--org", "elsewhere"]).expect_code(0);
    let again = env.lobu(["plan", "-c", "local"]);
    assert!(again.stdout.contains("Nothing to apply"), "{again}");
    assert!(bytes() == before, "a plan changed the database");
}

#[test]
fn a_pull_and_a_drift_ask_for_what_a_plan_asks_for() {
    let site = Site::fixture(Options::g1_with_manager(), "everything");
    site.apply(&[]);
    let asked = |arguments: &[&str]| {
        site.server.forget_requests();
        site.run(arguments).expect_code(0);
        assert_eq!(site.server.writes().len(), 0, "{arguments:?}");
        let request = |request: &RecordedRequest| format!("{} {} {:?}", request.method, request.path, request.json());
        let mut requests: Vec<String> = site.server.requests().iter().map(request).collect();
        requests.sort();
        requests
    };
    let plan = asked(&["plan"]);
    assert_eq!(asked(&["pull", "--dry-run"]), plan);
    assert_eq!(asked(&["pull", "--force"]), plan);
    assert_eq!(asked(&["drift"]), plan);
}
