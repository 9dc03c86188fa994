//! How a command ends: its exit code, and the error that a person reads.

use std::error::Error;
use std::fmt;

/// The exit codes, part of the interface: scripts rely on them.
pub mod exit {
    /// Done, or nothing to do; a plan or dry run, whatever changes it found; partly declined and the rest done.
    pub const DONE: u8 = 0;
    /// Unexpected; the server can't be reached; a failed check of `doctor`.
    pub const UNEXPECTED: u8 = 1;
    /// Usage, no target, an invalid project, a needed `$VAR` missing, not a terminal without `--yes`.
    pub const USAGE: u8 = 2;
    /// The server refused or failed, is no Lobu API, or can't take what is declared; nothing was changed.
    pub const REFUSED: u8 = 3;
    /// Not logged in, wrong org or pin, missing role or scope, token of another server.
    pub const ACCESS: u8 = 4;
    /// Partly applied: the report says what was done, failed, not tried, unknown.
    pub const PARTLY: u8 = 5;
    /// It differs, and this run was told not to touch it.
    pub const DIFFERS: u8 = 6;
    /// Declined or quit at a question, and nothing was done.
    pub const DECLINED: u8 = 7;
    /// Interrupted; what was in flight was awaited and the report printed.
    pub const INTERRUPTED: u8 = 130;

    /// Every code with what it says, for the reference.
    pub const TABLE: [(u8, &str); 9] = [
        (
            DONE,
            "done, or nothing to do; a plan or dry run, with or without changes; some changes declined, the rest done",
        ),
        (
            UNEXPECTED,
            "unexpected error; the server cannot be reached (nothing listens, TLS, timeout); a check of `doctor` failed",
        ),
        (USAGE, "usage error, no target, invalid project, missing value of a `$VAR`, not a terminal and no `--yes`"),
        (
            REFUSED,
            "the server refused or failed, is not a Lobu API, or does not support what is declared; \
             nothing was changed",
        ),
        (ACCESS, "not logged in, wrong org or pin, missing role or scope, token of another server"),
        (PARTLY, "partly applied: the report lists what is done, failed, not tried, unknown"),
        (
            DIFFERS,
            "stopped before an overwrite: `lobu drift` found a difference, `lobu show --remote` a resource that is not in the org, files or org would be overwritten, the org \
             changed since the plan, or it is not the expected plan",
        ),
        (DECLINED, "declined at a question; nothing was done"),
        (INTERRUPTED, "interrupted; requests in flight were completed and the report printed"),
    ];

    /// What `--detailed-exitcode` makes of a plan or dry run, as Terraform does.
    pub mod detailed {
        /// No changes.
        pub const NO_CHANGES: u8 = 0;
        /// An error of any kind.
        pub const ERROR: u8 = 1;
        /// There are changes.
        pub const CHANGES: u8 = 2;
    }
}

/// Why a command failed: decides the exit code, and is a stable word for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// Nothing that the program knows about, or a fault of the machine such as a full disk.
    Unexpected,
    /// The server can't be reached: nothing listens, TLS, time-out.
    Unreachable,
    /// A check of `doctor` failed.
    CheckFailed,
    /// The command line or a variable is wrong.
    Usage,
    /// No server or no org was named.
    NoTarget,
    /// The project's files can't be applied as they are.
    InvalidProject,
    /// A `$VAR` that is needed has no value.
    MissingValue,
    /// A question would have to be asked, and there is no terminal.
    NotATerminal,
    /// The server refused or failed, and nothing was changed.
    Refused,
    /// What answers does not look like a Lobu API.
    NotLobu,
    /// The server can't take what the project declares: a plan error.
    Unsupported,
    /// There is no login.
    NotLoggedIn,
    /// The org is not the one that is pinned or that the token is for.
    WrongOrg,
    /// A role or scope is missing.
    Forbidden,
    /// The token and the origin don't belong together.
    WrongOrigin,
    /// Some of it was applied.
    PartlyApplied,
    /// A declared value differs (`lobu drift`).
    Differs,
    /// Files or org would be overwritten.
    WouldOverwrite,
    /// The org moved since the plan.
    Moved,
    /// It is not the plan that was expected (`--expect`).
    NotExpected,
    /// Somebody said no.
    Declined,
    /// Somebody pressed Ctrl-C, or the process was told to end.
    Interrupted,
}

