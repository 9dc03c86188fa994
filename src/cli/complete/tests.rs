use std::ffi::OsString;
use std::path::Path;

use clap::ValueHint;

use crate::cli::help::command;
use crate::env::Environment;

use super::answer::{asked, completions, names_of};

/// A project with a name in every place, and one that a shell would run.
fn project() -> tempfile::TempDir {
    let temporary = tempfile::tempdir().unwrap();
    let lobu_toml = "[agents.triage]\nname = 'T'\ndir = ''\nplatforms = [{ type = 'slack', config = { botToken = '$BOT_TOKEN' } }]\n\
                     [agents.'$(touch x)']\n[targets.production]\n";
    std::fs::write(temporary.path().join("lobu.toml"), lobu_toml).unwrap();
    std::fs::create_dir(temporary.path().join("models")).unwrap();
    std::fs::write(temporary.path().join("models/a.yaml"), "type: entity\nslug: customer\n").unwrap();
    let contexts = temporary.path().join(".config/lobu");
    std::fs::create_dir_all(&contexts).unwrap();
    let config = r#"{"currentContext":"work","contexts":{"work":{"apiUrl":"https://lobu.example/api/v1"}}}"#;
    std::fs::write(contexts.join("config.json"), config).unwrap();
    temporary
}

fn environment(home: &Path) -> Environment {
    Environment::from_pairs([("HOME", home.as_os_str())])
}

/// The values that are offered behind a line, which ends where the cursor is.
fn offered(project: &Path, line: &str) -> Vec<String> {
    let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
    let found = completions(&words, &environment(project), project);
    found.as_str().lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn words_flags_and_names_are_offered() {
    let project = project();
    for (line, expected) in [
        ("ap", &["apply"][..]),
        ("secrets l", &["list", "local"]),
        ("secrets local s", &["set"]),
        ("show agent/", &["agent/triage"]),
        ("show -t production settings/tr", &["settings/triage"]),
        ("plan platform/", &["platform/triage/triage-slack"]),
        ("plan --full agent/x entity-type/", &["entity-type/customer"]),
        ("plan en", &["entity-type/"]),
        ("apply -t ", &["production"]),
        ("apply --target=", &["--target=production"]),
        ("show --diff-targets production ", &["production"]),
        ("show --diff-targets production production agent/", &["agent/triage"]),
        ("plan -c w", &["work"]),
        ("context use ", &["lobu", "local", "work"]),
        ("secrets push ", &["BOT_TOKEN"]),
        ("secrets set BOT", &["BOT_TOKEN"]),
        ("secrets set BOT_TOKEN ", &[]),
        ("plan --color ", &["always", "auto", "never"]),
        ("plan --color=al", &["--color=always"]),
        ("plan --dry", &[]),
        ("apply --dry", &["--dry-run"]),
        ("plan -qc w", &["work"]),
        ("plan -- agent/", &["agent/triage"]),
        ("-C", &[]),
        ("plan -C ", &[":directories"]),
        ("secrets push --from-file ", &[":files"]),
        ("plan --log-file=", &[":files"]),
        ("schema lobu", &["lobu-toml"]),
        ("completions ", &["bash", "zsh", "fish"]),
        ("explain agents.network.al", &["agents.network.allowed"]),
        ("nothing ", &[]),
        ("", &[]),
    ] {
        let found = offered(project.path(), line);
        if line.is_empty() {
            assert!(found.len() > 15 && found.contains(&"apply".to_owned()), "{found:?}");
        } else {
            let mut found = found;
            found.sort();
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(found, expected, "{line}");
        }
    }
}

#[test]
fn another_directory_is_looked_at() {
    let project = project();
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(offered(elsewhere.path(), "show agent/"), [""; 0]);
    let line = format!("show -C {} agent/", project.path().display());
    assert_eq!(offered(elsewhere.path(), &line), ["agent/triage"]);
}

#[test]
fn a_value_may_be_in_the_word_of_its_flag() {
    let (project, other) = (project(), tempfile::tempdir().unwrap());
    let directory = project.path().display();
    let agents = offered(project.path(), "plan agent/");
    assert!(!agents.is_empty());
    for flags in
        [format!("-C{directory}"), format!("-C={directory}"), format!("-qC{directory}"), format!("-qC {directory}")]
    {
        assert_eq!(offered(other.path(), &format!("plan {flags} agent/")), agents, "{flags}");
    }
    for flags in ["-clocal", "-tproduct", "-qclocal", "-q"] {
        assert_eq!(offered(project.path(), &format!("plan {flags} agent/")), agents, "{flags}");
    }
}

#[test]
fn a_broken_project_offers_what_it_can() {
    let project = project();
    let text = std::fs::read_to_string(project.path().join("lobu.toml")).unwrap();
    std::fs::write(project.path().join("lobu.toml"), format!("{text}[agents.broken\nname = ")).unwrap();
    assert_eq!(offered(project.path(), "show agent/t"), ["agent/triage"]);
    std::fs::write(project.path().join("lobu.toml"), b"\xff\xfe").unwrap();
    std::fs::write(project.path().join(".config/lobu/config.json"), "{").unwrap();
    assert_eq!(offered(project.path(), "show agent/"), [""; 0]);
    assert_eq!(offered(project.path(), "plan -c l"), ["local"]);
}

#[test]
fn bash_breaks_words_at_equals_signs() {
    let project = project();
    let found = |words: &[&str]| {
        let line = ["lobu", "__complete", "bash", "--"].iter().chain(words).map(OsString::from);
        let asked = asked(&line.collect::<Vec<_>>()).unwrap();
        completions(&asked.words, &environment(project.path()), project.path()).as_str().to_owned()
    };
    assert_eq!(found(&["apply", "--target", "="]), "production\n");
    assert_eq!(found(&["apply", "--target", "=", "pro"]), "production\n");
    assert!(asked(&[OsString::from("lobu"), OsString::from("plan")]).is_none());
}

/// What no list of names could hold: numbers, times, addresses, new names, and what only an org knows.
const FREE: [&str; 13] = [
    "agent",
    "allow_suspected",
    "expect",
    "name",
    "org",
    "orgs",
    "parallelism",
    "port",
    "provider",
    "replace_provider_key",
    "timeout",
    "token",
    "url",
];

#[test]
fn every_value_is_completed_or_free() {
    let mut used = std::collections::BTreeSet::new();
    let mut stack = vec![(String::new(), command(true))];
    while let Some((path, verb)) = stack.pop() {
        for argument in verb.get_arguments().filter(|argument| argument.get_action().takes_values()) {
            let id = argument.get_id().as_str();
            let is_known = !argument.get_possible_values().is_empty()
                || argument.get_value_hint() == ValueHint::AnyPath
                || argument.is_hide_set()
                || names_of(&path, id).is_some();
            if !is_known {
                used.insert(id.to_owned());
            }
        }
        for below in verb.get_subcommands().filter(|below| below.get_name() != "help") {
            stack.push((format!("{path} {}", below.get_name()).trim().to_owned(), below.clone()));
        }
    }
    assert_eq!(used.iter().map(String::as_str).collect::<Vec<_>>(), FREE);
}
