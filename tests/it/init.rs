//! New projects: from flags, an example, a template; in a directory of someone else's files.

use std::fs;
use std::process::Command;

use crate::support::embedded::Served;
use crate::support::env::TestEnv;
use crate::support::terminal::Terminal;

/// The files of a directory with their texts, without what a database has.
fn files(env: &TestEnv, directory: &str) -> Vec<String> {
    fn below(path: &std::path::Path, root: &std::path::Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(path).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                below(&path, root, found);
            } else {
                found.push(path.strip_prefix(root).expect("below").display().to_string());
            }
        }
    }
    let root = env.project().join(directory);
    let mut found = Vec::new();
    below(&root, &root, &mut found);
    found.sort();
    found
}

#[test]
fn a_project_of_defaults_is_valid_and_applied() {
    let env = TestEnv::new();
    env.lobu(["init", "new", "--yes"]).expect_code(0);
    let expected = [
        ".env.example",
        ".gitignore",
        ".lobu/lobu-toml.schema.json",
        "AGENTS.md",
        "agents/assistant/IDENTITY.md",
        "agents/assistant/SOUL.md",
        "lobu.toml",
    ];
    assert_eq!(files(&env, "new"), expected);
    env.lobu(["validate", "--deny-warnings", "-C", "new"]).expect_code(0);
    env.lobu(["plan", "-c", "local", "-C", "new", "--detailed-exitcode"]).expect_code(2);
    env.lobu(["apply", "-c", "local", "-C", "new", "--yes"]).expect_code(0);
    env.lobu(["plan", "-c", "local", "-C", "new", "--detailed-exitcode"]).expect_code(0);
}

#[test]
fn a_project_has_what_flags_say() {
    let env = TestEnv::new();
    let flags = "init new --yes --name Acme --agent triage --provider openai --platform slack --platform telegram --memory --org acme";
    env.lobu(flags.split(' ')).expect_code(0);
    let text = env.read("new/lobu.toml");
    for part in ["[agents.triage]", "$OPENAI_API_KEY", "$SLACK_SIGNING_SECRET", "name = \"Acme\"", "\norg = \"acme\""] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert!(files(&env, "new").contains(&".lobu/models.schema.json".to_owned()));
    env.lobu(["validate", "--deny-warnings", "-C", "new"]).expect_code(0);
    let values = env.read("new/.env.example");
    for name in ["OPENAI_API_KEY=\n", "SLACK_BOT_TOKEN=\n", "SLACK_SIGNING_SECRET=\n", "TELEGRAM_BOT_TOKEN=\n"] {
        assert!(values.contains(name), "{values}");
    }
    for wrong in ["--agent No", "--provider A/B", "--org -", "--name \u{7}", "--platform icq"] {
        let flags = format!("init other --yes {wrong}");
        env.lobu(flags.split(' ')).expect_code(2);
        assert!(!env.project().join("other").exists(), "{wrong}");
    }
}

#[test]
fn it_runs_in_an_empty_repository_and_git_ignores_values() {
    let env = TestEnv::new();
    fs::create_dir(env.project().join("repository")).expect("a directory");
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(env.project().join("repository")).output();
        output.expect("git runs").status.code()
    };
    assert_eq!(git(&["init", "-q"]), Some(0));
    env.clone_at("repository").lobu(["init", "--yes"]).expect_code(0);
    env.write("repository/.env", "ANTHROPIC_API_KEY=hunter2\n");
    assert_eq!(git(&["check-ignore", "-q", ".env"]), Some(0));
    assert_eq!(git(&["check-ignore", "-q", ".env.example"]), Some(1));
    env.clone_at("repository").lobu(["validate", "--deny-warnings"]).expect_code(0);
}

#[test]
fn nothing_is_overwritten() {
    let env = TestEnv::new();
    let theirs =
        [("AGENTS.md", "# Theirs\n"), (".gitignore", "/target"), (".env.example", "OTHER=1\n"), ("README.md", "")];
    for (path, text) in theirs {
        env.write(&format!("new/{path}"), text);
    }
    env.write("new/agents/assistant/SOUL.md", "Mine.\n");
    let refused = env.lobu(["init", "new", "--yes"]);
    refused.expect_code(6);
    assert!(refused.stderr.contains("`agents/assistant/SOUL.md`"), "{}", refused.stderr);
    assert!(!env.project().join("new/lobu.toml").exists() && env.read("new/AGENTS.md") == "# Theirs\n");
    env.lobu(["init", "new", "--yes", "--agent", "other"]).expect_code(0);
    for (path, text) in theirs {
        let now = env.read(&format!("new/{path}"));
        assert!(now.starts_with(text) && (path == "README.md" || now.len() > text.len()), "{path}: {now}");
    }
    assert_eq!(env.read("new/agents/assistant/SOUL.md"), "Mine.\n");
    let before = env.read("new/lobu.toml");
    env.lobu(["init", "new", "--yes", "--agent", "third"]).expect_code(6);
    assert_eq!(env.read("new/lobu.toml"), before);
    env.write("unreadable/AGENTS.md", b"\xff");
    env.lobu(["init", "unreadable", "--yes"]).expect_code(2);
    assert!(!env.project().join("unreadable/lobu.toml").exists());
    // What a killed run left is completed.
    fs::remove_file(env.project().join("new/lobu.toml")).expect("a file");
    fs::remove_file(env.project().join("new/.env.example")).expect("a file");
    env.lobu(["init", "new", "--yes", "--agent", "other"]).expect_code(0);
    assert_eq!(env.read("new/lobu.toml"), before);
}

