use std::io;

use cap_std::fs::{OpenOptions, OpenOptionsExt as _, Permissions, PermissionsExt as _};
use rustix::fs::OFlags;

use crate::files::{DirectoryLock, Rights, StagedFile};

use super::ProjectDirectory;

/// A file that secrets may be written to, or the place for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretFile {
    /// There is none yet.
    Missing,
    Regular {
        /// Whether others than its owner may do anything with it.
        is_open_to_others: bool,
    },
    /// A symlink, wherever it leads: what stands behind it may be meant to be seen.
    Symlink,
    /// A directory, a device or the like.
    Other,
}

/// The right to write a secret file, from reading it to replacing it; given back when it is dropped or the process ends.
#[derive(Debug)]
pub struct SecretFileLock {
    _lock: DirectoryLock,
}

impl ProjectDirectory {
    /// Looks whether secrets may be written to a file of this directory, symlinks not followed.
    pub fn look_at_secret_file(&self, name: &str) -> io::Result<SecretFile> {
        match self.handle().symlink_metadata(name) {
            Ok(metadata) if metadata.is_symlink() => Ok(SecretFile::Symlink),
            Ok(metadata) if metadata.is_file() => {
                let is_open_to_others = metadata.permissions().mode() & 0o077 != 0;
                Ok(SecretFile::Regular { is_open_to_others })
            }
            Ok(_) => Ok(SecretFile::Other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(SecretFile::Missing),
            Err(error) => Err(error),
        }
    }

    /// Takes all rights of others from a file of this directory (mode 0600); a symlink is an error.
    pub fn narrow_secret_file(&self, name: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        options.read(true).custom_flags(flags.cast_signed());
        self.handle().open_with(name, &options)?.set_permissions(Permissions::from_mode(0o600))
    }

    /// Takes the right to write a secret file, none while another process has it; sweeps what killed processes left of theirs.
    ///
    /// Where the directory can't be locked, everybody gets it, and nothing is swept.
    pub fn try_lock_secret_file(&self, name: &str) -> io::Result<Option<SecretFileLock>> {
        Ok(DirectoryLock::try_take(self.handle(), &[name])?.map(|lock| SecretFileLock { _lock: lock }))
    }

    /// Writes what a file that holds secrets is to be, for its owner only, and flushes it.
    ///
    /// Where the system can, the file has no name until it takes its place, so that a killed process leaves nothing; else it
    /// is a sibling that the next lock sweeps. A signal that ends the process must be held back until it is in its place.
    pub fn stage_secret_file<'a>(
        &'a self,
        _lock: &SecretFileLock,
        name: &'a str,
        text: &str,
    ) -> io::Result<StagedFile<'a>> {
        StagedFile::stage(self.handle(), name, Rights::OwnerOnly, text)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::Path;

    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn lock(directory: &ProjectDirectory) -> SecretFileLock {
        directory.try_lock_secret_file(".env").unwrap().unwrap()
    }

    fn replace(directory: &ProjectDirectory, text: &str) -> io::Result<()> {
        directory.stage_secret_file(&lock(directory), ".env", text)?.replace()
    }

    #[test]
    fn a_file_is_replaced_whole_and_for_its_owner_only() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join(".env");
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        assert_eq!(directory.look_at_secret_file(".env").unwrap(), SecretFile::Missing);
        replace(&directory, "A=1\n").unwrap();
        assert_eq!(directory.look_at_secret_file(".env").unwrap(), SecretFile::Regular { is_open_to_others: false });
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(directory.look_at_secret_file(".env").unwrap(), SecretFile::Regular { is_open_to_others: true });
        // A leftover of a run with this number is swept, and what is none is stepped over.
        let leftover = format!(".env.{}.0.tmp", std::process::id());
        fs::write(temporary.path().join(&leftover), "").unwrap();
        let other = format!(".env.{}.1.tmp", std::process::id());
        fs::create_dir(temporary.path().join(&other)).unwrap();
        replace(&directory, "A=2\n").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "A=2\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(names(temporary.path()), [".env", &other]);
    }

    #[test]
    fn what_is_staged_is_seen_only_in_its_place() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        let lock = lock(&directory);
        let staged = directory.stage_secret_file(&lock, ".env", "A=1\n").unwrap();
        drop(staged);
        assert_eq!(names(temporary.path()), [""; 0]);
        directory.stage_secret_file(&lock, ".env", "A=1\n").unwrap().create().unwrap();
        let again = directory.stage_secret_file(&lock, ".env", "A=2\n").unwrap().create().unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(temporary.path().join(".env")).unwrap(), "A=1\n");
        assert_eq!(names(temporary.path()), [".env"]);
    }

    #[test]
    fn the_lock_is_for_one_and_leaves_nothing_behind() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        let held = lock(&directory);
        let other = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        assert!(other.try_lock_secret_file(".env").unwrap().is_none());
        drop(held);
        assert!(other.try_lock_secret_file(".env").unwrap().is_some());
        assert_eq!(names(temporary.path()), [""; 0]);
    }

    #[test]
    fn rights_of_others_are_taken_from_a_file_and_not_through_a_symlink() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join(".env");
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        fs::write(&file, "A=1\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        symlink(".env", temporary.path().join("link")).unwrap();
        assert!(directory.narrow_secret_file("link").is_err());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
        directory.narrow_secret_file(".env").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        fs::create_dir(temporary.path().join(".env")).unwrap();
        assert!(replace(&directory, "A=1\n").is_err());
        assert_eq!(directory.look_at_secret_file(".env").unwrap(), SecretFile::Other);
        assert_eq!(names(temporary.path()), [".env"]);
    }

    #[test]
    fn a_symlink_is_seen_as_one_and_never_followed() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        fs::write(temporary.path().join("target"), "kept").unwrap();
        symlink("target", temporary.path().join(".env")).unwrap();
        assert_eq!(directory.look_at_secret_file(".env").unwrap(), SecretFile::Symlink);
        replace(&directory, "A=1\n").unwrap();
        assert_eq!(fs::read_to_string(temporary.path().join("target")).unwrap(), "kept");
    }
}
