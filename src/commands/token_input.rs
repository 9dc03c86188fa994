//! A token that is given by hand: typed unseen, piped in, or on the command line.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use zeroize::Zeroizing;

use crate::error::{CommandError, ErrorKind};
use crate::render::document::{Document, Style, line};
use crate::secrets::{InputError, SecretValue, read_stdin};
use crate::ui::HiddenError;

use super::Session;

/// The longest token that is taken.
const LONGEST: usize = 16 * 1024;

/// A token of the command line: clap keeps and shows what it parsed, so it must not be a plain text.
#[derive(Clone)]
struct TypedToken(Zeroizing<String>);

impl fmt::Debug for TypedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TypedToken")
    }
}

impl FromStr for TypedToken {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

/// Where a token is given; nowhere means the device flow.
#[derive(Debug, Args)]
pub(super) struct TokenOptions {
    /// Log in with a personal token (hidden prompt if VALUE is missing)
    #[arg(long, value_name = "VALUE", num_args = 0..=1, default_missing_value = "", group = "given")]
    token: Option<TypedToken>,
    /// Read the token from stdin
    #[arg(long, group = "given")]
    token_stdin: bool,
}

impl TokenOptions {
    /// Whether a token is given, or to be asked for.
    pub(super) fn is_given(&self) -> bool {
        self.token.is_some() || self.token_stdin
    }

    /// The token, without blanks around it.
    pub(super) fn read(&self, session: &Session, context: &str) -> Result<Arc<SecretValue>, CommandError> {
        let text = match &self.token {
            // Without a value, or with an empty variable's.
            Some(TypedToken(text)) if text.trim().is_empty() => ask(session, context)?,
            Some(TypedToken(text)) => {
                session.note(
                    "a token on the command line can be seen by other users and stays in the shell's history; \
                     --token-stdin takes it from a pipe",
                );
                text.clone()
            }
            None => read_stdin(LONGEST).map_err(|error| unreadable(&error))?,
        };
        let token = SecretValue::from_wiped(Zeroizing::new(text.trim().to_owned()));
        if token.is_empty() { Err(usage("the token is empty")) } else { Ok(Arc::new(token)) }
    }
}

fn ask(session: &Session, context: &str) -> Result<Zeroizing<String>, CommandError> {
    let Some(prompter) = session.ui.prompter() else {
        return Err(CommandError::new(ErrorKind::NotATerminal, "cannot prompt for the token")
            .hint("Nothing was sent. To read the token from a pipe, add --token-stdin."));
    };
    prompter.hidden(&Document::from(line!("Token for context {} (input is hidden):", Style::Bold.of(context)))).map_err(
        |error| match error {
            HiddenError::Interrupted => CommandError::interrupted().and("nothing was changed"),
            HiddenError::Lines => usage("the token has more than one line"),
            HiddenError::NotUtf8 => usage("what was typed is not UTF-8"),
        },
    )
}

fn unreadable(error: &InputError) -> CommandError {
    match error {
        InputError::TooLong { .. } => usage("what came on stdin is too long for a token"),
        InputError::NotUtf8 => usage("what came on stdin is not UTF-8"),
        InputError::Unreadable(reason) => {
            CommandError::new(ErrorKind::Unexpected, format!("stdin can't be read: {reason}"))
        }
    }
}

fn usage(message: &str) -> CommandError {
    CommandError::usage(message).hint("Nothing was sent.")
}
