//! The first hour of someone new, at a terminal of 80 columns and without color: from nothing to a project that was applied,
//! edited, and brought up to date.

use crate::support::env::TestEnv;
use crate::support::snapshots::assert_snapshot_file;
use crate::support::terminal::Terminal;

/// The screen, of a terminal that is high enough for all lines.
fn emulated(raw: &str) -> String {
    let mut parser = vt100::Parser::new(400, 80, 0);
    parser.process(raw.as_bytes());
    parser.screen().contents()
}

/// One command of the story: what is typed at its questions, and what the screen says at its end.
#[track_caller]
fn told(env: &TestEnv, arguments: &[&str], steps: &[(&str, &str)]) -> String {
    let mut terminal = Terminal::start(env, arguments, "");
    terminal.drive(steps);
    let (code, raw) = terminal.end();
    let root = env.home().parent().expect("a directory").display().to_string();
    let text = emulated(&raw).replace(&root, "[ROOT]");
    let mut lines: Vec<String> = text.lines().map(|line| super::desk::without_what_varies(line.trim_end())).collect();
    // What does not wait for each other ends in any order.
    for applied in lines.chunk_by_mut(|line, next| line.starts_with('✓') && next.starts_with('✓')) {
        applied.sort();
    }
    let text = lines.join("\n").trim().to_owned();
    format!("$ lobu {}\n{text}\n[exit {}]\n\n", arguments.join(" "), code.unwrap_or(-1))
}

#[test]
fn from_nothing_to_a_project_that_is_kept_up_to_date() {
    let mut env = TestEnv::new();
    env.env("NO_COLOR", "1");
    let mut story = String::new();
    let answers = [("ID of the agent", "front-desk\r"), ("Model provider", "\r"), ("Add (", " \u{1b}[B \r")];
    story += &told(&env, &["init", "desk"], &answers);
    env.work_in("desk");
    story += &told(&env, &["validate"], &[]);
    story += &told(&env, &["plan"], &[]);
    let values =
        env.read("desk/.env.example").replace("KEY=", "KEY=made-up-key").replace("TOKEN=", "TOKEN=made-up-token");
    env.write("desk/.env", values);
    story += &told(&env, &["secrets", "push"], &[("ANTHROPIC_API_KEY", "y"), ("TELEGRAM_BOT_TOKEN", "y")]);
    story += &told(&env, &["apply"], &[("[y/N]", "y\r")]);
    let soul = env.read("desk/agents/front-desk/SOUL.md");
    env.write("desk/agents/front-desk/SOUL.md", soul.replace("few sentences", "friendly sentence or two"));
    story += &told(&env, &["plan"], &[]);
    // Someone edits the org: the same as an apply of an edit that is then taken back.
    let toml = env.read("desk/lobu.toml");
    env.write("desk/lobu.toml", toml.replace("name = \"Front desk\"", "name = \"Reception\""));
    env.lobu(["apply", "-c", "local", "--yes"]).expect_code(0);
    env.write("desk/lobu.toml", toml);
    story += &told(&env, &["drift"], &[]);
    story += &told(&env, &["pull"], &[("[N/y", "y")]);
    story += &told(&env, &["plan"], &[]);
    assert_snapshot_file!("newcomer", story);
    assert!(env.read("desk/lobu.toml").contains("name = \"Reception\""));
}
