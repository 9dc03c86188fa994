//! Each project on this machine has an org of its own.

use crate::support::env::{CommandOutput, TestEnv};

fn toml(agent: &str) -> String {
    format!("[agents.{agent}]\nname = 'Desk'\ndir = 'desk'\n")
}

/// A project in a directory of the test's.
fn write(env: &TestEnv, directory: &str, agent: &str) {
    env.write(&format!("{directory}/lobu.toml"), toml(agent)).write(&format!("{directory}/desk/SOUL.md"), "Be kind.\n");
}

fn run(env: &TestEnv, directory: &str, arguments: &[&str]) -> CommandOutput {
    let directory = format!("./{directory}");
    env.lobu([arguments, &["-c", "local", "-C", &directory]].concat())
}

fn words(output: &CommandOutput) -> String {
    output.everything().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_org_is_named_by_the_projects_directory() {
    let env = TestEnv::new();
    for (directory, org) in
        [("desk", "desk"), ("Field Notes.v2", "field-notes-v2"), ("--", "dev"), ("api", "api-project"), ("é1", "1")]
    {
        write(&env, directory, "desk");
        env.write(&format!("{directory}/lobu.toml"), format!("# {org}\n{}", toml("desk")));
        let output = run(&env, directory, &["apply", "--yes"]);
        output.expect_code(0);
        assert!(words(&output).contains(&format!("{org} (context local)")), "{directory}: {output}");
        // Two projects that have an agent in common do not meet.
        let output = run(&env, directory, &["plan", "--detailed-exitcode"]);
        assert!(output.expect_code(0).stdout.contains("Nothing to apply."), "{directory}: {output}");
    }
}

#[test]
fn a_second_checkout_of_a_project_shares_its_org() {
    let env = TestEnv::new();
    for directory in ["first", "second"] {
        write(&env, directory, "desk");
    }
    run(&env, "first", &["apply", "--yes"]).expect_code(0);
    env.write("second/lobu.toml", toml("desk").replace('\n', "\r\n"));
    let output = run(&env, "second", &["plan"]);
    assert!(output.expect_code(0).stdout.contains("Nothing to apply."), "{output}");
    let said = words(&output);
    assert!(said.contains("first (context local)") && !said.contains("is new in this database"), "{output}");
    // A project that has become another one does not write to it.
    env.write("second/lobu.toml", format!("{}description = 'Mine'\n", toml("desk")));
    let output = run(&env, "second", &["plan"]);
    assert!(words(&output).contains("second (context local)"), "{output}");
    assert!(words(&output).contains("which also has first (agent desk"), "{output}");
    // Its own org stays its own.
    run(&env, "second", &["apply", "--yes"]).expect_code(0);
    env.write("second/lobu.toml", toml("desk"));
    assert!(words(&run(&env, "second", &["plan"])).contains("second (context local)"));
}

#[test]
fn a_flag_and_a_pin_go_over_the_directory() {
    let env = TestEnv::new();
    write(&env, "desk", "desk");
    assert!(words(&run(&env, "desk", &["plan", "--org", "other"])).contains("other (context local)"));
    env.write("desk/lobu.toml", format!("{}[memory]\norg = 'pinned'\n", toml("desk")));
    assert!(words(&run(&env, "desk", &["plan"])).contains("pinned (context local)"));
}

#[test]
fn another_project_of_that_name_stops_and_asks() {
    let env = TestEnv::new();
    for (directory, agent) in [("a/bot", "desk"), ("b/bot", "front"), ("c/bot", "desk")] {
        write(&env, directory, agent);
    }
    run(&env, "a/bot", &["apply", "--yes"]).expect_code(0);
    for verb in [&["plan"][..], &["apply", "--yes"], &["drift"], &["secrets", "list"]] {
        let output = run(&env, "b/bot", verb);
        output.expect_code(2);
        let words = words(&output);
        assert!(words.contains("org bot of this database belongs to another project, in "), "{output}");
        assert!(words.contains("a/bot") && words.contains("--org NAME"), "{output}");
    }
    run(&env, "b/bot", &["apply", "--yes", "--org", "bot2"]).expect_code(0);
    run(&env, "b/bot", &["apply", "--yes", "--org", "bot"]).expect_code(0);
    // From then on both are known to be applied to it.
    run(&env, "b/bot", &["plan"]).expect_code(0);
    run(&env, "a/bot", &["plan"]).expect_code(0);
}

#[test]
fn two_projects_that_declare_one_agent_are_told() {
    let env = TestEnv::new();
    for (directory, agent) in [("a/bot", "desk"), ("c/bot", "desk")] {
        write(&env, directory, agent);
    }
    run(&env, "a/bot", &["apply", "--yes"]).expect_code(0);
    let told = "warning: agent desk: another project, in ";
    let output = run(&env, "c/bot", &["plan"]);
    output.expect_code(0);
    assert!(words(&output).contains(told) && words(&output).contains("a/bot, applied it last"), "{output}");
    env.write("c/bot/desk/SOUL.md", "Be brief.\n");
    run(&env, "c/bot", &["apply", "--yes"]).expect_code(0);
    env.write("c/bot/desk/SOUL.md", "Be brief and kind.\n");
    let output = run(&env, "c/bot", &["apply", "--yes"]);
    assert!(!words(&output.expect_code(0).clone()).contains(told), "{output}");
    let output = run(&env, "a/bot", &["plan"]);
    assert!(words(&output).contains("c/bot, applied it last"), "{output}");
    // A project that was moved is no other one.
    std::fs::remove_dir_all(env.project().join("c")).expect("it is there");
    assert!(!words(&run(&env, "a/bot", &["plan"])).contains(told));
}

#[test]
fn a_renamed_directory_is_pointed_to_the_org_of_before() {
    let env = TestEnv::new();
    write(&env, "one", "desk");
    run(&env, "one", &["apply", "--yes"]).expect_code(0);
    std::fs::rename(env.project().join("one"), env.project().join("two")).expect("it is there");
    let output = run(&env, "two", &["plan"]);
    output.expect_code(0);
    let words = words(&output);
    assert!(
        words.contains("warning: org two is new in this database, which also has one (agent desk, from "),
        "{output}"
    );
    assert!(words.contains("add --org SLUG"), "{output}");
    let output = run(&env, "two", &["plan", "--org", "one"]);
    assert!(output.expect_code(0).stdout.contains("Nothing to apply."), "{output}");
    assert!(!output.everything().contains("another project"), "{output}");
}

/// A database of a version in which every project had the org `dev`.
#[test]
fn a_database_with_dev_alone_is_not_left_behind_in_silence() {
    let env = TestEnv::new();
    write(&env, "desk", "desk");
    let store = lobu::server::Store::open(&lobu::server::Database::File(env.local_database())).expect("a store");
    store.ensure_org("dev", "dev").expect("an org");
    drop(store);
    for verb in [&["plan"][..], &["apply", "--yes"]] {
        let output = run(&env, "desk", verb);
        output.expect_code(2);
        assert!(words(&output).contains("--org dev"), "{output}");
    }
    run(&env, "desk", &["apply", "--yes", "--org", "dev"]).expect_code(0);
    run(&env, "desk", &["plan"]).expect_code(0);
}
