use std::fs::DirBuilder;
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cap_std::fs::{Dir, File, Metadata, MetadataExt as _, OpenOptions, OpenOptionsExt as _};
use rustix::fs::OFlags;
use zeroize::Zeroizing;

use crate::files::{DirectoryLock, Rights, StagedFile, flush};

use super::{AccountFile, AccountsError, FileProblem};

/// How many bytes a file may have.
const LARGEST: u64 = 1024 * 1024;

/// The mode of the directory where it is made or repaired.
pub(super) const DIRECTORY_MODE: u32 = 0o700;

/// The directory of the files, opened once.
#[derive(Debug)]
pub(super) struct OpenDirectory {
    path: PathBuf,
    handle: Dir,
}

impl OpenDirectory {
    /// Opens it; none if there is none.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, AccountsError> {
        let broken = |problem| Err(AccountsError::Broken { path: path.to_owned(), problem });
        match Dir::open_ambient_dir(path, cap_std::ambient_authority()) {
            Ok(handle) => Ok(Some(Self { path: path.to_owned(), handle })),
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound => Ok(None),
                io::ErrorKind::NotADirectory => broken(FileProblem::NotADirectory),
                reason => broken(FileProblem::Unreadable(reason)),
            },
        }
    }

    /// Opens it; makes it, and those above it, for its owner only if need be.
    pub(super) fn create(path: &Path) -> Result<Self, AccountsError> {
        if let Some(opened) = Self::open(path)? {
            return Ok(opened);
        }
        let unwritable = |reason| AccountsError::Unwritable { path: path.to_owned(), reason };
        let made = DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(path);
        made.map_err(|error| unwritable(error.kind()))?;
        Self::open(path)?.ok_or_else(|| unwritable(io::ErrorKind::NotFound))
    }

    /// Takes the right to change the files, which no other process has meanwhile.
    pub(super) fn lock(&self, patience: Duration) -> Result<DirectoryLock, AccountsError> {
        DirectoryLock::take(&self.handle, &AccountFile::NAMES, patience)
            .map_err(|error| AccountsError::Unwritable { path: self.path.clone(), reason: error.kind() })?
            .ok_or_else(|| AccountsError::Busy { directory: self.path.clone() })
    }

    pub(super) fn metadata(&self) -> io::Result<Metadata> {
        self.handle.dir_metadata()
    }

    /// Opens a file that is what it must be: regular, and this user's own. None if there is none.
    pub(super) fn open_file(&self, file: AccountFile) -> Result<Option<(File, Metadata)>, FileProblem> {
        match self.handle.symlink_metadata(file.name()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
            Ok(metadata) => check(&metadata, own_user())?,
        }
        // Should a pipe or a symlink have taken its place since, it is neither waited for nor followed.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        let opened = match self.handle.open_with(file.name(), &options) {
            // It was removed since.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let metadata = opened.metadata()?;
        check(&metadata, own_user())?;
        Ok(Some((opened, metadata)))
    }

    /// Reads a file; none if there is none.
    pub(super) fn read(&self, file: AccountFile) -> Result<Option<Zeroizing<String>>, FileProblem> {
        let Some((opened, metadata)) = self.open_file(file)? else { return Ok(None) };
        if metadata.len() > LARGEST {
            return Err(FileProblem::TooLarge);
        }
        let expected = usize::try_from(metadata.len()).unwrap_or_default();
        // One byte more than the size, so that the buffer need not grow and leave a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(expected.saturating_add(1)));
        opened.take(LARGEST.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            return Err(FileProblem::TooLarge);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| FileProblem::NotUtf8)?;
        if text.starts_with('\u{feff}') {
            return Err(FileProblem::ByteOrderMark);
        }
        Ok(Some(Zeroizing::new(text.to_owned())))
    }

    /// Puts a text in a file's place at once, for its owner only; without a text the file is removed.
    pub(super) fn put(&self, file: AccountFile, text: Option<&str>) -> Result<(), AccountsError> {
        let path = self.path.join(file.name());
        // What is no file of ours is not replaced either.
        self.open_file(file).map_err(|problem| AccountsError::Broken { path: path.clone(), problem })?;
        let put = match text {
            Some(text) => {
                StagedFile::stage(&self.handle, file.name(), Rights::OwnerOnly, text).and_then(StagedFile::replace)
            }
            None => self.remove(file),
        };
        put.map_err(|error| AccountsError::Unwritable { path, reason: error.kind() })
    }

    fn remove(&self, file: AccountFile) -> io::Result<()> {
        match self.handle.remove_file(file.name()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => {
                flush(&self.handle);
                Ok(())
            }
        }
    }

    /// The directory as a file whose mode can be changed.
    pub(super) fn as_file(&self) -> io::Result<std::fs::File> {
        self.handle.open(".").map(File::into_std)
    }
}

/// The number of the user as whom this process acts.
pub(super) fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn check(metadata: &Metadata, user: u32) -> Result<(), FileProblem> {
    if metadata.is_symlink() {
        Err(FileProblem::Symlink)
    } else if !metadata.is_file() {
        Err(FileProblem::NotRegular)
    } else if metadata.uid() != user {
        Err(FileProblem::ForeignOwner)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_of_another_user_is_refused() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("config.json"), "{}").unwrap();
        let directory = OpenDirectory::open(temporary.path()).unwrap().unwrap();
        let metadata = directory.handle.metadata("config.json").unwrap();
        assert_eq!(check(&metadata, own_user()), Ok(()));
        assert_eq!(check(&metadata, own_user().wrapping_add(1)), Err(FileProblem::ForeignOwner));
    }
}
