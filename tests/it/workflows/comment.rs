//! The step that writes the comment: one comment a pull request and target, and never that of somebody else.

use serde_json::Value as Json;

use super::documents::{file, step, workflow};
use super::github::{GitHub, TOKEN};
use super::steps::Runner;

const MARKER: &str = "<!-- lobu plan -->";
const BOT: &str = "github-actions[bot]";

fn comment_step(template: &str) -> Json {
    let workflow = workflow(&file(&format!("templates/github/{template}")));
    step(&workflow["jobs"]["comment"], "Write or update the comment").clone()
}

#[track_caller]
fn write(github: &GitHub, marker: &str, markdown: &str) {
    let step = comment_step("lobu-plan.yml");
    assert_eq!((&step["env"]["MARKER"], &step["env"]["AUTHOR"]), (&MARKER.into(), &BOT.into()));
    let variables =
        [("GITHUB_TOKEN", TOKEN), ("NUMBER", "7"), ("MARKER", marker), ("AUTHOR", BOT), ("MARKDOWN", markdown)];
    let printed = Runner::new(&github.url).succeed(step["run"].as_str().expect("a script"), &variables);
    assert_eq!(printed, "");
}

#[test]
#[ignore = "needs curl and jq"]
fn the_second_run_updates_the_comment_of_the_first() {
    let github = GitHub::start();
    let plan = "### Plan: 1 to create\n\n`\"$(id)\" \\n %s` \u{e9}\n";
    write(&github, MARKER, plan);
    assert_eq!(github.comments(), [(BOT.to_owned(), format!("{MARKER}\n{plan}"))]);
    write(&github, MARKER, "### Plan: nothing\n");
    assert_eq!(github.comments(), [(BOT.to_owned(), format!("{MARKER}\n### Plan: nothing\n"))]);
    // Each target has its own.
    write(&github, "<!-- lobu plan staging -->", "staging");
    assert_eq!(github.comments().len(), 2);
}

#[test]
#[ignore = "needs curl and jq"]
fn a_comment_of_another_author_or_without_the_marker_is_left_alone() {
    let github = GitHub::start();
    github.comment("mallory", &format!("{MARKER}\nforged"));
    github.comment(BOT, "of another workflow");
    github.comment(BOT, &format!("quoting {MARKER}"));
    let before = github.comments();
    write(&github, MARKER, "one");
    write(&github, MARKER, "two");
    let after = github.comments();
    assert_eq!(after.get(..before.len()), Some(before.as_slice()));
    assert_eq!(after.get(before.len()..), Some([(BOT.to_owned(), format!("{MARKER}\ntwo"))].as_slice()));
}

#[test]
#[ignore = "needs curl and jq"]
fn the_comment_is_found_among_hundreds() {
    let github = GitHub::start();
    for number in 0..250 {
        github.comment("octocat", &number.to_string());
    }
    write(&github, MARKER, &"x".repeat(65_000));
    write(&github, MARKER, "again");
    assert_eq!(github.comments().len(), 251);
    let pages = github.repository().requests.iter().filter(|request| request.contains("page=3")).count();
    assert_eq!(pages, 2, "{:?}", github.repository().requests);
}

#[test]
#[ignore = "needs curl and jq"]
fn a_refusal_fails_the_step() {
    let github = GitHub::start();
    let step = comment_step("lobu-plan.yml");
    let variables = [("GITHUB_TOKEN", "x"), ("NUMBER", "7"), ("MARKER", MARKER), ("AUTHOR", BOT), ("MARKDOWN", "x")];
    let output = Runner::new(&github.url).run(step["run"].as_str().expect("a script"), &variables);
    assert!(!output.status.success() && github.comments().is_empty(), "{output:?}");
}

#[test]
fn both_templates_comment_alike() {
    assert_eq!(comment_step("lobu-plan.yml")["run"], comment_step("lobu-targets.yml")["run"]);
    assert_eq!(comment_step("lobu-targets.yml")["env"]["MARKER"], "<!-- lobu plan ${{ matrix.target }} -->");
}
