use std::fmt;

use crate::wire::{ServerError, ShapeError};

/// The request that an error belongs to: method and path, never a body, a header or a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The path, with the action of the schema tool behind it where there is one.
    pub path: String,
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

/// What may have become of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server refused it, or it never left: nothing was changed.
    NotDone,
    /// The answer was lost: it may have been carried out.
    Unknown,
}

/// Why no answer came, for the hint to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No connection: nothing listens, no way there, no connection in time.
    NoConnection,
    /// The host's name could not be resolved.
    NameNotFound,
    /// The server's certificate is not to be trusted: another authority, another host, expired.
    Certificate,
    /// No secure connection for another reason.
    Tls,
    /// No complete answer in time.
    TimedOut,
    /// The connection was cut before the answer was complete.
    Cut,
}

/// A request that did not succeed (P10, P11).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrgError {
    /// The server answered with a failure.
    #[error("{request} answered {status}{}", describe(server))]
    Refused {
        /// The request.
        request: Request,
        /// The HTTP status.
        status: u16,
        /// The server's description; without its words on requests that carry secret values.
        server: ServerError,
    },
    /// The server's answer is not the API's: a page, another shape, broken JSON.
    #[error("{request} answered {status} with something that is not the Lobu API: {what}")]
    NotTheApi {
        /// The request.
        request: Request,
        /// The HTTP status.
        status: u16,
        /// What is wrong with the answer, without its text.
        what: String,
    },
    /// Nothing came back: no connection, TLS, a time-out, a cut.
    #[error("{request} got no answer: {what}")]
    NoAnswer {
        /// The request.
        request: Request,
        /// Why.
        cause: Cause,
        /// What happened.
        what: String,
        /// Whether the request may have been carried out.
        outcome: Outcome,
    },
    /// The server redirected where we do not follow (T2).
    #[error("{request} was redirected to {to}, which is not followed")]
    Redirected {
        /// The request.
        request: Request,
        /// The target's origin, without path and query.
        to: String,
    },
    /// The request could not be built or must not be sent.
    #[error("{request} was not sent: {what}")]
    NotSent {
        /// The request.
        request: Request,
        /// Why.
        what: String,
    },
}

fn describe(server: &ServerError) -> String {
    let code = server.code.as_ref().map(|code| format!(" [{code}]")).unwrap_or_default();
    let message = server.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    format!("{code}{message}")
}

impl OrgError {
    /// An answer whose JSON lacks what it must have.
    pub fn shape(request: Request, status: u16, error: &ShapeError) -> Self {
        Self::NotTheApi { request, status, what: error.to_string() }
    }

    /// The HTTP status, where the server answered.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } | Self::NotTheApi { status, .. } => Some(*status),
            Self::NoAnswer { .. } | Self::Redirected { .. } | Self::NotSent { .. } => None,
        }
    }

    /// Why no answer came, where none came.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::NoAnswer { cause, .. } => Some(*cause),
            _ => None,
        }
    }

    /// The server's code, where it gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { server, .. } => server.code.as_deref(),
            _ => None,
        }
    }

    /// Whether the request may have been carried out all the same.
    ///
    /// A 5xx from something between us and the server says nothing about what the server did; a write that answered with
    /// something unreadable was answered, so it was probably done.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NoAnswer { outcome, .. } => *outcome,
            Self::NotTheApi { status, .. } if *status < 400 => Outcome::Unknown,
            Self::Refused { status: 500..=502 | 504.., .. } | Self::NotTheApi { status: 500.., .. } => Outcome::Unknown,
            Self::Refused { .. } | Self::NotTheApi { .. } | Self::Redirected { .. } | Self::NotSent { .. } => {
                Outcome::NotDone
            }
        }
    }
}
