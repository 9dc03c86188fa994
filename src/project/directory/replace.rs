use std::fs::{File, TryLockError};
use std::io::{self, Write as _};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _, PermissionsExt as _};

use super::{ProjectDirectory, nameless};

/// The mode of a file that holds secrets: its owner may read and write it, and nobody else anything.
const SECRET_MODE: u32 = 0o600;

/// How many names a sibling may have, should something that is no leftover stand there.
const SIBLINGS: u32 = 16;

/// A file that secrets may be written to, or the place for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretFile {
    /// There is none yet.
    Missing,
    /// A regular file.
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
    _directory: Option<File>,
}

/// The new content of a secret file, flushed to the disk and not yet in its place; gone when it is dropped.
#[derive(Debug)]
pub struct StagedSecretFile<'a> {
    directory: &'a Dir,
    name: &'a str,
    file: File,
    /// The name it has; none yet where the system has nameless files.
    sibling: Option<String>,
}

impl ProjectDirectory {
    /// Looks whether secrets may be written to a file of this directory, symlinks not followed (F7).
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

    /// Takes the right to write a secret file, none while another process has it; sweeps what killed processes left of theirs.
    ///
    /// Where the directory can't be locked, everybody gets it, and nothing is swept.
    pub fn try_lock_secret_file(&self, name: &str) -> io::Result<Option<SecretFileLock>> {
        // The directory itself, so that no lock file stays behind. It is opened anew: the handle may be one for paths only.
        let Ok(directory) = self.handle().open(".").map(cap_std::fs::File::into_std) else {
            return Ok(Some(SecretFileLock { _directory: None }));
        };
        match directory.try_lock() {
            Ok(()) => {
                self.sweep(name)?;
                Ok(Some(SecretFileLock { _directory: Some(directory) }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(_)) => Ok(Some(SecretFileLock { _directory: None })),
        }
    }

    /// Removes the siblings of a secret file: with the lock held nobody writes one.
    fn sweep(&self, name: &str) -> io::Result<()> {
        for entry in self.handle().entries()? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(|found| is_sibling(found, name)) && entry.file_type()?.is_file() {
                entry.remove_file()?;
            }
        }
        Ok(())
    }

    /// Writes what a file that holds secrets is to be, for its owner only, and flushes it (K6, L7).
    ///
    /// Where the system can, the file has no name until it takes its place, so that a killed process leaves nothing; else it
    /// is a sibling that the next lock sweeps. A signal that ends the process must be held back until it is in its place.
    pub fn stage_secret_file<'a>(
        &'a self,
        _lock: &SecretFileLock,
        name: &'a str,
        text: &str,
    ) -> io::Result<StagedSecretFile<'a>> {
        let directory = self.handle();
        let (file, sibling) = match nameless::create(directory) {
            Some(file) => (file, None),
            None => {
                with_sibling(name, |sibling| create_new(directory, sibling)).map(|(file, name)| (file, Some(name)))?
            }
        };
        let mut staged = StagedSecretFile { directory, name, file, sibling };
        staged.fill(text)?;
        Ok(staged)
    }
}

