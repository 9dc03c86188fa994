//! The steps of the nightly run: what a pull changed becomes a pull request, without a checkout in the job that can write.

use std::process::Command;

use super::documents::{file, step, workflow};
use super::github::{GitHub, TOKEN};
use super::steps::Runner;
use crate::support::dev::Dev;
use crate::support::env::TestEnv;

/// A repository of git with the project, and an org that has another text.
fn git(runner: &Runner, arguments: &[&str]) {
    let name = ["-c", "user.name=x", "-c", "user.email=x@example"];
    let mut command = Command::new("git");
    command.args(name).args(arguments).current_dir(runner.env.project()).env("HOME", runner.env.home());
    assert!(command.output().expect("git").status.success(), "git {arguments:?}");
}

#[test]
#[ignore = "needs curl and jq"]
fn what_a_pull_changed_becomes_a_pull_request() {
    let github = GitHub::start();
    let runner = Runner::new(&github.url);
    runner.env.copy_fixture("support-desk");
    git(&runner, &["init", "-q"]);
    git(&runner, &["add", "--all"]);
    git(&runner, &["commit", "-q", "-m", "x"]);
    let server = TestEnv::new();
    let dev = Dev::start(&server);
    let url = format!("http://{}", dev.address);
    let token = Dev::token(&server);
    let variables =
        [("LOBU_SERVER_URL", url.as_str()), ("LOBU_ORG", "dev"), ("LOBU_API_TOKEN", &token), ("PROJECT", ".")];
    let program = runner.env.command().get_program().to_string_lossy().into_owned();
    runner.succeed(&format!("mkdir \"$RUNNER_TEMP/lobu\"\nln -s {program} \"$RUNNER_TEMP/lobu/lobu\""), &[]);
    let before = runner.env.read("agents/front-desk/SOUL.md");
    runner.env.write("agents/front-desk/SOUL.md", format!("{before}Be kind: \"100%\" $HOME.\n"));
    runner.succeed("\"$RUNNER_TEMP/lobu/lobu\" apply --yes", &variables);
    runner.env.write("agents/front-desk/SOUL.md", &before);
    runner.env.write("built/by/another-step.txt", "");
    git(&runner, &["add", "--all"]);
    git(&runner, &["commit", "-q", "-m", "x"]);

    let jobs = workflow(&file("templates/github/lobu-drift.yml"))["jobs"].clone();
    let script = |job: &str, name: &str| step(&jobs[job], name)["run"].as_str().expect("a script").to_owned();
    let drift = runner.run(&script("drift", "Detect drift"), &variables);
    assert_eq!(drift.status.code(), Some(6), "{drift:?}");
    assert_eq!(runner.outputs(), [("differs".to_owned(), "true".to_owned())]);

    runner.succeed(&script("pull", "Pull"), &variables);
    let outputs = runner.outputs();
    let output = |name: &str| outputs.iter().find(|(other, _)| other == name).expect("an output").1.clone();
    let (base, files) = (output("base"), output("files"));
    let env = &step(&jobs["open"], "Open or update the pull request")["env"];
    let text = |name: &str| env[name].as_str().expect("a text").to_owned();
    let (branch, title, body) = (text("BRANCH"), text("TITLE"), text("BODY"));
    let variables = [
        ("GITHUB_TOKEN", TOKEN),
        ("FILES", &files),
        ("BASE", &base),
        ("BRANCH", &branch),
        ("TITLE", &title),
        ("BODY", &body),
    ];
    for _ in 0..2 {
        runner.succeed(&script("open", "Open or update the pull request"), &variables);
    }
    let repository = github.repository();
    assert_eq!(repository.pulls.len(), 1, "{:?}", repository.requests);
    let pull = repository.pulls.first().expect("a pull request");
    assert_eq!((&pull["head"], &pull["base"]), (&"lobu-pull".into(), &"main".into()));
    assert_eq!(repository.refs.len(), 1);
    assert_eq!(
        repository.refs.first().expect("a branch")["moved"],
        repository.commits.last().expect("a commit")["sha"]
    );
    let commit = repository.commits.first().expect("a commit");
    assert_eq!(commit["parents"], serde_json::json!([base]));
    let tree = repository.trees.first().expect("a tree");
    assert_eq!(tree["base_tree"], format!("tree-of-{base}"));
    let changed = runner.env.read("agents/front-desk/SOUL.md");
    assert!(changed.ends_with("Be kind: \"100%\" $HOME.\n"), "{changed}");
    let soul = serde_json::json!({
        "path": "agents/front-desk/SOUL.md", "mode": "100644", "type": "blob", "content": changed,
    });
    assert_eq!(tree["tree"], serde_json::json!([soul]));
}
