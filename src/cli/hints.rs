//! What to type instead of flags and verbs of other tools: one table.

use std::ffi::OsString;

use super::help::command;

/// What to do instead of a word that this program does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instead {
    /// A sentence.
    pub(super) advice: &'static str,
    /// Commands or flags that can be copied, each alone.
    pub(super) commands: &'static [&'static str],
}

/// Verbs, of the existing CLI and of other tools. Two words are a verb and the one below it.
const VERBS: &[(&[&str], Instead)] = &[
    (&["new", "create-project", "scaffold"], say("To create a project:", &["lobu init DIR"])),
    (&["import", "fetch", "export", "download"], say("To update project files from the org:", &["lobu pull"])),
    (
        &["destroy", "delete", "rm", "remove", "down"],
        say("lobu deletes no resources; delete them on the server's web page.", &[]),
    ),
    (&["up", "deploy", "sync", "push", "create", "update"], say("To apply the project to the org:", &["lobu apply"])),
    (&["preview", "diff"], say("To preview changes:", &["lobu plan"])),
    (&["get", "describe", "list", "ls"], say("To show the project's resources:", &["lobu show"])),
    (&["refresh"], say("To detect changes made in the org:", &["lobu drift"])),
    (&["fmt", "format"], say("To rewrite deprecated keys:", &["lobu validate --fix"])),
    (&["check", "lint", "test"], say("To check the project's files:", &["lobu validate"])),
    (&["docs", "fields", "keys"], say("To explain the keys of project files:", &["lobu explain"])),
    (&["status", "info", "ping"], say("To check the login, server and org:", &["lobu doctor"])),
    (&["auth login", "signin", "sign-in"], say("To log in:", &["lobu login"])),
    (&["auth logout", "signout", "sign-out"], say("To log out:", &["lobu logout"])),
    (&["auth status", "auth whoami", "user", "me"], say("To show the current user:", &["lobu whoami"])),
    (&["auth token"], say("To print the API token:", &["lobu token --raw"])),
    (&["auth"], say("To log in, log out, or show the current user:", &["lobu login", "lobu logout", "lobu whoami"])),
    (&["workspace", "profile", "config", "server", "contexts"], say("To select a server:", &["lobu context list"])),
    (&["orgs", "organization", "organizations", "team"], say("To select an org:", &["lobu org list"])),
    (&["env", "vars", "variable", "secret"], say("To manage secrets:", &["lobu secrets list"])),
    (&["state", "taint", "lock", "unlock"], say("lobu keeps no state file; a plan compares files and org.", &[])),
    (&["version"], say("To print the version:", &["lobu --version"])),
    (&["run", "serve", "start", "server start"], say("To run a local server for development:", &["lobu dev"])),
    (
        &["org create", "orgs create"],
        say("Orgs are created on the server's web page. To list yours:", &["lobu org list"]),
    ),
    (&["org set", "orgs use", "memory org"], say("To select an org:", &["lobu org list", "lobu org use SLUG"])),
    (&["context set", "context switch"], say("To select a server:", &["lobu context use NAME"])),
    (&["memory health"], say("To check the server and the org:", &["lobu doctor --memory-only"])),
    (
        &["memory seed"],
        say("Types, rules and watchers are applied from model files; seed data is not:", &["lobu apply --only memory"]),
    ),
    (&["memory run"], say("lobu calls no tools; an MCP client can, with the token of:", &["lobu token --raw"])),
    (
        &["memory configure", "memory init"],
        say("lobu configures no MCP clients; one can get its token from:", &["lobu token --raw"]),
    ),
    (&["memory browser-auth"], say("Logins of connectors are kept on the server's web page, not by lobu.", &[])),
    (&["memory"], say("Types, rules and watchers are applied from model files:", &["lobu apply --only memory"])),
    (
        &["chat", "eval"],
        say("lobu runs no agents: apply the project, then use a platform or the server's web page.", &["lobu apply"]),
    ),
    (&["agent", "agents"], say("Agents are tables of lobu.toml:", &["lobu explain agents"])),
    (&["providers"], say("Providers are tables of an agent in lobu.toml:", &["lobu explain agents.providers"])),
    (
        &["platforms", "connections"],
        say("Platforms are tables of an agent in lobu.toml:", &["lobu explain agents.platforms"]),
    ),
    (
        &["skills"],
        say("Skills are SKILL.md files, and MCP servers are tables of lobu.toml:", &["lobu explain agents.skills"]),
    ),
];

