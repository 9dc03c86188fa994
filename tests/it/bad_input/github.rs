//! What GitHub makes of a log: annotations at paths of the repository, and no command that a project's text made.

use super::harness::{AGENT, Case};
use super::text::{NASTY, project, quoted};
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::{ExistingServer, Fault, Options, owner_token};

/// The lines that GitHub's runner takes for commands: `::` after white space at the start, and `##[` anywhere.
#[track_caller]
fn commands(output: &CommandOutput) -> Vec<String> {
    let everything = output.everything();
    assert!(!everything.contains("##["), "a command of the older form\n{output}");
    assert!(!output.stdout.lines().any(|line| line.trim().starts_with("::")), "a command on stdout\n{output}");
    output.stderr.lines().filter(|line| line.trim().starts_with("::")).map(str::to_owned).collect()
}

/// Asserts that every command is an annotation of this program, whatever texts are in it.
#[track_caller]
fn only_annotations(name: &str, output: &CommandOutput) {
    for command in commands(output) {
        let ours = ["::error ", "::warning ", "::notice ", "::warning::", "::error::"];
        assert!(ours.iter().any(|start| command.starts_with(start)), "{name}: {command:?}\n{output}");
        let message = command.splitn(3, "::").nth(2).unwrap_or_default();
        assert!(!message.starts_with("forged") && !command.contains("%0A::"), "{name}: {command:?}\n{output}");
    }
}

fn in_actions(env: &mut TestEnv) {
    let root = env.project().display().to_string();
    env.env("GITHUB_ACTIONS", "true").env("CI", "true").env("GITHUB_WORKSPACE", root);
}

#[test]
fn annotations_have_paths_in_the_repository() {
    let case = Case::new("", 2)
        .file("infra/lobu/lobu.toml", format!("{AGENT}nmae = \"x\"\n[memory]\nmodels = \"./models\"\n"))
        .file("infra/lobu/agents/pilot/SOUL.md", "Steer.\n")
        .file("infra/lobu/models/a.yaml", "type: entity\nslug: a\nname: A\ncolour: red\n");
    let mut env = case.lay_out();
    in_actions(&mut env);
    let expected = [
        "::error file=infra/lobu/lobu.toml,line=4,col=1,title=unknown-key",
        "::warning file=infra/lobu/models/a.yaml,line=4,col=1,title=unknown-key",
    ];
    let mut run = |directory: &str, arguments: &[&str]| {
        let output = env.work_in(directory).lobu(arguments);
        let found = commands(output.expect_code(2));
        let places: Vec<&str> = found.iter().map(|line| line.rsplit_once("::").expect("an annotation").0).collect();
        assert_eq!(places, expected, "{output}");
    };
    run("infra/lobu", &["validate"]);
    run("infra/lobu/agents", &["validate"]);
    run(".", &["validate", "-C", "infra/lobu"]);
    run("infra", &["plan", "-c", "local", "-C", "../infra/./lobu"]);
}

#[test]
fn a_values_file_outside_of_the_repository_is_named_in_the_message() {
    let mut env = Case::new("", 2).lay_out();
    in_actions(&mut env);
    std::fs::write(env.home().join("values.env"), "A=1\n!\n").expect("a file");
    env.write("values.env", "!\n");
    let outside = env.home().join("values.env").display().to_string();
    let output = env.lobu(["secrets", "push", "--yes", "-c", "local", "--from-file", &outside]);
    let found = commands(output.expect_code(2));
    assert!(found.iter().any(|line| line.starts_with("::error title=") && line.contains("values.env:2: ")), "{output}");
    let output = env.lobu(["secrets", "push", "--yes", "-c", "local", "--from-file", "values.env"]);
    let found = commands(output.expect_code(2));
    assert!(found.iter().any(|line| line.starts_with("::error file=values.env,line=1,")), "{output}");
}

