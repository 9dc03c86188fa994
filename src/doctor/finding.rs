use crate::target::TargetAdvice;

use super::{Check, Group};

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// All is well.
    Ok,
    /// Something to know, and nothing to do about it now.
    Note,
    /// A problem that does not stop a command yet.
    Warning,
    /// A problem that stops commands.
    Failure,
    /// It was not looked at.
    Skipped {
        /// Why, a phrase without a full stop.
        why: String,
    },
}

impl State {
    /// The stable word for machines.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Failure => "failure",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// How much it weighs beside another finding of the same check; what was not looked at weighs least.
    pub(super) fn gravity(&self) -> u8 {
        match self {
            Self::Skipped { .. } => 0,
            Self::Ok => 1,
            Self::Note => 2,
            Self::Warning => 3,
            Self::Failure => 4,
        }
    }
}

/// What a check found. Its texts are foreign, since they name files, hosts and servers' words, and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub check: Check,
    /// How it ended.
    pub state: State,
    /// What was found, one sentence.
    pub what: String,
    /// Why it matters, where it is not plain.
    pub why: Option<String>,
    /// What to do, where something is to be done.
    pub how: Option<String>,
    /// The command that does it, which `how` introduces.
    pub command: Option<String>,
}

impl Finding {
    fn new(check: Check, state: State, what: impl Into<String>) -> Self {
        Self { check, state, what: what.into(), why: None, how: None, command: None }
    }

    /// The same with why it matters.
    #[must_use]
    pub(super) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// The same with what to do.
    #[must_use]
    pub(super) fn how(mut self, how: impl Into<String>) -> Self {
        self.how = Some(how.into());
        self
    }

    /// The same with what to do, and the command that does it.
    #[must_use]
    pub(super) fn how_command(mut self, how: impl Into<String>, command: impl Into<String>) -> Self {
        self.how = Some(how.into());
        self.command = Some(command.into());
        self
    }

    /// The same with what to do as a target error says it.
    #[must_use]
    pub(super) fn advised(self, advice: Option<TargetAdvice>) -> Self {
        match advice {
            Some(TargetAdvice { text, command: Some(command) }) => self.how_command(text, command),
            Some(TargetAdvice { text, command: None }) => self.how(text),
            None => self,
        }
    }

    /// What to do on one line: the sentence and the command that it introduces.
    pub fn advice(&self) -> Option<String> {
        let how = self.how.as_ref()?;
        Some(self.command.as_ref().map_or_else(|| how.clone(), |command| format!("{how} {command}")))
    }

    /// A failure with the message of an error as what was found.
    pub fn failed(check: Check, message: &str) -> Self {
        failure(check, sentence(message))
    }

    /// The group of the check.
    pub fn group(&self) -> Group {
        self.check.group()
    }
}

/// All is well.
pub(super) fn ok(check: Check, what: impl Into<String>) -> Finding {
    Finding::new(check, State::Ok, what)
}

/// Something to know.
pub(super) fn note(check: Check, what: impl Into<String>) -> Finding {
    Finding::new(check, State::Note, what)
}

/// A problem that does not stop a command yet.
pub(super) fn warning(check: Check, what: impl Into<String>) -> Finding {
    Finding::new(check, State::Warning, what)
}

/// A problem that stops commands.
pub(super) fn failure(check: Check, what: impl Into<String>) -> Finding {
    Finding::new(check, State::Failure, what)
}

/// Something that was not looked at.
pub(super) fn skipped(check: Check, why: impl Into<String>) -> Finding {
    Finding::new(check, State::Skipped { why: why.into() }, format!("not checked: {}", check.looks_at()))
}

/// A message of an error as a sentence: with a full stop, and a capital unless it starts with the name of a file.
pub(super) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    if message.starts_with("lobu.toml") { format!("{message}.") } else { format!("{first}{}.", letters.as_str()) }
}
