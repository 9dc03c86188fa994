use crate::org::{Outcome, RequestError};
use crate::schema::ResourceKey;

/// Why a row failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The request's error.
    pub error: RequestError,
    /// What it means and what to do, where we know more than the server said.
    pub hint: Option<String>,
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
}

impl Report {
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

    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        !self.interrupted && self.done() == self.rows.len()
    }

    /// Whether the failure was that the token may not do this: the first refused row answered 401 or 403.
    pub fn is_refused_for_rights(&self) -> bool {
        self.rows.iter().any(|(_, outcome)| match outcome {
            RowOutcome::Failed(failure) => matches!(failure.error.status(), Some(401 | 403)),
            _ => false,
        })
    }
}

impl RowOutcome {
    /// The outcome of a failed request.
    pub(super) fn of_error(error: RequestError, hint: Option<String>) -> Self {
        match error.outcome() {
            Outcome::NotDone => Self::Failed(Failure { error, hint }),
            Outcome::Unknown => Self::Unknown(error.to_string()),
        }
    }
}
