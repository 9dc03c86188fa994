//! `lobu completions`: the script by which a shell completes command lines.

use clap::Args;

use crate::error::CommandError;

use super::options::one_of;
use super::{Outcome, Session};

/// Print a script that completes commands, flags and names in a shell
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Shell that runs the script: bash, zsh or fish
    #[arg(value_name = "SHELL", help_heading = "Arguments", hide_possible_values = true, value_parser = one_of(&Shell::ALL, Shell::word))]
    shell: Shell,
}

/// A shell that there is a script for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Bash, Self::Zsh, Self::Fish];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
        }
    }

    /// The script: it asks this program at each press of the key.
    pub fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("completions/lobu.bash"),
            Self::Zsh => include_str!("completions/lobu.zsh"),
            Self::Fish => include_str!("completions/lobu.fish"),
        }
    }
}

/// Prints the script of a shell.
pub fn run(session: &Session, args: &CompletionsArgs) -> Result<Outcome, CommandError> {
    session.ui.product_source(args.shell.script());
    Ok(Outcome::Done)
}
