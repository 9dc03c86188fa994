//! The files that logs are written to: that of `--log-file`, and one for each apply that did not succeed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rustix::fs::OFlags;

use crate::clock;
use crate::commands::{LOGS, log_names};
use crate::error::{CommandError, ErrorKind, exit};

/// How many logs of failed applies are kept.
const MOST_LOGS: usize = 10;

/// Opens the file of `--log-file` to add to it: regular, of this user, for its owner only.
pub(super) fn open(path: &Path) -> Result<File, CommandError> {
    let refused = |what: &str| {
        let message = format!("--log-file {}: {what}", path.display());
        CommandError::new(ErrorKind::Usage, message)
            .hint("Name a new file, or a regular file of your own with mode 0600.")
    };
    // A pipe is not waited for and a symlink not followed.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o600).custom_flags(flags.bits().cast_signed());
    let file = options.open(path).map_err(|error| match error.raw_os_error() {
        Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => refused("it is a symbolic link"),
        _ => refused(&format!("it cannot be opened: {}", error.kind())),
    })?;
    let metadata = file.metadata().map_err(|error| refused(&format!("it cannot be read: {}", error.kind())))?;
    if !metadata.is_file() {
        return Err(refused("it is not a regular file"));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(refused("it belongs to another user"));
    }
    if metadata.mode() & 0o177 != 0 {
        return Err(refused("others can open it"));
    }
    Ok(file)
}

/// Whether an apply that ends so leaves a log.
pub(super) fn leaves_log(code: u8) -> bool {
    matches!(code, exit::REFUSED | exit::PARTLY | exit::INTERRUPTED)
}

/// Writes the log of an apply into the state directory, and removes the oldest ones.
pub(super) fn keep(state: &Path, text: &str) -> io::Result<PathBuf> {
    let directory = state.join(LOGS);
    DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
    let seconds = clock::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let path = directory.join(format!("apply-{seconds:012}-{}.log", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(text.as_bytes())?;
    let names = log_names(&directory);
    for old in names.iter().take(names.len().saturating_sub(MOST_LOGS)) {
        drop(fs::remove_file(directory.join(old)));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_log_is_for_its_owner_and_never_behind_a_link() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("x.log");
        for _ in 0..2 {
            open(&path).unwrap().write_all(b"line\n").unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "line\nline\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        symlink(&path, temporary.path().join("link")).unwrap();
        fs::write(temporary.path().join("wide"), "").unwrap();
        fs::set_permissions(temporary.path().join("wide"), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(temporary.path().join("pipe")).status().unwrap().success());
        for (name, why) in [("link", "symbolic link"), ("wide", "others"), ("pipe", ""), (".", "cannot be opened")] {
            let error = open(&temporary.path().join(name)).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn the_last_logs_are_kept() {
        let state = tempfile::tempdir().unwrap();
        let directory = state.path().join(LOGS);
        fs::create_dir_all(&directory).unwrap();
        for number in 0..12 {
            fs::write(directory.join(format!("apply-{number:012}-1.log")), "").unwrap();
        }
        let path = keep(state.path(), "text").unwrap();
        let names = log_names(&directory);
        assert_eq!((names.len(), names.last().map(|name| directory.join(name))), (MOST_LOGS, Some(path)));
    }
}