impl StagedSecretFile<'_> {
    fn fill(&mut self, text: &str) -> io::Result<()> {
        // Whatever the mask of the process took away.
        self.file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(SECRET_MODE))?;
        self.file.write_all(text.as_bytes())?;
        self.file.sync_all()
    }

    /// Puts the file in its place, where nothing may stand yet: else it is [`io::ErrorKind::AlreadyExists`].
    pub fn create(self) -> io::Result<()> {
        let linked = match &self.sibling {
            None => nameless::link(&self.file, self.directory, self.name),
            Some(sibling) => match self.directory.hard_link(sibling, self.directory, self.name) {
                // A file system without hard links.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return self.replace(),
                linked => linked,
            },
        };
        linked?;
        self.flush_directory();
        Ok(())
    }

    /// Puts the file in its place at once, over what stands there. A symlink of that name would be replaced, never followed.
    ///
    /// After an error what stood there is as it was.
    pub fn replace(mut self) -> io::Result<()> {
        let sibling = match self.sibling.take() {
            Some(sibling) => sibling,
            None => with_sibling(self.name, |sibling| nameless::link(&self.file, self.directory, sibling))?.1,
        };
        let renamed = self.directory.rename(&sibling, self.directory, self.name);
        if renamed.is_err() {
            // It holds values, so it must not stay.
            self.sibling = Some(sibling);
        }
        renamed?;
        self.flush_directory();
        Ok(())
    }

    /// Only a power cut could now bring the old file back, and some file systems can't flush a directory.
    fn flush_directory(&self) {
        drop(self.directory.open(".").and_then(|directory| directory.sync_all()));
    }
}

impl Drop for StagedSecretFile<'_> {
    fn drop(&mut self) {
        if let Some(sibling) = &self.sibling {
            drop(self.directory.remove_file(sibling));
        }
    }
}

fn create_new(directory: &Dir, sibling: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(SECRET_MODE);
    directory.open_with(sibling, &options).map(cap_std::fs::File::into_std)
}

/// Makes something of the first name that is free.
fn with_sibling<T>(name: &str, mut attempt: impl FnMut(&str) -> io::Result<T>) -> io::Result<(T, String)> {
    let mut failure = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..SIBLINGS {
        let sibling = format!("{name}.{}.{number}.tmp", std::process::id());
        match attempt(&sibling) {
            Ok(made) => return Ok((made, sibling)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => failure = error,
            Err(error) => return Err(error),
        }
    }
    Err(failure)
}

/// Whether a name is one that [`with_sibling`] makes, by whatever process.
fn is_sibling(found: &str, name: &str) -> bool {
    let numbers = || found.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(".tmp")?.split_once('.');
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers().is_some_and(|(process, number)| is_number(process) && is_number(number))
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
        // Where the file system has no nameless files it has a name.
        assert_eq!(names(temporary.path()).len(), usize::from(staged.sibling.is_some()));
        drop(staged);
        assert_eq!(names(temporary.path()), [""; 0]);
        directory.stage_secret_file(&lock, ".env", "A=1\n").unwrap().create().unwrap();
        let again = directory.stage_secret_file(&lock, ".env", "A=2\n").unwrap().create().unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(temporary.path().join(".env")).unwrap(), "A=1\n");
        assert_eq!(names(temporary.path()), [".env"]);
    }

    #[test]
    fn a_system_without_nameless_files_gets_siblings() {
        let temporary = tempfile::tempdir().unwrap();
        let project = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        let staged = |text: &str| {
            let directory = project.handle();
            let (file, sibling) = with_sibling(".env", |sibling| create_new(directory, sibling)).unwrap();
            let mut staged = StagedSecretFile { directory, name: ".env", file, sibling: Some(sibling) };
            staged.fill(text).unwrap();
            staged
        };
        drop(staged("A=0\n"));
        assert_eq!(names(temporary.path()), [""; 0]);
        staged("A=1\n").create().unwrap();
        assert_eq!(staged("A=2\n").create().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        staged("A=3\n").replace().unwrap();
        assert_eq!(fs::read_to_string(temporary.path().join(".env")).unwrap(), "A=3\n");
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
    fn siblings_are_known_by_their_names() {
        for (name, expected) in [
            (".env.1.0.tmp", true),
            (".env.4711.15.tmp", true),
            (".env", false),
            (".env.tmp", false),
            (".env.1.tmp", false),
            (".env.1.x.tmp", false),
            (".env..0.tmp", false),
            (".env.1.0.2.tmp", false),
            (".env.1.0.tmp~", false),
            ("x.env.1.0.tmp", false),
        ] {
            assert_eq!(is_sibling(name, ".env"), expected, "{name}");
        }
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
