use std::io::{self, Write as _};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _, Permissions, PermissionsExt as _};

use super::ProjectDirectory;

/// The mode of a file that holds secrets: its owner may read and write it, and nobody else anything.
const SECRET_MODE: u32 = 0o600;

/// How many names a sibling may have: those before are leftovers of runs that were killed.
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

    /// Writes a file of this directory that holds secrets: at once, and for its owner only (K6, L7).
    ///
    /// A sibling is written, flushed and renamed over it. After an error the file is as it was. A symlink of that name would be
    /// replaced, never followed.
    pub fn replace_secret_file(&self, name: &str, text: &str) -> io::Result<()> {
        let directory = self.handle();
        let (sibling, mut file) = create_sibling(directory, name)?;
        let written = (|| {
            // Whatever the mask of the process took away.
            file.set_permissions(Permissions::from_mode(SECRET_MODE))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            directory.rename(&sibling, directory, name)
        })();
        if written.is_err() {
            // It holds values, so it must not stay.
            drop(directory.remove_file(&sibling));
        }
        written?;
        // Only a power cut could now bring the old file back, and some file systems can't flush a directory.
        drop(directory.open(".").and_then(|directory| directory.sync_all()));
        Ok(())
    }
}

fn create_sibling(directory: &Dir, name: &str) -> io::Result<(String, cap_std::fs::File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(SECRET_MODE);
    let mut failure = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..SIBLINGS {
        let sibling = format!("{name}.{}.{number}.tmp", std::process::id());
        match directory.open_with(&sibling, &options) {
            Ok(file) => return Ok((sibling, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => failure = error,
            Err(error) => return Err(error),
        }
    }
    Err(failure)
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

    #[test]
    fn a_file_is_replaced_whole_and_for_its_owner_only() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join(".env");
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        assert_eq!(directory.look_at_secret_file(".env").unwrap(), SecretFile::Missing);
        directory.replace_secret_file(".env", "A=1\n").unwrap();
        assert_eq!(directory.look_at_secret_file(".env").unwrap(), SecretFile::Regular { is_open_to_others: false });
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(directory.look_at_secret_file(".env").unwrap(), SecretFile::Regular { is_open_to_others: true });
        // A leftover of a run with this number is stepped over.
        let leftover = format!(".env.{}.0.tmp", std::process::id());
        fs::write(temporary.path().join(&leftover), "").unwrap();
        directory.replace_secret_file(".env", "A=2\n").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "A=2\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(names(temporary.path()), [".env", &leftover]);
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        fs::create_dir(temporary.path().join(".env")).unwrap();
        assert!(directory.replace_secret_file(".env", "A=1\n").is_err());
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
        directory.replace_secret_file(".env", "A=1\n").unwrap();
        assert_eq!(fs::read_to_string(temporary.path().join("target")).unwrap(), "kept");
    }
}