#[test]
fn failures_without_a_file_are_annotations() {
    let mut env = Case::new("", 0).lay_out();
    in_actions(&mut env);
    let mut messages = String::new();
    let mut fails = |arguments: &[&str], code: i32| {
        let output = env.lobu(arguments);
        let found = commands(output.expect_code(code));
        assert_eq!(found.len(), 1, "{output}");
        messages.push_str(&found.concat().replace(&env.path().display().to_string(), "[TEMP]"));
        messages.push('\n');
    };
    fails(&["plan"], 2);
    fails(&["plan", "--url", "http://127.0.0.1:1", "--org", "x"], 1);
    fails(&["plan", "-C", "none"], 2);
    fails(&["plan", "--jsn"], 2);
    fails(&["plan", "a\n::error::forged"], 2);
    fails(&["apply", "-c", "local"], 2);
    fails(&["apply", "--yes", "-c", "local", "--expect", &"0".repeat(40)], 6);
    insta::assert_snapshot!(messages, @r"
    ::error title=no-target::no server is set%0ASet one with --url, -c or LOBU_SERVER_URL, or use the embedded org with -c local. To log in to a server:%0Alobu login
    ::error title=unreachable::GET /api/x/agents got no answer: nothing listens there (connection refused)%0ACheck the URL and that the server is running. To run one on this machine:%0Alobu dev
    ::error title=invalid-project::the directory `[TEMP]/project/none` does not exist
    ::error title=usage::unexpected argument '--jsn' found
    ::error title=usage::`a\n::error::forged` is not a selector: write kind/id, with kind one of agent, settings, platform, entity-type, relationship-type, watcher
    ::error title=not-a-terminal::cannot prompt: not a terminal (use --yes)%0ANothing was changed. To preview changes, use --dry-run.
    ::error title=not-expected::this is plan 33777308b08c9a1f86dbc8acd7a29c1ae30547d7, not the expected 0000000000000000000000000000000000000000; nothing was changed%0AFiles or org differ from what was reviewed. Review the plan above, then pass its id.
    ");
}

#[test]
fn the_texts_of_a_project_are_no_commands() {
    let mut env = project();
    in_actions(&mut env);
    let lines = format!("::error::forged\n  ::error::forged\n##[group]forged\n%0A::error::forged\n{NASTY}\n");
    let run = |env: &TestEnv, arguments: &[&str]| {
        let output = env.lobu(arguments);
        assert!(output.code.is_some_and(|code| [0, 1, 2, 3, 6].contains(&code)), "{arguments:?}\n{output}");
        only_annotations(&arguments.join(" "), &output);
    };
    let plans = |env: &TestEnv| {
        for more in [
            vec!["--full"],
            vec!["--names-only"],
            vec!["--format", "markdown", "--full"],
            vec!["--json"],
            vec!["--show-unchanged", "--all", "-v"],
        ] {
            run(env, &[&["plan", "-c", "local"], more.as_slice()].concat());
        }
    };
    run(&env, &["validate"]);
    plans(&env);
    run(&env, &["apply", "-c", "local", "--yes"]);
    // With edits in the middle of a text, so that the lines around them are shown.
    for (file, other) in [("agents/pilot/SOUL.md", "more"), ("agents/pilot/IDENTITY.md", "::error::forged")] {
        env.write(file, format!("{lines}{other}\n{lines}"));
    }
    plans(&env);
    run(&env, &["apply", "-c", "local", "--yes"]);
    env.write("agents/pilot/SOUL.md", format!("{lines}another\n{lines}"));
    plans(&env);
    for arguments in [
        vec!["show"],
        vec!["show", "--json"],
        vec!["show", "--remote", "-c", "local"],
        vec!["drift", "-c", "local"],
        vec!["drift", "-c", "local", "--json"],
        vec!["pull", "-c", "local", "--dry-run"],
        vec!["secrets", "list", "-c", "local"],
        vec!["doctor", "-c", "local", "-v"],
        vec!["doctor", "--offline"],
        vec!["validate", "-C", "a\n::error::forged"],
        vec!["plan", "-t", "a\n::error::forged"],
        vec!["plan", "-c", "a\n::error::forged"],
        vec!["plan", "--url", "http://a\n::error::forged"],
        vec!["explain", "a\n::error::forged"],
    ] {
        run(&env, &arguments);
    }
    let nasty = quoted(&format!("x\n{lines}"));
    env.write("lobu.toml", format!("{AGENT}{nasty} = {nasty}\nproviders = [{{ id = {nasty}, {nasty} = 1 }}]\n"));
    run(&env, &["validate"]);
    run(&env, &["validate", "--json"]);
}

#[test]
fn the_texts_of_a_server_are_no_commands() {
    let mut env = project();
    in_actions(&mut env);
    env.env("LOBU_API_TOKEN", owner_token("dev")).env("LOBU_ORG", "dev");
    for fault in [Fault::error(422, "x\r\n::error::forged%0A::error::forged"), Fault::error(403, "##[group]forged")] {
        let server = ExistingServer::start(Options::g1_without_manager());
        server.fail_every(|request| request.path == "/api/dev/agents", fault);
        let output = env.lobu(["apply", "--yes", "--url", &server.url()]);
        assert_ne!(output.code, Some(0), "{output}");
        assert!(!commands(&output).is_empty(), "{output}");
        only_annotations("a message of a server", &output);
    }
}
