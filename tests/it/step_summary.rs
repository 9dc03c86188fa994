//! The page of a CI run: plans and reports are appended to it, and nothing else is.

use crate::support::env::TestEnv;

fn in_actions() -> (TestEnv, std::path::PathBuf) {
    let mut env = TestEnv::new();
    env.copy_fixture("support-desk");
    let page = env.home().join("summary.md");
    std::fs::write(&page, "before\n").expect("a file");
    env.env("GITHUB_ACTIONS", "true").env("CI", "true").env("GITHUB_STEP_SUMMARY", page.display().to_string());
    (env, page)
}

#[test]
fn a_plan_and_an_apply_append_to_the_step_summary() {
    let (env, page) = in_actions();
    env.lobu(["plan", "-c", "local"]).expect_code(0);
    let text = std::fs::read_to_string(&page).expect("a file");
    assert!(text.starts_with("before\n\n### Plan: 11 to create\n\n"), "{text}");
    assert!(text.contains("\n<summary>+ <code>agent front-desk</code></summary>\n"), "{text}");
    env.lobu(["apply", "--yes", "--json", "-c", "local"]).expect_code(0);
    let text = std::fs::read_to_string(&page).expect("a file");
    let heads: Vec<&str> = text.lines().filter(|line| line.starts_with("### ")).collect();
    assert_eq!(heads, ["### Plan: 11 to create", "### Apply: 11 to create", "### Apply: report"]);
    assert!(text.contains("\n- Apply complete. 11 created.\n"), "{text}");
}

#[test]
fn what_a_project_says_stays_in_its_block() {
    let (env, page) = in_actions();
    env.write("agents/front-desk/SOUL.md", "````\n### Approved\n<img src=x> [x](http://h) @octocat\n");
    env.lobu(["plan", "-c", "local", "--full"]).expect_code(0);
    let text = std::fs::read_to_string(&page).expect("a file");
    assert!(text.contains("\n`````diff\n ````\n ### Approved\n"), "{text}");
    assert!(!text.contains("\n### Approved"), "{text}");
}

#[test]
fn a_step_never_writes_more_than_github_shows() {
    let (env, page) = in_actions();
    let before = (1 << 20) - 20_000;
    std::fs::write(&page, "x".repeat(before)).expect("a file");
    env.lobu(["plan", "-c", "local", "--full"]).expect_code(0);
    let length = std::fs::read_to_string(&page).expect("a file").len();
    assert!((before + 1..1 << 20).contains(&length), "{length}");
    let output = env.lobu(["plan", "-c", "local"]);
    output.expect_code(0);
    assert!(output.stderr.contains("it is as long as GitHub shows"), "{output}");
    assert_eq!(std::fs::read_to_string(&page).expect("a file").len(), length);
}

#[test]
fn elsewhere_and_where_it_is_no_file_nothing_is_written() {
    let (mut env, page) = in_actions();
    let pipe = env.home().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    env.env("GITHUB_STEP_SUMMARY", pipe.display().to_string());
    let output = env.lobu(["plan", "-c", "local"]);
    output.expect_code(0);
    assert!(output.stderr.contains("warning: the step summary"), "{output}");
    env.env("GITHUB_STEP_SUMMARY", page.display().to_string()).env("GITHUB_ACTIONS", "");
    env.lobu(["plan", "-c", "local"]).expect_code(0);
    assert_eq!(std::fs::read_to_string(&page).expect("a file"), "before\n");
}
