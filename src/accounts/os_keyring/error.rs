use std::fmt;

/// What was to be done with the entry of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyringAction {
    Read,
    Store,
    Delete,
}

/// Why an entry of the keyring can't be used. No message holds anything of an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringProblem {
    /// Nothing serves a keyring: no D-Bus session, or no Secret Service on it.
    #[error("there is no keyring service in this session ({reason})")]
    NoService {
        /// What the system said.
        reason: String,
    },
    /// It is locked, and was not unlocked when asked.
    #[error("the keyring is locked")]
    Locked,
    /// It did not answer, mostly because it waits for a person.
    #[error("the keyring did not answer within {seconds} s")]
    TimedOut { seconds: u64 },
    /// The context is marked, and there is no entry.
    #[error("the keyring has no entry for this context")]
    Missing,
    /// The entry was made for another origin than the one that the context has.
    #[error("the entry was made for another server than that of this context")]
    OtherServer,
    /// The entry is not a login, or one of a newer version.
    #[error("the entry is not a login that this version of lobu can read")]
    NotALogin,
    /// Several entries have the name of the context.
    #[error("the keyring has more than one entry for this context")]
    Ambiguous,
    /// The keyring refused or failed. A request that carried tokens has no reason.
    #[error("the keyring refused or failed{}", in_parentheses(.reason.as_deref()))]
    Failed {
        /// What the system said.
        reason: Option<String>,
    },
}

/// Why the login of a context can't be read from, stored in or deleted from the keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringError {
    pub context: String,
    pub action: KeyringAction,
    pub problem: KeyringProblem,
}

impl fmt::Display for KeyringError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { context, action, problem } = self;
        let (verb, preposition) = match action {
            KeyringAction::Read => ("read", "from"),
            KeyringAction::Store => ("store", "in"),
            KeyringAction::Delete => ("delete", "from"),
        };
        write!(formatter, "cannot {verb} the login of the context {context} {preposition} the keyring: {problem}")
    }
}

impl std::error::Error for KeyringError {}

fn in_parentheses(reason: Option<&str>) -> String {
    reason.map(|reason| format!(" ({reason})")).unwrap_or_default()
}
