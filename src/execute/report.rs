use crate::org::RequestError;
use crate::schema::ResourceKey;

use super::Verification;

/// Why a row failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FailureReason {
    /// A request failed, and nothing of it was done.
    #[error(transparent)]
    Request(RequestError),
    /// The resource is no longer as the plan found it.
    #[error("it was changed in the org since the plan; it was not overwritten")]
    Moved,
    /// The server accepted the writes, and has something else: these fields, as the files name them; none where it has nothing.
    #[error("the server accepted it but did not store {}", if .0.is_empty() { "it".to_owned() } else { .0.join(", ") })]
    NotStored(Vec<String>),
    /// A part of the row was done, and the rest was not begun.
    #[error("only a part of it was done; the rest was not tried")]
    Partial,
    /// A request failed, and what was said of it may repeat a value; with the status that the server answered.
    #[error("the request failed{}; its message is left out by --names-only", status_words(*.0))]
    Withheld(Option<u16>),
}

fn status_words(status: Option<u16>) -> String {
    status.map(|status| format!(" with status {status}")).unwrap_or_default()
}

/// Why a row failed, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub reason: FailureReason,
    /// What it means and what to do, where we know more than the server said.
    pub hint: Option<String>,
}

/// What is said of a row of which an earlier request was carried out.
pub(super) const A_PART: &str = "an earlier change to it was applied";

impl Failure {
    /// The same, of a row of which an earlier request was carried out.
    #[must_use]
    pub(super) fn after_a_part(self) -> Self {
        let part = "An earlier change to it was applied. Run the command again to apply the rest.";
        let hint = self.hint.map_or_else(|| part.to_owned(), |hint| format!("{hint} {part}"));
        Self { hint: Some(hint), ..self }
    }

    /// The status that the server answered, where a request failed.
    pub fn status(&self) -> Option<u16> {
        match self.reason {
            FailureReason::Withheld(status) => status,
            _ => self.error()?.status(),
        }
    }

    fn names_only(&self) -> Self {
        match self.reason {
            FailureReason::Request(_) => FailureReason::Withheld(self.status()).into(),
            _ => Self { reason: self.reason.clone(), hint: None },
        }
    }

    /// The error of the request that failed.
    pub fn error(&self) -> Option<&RequestError> {
        match &self.reason {
            FailureReason::Request(error) => Some(error),
            FailureReason::Moved
            | FailureReason::NotStored(_)
            | FailureReason::Partial
            | FailureReason::Withheld(_) => None,
        }
    }
}

impl From<FailureReason> for Failure {
    fn from(reason: FailureReason) -> Self {
        Self { reason, hint: None }
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// Everything was done, with what is worth knowing.
    Done(Option<&'static str>),
    /// A request was refused; nothing of it was done, or only what stands before it in the row.
    Failed(Failure),
    /// It was not begun, because something failed or the run was interrupted.
    NotTried,
    /// It may have been done: the answer was lost, or says less than it should.
    Unknown(String),
}

/// What became of a plan, row by row in plan order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The rows that had something to write.
    pub rows: Vec<(ResourceKey, RowOutcome)>,
    /// Whether the run was interrupted.
    pub interrupted: bool,
    /// Whether any request succeeded, also one of a row that failed later on.
    pub wrote: bool,
    /// What reading back what was written found besides.
    pub verification: Verification,
}

impl Report {
    /// The same for public logs: without what servers say, and without advice about it.
    #[must_use]
    pub fn names_only(&self) -> Self {
        let named = |(key, outcome): &(ResourceKey, RowOutcome)| {
            let outcome = match outcome {
                RowOutcome::Failed(failure) => RowOutcome::Failed(failure.names_only()),
                RowOutcome::Unknown(_) => RowOutcome::Unknown("its message is left out by --names-only".to_owned()),
                RowOutcome::Done(_) | RowOutcome::NotTried => outcome.clone(),
            };
            (key.clone(), outcome)
        };
        let Self { rows, interrupted, wrote, verification } = self;
        Self {
            rows: rows.iter().map(named).collect(),
            interrupted: *interrupted,
            wrote: *wrote,
            verification: verification.clone(),
        }
    }

    /// How many rows had an outcome.
    pub fn count(&self, wanted: impl Fn(&RowOutcome) -> bool) -> usize {
        self.rows.iter().filter(|(_, outcome)| wanted(outcome)).count()
    }

    /// How many rows were done.
    pub fn done(&self) -> usize {
        self.count(|outcome| matches!(outcome, RowOutcome::Done(_)))
    }

    /// How many rows may have been done.
    pub fn unknown(&self) -> usize {
        self.count(|outcome| matches!(outcome, RowOutcome::Unknown(_)))
    }

    /// Whether a row failed because the org is no longer as the plan found it.
    pub fn has_moved(&self) -> bool {
        let has_moved = |outcome: &RowOutcome| match outcome {
            RowOutcome::Failed(failure) => failure.reason == FailureReason::Moved,
            _ => false,
        };
        self.count(has_moved) > 0
    }

    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        !self.interrupted && self.done() == self.rows.len()
    }

    /// Whether the failure was that the token may not do this: the first refused row answered 401 or 403.
    pub fn is_refused_for_rights(&self) -> bool {
        self.rows.iter().any(|(_, outcome)| match outcome {
            RowOutcome::Failed(failure) => matches!(failure.status(), Some(401 | 403)),
            _ => false,
        })
    }
}
