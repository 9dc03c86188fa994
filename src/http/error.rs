use std::fmt;

use crate::model::with_short_words;
use crate::wire::ServerError;

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
        write!(formatter, "{} {}", self.method, with_short_words(&self.path))
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

/// A request that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The server answered with a failure.
    #[error("{request} answered {status}{}", describe(server))]
    Refused {
        request: Request,
        /// The HTTP status.
        status: u16,
        /// The server's description; without its words on requests that carry secret values.
        server: ServerError,
    },
    /// A 503 with a description and without `Retry-After` to a request for which that is a server's last word: it takes none.
    #[error("{request} answered 503{}", describe(server))]
    Unavailable {
        request: Request,
        /// The server's description, as far as it may be shown.
        server: ServerError,
    },
    /// The server's answer is not the API's: a page, another shape, broken JSON.
    #[error("{request} answered {status} with something that is not the Lobu API: {what}")]
    NotTheApi {
        request: Request,
        /// The HTTP status.
        status: u16,
        /// What is wrong with the answer, without its text.
        what: String,
    },
    /// Nothing came back: no connection, TLS, a time-out, a cut.
    #[error("{request} got no answer: {what}")]
    NoAnswer {
        request: Request,
        /// Why.
        cause: Cause,
        /// What happened.
        what: String,
        /// Whether the request may have been carried out.
        outcome: Outcome,
    },
    /// The server redirected where we do not follow.
    #[error("{request} was redirected to {to}, which is not followed")]
    Redirected {
        request: Request,
        /// The target's origin, without path and query.
        to: String,
    },
    /// It failed in a way that changed nothing, after an earlier attempt that may have been carried out.
    #[error("{error}; an earlier attempt may have been carried out")]
    AfterLost {
        /// How the last attempt failed.
        error: Box<RequestError>,
    },
    /// The request could not be built or must not be sent.
    #[error("{request} was not sent: {what}")]
    NotSent {
        request: Request,
        /// Why.
        what: String,
    },
}

/// Why no client could be made. No message quotes the token or a proxy's URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The origin is not one.
    #[error("the server's address is not an http or https origin")]
    Origin,
    /// The token cannot stand in a header.
    #[error("the token holds a character that cannot be sent; it must be one line of printable ASCII")]
    Token,
    /// A proxy is not one.
    #[error("the {scheme} proxy of the environment is not a URL of a proxy")]
    Proxy {
        /// `http` or `https`.
        scheme: &'static str,
    },
    /// There is no certificate among the further authorities.
    #[error("the file of --ca-file holds no certificate in PEM form")]
    Authorities,
    /// The TLS library refused to start.
    #[error("no authorities could be loaded to check the server's certificate; see SSL_CERT_FILE ({what})")]
    Tls {
        /// What it said.
        what: String,
    },
}

fn describe(server: &ServerError) -> String {
    let code = server.code.as_ref().map(|code| format!(" [{code}]")).unwrap_or_default();
    let message = server.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    format!("{code}{message}")
}

impl RequestError {
    /// The HTTP status, where the server answered.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } | Self::NotTheApi { status, .. } => Some(*status),
            Self::Unavailable { .. } => Some(503),
            Self::AfterLost { error } => error.status(),
            Self::NoAnswer { .. } | Self::Redirected { .. } | Self::NotSent { .. } => None,
        }
    }

    /// Why no answer came, where none came.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::NoAnswer { cause, .. } => Some(*cause),
            Self::AfterLost { error } => error.cause(),
            _ => None,
        }
    }

    /// The server's description, where it gave one.
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            Self::Refused { server, .. } | Self::Unavailable { server, .. } => Some(server),
            Self::AfterLost { error } => error.server(),
            _ => None,
        }
    }

    /// The server's code, where it gave one.
    pub fn code(&self) -> Option<&str> {
        self.server()?.code.as_deref()
    }

    /// Whether what was to be changed is not what the condition of the request says.
    pub fn is_unmet_condition(&self) -> bool {
        self.status() == Some(412)
    }

    /// The refusal of a request of which an earlier attempt may have been carried out: where a look at the org finds nothing of
    /// it, nothing was changed.
    pub fn refusal_after_lost(&self) -> Option<&Self> {
        match self {
            Self::AfterLost { error } => {
                matches!(&**error, Self::Refused { status: 400..=428 | 430..=499, .. }).then_some(error)
            }
            _ => None,
        }
    }

    /// Whether the request may have been carried out all the same. Only an answer that proves that it was not says so.
    ///
    /// A 5xx proves nothing, but for two answers of our own server: others may come from something between us and the server, or
    /// from the server after the effect. A write that answered with something unreadable was answered, so it was probably done.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NoAnswer { outcome, .. } => *outcome,
            Self::Refused { status: 503, server, .. } if server.is_busy() => Outcome::NotDone,
            Self::Refused { status: 507, server, .. } if server.is_disk_full() => Outcome::NotDone,
            Self::AfterLost { .. }
            | Self::Unavailable { .. }
            | Self::Refused { status: 500.., .. }
            | Self::NotTheApi { status: ..400 | 500.., .. } => Outcome::Unknown,
            Self::Refused { .. } | Self::NotTheApi { .. } | Self::Redirected { .. } | Self::NotSent { .. } => {
                Outcome::NotDone
            }
        }
    }

    /// The same error, where an earlier attempt may have been carried out.
    pub(super) fn after_lost(self) -> Self {
        if self.outcome() == Outcome::Unknown { self } else { Self::AfterLost { error: Box::new(self) } }
    }
}