impl ErrorKind {
    /// Every kind, in the order of the codes.
    pub const ALL: [Self; 22] = [
        Self::Unexpected,
        Self::Unreachable,
        Self::CheckFailed,
        Self::Usage,
        Self::NoTarget,
        Self::InvalidProject,
        Self::MissingValue,
        Self::NotATerminal,
        Self::Refused,
        Self::NotLobu,
        Self::Unsupported,
        Self::NotLoggedIn,
        Self::WrongOrg,
        Self::Forbidden,
        Self::WrongOrigin,
        Self::PartlyApplied,
        Self::Differs,
        Self::WouldOverwrite,
        Self::Moved,
        Self::NotExpected,
        Self::Declined,
        Self::Interrupted,
    ];

    pub fn exit_code(self) -> u8 {
        match self {
            Self::Unexpected | Self::Unreachable | Self::CheckFailed => exit::UNEXPECTED,
            Self::Usage | Self::NoTarget | Self::InvalidProject | Self::MissingValue | Self::NotATerminal => {
                exit::USAGE
            }
            Self::Refused | Self::NotLobu | Self::Unsupported => exit::REFUSED,
            Self::NotLoggedIn | Self::WrongOrg | Self::Forbidden | Self::WrongOrigin => exit::ACCESS,
            Self::PartlyApplied => exit::PARTLY,
            Self::Differs | Self::WouldOverwrite | Self::Moved | Self::NotExpected => exit::DIFFERS,
            Self::Declined => exit::DECLINED,
            Self::Interrupted => exit::INTERRUPTED,
        }
    }

    /// The stable word for machines, kebab-case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unexpected => "unexpected",
            Self::Unreachable => "unreachable",
            Self::CheckFailed => "check-failed",
            Self::Usage => "usage",
            Self::NoTarget => "no-target",
            Self::InvalidProject => "invalid-project",
            Self::MissingValue => "missing-value",
            Self::NotATerminal => "not-a-terminal",
            Self::Refused => "refused",
            Self::NotLobu => "not-lobu",
            Self::Unsupported => "unsupported",
            Self::NotLoggedIn => "not-logged-in",
            Self::WrongOrg => "wrong-org",
            Self::Forbidden => "forbidden",
            Self::WrongOrigin => "wrong-origin",
            Self::PartlyApplied => "partly-applied",
            Self::Differs => "differs",
            Self::WouldOverwrite => "would-overwrite",
            Self::Moved => "moved",
            Self::NotExpected => "not-expected",
            Self::Declined => "declined",
            Self::Interrupted => "interrupted",
        }
    }
}

/// What a command hands to the edge when it fails: `error:`, `caused by:`, `help:`.
///
/// The texts are foreign until `ui` shows them, and never hold a secret value.
#[derive(Debug)]
pub struct CommandError {
    /// Decides the exit code.
    pub kind: ErrorKind,
    /// What happened, one sentence without a full stop; its sources say why, from the outside in.
    pub error: Box<dyn Error + Send + Sync>,
    /// What to do: a sentence each, with commands on lines of their own, so that they can be copied.
    pub hints: Vec<String>,
    /// Whether the reader has seen all of it, with counts; it is not said again then, but in JSON.
    pub is_shown: bool,
}

