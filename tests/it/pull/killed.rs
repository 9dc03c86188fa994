//! A pull that is killed at any of its writes leaves old files and new files, and the next one completes it.

use std::collections::BTreeMap;
use std::path::Path;

use super::test_project::{TestProject, files};
use crate::support::project::desired_of;

/// How many files the pull changes: lobu.toml, and three of each agent.
const AGENTS: usize = 16;
const FILES: usize = 1 + 3 * AGENTS + 1;

fn project(word: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut toml = String::new();
    for number in 0..AGENTS {
        let id = format!("agent-{number:02}");
        let table = format!("[agents.{id}]\nname = \"{word} {number}\" # its name\ndir = \"./agents/{id}\"\n\n");
        toml.push_str(&table);
        files.insert(format!("agents/{id}/SOUL.md"), format!("Soul, {word}.\n"));
        files.insert(format!("agents/{id}/USER.md"), format!("User, {word}.\n"));
        files.insert(format!("agents/{id}/skills/sort/SKILL.md"), format!("---\nname: sort\n---\n\nSort, {word}.\n"));
    }
    files.insert("models/ticket.yaml".to_owned(), format!("type: entity\nslug: ticket\nname: {word}\n"));
    files.insert("lobu.toml".to_owned(), toml + "[memory]\nenabled = true\n");
    files
}

fn write(root: &Path, files: &BTreeMap<String, String>) {
    for (name, text) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().expect("a file stands in a directory")).expect("directories");
        std::fs::write(path, text).expect("a file");
    }
}

fn texts(root: &Path) -> BTreeMap<String, String> {
    files(root).into_iter().map(|(name, (text, _))| (name, text)).collect()
}

#[test]
fn each_file_is_the_old_one_or_the_new_one_and_pulling_again_completes() {
    let mut setup = TestProject::new();
    let (old, new) = (project("old"), project("new"));
    assert_eq!(old.len(), FILES);
    write(&setup.env.project(), &new);
    setup.converge(&desired_of(&setup.env.project()), &BTreeMap::new());
    for place in ["write-staged", "write-placed"] {
        for nth in 1..=FILES {
            write(&setup.env.project(), &old);
            setup.env.env("LOBU_FAULT", format!("die:{place}#{nth}"));
            let killed = setup.run(&["pull", "--force"]);
            assert_eq!(killed.code, None, "{place}#{nth}: {killed}");
            let found = texts(&setup.env.project());
            let is_whole =
                |(name, text): (&String, &String)| old.get(name) == Some(text) || new.get(name) == Some(text);
            assert!(found.iter().all(is_whole) && found.len() == FILES, "{place}#{nth}: {found:?}");
            let changed = found.iter().filter(|(name, text)| new.get(*name) == Some(*text)).count();
            assert_eq!(changed, if place == "write-staged" { nth - 1 } else { nth }, "{place}#{nth}");
            setup.env.env("LOBU_FAULT", "");
            setup.run(&["pull", "--force"]).expect_code(0);
            assert_eq!(texts(&setup.env.project()), new, "{place}#{nth}");
        }
    }
    setup.env.env("LOBU_FAULT", format!("die:write-staged#{}", FILES + 1));
    write(&setup.env.project(), &old);
    setup.run(&["pull", "--force"]).expect_code(0);
}

#[test]
fn a_new_project_that_was_cut_off_is_completed() {
    let mut setup = TestProject::new();
    write(&setup.env.project(), &project("new"));
    setup.converge(&desired_of(&setup.env.project()), &BTreeMap::new());
    let fresh = setup.env.path().join("fresh");
    let init = |setup: &TestProject| setup.run(&["pull", "--init", &fresh.to_string_lossy(), "--yes"]);
    init(&setup).expect_code(0);
    let whole = texts(&fresh);
    for nth in [1, 2, 3, 7, 20, whole.len()] {
        for place in ["write-staged", "write-placed"] {
            std::fs::remove_dir_all(&fresh).expect("a directory");
            setup.env.env("LOBU_FAULT", format!("die:{place}#{nth}"));
            assert_eq!(init(&setup).code, None, "{place}#{nth}");
            setup.env.env("LOBU_FAULT", "");
            if texts(&fresh).is_empty() {
                init(&setup).expect_code(0);
            } else {
                setup.run(&["pull", "--all", "--force", "-C", &fresh.to_string_lossy()]).expect_code(0);
            }
            assert_eq!(texts(&fresh), whole, "{place}#{nth}");
        }
    }
}

#[test]
fn a_new_project_that_was_cut_off_is_completed_by_the_same_command() {
    let mut setup = TestProject::new();
    let toml = "[agents.desk]\nname = \"Desk\"\ndir = \"./agents/desk\"\n\n[[agents.desk.platforms]]\ntype = \"telegram\"\n\
                config = { botToken = \"$DESK_TOKEN\" }\n";
    let files = [("lobu.toml", toml), ("agents/desk/SOUL.md", "Soul.\n"), ("agents/desk/USER.md", "User.\n")];
    write(&setup.env.project(), &files.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    let values = BTreeMap::from([("DESK_TOKEN".to_owned(), "made-up-value".to_owned())]);
    setup.converge(&desired_of(&setup.env.project()), &values);
    let fresh = setup.env.path().join("fresh");
    let init = |setup: &TestProject| setup.run(&["pull", "--init", &fresh.to_string_lossy(), "--yes"]);
    init(&setup).expect_code(0);
    let whole = texts(&fresh);
    assert!(whole[".env.example"].contains("DESK_TOKEN="), "{whole:?}");
    let mut killed = 0;
    for place in ["write-staged", "write-placed"] {
        for nth in 1.. {
            std::fs::remove_dir_all(&fresh).expect("a directory");
            setup.env.env("LOBU_FAULT", format!("die:{place}#{nth}"));
            let was_killed = init(&setup).code.is_none();
            setup.env.env("LOBU_FAULT", "");
            if !was_killed {
                break;
            }
            killed += 1;
            init(&setup).expect_code(0);
            assert_eq!(texts(&fresh), whole, "{place}#{nth}");
        }
    }
    assert!(killed > 2 * files.len(), "{killed} places");
}
