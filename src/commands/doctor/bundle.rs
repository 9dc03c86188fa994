//! The report for support: what was found, without token, values and home directory.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::commands::Session;
use crate::error::{CommandError, ErrorKind};

/// Where the bundle goes. A file that exists is refused before anything is asked.
pub(super) fn place(session: &Session, given: &Path) -> Result<PathBuf, CommandError> {
    let path = session.working_directory.join(given);
    match path.symlink_metadata() {
        Ok(_) => Err(exists(given)),
        Err(_) => Ok(path),
    }
}

/// Writes it, for its owner only; never over another file.
pub(super) fn write(path: &Path, given: &Path, text: &str) -> Result<(), CommandError> {
    let failed = |error: &std::io::Error| {
        let message = format!("--bundle {}: it can't be written: {}", given.display(), error.kind());
        CommandError::new(ErrorKind::Unexpected, message)
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(exists(given)),
        Err(error) => return Err(failed(&error)),
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed(&error))
}

fn exists(given: &Path) -> CommandError {
    let message = format!("--bundle {}: there is something already, and it is not overwritten", given.display());
    CommandError::new(ErrorKind::WouldOverwrite, message).hint("Name another file, or move that one away.")
}
