use crate::accounts::TokenError;
use crate::http::ClientError;
use crate::server::{EmbeddedError, StoreError};

/// Why there is no connection. Nothing was sent to an org.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// There is no token that can be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token can't stand in a request.
    #[error("{error}")]
    UnsendableToken {
        /// What is wrong with it.
        error: ClientError,
        /// The context of the stored login that it is of; none for the environment's.
        context: Option<String>,
    },
    /// No client could be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The database of the embedded org can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The embedded server did not start.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// Its address is none.
    #[error(transparent)]
    Address(#[from] url::ParseError),
    /// The org that a project has by its name is that of another project.
    #[error("org {org} of this database belongs to another project, in {path}")]
    OtherProject {
        org: String,
        /// The directory of the other project.
        path: String,
    },
    /// The database was made before each project had an org of its own.
    #[error("this database has only the org dev, and the project would get the org {org}")]
    OnlyDefaultOrg { org: String },
}
