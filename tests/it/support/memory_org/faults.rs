//! Writes that fail on purpose (law 2).

use std::sync::Mutex;

use lobu::org::{Cause, Outcome, Request, RequestError};
use lobu::wire::ServerError;

/// How a write fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteFault {
    /// The server refuses it: nothing is carried out.
    Refused,
    /// It is carried out and the answer is lost.
    AnswerLost,
    /// It never arrives, and nobody can tell.
    NeverArrives,
}

/// Which write fails next, and how.
#[derive(Debug, Default)]
pub(super) struct Faults {
    next: Mutex<Option<(usize, WriteFault)>>,
}

impl Faults {
    /// Makes the `nth` write from now on fail, from 1.
    pub(super) fn set(&self, nth: usize, fault: WriteFault) {
        *self.next.lock().expect("no test panics here") = Some((nth, fault));
    }

    /// Counts a write, and tells how it fails if it is its turn.
    pub(super) fn take(&self) -> Option<WriteFault> {
        let mut next = self.next.lock().expect("no test panics here");
        let (left, fault) = next.as_mut()?;
        *left = left.saturating_sub(1);
        if *left > 0 {
            return None;
        }
        let fault = *fault;
        *next = None;
        Some(fault)
    }
}

/// A refusal with a code and a message.
pub(super) fn refused(request: &Request, status: u16, code: &str, message: &str) -> RequestError {
    let server = ServerError { code: Some(code.to_owned()), message: Some(message.to_owned()), structured: true };
    RequestError::Refused { request: request.clone(), status, server }
}

/// An answer that did not come.
pub(super) fn lost(request: &Request) -> RequestError {
    RequestError::NoAnswer {
        request: request.clone(),
        cause: Cause::Cut,
        what: "the connection was cut".to_owned(),
        outcome: Outcome::Unknown,
    }
}
