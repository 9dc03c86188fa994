use crate::http::{Cause, ClientError, RequestError};

/// Why a login, or what is asked about one, did not succeed. No message holds a token or a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// A URL that a request was to go to cannot be used.
    #[error("{what} cannot be used: {why}; nothing was sent there")]
    BadUrl {
        /// What it is the URL of.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A URL lies on an origin that is none of the context's.
    #[error("{what} is on {origin}, which is not an origin of this context; nothing was sent there")]
    Elsewhere {
        /// What it is the URL of.
        what: &'static str,
        origin: String,
    },
    /// The page that a person is to open is not one that is opened.
    #[error("the page that the server wants to be opened is refused: {why}")]
    Page {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The server does not offer the device flow.
    #[error("the server offers no login with a code ({why}); give a personal token with --token-stdin")]
    NoDeviceFlow {
        /// How that was seen.
        why: &'static str,
    },
    /// The connections could not be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A request failed.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The server refuses the token.
    #[error("the server refuses the token: {0}")]
    TokenRefused(RequestError),
    /// Somebody said no on the page.
    #[error("the login was denied")]
    Denied,
    /// Nobody said yes on the page in time.
    #[error("the code expired before the login was approved; log in again")]
    Expired,
    /// The person at the terminal gave up.
    #[error("the login was canceled")]
    Canceled,
    /// The tokens were probably handed out, and their answer was lost on the way.
    #[error("the login may have been approved, but the answer was lost on the way; log in again")]
    AnswerLost,
}

impl LoginError {
    /// The HTTP status, where a server answered with a failure.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Request(error) | Self::TokenRefused(error) => error.status(),
            _ => None,
        }
    }

    /// Why no answer came, where none came.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Request(error) => error.cause(),
            _ => None,
        }
    }
}

/// Why a login was not refreshed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// The server refuses the refresh token: it expired, was revoked, or another process used it up.
    ///
    /// Which of these it was, the server does not tell: read the login again and ask
    /// [`after_refusal`](super::refresh::after_refusal) before it is given up.
    #[error("the server refuses to refresh the login: {0}")]
    Refused(RequestError),
    /// No network, or a failure of the server: the login is kept.
    #[error("the login could not be refreshed, and is kept: {0}")]
    Kept(#[from] LoginError),
}
