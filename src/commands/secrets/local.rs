//! `lobu secrets local`: the values of the `.env` file beside lobu.toml (K6).

use std::path::PathBuf;

use crate::commands::{Outcome, Session};
use crate::error::{CommandError, ErrorKind};

/// What `secrets local` was asked.
#[derive(Debug, Clone)]
pub struct SecretsLocal {
    /// `-C`.
    pub directory: Option<PathBuf>,
    /// The verb behind it.
    pub action: LocalAction,
}

/// What is done with a `.env` file.
#[derive(Debug, Clone)]
pub enum LocalAction {
    /// `set NAME`.
    Set {
        /// The name, unchecked.
        name: String,
        /// Whether a value was given on the command line, where other users of the machine see it.
        has_value_argument: bool,
    },
    /// `list`.
    List,
    /// `delete NAME…`.
    Delete {
        /// The names, unchecked.
        names: Vec<String>,
    },
}

/// `lobu secrets local`: lists, sets and takes away values of the `.env` file beside lobu.toml. Exit 0, 2, or 130.
pub fn secrets_local(_: &Session, _: &SecretsLocal) -> Result<Outcome, CommandError> {
    Err(CommandError::new(ErrorKind::Unexpected, "not there yet"))
}