impl CommandError {
    /// An error, or a sentence, without advice.
    pub fn new(kind: ErrorKind, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, error: error.into(), hints: Vec::new(), is_shown: false }
    }

    /// The error of a command that was called in a wrong way.
    pub fn usage(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Usage, error)
    }

    /// The error of a command that was stopped by Ctrl-C, or by a signal to end.
    pub fn interrupted() -> Self {
        Self::new(ErrorKind::Interrupted, "interrupted")
    }

    /// The error of a command to whose question the answer was no.
    pub fn declined() -> Self {
        Self::new(ErrorKind::Declined, "declined")
    }

    /// The error of a command whose questions were ended.
    pub fn quit() -> Self {
        Self::new(ErrorKind::Declined, "canceled")
    }

    /// The same with what became of the work: `interrupted; nothing was written`.
    #[must_use]
    pub fn and(mut self, outcome: impl fmt::Display) -> Self {
        let text = format!("{}; {outcome}", self.error);
        self.error = Box::new(Extended { text, error: self.error });
        self
    }

    /// The same with one more advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same for a reader who has seen what is wrong.
    #[must_use]
    pub fn shown(self) -> Self {
        Self { is_shown: true, ..self }
    }

    /// The same with one more advice, and a command that follows it.
    #[must_use]
    pub fn hint_command(self, advice: &str, command: impl fmt::Display) -> Self {
        self.hint(format!("{advice}\n{command}"))
    }

    /// What is behind the error, from the outside in, where it says more than what stands before it.
    pub fn causes(&self) -> Vec<String> {
        let mut before = self.error.to_string();
        let mut causes = Vec::new();
        let chain = std::iter::successors(self.error.source(), |error: &&(dyn Error + 'static)| (*error).source());
        for cause in chain.map(ToString::to_string) {
            // Many libraries repeat their source in their own message.
            if !before.ends_with(&cause) {
                causes.push(cause.clone());
                before = cause;
            }
        }
        causes
    }

    pub fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl Error for CommandError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

/// An error with more in its sentence, and the same behind it.
#[derive(Debug)]
struct Extended {
    text: String,
    error: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for Extended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Error for Extended {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_of_codes_is_the_documented_one() {
        let kinds = |code: u8| -> String {
            let words: Vec<&str> =
                ErrorKind::ALL.iter().filter(|kind| kind.exit_code() == code).map(|kind| kind.word()).collect();
            words.join(" ")
        };
        let table: Vec<String> = exit::TABLE.iter().map(|(code, _)| format!("{code}: {}", kinds(*code))).collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        0: 
        1: unexpected unreachable check-failed
        2: usage no-target invalid-project missing-value not-a-terminal
        3: refused not-lobu unsupported
        4: not-logged-in wrong-org forbidden wrong-origin
        5: partly-applied
        6: differs would-overwrite moved not-expected
        7: declined
        130: interrupted
        ");
    }

    #[test]
    fn every_kind_has_its_own_word_and_a_code_of_the_table() {
        let words: BTreeSet<&str> = ErrorKind::ALL.iter().map(|kind| kind.word()).collect();
        assert_eq!(words.len(), ErrorKind::ALL.len());
        let kinds: BTreeSet<ErrorKind> = ErrorKind::ALL.into_iter().collect();
        assert_eq!(kinds.len(), ErrorKind::ALL.len());
        for kind in ErrorKind::ALL {
            assert_ne!(kind.exit_code(), exit::DONE);
            assert!(exit::TABLE.iter().any(|(code, _)| *code == kind.exit_code()), "{kind:?}");
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("the project can't be read")]
    struct Outermost(#[source] Outer);

    #[derive(Debug, thiserror::Error)]
    #[error("reading lobu.toml: {0}")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn causes_that_repeat_what_was_said_are_left_out() {
        let cause = Outer(std::io::Error::other("is a directory"));
        let error = CommandError::new(ErrorKind::InvalidProject, Outermost(cause)).hint("look at it");
        assert_eq!(error.causes(), ["reading lobu.toml: is a directory"]);
        assert_eq!(error.exit_code(), 2);
        let outer = Outer(std::io::Error::other("x"));
        assert_eq!(CommandError::new(ErrorKind::Unexpected, outer).causes(), [""; 0]);
    }

    #[test]
    fn what_became_of_the_work_is_said_behind_the_error() {
        let error = CommandError::interrupted().and("nothing was written");
        assert_eq!((error.to_string().as_str(), error.exit_code()), ("interrupted; nothing was written", 130));
        let cause = Outer(std::io::Error::other("is a directory"));
        let error = CommandError::new(ErrorKind::InvalidProject, Outermost(cause)).and("nothing was written");
        assert_eq!(error.to_string(), "the project can't be read; nothing was written");
        assert_eq!(error.causes(), ["reading lobu.toml: is a directory"]);
    }
}
