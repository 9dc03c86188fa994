//! A dotenv text that a person handed over: what is wrong with it is shown by line, never by content (U3).

use crate::error::{CommandError, ErrorKind};
use crate::project::directory::display_path;
use crate::project::dotenv::{self, Dotenv, Problem};

use super::Session;
use super::load::show;

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
        CommandError::new(ErrorKind::Usage, format!("{flag}: what it gives can't be used{ending}"))
            .hint("Put the lines above right; the table of what a .env file may hold is in docs/reference/dotenv.md.")
    })
}
