//! A token that is given by hand: typed unseen, piped in, or on the command line (T5).

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::commands::Session;
use crate::error::{CommandError, ErrorKind};
use crate::render::document::{Document, Line, Style};
use crate::secrets::SecretValue;
use crate::ui::{HiddenError, InputError, read_secret_input};

use super::chosen::note;

/// The longest token that is taken.
const LONGEST: usize = 16 * 1024;

/// Where a token is given.
#[derive(Default)]
pub enum TokenSource {
    /// Nowhere: the server's device flow makes one.
    #[default]
    DeviceFlow,
    /// It is asked for.
    Asked,
    /// All of stdin.
    Stdin,
    /// The command line.
    Argument(Arc<SecretValue>),
}

impl TokenSource {
    /// A token of the command line.
    pub fn argument(text: String) -> Self {
        Self::Argument(Arc::new(trimmed(&Zeroizing::new(text))))
    }
}

/// The token, without blanks around it.
pub(super) fn read(session: &Session, source: &TokenSource, context: &str) -> Result<Arc<SecretValue>, CommandError> {
    let token = match source {
        TokenSource::DeviceFlow => return Err(usage("no token was given")),
        TokenSource::Argument(token) => {
            note(
                session,
                "a token on the command line can be seen by other users and stays in the shell's history; \
                           --token-stdin takes it from a pipe",
            );
            Arc::clone(token)
        }
        TokenSource::Asked => Arc::new(trimmed(&ask(session, context)?)),
        TokenSource::Stdin => Arc::new(trimmed(&read_secret_input(LONGEST).map_err(|error| unreadable(&error))?)),
    };
    if token.is_empty() { Err(usage("the token is empty")) } else { Ok(token) }
}

fn ask(session: &Session, context: &str) -> Result<Zeroizing<String>, CommandError> {
    let Some(prompter) = session.ui.prompter() else {
        return Err(CommandError::new(ErrorKind::NotATerminal, "the token would have to be asked for")
            .hint("Nothing was sent. Pipe it in with --token-stdin."));
    };
    let question = Line::new().plain("Token for the context ").foreign(Style::Bold, context);
    prompter.hidden(&Document::from(question.plain(" (nothing is shown):"))).map_err(|error| match error {
        HiddenError::Interrupted => CommandError::interrupted().and("nothing was changed"),
        HiddenError::Lines => usage("more than one line came; a token is one line"),
        HiddenError::NotUtf8 => usage("what was typed is not UTF-8"),
    })
}

fn unreadable(error: &InputError) -> CommandError {
    match error {
        InputError::TooLong => usage("what came on stdin is too long for a token"),
        InputError::NotUtf8 => usage("what came on stdin is not UTF-8"),
        InputError::Unreadable(reason) => {
            CommandError::new(ErrorKind::Unexpected, format!("stdin can't be read: {reason}"))
        }
    }
}

fn usage(message: &str) -> CommandError {
    CommandError::usage(message).hint("Nothing was sent.")
}

fn trimmed(text: &Zeroizing<String>) -> SecretValue {
    SecretValue::from_wiped(Zeroizing::new(text.trim().to_owned()))
}
