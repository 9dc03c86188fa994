//! One value that is given by hand: typed unseen at a terminal, else all of stdin less one line break at its end.

use std::ffi::OsString;

use zeroize::Zeroizing;

use crate::commands::Session;
use crate::error::{CommandError, ErrorKind};
use crate::model::SecretName;
use crate::project::dotenv::{self, Dotenv};
use crate::render::document::{Document, Style, line};
use crate::secrets::{InputError, read_stdin};
use crate::ui::HiddenError;

/// Refuses a value that was typed behind the name; it is not repeated.
pub(super) fn refuse_argument(more: &[OsString], outcome: &str) -> Result<(), CommandError> {
    if more.is_empty() {
        return Ok(());
    }
    let message = "a value is never taken from the command line, where others can see it";
    Err(CommandError::usage(message).hint(format!("{}. {HOW_TO_GIVE}", capital(outcome))))
}

const HOW_TO_GIVE: &str = "Type the value when it is asked for, or pipe it in.";

/// Takes the value. `outcome` says what did not happen where there is none, and `several_lines` how more than one line is given.
pub(super) fn ask(
    session: &Session,
    name: &SecretName,
    outcome: &str,
    several_lines: &str,
) -> Result<Zeroizing<String>, CommandError> {
    if session.ui.is_stdin_terminal() {
        let Some(prompter) = session.ui.prompter() else {
            return Err(CommandError::new(ErrorKind::NotATerminal, "cannot prompt for the value")
                .hint(format!("{}. {HOW_TO_GIVE}", capital(outcome))));
        };
        return prompter
            .hidden(&Document::from(line!("Value of {} (input is hidden):", Style::Bold.of(name.as_str()))))
            .map_err(|error| match error {
                HiddenError::Interrupted => CommandError::interrupted().and(outcome),
                HiddenError::Lines => CommandError::usage(format!("the value has more than one line; {outcome}"))
                    .hint_command("To read it from a file:", format!("{several_lines} < FILE")),
                HiddenError::NotUtf8 => CommandError::usage(format!("what was typed is not UTF-8; {outcome}")),
            });
    }
    // The line break is not of the value: "\r\n" at most.
    let mut value = read_stdin(Dotenv::VALUE_LIMIT + 2).map_err(|error| match error {
        InputError::TooLong { .. } => {
            let too_long = dotenv::EditError::TooLong { limit: Dotenv::VALUE_LIMIT };
            CommandError::usage(format!("{too_long}; {outcome}"))
        }
        other => CommandError::usage(format!("the value on stdin: {other}; {outcome}")),
    })?;
    if value.ends_with('\n') {
        value.pop();
        if value.ends_with('\r') {
            value.pop();
        }
    }
    Ok(value)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
