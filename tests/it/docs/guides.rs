//! The blocks of the guides, run in order as a reader would: files are written, commands succeed.

use std::path::Path;
use std::process::Command;

use crate::support::env::TestEnv;

use super::blocks::text;

/// A block of a guide, and what the line before it says of it.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    File { path: String, text: String, is_appended: bool },
    Commands { lines: Vec<String>, exit: i32 },
}

/// The blocks that are run; those of other languages are for reading.
fn blocks(page: &str) -> Vec<Block> {
    let (mut found, mut lines, mut mark) = (Vec::new(), page.lines(), String::new());
    while let Some(line) = lines.next() {
        if let Some(said) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            said.clone_into(&mut mark);
        } else if let Some(language) = line.strip_prefix("```") {
            let content: Vec<String> = lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect();
            let said = std::mem::take(&mut mark);
            match said.split_once(": ") {
                Some((what @ ("file" | "append"), path)) => found.push(Block::File {
                    path: path.to_owned(),
                    text: content.join("\n") + "\n",
                    is_appended: what == "append",
                }),
                Some(("exit", code)) => {
                    found.push(Block::Commands { lines: content, exit: code.parse().expect("an exit code") });
                }
                Some(_) => panic!("{said}"),
                None if language == "sh" => found.push(Block::Commands { lines: content, exit: 0 }),
                None => assert!(matches!(language, "text" | "json"), "a block that is neither run nor text: {line}"),
            }
        }
    }
    found
}

/// A command as it runs where nobody can answer: what would be asked is agreed to.
fn unattended(line: &str) -> String {
    let agreed = [("lobu apply", " --yes"), ("lobu secrets push", " --yes"), ("lobu pull", " --force")];
    match agreed.iter().find(|(start, _)| line.starts_with(start)) {
        Some((_, flag)) => format!("{line}{flag}"),
        None => line.to_owned(),
    }
}

#[track_caller]
fn run(page: &str) {
    let env = TestEnv::new();
    let program = Path::new(env!("CARGO_BIN_EXE_lobu")).parent().expect("a directory");
    let blocks = blocks(&text(page));
    assert!(blocks.iter().any(|block| matches!(block, Block::Commands { .. })), "{page} runs nothing");
    for block in blocks {
        match block {
            Block::File { path, text, is_appended: true } => {
                env.write(&path, format!("{}\n{text}", env.read(&path)));
            }
            Block::File { path, text, is_appended: false } => {
                env.write(&path, text);
            }
            Block::Commands { lines, exit } => {
                for line in lines {
                    let script = format!("PATH=\"{}:$PATH\"; {}", program.display(), unattended(&line));
                    let program = env.command();
                    let variables = program.get_envs().filter_map(|(name, value)| Some((name, value?)));
                    let mut command = Command::new("bash");
                    command.args(["-c", &script]).env_clear().envs(variables).current_dir(env.project());
                    let output = command.output().expect("bash runs");
                    let said = String::from_utf8_lossy(&output.stderr);
                    assert_eq!(output.status.code(), Some(exit), "{page}: {line}\n{said}");
                }
            }
        }
    }
}

#[test]
fn a_project_is_written_from_its_guide() {
    run("docs/guide/write-a-project.md");
}

#[test]
fn the_guide_to_secrets_runs() {
    run("docs/guide/secrets.md");
}

#[test]
fn the_guide_to_pulls_runs() {
    run("docs/guide/pull-and-drift.md");
}

#[test]
fn the_guide_to_servers_runs() {
    run("docs/guide/servers-and-logins.md");
}

#[test]
fn a_block_that_is_wrong_is_found() {
    let page = "<!-- append: a -->\n\n```toml\nx = 1\n```\n\n<!-- exit: 6 -->\n\n```sh\nlobu drift\n```\n";
    let expected = [
        Block::File { path: "a".to_owned(), text: "x = 1\n".to_owned(), is_appended: true },
        Block::Commands { lines: vec!["lobu drift".to_owned()], exit: 6 },
    ];
    assert_eq!(blocks(page), expected);
    assert!(std::panic::catch_unwind(|| blocks("```toml\nx = 1\n```\n")).is_err());
}

/// Every text of the sources, in which a message may be broken over lines.
fn sources() -> String {
    fn collect(directory: &Path, found: &mut String) {
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                found.push_str(&std::fs::read_to_string(&path).expect("a source"));
            }
        }
    }
    let mut found = String::new();
    collect(&super::blocks::file("src"), &mut found);
    found
}

#[test]
fn messages_of_the_page_on_trouble_are_messages() {
    let (page, sources) = (text("docs/guide/troubleshooting.md"), sources());
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let messages: Vec<&str> = rows.map(|(message, _)| message).collect();
    assert!(messages.len() > 8, "{messages:?}");
    for message in messages {
        for part in message.split('…').map(str::trim) {
            assert!(sources.contains(part), "no message says `{part}`");
        }
    }
}
