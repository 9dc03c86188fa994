use std::fmt::Write as _;

use super::help::command;

/// The width of the reference, whatever the terminal's is.
const REFERENCE_WIDTH: usize = 100;

/// The help of every verb as Markdown: the reference page of the command line is a snapshot of this.
pub fn reference() -> String {
    let root = command(true).term_width(REFERENCE_WIDTH);
    let mut page = String::new();
    describe("lobu", &root, &mut page);
    page
}

/// Every verb with what it does, depth first; of those that have verbs below them only these.
pub fn verbs() -> Vec<(String, String)> {
    let mut found = Vec::new();
    list("", &command(true), &mut found);
    found
}

fn list(path: &str, command: &clap::Command, found: &mut Vec<(String, String)>) {
    for verb in shown(command) {
        let path = format!("{path} {}", verb.get_name()).trim_start().to_owned();
        if shown(verb).next().is_some() {
            list(&path, verb, found);
        } else {
            found.push((path, verb.get_about().map(ToString::to_string).unwrap_or_default()));
        }
    }
}

/// The commands below one that people are told of.
fn shown(command: &clap::Command) -> impl Iterator<Item = &clap::Command> {
    command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help")
}

/// Adds the help of a command and of those below it, depth first.
fn describe(title: &str, command: &clap::Command, page: &mut String) {
    if !page.is_empty() {
        page.push('\n');
    }
    page.push_str(&section(title, &mut command.clone().term_width(REFERENCE_WIDTH)));
    for verb in shown(command) {
        describe(&format!("{title} {}", verb.get_name()), verb, page);
    }
}

fn section(title: &str, command: &mut clap::Command) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = writeln!(text, "## {title}\n\n```text");
    for line in command.render_help().to_string().trim_end().lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push_str("```\n");
    text
}
