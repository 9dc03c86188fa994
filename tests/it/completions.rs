//! Completions, as the shells themselves make them.

use std::path::Path;
use std::process::Command;

use crate::support::env::TestEnv;
use crate::support::terminal::Terminal;

/// A project with an agent whose name a shell would run.
fn project() -> TestEnv {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    let lobu_toml = env.read("lobu.toml");
    env.write("lobu.toml", format!("{lobu_toml}\n[agents.\"front$(touch made-by-a-name)\"]\n"));
    env
}

/// A shell in the project, with this program in its path.
fn shell(env: &TestEnv, name: &str) -> Command {
    let lobu = env.command();
    let mut shell = Command::new(name);
    shell.env_clear().current_dir(lobu.get_current_dir().expect("a directory"));
    shell.envs(lobu.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let path = lobu.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value);
    let here = Path::new(lobu.get_program()).parent().expect("a directory").to_string_lossy().into_owned();
    shell.env("PATH", format!("{here}:{}", path.unwrap_or_default().to_string_lossy()));
    shell
}

/// What a script in a shell prints; nothing may be said on stderr.
#[track_caller]
fn printed(env: &TestEnv, name: &str, arguments: &[&str]) -> String {
    let output = shell(env, name).args(arguments).output().unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}");
    assert!(!env.project().join("made-by-a-name").exists());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn bash_completes_the_name_of_an_agent() {
    let env = project();
    let completed = |words: &str, at: usize| {
        let script = format!(
            "source <(lobu completions bash); COMP_WORDS=({words}); COMP_CWORD={at}; _lobu; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        printed(&env, "bash", &["--norc", "--noprofile", "-c", &script])
    };
    assert_eq!(completed("lobu show agent/fr", 2), "agent/front-desk\n");
    assert_eq!(completed("lobu app", 1), "apply\n");
    assert_eq!(completed("lobu secrets push ''", 3), "ANTHROPIC_API_KEY\n");
    assert_eq!(completed("lobu plan --color = al", 4), "always\n");
    let registered = "source <(lobu completions bash); complete -p lobu";
    assert_eq!(printed(&env, "bash", &["--norc", "--noprofile", "-c", registered]), "complete -F _lobu lobu\n");
}

#[test]
#[ignore = "needs fish"]
fn fish_completes_the_name_of_an_agent() {
    let env = project();
    let completed = |line: &str| {
        let script = format!("lobu completions fish | source; complete -C '{line}'");
        printed(&env, "fish", &["--no-config", "-c", &script])
    };
    assert_eq!(completed("lobu show agent/fr"), "agent/front-desk\n");
    assert_eq!(completed("lobu show agent/"), "agent/front-desk\nagent/librarian\n");
    assert!(completed("lobu app").starts_with("apply\tPreview changes"), "{}", completed("lobu app"));
    assert!(completed("lobu plan -C ").contains("agents/"), "{}", completed("lobu plan -C "));
}

#[test]
#[ignore = "needs zsh"]
fn zsh_completes_the_name_of_an_agent() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    let mut shell_command = shell(&env, "zsh");
    shell_command.args(["-f", "-i"]);
    let mut terminal = Terminal::start_command(shell_command, "", 120);
    terminal.press("autoload -Uz compinit; compinit -u -D; source <(lobu completions zsh); PS1='rea''dy> '\n");
    terminal.wait_for("ready> ");
    // Behind a slash no space is put, and the rest is unique.
    terminal.press("lobu explain agents.network.allo\t\n");
    terminal.wait_for("Domains that the agent may reach");
    terminal.press("lobu show --full ag\tfr\t\n");
    terminal.wait_for("Greets customers");
    terminal.press("print -- do''ne\n");
    terminal.wait_for("done");
    let screen = terminal.screen();
    assert!(!screen.contains("command not found") && !screen.contains("_lobu:"), "{screen}");
}

#[test]
fn nothing_is_said_of_what_is_broken() {
    let env = TestEnv::new();
    env.write("lobu.toml", "[agents.triage]\nname = \n[agents.broken\n");
    for words in [&["show", "agent/"][..], &["plan", "-t", ""], &["nothing", "x"], &[]] {
        let output = env.lobu([&["__complete", "bash", "--"], words].concat());
        assert_eq!(output.expect_code(0).stderr, "", "{words:?}");
    }
    assert_eq!(env.lobu(["__complete", "zsh", "--", "show", "agent/"]).stdout, "agent/triage\n");
    let unasked = env.lobu(["__complete"]);
    assert!(unasked.expect_code(2).stderr.contains("unrecognized subcommand"), "{unasked}");
}

#[test]
fn a_script_names_no_path_and_asks_the_program() {
    let env = TestEnv::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = env.lobu(["completions", shell]).expect_code(0).stdout.clone();
        assert!(script.contains(&format!("command lobu __complete {shell} -- ")), "{script}");
        assert!(script.contains("2>/dev/null"), "{script}");
    }
    env.lobu(["completions", "tcsh"]).expect_code(2);
}