#[test]
fn an_example_and_a_template_become_projects() {
    let env = TestEnv::new();
    env.lobu(["init", "first", "--yes", "--example", "support-desk"]).expect_code(0);
    env.lobu(["validate", "--deny-warnings", "-C", "first"]).expect_code(0);
    env.write("first/.env", "ANTHROPIC_API_KEY=hunter2\n");
    env.lobu(["init", "second", "--yes", "--from", "first"]).expect_code(0);
    let mut expected = files(&env, "first");
    expected.retain(|path| path != ".env");
    assert_eq!(files(&env, "second"), expected);
    for path in expected {
        assert_eq!(env.read(&format!("first/{path}")), env.read(&format!("second/{path}")), "{path}");
    }
    // Values that a target names are no part of a template either.
    let toml = env.read("first/lobu.toml");
    env.write("first/lobu.toml", format!("{toml}\n[targets.work]\nenv_file = \"keys/work\"\n"));
    env.write("first/keys/work", "ANTHROPIC_API_KEY=hunter2\n");
    env.lobu(["init", "without", "--yes", "--from", "first"]).expect_code(0);
    assert!(!env.project().join("without/keys").exists());
    for from in ["second", "missing", "second/agents"] {
        env.lobu(["init", "second/inside", "--yes", "--from", from]).expect_code(2);
        assert!(!env.project().join("second/inside").exists(), "{from}");
    }
    env.write("second/lobu.toml", "[agents.broken]\nnmae = \"x\"\n");
    let refused = env.lobu(["init", "third", "--yes", "--from", "second"]);
    refused.expect_code(2);
    assert!(refused.stderr.contains("nmae") && !env.project().join("third").exists(), "{}", refused.stderr);
}

#[test]
fn without_a_terminal_it_asks_for_a_flag() {
    let env = TestEnv::new();
    let refused = env.lobu(["init", "new"]);
    refused.expect_code(2);
    assert!(refused.stderr.contains("use --yes") && !env.project().join("new").exists(), "{}", refused.stderr);
}

#[test]
fn an_interrupt_at_a_question_writes_nothing() {
    let env = TestEnv::new();
    for steps in [
        &[("ID of the agent", "\u{3}")][..],
        &[("ID of the agent", "\r"), ("Model provider", "\r"), ("Add (", "\u{3}")],
    ] {
        let mut terminal = Terminal::start(&env, &["init", "new"], "");
        terminal.drive(steps);
        assert_eq!(terminal.end().0, Some(130));
        assert!(!env.project().join("new").exists());
    }
}

#[test]
fn workflows_are_at_the_root_of_the_repository() {
    let env = TestEnv::new();
    let output = Command::new("git").args(["init", "-q"]).arg(env.project()).output();
    assert!(output.expect("git runs").status.success());
    env.lobu(["init", "deep/down", "--yes", "--ci", "github"]).expect_code(0);
    let names = ["lobu-apply.yml", "lobu-drift.yml", "lobu-plan.yml", "lobu-secrets.yml"];
    assert_eq!(files(&env, ".github/workflows"), names);
    for name in names {
        let text = env.read(&format!(".github/workflows/{name}"));
        assert!(text.contains("\n  PROJECT: \"deep/down\"\n"), "{text}");
    }
    // For a project that is there, only they are added; the same once more changes nothing.
    fs::remove_dir_all(env.project().join(".github")).expect("a directory");
    env.lobu(["init", "deep/down", "--ci", "github"]).expect_code(0);
    env.lobu(["init", "deep/down", "--ci", "github"]).expect_code(0);
    assert_eq!(files(&env, ".github/workflows"), names);
    env.write(".github/workflows/lobu-plan.yml", "name: theirs\n");
    env.lobu(["init", "deep/down", "--ci", "github"]).expect_code(6);
    env.lobu(["init", "other", "--yes", "--ci", "github"]).expect_code(6);
    env.lobu(["init", "deep/down", "--ci", "github", "--memory"]).expect_code(6);
    env.lobu(["init", "${{ secrets.X }}", "--yes", "--ci", "github"]).expect_code(2);
    assert!(!env.project().join("other").exists());
}

#[test]
fn an_org_of_a_login_becomes_a_project() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let served = runtime.block_on(Served::in_memory());
    let env = TestEnv::new();
    let configuration = env.home().join(".config/lobu");
    fs::create_dir_all(&configuration).expect("a directory");
    let contexts = serde_json::json!({"contexts": {"work": {"apiUrl": served.url()}}});
    let logins = serde_json::json!({"version": 2, "contexts": {"work": {"accessToken": served.token()}}});
    fs::write(configuration.join("config.json"), contexts.to_string()).expect("a file");
    fs::write(configuration.join("credentials.json"), logins.to_string()).expect("a file");
    env.copy_fixture("support-desk");
    env.lobu(["apply", "-c", "work", "--org", "dev", "--yes"]).expect_code(0);
    env.lobu(["org", "use", "dev", "-c", "work"]).expect_code(0);

    let mut terminal = Terminal::start(&env, &["init", "pulled"], "");
    terminal.drive(&[("Start from", "\u{1b}[B\r"), ("[N/y", "a")]);
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("lobu plan -c work -C pulled"), "{screen}");
    assert!(env.read("pulled/lobu.toml").starts_with("#:schema ./.lobu/lobu-toml.schema.json\n"));
    assert!(files(&env, "pulled").contains(&"AGENTS.md".to_owned()));
    env.lobu(["plan", "-c", "work", "-C", "pulled", "--detailed-exitcode"]).expect_code(0);
    // A directory with something in it becomes no copy of an org, and is not asked about.
    env.write("other/README.md", "");
    let mut terminal = Terminal::start(&env, &["init", "other"], "");
    terminal.drive(&[("ID of the agent", "\u{3}")]);
    assert_eq!(terminal.end().0, Some(130));
}