/// Flags of other tools, as they are typed.
const FLAGS: &[(&[&str], Instead)] = &[
    (
        &["-y", "--auto-approve", "-auto-approve", "--assume-yes", "--no-confirm", "--skip-confirm", "--approve"],
        say("To skip confirmation prompts:", &["--yes"]),
    ),
    (
        &["--dry", "--what-if", "--noop", "--no-op", "--check", "--diff", "--preview", "-n"],
        say("To preview changes:", &["lobu plan"]),
    ),
    (&["-refresh-only", "--refresh-only"], say("To detect changes made in the org:", &["lobu drift"])),
    (&["-detailed-exitcode"], say("To tell changes apart by the exit code:", &["--detailed-exitcode"])),
    (&["-target"], say("To select resources, name them as kind/id:", &["lobu apply agent/triage"])),
    (
        &["-var", "--var", "-var-file", "--var-file", "--values"],
        say("To read values from a file:", &["--env-file PATH"]),
    ),
    (&["-parallelism", "--jobs", "-j", "--concurrency"], say("To limit concurrent requests:", &["--parallelism N"])),
    (
        &["-chdir", "--chdir", "--cwd", "--dir", "--project", "-f", "--file"],
        say("To use another project:", &["-C DIR"]),
    ),
    (&["--server", "--host", "--endpoint", "--api-url", "--base-url"], say("To use another server:", &["--url URL"])),
    (
        &["--profile", "--workspace", "--env", "--environment"],
        say("To use another context or target:", &["-c NAME", "-t NAME"]),
    ),
    (&["--organization", "--team", "--tenant"], say("To use another org:", &["--org SLUG"])),
    (&["-o", "--output", "--out", "-json", "--format=json"], say("To print JSON:", &["--json"])),
    (&["--debug", "--trace", "--log-level"], say("To print more detail:", &["-v", "-vv"])),
    (&["--silent"], say("To print errors only:", &["-q"])),
    (&["--no-color", "-no-color", "--no-colour"], say("To switch color off:", &["--color never"])),
    (&["--non-interactive", "--batch", "--no-prompt", "-input=false"], say("To never prompt:", &["--no-input"])),
    (&["--cacert", "--ca", "--ca-cert", "--cafile"], say("To add CA certificates:", &["--ca-file PATH"])),
    (
        &["--insecure", "-k", "--no-verify-ssl"],
        say("Certificates are always checked. To add one of your own:", &["--ca-file PATH"]),
    ),
    (&["--delete", "--remove"], say("To also remove settings that the project does not declare:", &["--prune"])),
    (&["--replace", "--overwrite", "--update"], say("To replace existing secrets:", &["--rotate"])),
    (&["--admin-password", "--password"], say("To log in with a personal token:", &["lobu login --token-stdin"])),
    (
        &["--token", "--api-key", "--api-token"],
        say("The token of a run is read from LOBU_API_TOKEN. To log in:", &["lobu login"]),
    ),
];

