//! Plans as Markdown: each snapshot was read as a reviewer of a pull request would.

use crate::support::env::TestEnv;
use crate::support::snapshots::assert_snapshot_file;

/// The target of every run.
const LOCAL: [&str; 4] = ["-c", "local", "--org", "dev"];

/// What a plan says as Markdown, with one text for all ids.
#[track_caller]
fn plan(env: &TestEnv, arguments: &[&str]) -> String {
    let output = env.lobu([&["plan", "--format", "markdown"], arguments, &LOCAL].concat());
    output.expect_code(0);
    let page = &output.stdout;
    match page.split_once("plan ID `") {
        Some((before, rest)) => format!("{before}plan ID `[ID]`{}", rest.split_once('`').expect("its end").1),
        None => page.clone(),
    }
}

/// A project whose org has everything.
fn applied() -> TestEnv {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    env.lobu([&["apply", "--yes"], &LOCAL[..]].concat()).expect_code(0);
    env
}

fn edit(env: &TestEnv, file: &str, from: &str, to: &str) {
    let text = env.read(file);
    assert!(text.contains(from), "{file}: {from}");
    env.write(file, text.replacen(from, to, 1));
}

#[test]
fn a_new_project() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    assert_snapshot_file!("markdown-plan-create", plan(&env, &[]));
}

#[test]
fn a_changed_project() {
    let env = applied();
    edit(&env, "lobu.toml", "allowed = [", "allowed = [\"*\", ");
    edit(&env, "lobu.toml", "language = \"en\"", "language = \"de\"");
    edit(&env, "lobu.toml", "guardrails = [\"no-promises-about-prices\"]", "guardrails = []");
    let soul = env.read("agents/front-desk/SOUL.md");
    env.write("agents/front-desk/SOUL.md", format!("{soul}\nAsk @octocat about #1:\n```\n</details>\n"));
    edit(&env, "models/repair.yaml", "items: { type: string }", "items: { type: string, maxLength: 20 }");
    let rules = env.read("models/repaired-in.yaml");
    env.write("models/repaired-in.yaml", format!("{rules}  - source: customer\n    target: repair\n"));
    std::fs::remove_file(env.project().join("agents/librarian/IDENTITY.md")).expect("a file");
    let toml = env.read("lobu.toml");
    env.write("lobu.toml", toml + "colour = \"red\"\n");
    assert_snapshot_file!("markdown-plan-update", plan(&env, &["--allow-unknown-keys", "--all"]));
}

#[test]
fn a_project_without_changes() {
    assert_snapshot_file!("markdown-plan-unchanged", plan(&applied(), &[]));
}

#[test]
fn a_plan_is_markdown_and_an_apply_is_not() {
    let env = applied();
    let output = env.lobu(["apply", "--yes", "--format", "markdown", "-c", "local", "--org", "dev"]);
    output.expect_code(2);
    assert!(output.stderr.contains("error: --format markdown is for plans: add --dry-run"), "{output}");
    let dry_run = env.lobu(["apply", "--dry-run", "--format", "markdown", "-c", "local", "--org", "dev"]);
    dry_run.expect_code(0);
    assert!(dry_run.stdout.starts_with("### Plan: no changes\n"), "{dry_run}");
    env.lobu(["plan", "--json", "--format", "text", "-c", "local"]).expect_code(2);
    let json = |flags: &[&str]| env.lobu([flags, &LOCAL].concat()).stdout;
    assert_eq!(json(&["plan", "--json"]), json(&["plan", "--format", "json"]));
    let failed = env.lobu(["plan", "--format", "json", "agent/none", "-c", "local", "--org", "dev"]);
    failed.expect_code(2);
    assert!(failed.stdout.contains("\"error\""), "{failed}");
}
