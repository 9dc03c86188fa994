//! What a skill contributes is said by the skill: pull never copies it into lobu.toml.

use super::test_project::{TestProject, files};

const TOML: &str =
    "[agents.desk]\nname = \"Desk\"\ndir = \"desk\"\n\n[agents.desk.network]\nallowed = [\"own.example\"]\n";

/// Frontmatter of a skill in two versions, by what it contributes.
const CONTRIBUTIONS: [(&str, &str, &str); 8] = [
    ("allowed domains", "network:\n  allow: [a.example]", "network:\n  allow: [a.example, b.example]"),
    ("denied domains", "network:\n  deny: [a.example]", "network:\n  deny: [b.example]"),
    ("judged domains", "network:\n  judge: [a.example]", "network:\n  judge: [a.example, b.example]"),
    (
        "a judge",
        "network:\n  judge: [{domain: a.example, judge: strict}]\njudges:\n  strict: Be strict.",
        "network:\n  judge: [{domain: a.example, judge: strict}]\njudges:\n  strict: Be very strict.",
    ),
    (
        "another judge",
        "network:\n  judge: [a.example]\njudges:\n  strict: Be strict.",
        "network:\n  judge: [a.example]\njudges:\n  strict: Be strict.\n  kind: Be kind.",
    ),
    ("packages", "nixPackages: [jq]", "nixPackages: [jq, ripgrep]"),
    (
        "a server's address",
        "mcpServers:\n  docs:\n    url: https://docs.example/a",
        "mcpServers:\n  docs:\n    url: https://docs.example/b",
    ),
    (
        "another server",
        "mcpServers:\n  docs:\n    url: https://docs.example/a",
        "mcpServers:\n  docs:\n    url: https://docs.example/a\n  more:\n    command: run\n    args: [--fast]",
    ),
];

fn write(project: &TestProject, frontmatter: Option<&str>) {
    project.env.write("lobu.toml", TOML).write("desk/SOUL.md", "Be kind.\n");
    let skill = project.env.project().join("desk/skills/helper");
    drop(std::fs::remove_dir_all(&skill));
    if let Some(frontmatter) = frontmatter {
        let text = format!("---\nname: helper\ndescription: Helps.\n{frontmatter}\n---\n\nHelp.\n");
        project.env.write("desk/skills/helper/SKILL.md", text);
    }
}

/// Applies one version of the skill, has the files at another, and pulls. What is nowhere in the skill is nowhere.
#[track_caller]
fn pulled(what: &str, org: &str, here: Option<&str>) {
    let project = TestProject::new();
    write(&project, Some(org));
    project.run(&["apply", "--yes"]).expect_code(0);
    write(&project, here);
    let output = project.run(&["pull", "--force"]);
    output.expect_code(0);
    assert_eq!(project.env.read("lobu.toml"), TOML, "{what}: {output}");
    let names: Vec<String> = files(&project.env.project()).into_keys().collect();
    assert_eq!(names, ["desk/SOUL.md", "desk/skills/helper/SKILL.md", "lobu.toml"], "{what}");
    let again = project.run(&["plan", "--detailed-exitcode"]);
    again.expect_code(0);
    assert!(again.stdout.contains("Nothing to apply."), "{what}: {again}");
}

#[test]
fn a_changed_skill_changes_and_lobu_toml_does_not() {
    for (what, one, other) in CONTRIBUTIONS {
        pulled(what, other, Some(one));
    }
}

#[test]
fn what_a_skill_lost_is_taken_out_of_the_skill() {
    for (what, one, other) in CONTRIBUTIONS {
        pulled(what, one, Some(other));
    }
}

#[test]
fn a_new_skill_is_the_one_place_of_what_it_contributes() {
    for (what, _, other) in CONTRIBUTIONS {
        pulled(what, other, None);
    }
}

#[test]
fn a_skill_that_begins_to_contribute_does_so_itself() {
    for (what, one, _) in CONTRIBUTIONS {
        pulled(what, one, Some("license: MIT"));
    }
}
