//! What `-h` and `--help` show: the first the flags of everyday use, the second all of them, both with examples.

use std::ffi::OsString;

use clap::{Command, CommandFactory as _};

use super::command_line::Cli;

/// The flags that `-h` leaves out, by their ids.
const ADVANCED: [&str; 32] = [
    "into",
    "allow_clear",
    "allow_insecure_http",
    "allow_path",
    "allow_suspected",
    "allow_unknown_keys",
    "ca_file",
    "color",
    "database",
    "deny_warnings",
    "detailed_exitcode",
    "env_file",
    "exclude",
    "expect",
    "format",
    "if_supported",
    "include",
    "log_file",
    "memory_only",
    "names_only",
    "no_input",
    "no_recheck",
    "no_verify",
    "org_values",
    "parallelism",
    "quiet",
    "require_secrets",
    "resend_secrets",
    "send_secret_values",
    "timeout",
    "verbose",
    "version",
];

/// What people type, by the verb. Each line can be copied as it stands.
const EXAMPLES: [(&str, &[&str]); 30] = [
    ("", &["lobu init my-project", "lobu plan -c local", "lobu apply -c local", "lobu doctor"]),
    (
        "init",
        &["lobu init", "lobu init my-project --yes --platform telegram --memory", "lobu init --example support-desk"],
    ),
    ("apply", &["lobu apply", "lobu apply --dry-run", "lobu apply --yes agent/triage"]),
    ("plan", &["lobu plan", "lobu plan --full agent/triage", "lobu plan --json --detailed-exitcode"]),
    ("pull", &["lobu pull", "lobu pull --dry-run agent/triage", "lobu pull --init my-project"]),
    ("drift", &["lobu drift", "lobu drift --json"]),
    ("show", &["lobu show", "lobu show --full agent/triage", "lobu show --remote settings/triage"]),
    ("graph", &["lobu graph", "lobu graph --only memory", "lobu graph agent/triage > triage.md"]),
    ("validate", &["lobu validate", "lobu validate --deny-warnings", "lobu validate --fix"]),
    ("explain", &["lobu explain agents.network.allowed", "lobu explain watchers", "lobu explain --json"]),
    ("schema", &["lobu schema lobu-toml", "lobu schema plan"]),
    ("secrets", &["lobu secrets push --dry-run", "lobu secrets set BOT_TOKEN", "lobu secrets list"]),
    ("secrets push", &["lobu secrets push", "lobu secrets push --dry-run", "lobu secrets push BOT_TOKEN --rotate"]),
    ("secrets set", &["lobu secrets set BOT_TOKEN", "lobu secrets set BOT_TOKEN --rotate < token.txt"]),
    ("secrets list", &["lobu secrets list", "lobu secrets list --json"]),
    ("secrets delete", &["lobu secrets delete OLD_TOKEN"]),
    ("secrets local", &["lobu secrets local set BOT_TOKEN", "lobu secrets local list"]),
    ("secrets local set", &["lobu secrets local set BOT_TOKEN", "lobu secrets local set BOT_TOKEN < token.txt"]),
    ("doctor", &["lobu doctor", "lobu doctor -v", "lobu doctor --bundle report.json"]),
    ("login", &["lobu login", "lobu login --url https://lobu.example", "lobu login --token-stdin < token.txt"]),
    ("logout", &["lobu logout", "lobu logout -c work"]),
    ("whoami", &["lobu whoami"]),
    ("token", &["lobu token --raw"]),
    ("context", &["lobu context list", "lobu context use work"]),
    ("context add", &["lobu context add work --url https://lobu.example"]),
    ("context use", &["lobu context use work"]),
    ("org", &["lobu org list", "lobu org use acme"]),
    ("org use", &["lobu org use acme"]),
    ("dev", &["lobu dev", "lobu dev --memory --port 0"]),
    ("completions", &["lobu completions bash", "lobu completions zsh"]),
];

