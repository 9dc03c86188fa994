//! What can go wrong in the store, with the path or name as data and never a value.

use std::path::PathBuf;

/// Says why the store of the embedded org could not be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database has data, but the file with its key is gone.
    #[error(
        "the key of the database is missing: {} does not exist; the secrets in the database can't be used without it",
        path.display()
    )]
    KeyMissing {
        /// Where the key was expected.
        path: PathBuf,
    },
    /// The key file belongs to another database.
    #[error(
        "{} is the key of another database: the database was made with key {expected}, the file holds key {found}",
        path.display()
    )]
    KeyMismatch {
        /// The key file.
        path: PathBuf,
        /// The key id that the database records.
        expected: String,
        /// The key id of the file.
        found: String,
    },
    /// The key file does not hold a key.
    #[error("{} does not hold a database key", path.display())]
    KeyMalformed {
        /// The key file.
        path: PathBuf,
    },
    /// The database was written by a newer version of this program.
    #[error(
        "{} has schema version {found}, and this program knows versions up to {supported}: use a newer one",
        path.display()
    )]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// The version in the file.
        found: i64,
        /// The newest version that this program reads.
        supported: i64,
    },
    /// The file is not a database of this program.
    #[error("{} is not a database of this program", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A path that must be a plain file of the user's own is something else.
    #[error("{} is refused: {reason}", path.display())]
    UnsafePath {
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The token file holds a token that this database does not know.
    #[error(
        "{} holds a token that this database does not know; move it away to have a new one written",
        path.display()
    )]
    ForeignTokenFile {
        /// The token file.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("could not {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Another process kept the database locked for too long.
    #[error("the database is in use by another process; try again")]
    Busy,
    /// An organization slug breaks the rule or is reserved.
    #[error("`{slug}` can't be the slug of an organization: {reason}")]
    InvalidOrgSlug {
        slug: String,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// The organization exists already.
    #[error("the organization `{slug}` exists already")]
    OrgExists { slug: String },
    /// The organization does not exist.
    #[error("there is no organization `{slug}`")]
    UnknownOrg {
        /// The slug that was looked for.
        slug: String,
    },
    /// The user does not exist.
    #[error("there is no user `{user}`")]
    UnknownUser {
        /// The user id that was looked for.
        user: String,
    },
    /// Something stored is not what this program stores.
    #[error("the database holds something unexpected: {what}")]
    Corrupt {
        /// What was unexpected, without its value.
        what: &'static str,
    },
    /// Encryption, decryption or the system's random numbers failed.
    #[error("could not {action}")]
    Cipher {
        /// What was tried.
        action: &'static str,
    },
    /// The thread that worked on the store ended before the work did.
    #[error("{what}")]
    Ended {
        /// How it ended.
        what: String,
    },
    /// A page, a record or an index of the database is not what SQLite wrote.
    #[error("the database is damaged")]
    Damaged,
    /// The disk of the database is full, or a quota is used up.
    #[error("no space left on the disk of the database")]
    DiskFull,
    /// The database, its directory or its disk may only be read.
    #[error("the database cannot be written: it is read-only")]
    ReadOnly,
    /// SQLite refused.
    #[error("the database refused the operation")]
    Sqlite(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, ReadOnly};
        let rusqlite::Error::SqliteFailure(failure, _) = &error else { return Self::Sqlite(error) };
        match failure.code {
            DatabaseBusy | DatabaseLocked => Self::Busy,
            DatabaseCorrupt => Self::Damaged,
            DiskFull => Self::DiskFull,
            ReadOnly => Self::ReadOnly,
            _ => Self::Sqlite(error),
        }
    }
}

impl StoreError {
    /// Makes the I/O error of one path.
    pub(super) fn io(action: &'static str, path: &std::path::Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}
