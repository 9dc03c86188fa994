use crate::error::CommandError;

/// The answer to a question of yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// `y`.
    Yes,
    /// `n`, or only Enter.
    No,
    /// `q`: no, and no more questions.
    Quit,
    /// Ctrl-C, Ctrl-D, or the terminal is gone.
    Interrupted,
}

impl Answer {
    /// Whether it is yes; to quit or to interrupt ends the command, which says what was not done.
    pub fn or_end(self, outcome: &str) -> Result<bool, CommandError> {
        match self {
            Self::Yes => Ok(true),
            Self::No => Ok(false),
            Self::Quit => Err(CommandError::quit().and(outcome)),
            Self::Interrupted => Err(CommandError::interrupted().and(outcome)),
        }
    }
}