const fn say(advice: &'static str, commands: &'static [&'static str]) -> Instead {
    Instead { advice, commands }
}

/// What to type instead of a verb, or of it and the word behind it; none for a word that no tool has.
pub(super) fn of_verb(arguments: &[OsString], verb: &str) -> Option<Instead> {
    let typed: Vec<&str> = arguments.iter().skip(1).filter_map(|argument| argument.to_str()).collect();
    let at = typed.iter().position(|word| *word == verb);
    let next = at.and_then(|at| typed.get(at + 1)).map(|next| format!("{verb} {next}"));
    let above = at.and_then(|at| typed.get(at.checked_sub(1)?)).map(|above| format!("{above} {verb}"));
    let find = |word: &str| VERBS.iter().find(|(words, _)| words.contains(&word)).map(|(_, instead)| *instead);
    above.as_deref().and_then(find).or_else(|| next.as_deref().and_then(find)).or_else(|| find(verb))
}

/// What to do in place of a word that is one too many: only `secrets set` of the existing CLI took a value there.
pub(super) fn of_word(arguments: &[OsString]) -> Option<Instead> {
    const VALUE: Instead = say(
        "A value is typed unseen, or read from stdin. For the org, or for .env:",
        &["lobu secrets set NAME", "lobu secrets local set NAME"],
    );
    let words: Vec<&str> = arguments.iter().skip(1).filter_map(|argument| argument.to_str()).collect();
    words.windows(2).any(|pair| pair == ["secrets", "set"]).then_some(VALUE)
}

/// What to type instead of the first flag of another tool on a command line.
pub(super) fn of_flag(arguments: &[OsString]) -> Option<Instead> {
    let typed = arguments.iter().skip(1).filter_map(|argument| argument.to_str()).take_while(|word| *word != "--");
    let find = |word: &str| FLAGS.iter().find(|(words, _)| words.contains(&word)).map(|(_, instead)| *instead);
    let mut flags = typed.filter(|word| word.starts_with('-'));
    let instead = flags.find_map(|word| {
        let name = word.split_once('=').map_or(word, |(name, _)| name);
        find(word).or_else(|| find(name))
    })?;
    let is_known = |line: &&str| !line.starts_with('-') || takes(arguments, line);
    instead.commands.iter().all(is_known).then_some(instead)
}

/// Whether the verb that was typed has a flag.
fn takes(arguments: &[OsString], line: &str) -> bool {
    let mut root = command(true);
    root.build();
    let mut verb = &root;
    for word in arguments.iter().skip(1).filter_map(|argument| argument.to_str()) {
        verb = verb.find_subcommand(word).unwrap_or(verb);
    }
    let flag = line.split(' ').next().unwrap_or_default();
    let (long, short) = (flag.strip_prefix("--"), flag.strip_prefix('-').and_then(|short| short.chars().next()));
    verb.get_arguments().any(|argument| match long {
        Some(long) => argument.get_long() == Some(long),
        None => argument.get_short() == short,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn words_stand_once_and_are_none_of_ours() {
        let tree = command(true);
        let verbs: Vec<&str> = VERBS.iter().flat_map(|(words, _)| words.iter().copied()).collect();
        let flags: Vec<&str> = FLAGS.iter().flat_map(|(words, _)| words.iter().copied()).collect();
        for (at, word) in verbs.iter().enumerate() {
            assert!(!verbs.iter().skip(at + 1).any(|other| other == word), "{word}");
            assert!(tree.find_subcommand(word).is_none(), "{word}");
        }
        for (at, word) in flags.iter().enumerate() {
            assert!(!flags.iter().skip(at + 1).any(|other| other == word), "{word}");
        }
    }

    #[test]
    fn what_is_advised_is_a_command_or_a_flag_of_ours() {
        let all = VERBS.iter().chain(FLAGS).map(|(_, instead)| instead);
        for line in all.flat_map(|instead| instead.commands) {
            let line = line.replace("lobu ", "");
            let typed = if line.starts_with('-') {
                let verb = if line.starts_with("--rotate") { "secrets push X" } else { "apply" };
                format!("lobu {verb} {line}")
            } else {
                format!("lobu {line}")
            };
            let typed = typed.replace(" N", " 4").replace("4AME", "NAME");
            let result = command(true).try_get_matches_from(typed.split(' '));
            let is_fine = result.is_ok_and(|_| true) || typed.ends_with("--version");
            assert!(is_fine, "{typed}");
        }
    }

    #[test]
    fn habits_of_other_tools_are_known() {
        let table = [
            ("lobu apply --auto-approve", "--yes"),
            ("lobu apply -auto-approve", "--yes"),
            ("lobu apply -y", "--yes"),
            ("lobu apply --profile=work", "-c NAME"),
            ("lobu login --admin-password", "lobu login --token-stdin"),
            ("lobu plan -refresh-only", "lobu drift"),
        ];
        for (line, command) in table {
            assert_eq!(of_flag(&words(line)).map(|instead| instead.commands[0]), Some(command), "{line}");
        }
        assert_eq!(
            of_verb(&words("lobu auth login"), "auth").map(|instead| instead.commands),
            Some(&["lobu login"][..])
        );
        assert_eq!(of_verb(&words("lobu destroy"), "destroy").map(|instead| instead.commands.len()), Some(0));
        assert_eq!(of_verb(&words("lobu aply"), "aply"), None);
        assert_eq!(of_flag(&words("lobu apply --yes -- -y")), None);
        assert_eq!(of_flag(&words("lobu plan -y")), None, "a plan asks nothing");
    }

    /// The verbs of the existing CLI with what it takes behind them.
    const EXISTING: [&str; 32] = [
        "validate",
        "apply --dry-run --yes --only agents --org acme --url https://lobu.example",
        "login -c work",
        "login --admin-password",
        "logout -c work",
        "whoami -c work",
        "token --raw -c work",
        "context list",
        "context current",
        "context use work",
        "context add work --api-url https://lobu.example",
        "status",
        "secrets set KEY value",
        "secrets list",
        "secrets delete KEY",
        "doctor --memory-only",
        "memory org current",
        "memory org set acme",
        "memory health",
        "memory seed",
        "memory run tool {}",
        "memory configure",
        "memory init",
        "memory browser-auth",
        "init desk",
        "chat hello",
        "eval",
        "run",
        "providers list",
        "skills add x",
        "platforms list",
        "org create acme",
    ];

    #[test]
    fn every_verb_of_the_existing_cli_works_or_has_a_counterpart() {
        let mut hinted = 0;
        for line in EXISTING {
            let arguments = words(&format!("lobu {line}"));
            let Err(error) = command(true).try_get_matches_from(&arguments) else { continue };
            let instead = crate::cli::usage_error::instead(&error, &arguments);
            assert!(instead.is_some(), "{line}: {error}");
            hinted += 1;
        }
        assert!((10..EXISTING.len()).contains(&hinted), "{hinted}");
    }
}
