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

/// Adds the help of a command and of those below it, depth first.
fn describe(title: &str, command: &clap::Command, page: &mut String) {
    if !page.is_empty() {
        page.push('\n');
    }
    page.push_str(&section(title, &mut command.clone().term_width(REFERENCE_WIDTH)));
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
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