/// Whether a command line asks for the complete help, or would be told of a wrong flag, of which the complete usage is shown.
pub(super) fn asks_for_all(arguments: &[OsString]) -> bool {
    let mut flags = arguments.iter().skip(1).take_while(|argument| *argument != "--");
    !flags.any(|argument| argument == "-h")
}

/// The command line with its help: complete, or as `-h` shows it.
pub(super) fn command(is_complete: bool) -> Command {
    let mut root = Cli::command();
    root.build();
    with_help("", root, is_complete)
}

fn with_help(path: &str, command: Command, is_complete: bool) -> Command {
    let mut command = command.mut_args(|arg| match arg.get_id().as_str() {
        "help" if is_complete => arg.help("Print help"),
        "help" => arg.help("Print help (--help shows all options)"),
        id if !is_complete && ADVANCED.contains(&id) => arg.hide(true),
        _ => arg,
    });
    if let Some((_, lines)) = EXAMPLES.iter().find(|(of, _)| *of == path) {
        let lines: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
        command = command.after_help(format!("Examples:\n{}", lines.join("\n")));
    }
    command.mut_subcommands(|below| {
        let name = below.get_name();
        let path = if path.is_empty() { name.to_owned() } else { format!("{path} {name}") };
        with_help(&path, below, is_complete)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn paths(prefix: &str, command: &Command, found: &mut BTreeSet<String>) {
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            let path = format!("{prefix} {}", below.get_name()).trim().to_owned();
            paths(&path, below, found);
            found.insert(path);
        }
    }

    #[test]
    fn examples_are_commands_of_this_program() {
        let mut known = BTreeSet::from([String::new()]);
        paths("", &command(true), &mut known);
        for (path, lines) in EXAMPLES {
            assert!(known.contains(path), "{path}");
            for line in lines {
                let typed = line.split(" < ").next().unwrap_or_default();
                assert!(command(true).try_get_matches_from(typed.split(' ')).is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn the_short_help_is_short_and_the_other_one_complete() {
        for (verb, most) in [("apply", 44), ("plan", 40), ("pull", 40), ("doctor", 34), ("secrets", 34)] {
            let of = |is_complete| {
                let mut tree = command(is_complete);
                let verb = tree.find_subcommand_mut(verb).unwrap();
                verb.clone().term_width(80).render_help().to_string()
            };
            let (short, complete) = (of(false), of(true));
            assert!(short.lines().count() <= most, "{} lines\n{short}", short.lines().count());
            assert!(short.contains("\nExamples:\n  lobu ") && complete.contains("\nExamples:\n  lobu "), "{verb}");
            assert!(complete.contains("--ca-file") && !short.contains("--ca-file"), "{verb}");
        }
    }

    #[test]
    fn what_is_advanced_exists() {
        let mut ids = BTreeSet::new();
        let mut stack = vec![command(true)];
        while let Some(command) = stack.pop() {
            ids.extend(command.get_arguments().map(|arg| arg.get_id().to_string()));
            stack.extend(command.get_subcommands().cloned());
        }
        let unknown: Vec<_> = ADVANCED.iter().filter(|id| !ids.contains(**id)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn help_starts_with_a_verb_and_has_no_period() {
        let mut stack = vec![command(true)];
        while let Some(command) = stack.pop() {
            let mut texts: Vec<String> = command.get_about().map(ToString::to_string).into_iter().collect();
            texts.extend(command.get_arguments().filter_map(|arg| arg.get_help().map(ToString::to_string)));
            for text in texts {
                assert!(!text.ends_with('.') && text.starts_with(|first: char| first.is_uppercase()), "{text}");
                for word in ["colour", "organisation", "behaviour", "Agree in advance", "mend"] {
                    assert!(!text.contains(word), "{text}");
                }
            }
            stack.extend(command.get_subcommands().cloned());
        }
    }
}
