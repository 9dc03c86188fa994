//! A file with values that a person handed over: what is wrong with it is shown by line, never by content (U3).

use std::fs::File;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::CommandError;
use crate::project::directory::display_path;
use crate::project::dotenv::{self, Dotenv, Problem};
use crate::project::limits::Limits;
use crate::ui::{InputError, read_secret};

use super::Session;
use super::project::show;

/// Shows what is wrong with a text, by line.
pub(super) fn show_problems(session: &Session, label: &str, problems: &[Problem]) {
    let file = display_path(label);
    let found: Vec<_> = problems.iter().map(|problem| problem.diagnostic(&file)).collect();
    show(session, &found);
}

/// Reads a text that a flag of the command line names; `ending` says what that means for the command.
pub(super) fn parse_given(
    session: &Session,
    flag: &str,
    label: &str,
    text: &str,
    ending: &str,
) -> Result<Dotenv, CommandError> {
    dotenv::parse(text).map_err(|problems| {
        show_problems(session, label, &problems);
        CommandError::usage(format!("{flag}: what it gives can't be used{ending}"))
            .hint("Put the lines above right; the table of what a .env file may hold is in docs/reference/dotenv.md.")
    })
}

/// Reads a file of the command line: wherever it lies, also a pipe. A project names none of these, so nothing is guarded
/// against but its size; says what stands in the way.
pub(super) fn read_given(path: &Path) -> Result<Zeroizing<String>, String> {
    let cannot = |reason: std::io::ErrorKind| match reason {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        other => format!("it can't be read: {other}"),
    };
    let mut file = File::open(path).map_err(|error| cannot(error.kind()))?;
    read_secret(&mut file, most_bytes()).map_err(|error| match error {
        InputError::Unreadable(reason) => cannot(reason),
        other => unreadable(&other),
    })
}

/// How many bytes a source of values may have (K5).
pub(super) fn most_bytes() -> usize {
    usize::try_from(Limits::DEFAULT.dotenv).unwrap_or(usize::MAX)
}

/// Says why a source gave no text.
pub(super) fn unreadable(error: &InputError) -> String {
    match error {
        InputError::TooLong => format!("it has more than {} MiB", most_bytes() >> 20),
        InputError::NotUtf8 => "it is not UTF-8".to_owned(),
        InputError::Unreadable(reason) => format!("it can't be read: {reason}"),
    }
}
