use std::fmt::Write as _;

use clap::CommandFactory as _;

use super::Cli;

/// The width of the reference, whatever the terminal's is.
const WIDTH: usize = 100;

/// The help of every verb as Markdown: the reference page of the command line is a snapshot of this.
pub fn reference() -> String {
    let mut root = Cli::command().term_width(WIDTH);
    root.build();
    let verbs: Vec<String> = root.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    let mut page = section("lobu", &mut root);
    for verb in verbs.iter().filter(|verb| *verb != "help") {
        if let Some(command) = root.find_subcommand_mut(verb) {
            let mut command = command.clone().term_width(WIDTH);
            page.push('\n');
            page.push_str(&section(&format!("lobu {verb}"), &mut command));
        }
    }
    page
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
