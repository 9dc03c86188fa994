use std::io;

use crate::accounts::AccountsError;
use crate::project::directory::{ReadError, WriteError};
use crate::server::StoreError;
use crate::target::{ConnectionError, TargetError};

/// Why nothing could be reported. What stops a command only is a finding.
#[derive(Debug, thiserror::Error)]
pub enum DoctorError {
    /// Only the memory endpoint was to be looked at, and no server or org is named.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The embedded org can't be opened.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// Its database cannot be read or repaired.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The files of contexts and logins cannot be repaired.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The mode of a file with values cannot be changed.
    #[error("cannot set the mode of {name}: {reason}")]
    Mode {
        /// The file.
        name: String,
        /// Why.
        reason: io::ErrorKind,
    },
    /// `.gitignore` can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}
