//! Links in a project: a pull follows none that leads out of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use serde_json::json;

use super::hostile::{Hostile, expect_nothing_written};
use crate::support::existing_server::Options;

const TOML: &str = "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n\n[memory]\nenabled = true\n";

/// A project with an agent that the org has with texts in every place, and a directory beside it.
fn place() -> (Hostile, PathBuf) {
    let hostile = Hostile::new(Options::g1_without_manager());
    let skill = json!({"repo": "local/sort", "name": "sort", "description": "", "content": "Sort."});
    let settings = json!({"soulMd": "Soul.", "userMd": "User.", "skillsConfig": {"skills": [skill]}});
    hostile.agent("triage", &settings);
    hostile.site.server.state().add_entity_type("dev", "ticket", "Ticket", None);
    hostile.site.env.write("lobu.toml", TOML).write("agents/triage/IDENTITY.md", "Mine.\n");
    let outside = hostile.site.env.home().join("outside");
    fs::create_dir(&outside).expect("a directory");
    fs::write(outside.join("SOUL.md"), "Not the project's.\n").expect("a file");
    (hostile, outside)
}

#[test]
fn a_link_that_leads_out_of_the_project_is_not_written_through() {
    let links = [
        "agents/triage/SOUL.md",
        "agents/triage/USER.md",
        "agents/triage/skills",
        "agents/triage/skills/sort",
        "models",
    ];
    for link in links {
        for is_absolute in [true, false] {
            let (hostile, outside) = place();
            let path = hostile.site.env.project().join(link);
            fs::create_dir_all(path.parent().expect("a directory above")).expect("directories");
            let outside = if link.contains(".md") { outside.join("SOUL.md") } else { outside };
            let depth = link.matches('/').count();
            let relative = PathBuf::from("../".repeat(depth + 1))
                .join("home/outside")
                .join(outside.strip_prefix(hostile.site.env.home().join("outside")).expect("it is below"));
            symlink(if is_absolute { &outside } else { &relative }, &path).expect("a link");
            for arguments in [&["pull", "--all", "--force"][..], &["pull", "--force"], &["pull", "--dry-run", "--json"]]
            {
                let output = expect_nothing_written(&hostile, arguments, 2);
                assert!(output.stderr.contains(link) || output.stdout.contains(link), "{link}: {output}");
                assert!(!output.everything().contains("Not the project's"), "{link}: {output}");
            }
        }
    }
}

#[test]
fn the_directory_of_an_agent_that_is_a_link_out_of_the_project_is_not_written_to() {
    let (hostile, outside) = place();
    fs::remove_dir_all(hostile.site.env.project().join("agents/triage")).expect("it goes");
    symlink(&outside, hostile.site.env.project().join("agents/triage")).expect("a link");
    expect_nothing_written(&hostile, &["pull", "--force"], 2);
    // Neither is one that nothing of the project names yet.
    hostile.site.env.write("lobu.toml", "[agents]\n");
    let output = expect_nothing_written(&hostile, &["pull", "agent/triage", "--force"], 2);
    assert!(output.everything().contains("agents/triage"), "{output}");
}

#[test]
fn a_link_to_nothing_is_not_written_through() {
    for target in ["../../../home/missing", "missing", "/nowhere/at/all"] {
        for link in ["agents/triage/SOUL.md", "agents/triage/skills", "models/ticket.yaml"] {
            let (hostile, _) = place();
            let path = hostile.site.env.project().join(link);
            fs::create_dir_all(path.parent().expect("a directory above")).expect("directories");
            symlink(target, &path).expect("a link");
            let output = expect_nothing_written(&hostile, &["pull", "--all", "--force"], 2);
            assert!(output.stderr.contains(link), "{output}");
        }
    }
}

#[test]
fn a_link_that_stays_in_the_project_is_written_through_and_stays() {
    let (hostile, _) = place();
    hostile.site.env.write("texts/soul.md", "Old.\n");
    let link = hostile.site.env.project().join("agents/triage/SOUL.md");
    symlink("../../texts/soul.md", &link).expect("a link");
    hostile.run(&["pull", "--force"]).expect_code(0);
    assert_eq!(hostile.site.env.read("texts/soul.md"), "Soul.\n");
    assert_eq!(fs::read_link(&link).expect("it stays").to_string_lossy(), "../../texts/soul.md");
}

#[test]
fn a_new_project_is_not_made_through_a_link() {
    let (hostile, outside) = place();
    let project = hostile.site.env.project();
    fs::remove_dir_all(&project).expect("it goes");
    fs::create_dir(&project).expect("an empty directory");
    fs::create_dir(project.join("new")).expect("a directory");
    for name in ["agents", "models"] {
        symlink(&outside, project.join("new").join(name)).expect("a link");
        expect_nothing_written(&hostile, &["pull", "--init", "new", "--force"], 2);
        fs::remove_file(project.join("new").join(name)).expect("it goes");
    }
}
