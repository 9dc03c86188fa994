//! The one way in which files of a project are written: whole or not at all, and only over what was read.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cap_std::fs::{Dir, Metadata, MetadataExt as _};
use rustix::fs::{Access as Wish, AtFlags, accessat};

use crate::files::{DirectoryLock, Rights, StagedFile, flush};

use super::handle::file_kind;
use super::location::{FileLocation, above};
use super::open::{Access as _, OpenFile};
use super::write_error::WriteError;
use super::{ProjectDirectory, display_path};

/// The bit of a mode that lets a file's owner write it.
const OWNER_WRITES: u32 = 0o200;

/// How long another run may take to write in the same directory.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What stood in a file when what is to be written was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected<'text> {
    /// There was no file.
    Nothing,
    Text(&'text str),
}

impl ProjectDirectory {
    /// Looks whether a file at a path may be written, whether it is there or not; touches nothing.
    pub fn check_writable(&self, path: &str) -> Result<(), WriteError> {
        let place = self.locate(path)?;
        let missing = self.missing_directories(path, &place)?;
        if missing.is_empty()
            && let Some(directory) = self.open_directory(path, &place)?
        {
            let target = Target { directory: &directory, place: &place, path };
            if let Some(metadata) = target.look()? {
                target.check_file(&metadata)?;
            }
        }
        self.check_directory(nearest(&place, &missing))
    }

    /// Puts a text in a file, at once: whoever reads it, and whenever this process is killed, it is the old file or the new
    /// one. If it already is that text it is not even touched.
    ///
    /// The directories above it are made. Through a symlink only what lies in the project is written, and the link stays. The
    /// mode stays too, and owner and group where this process may give them; further attributes and the other names of a
    /// file with several (hard links) do not follow. The directory is locked meanwhile, so whoever holds a
    /// [`super::SecretFileLock`] must give it back before. What a program that takes no lock saves in the last moment before
    /// the file takes its place is lost; anything earlier is [`WriteError::Changed`].
    ///
    /// After an error what stood there is as it was.
    pub fn write_file(&self, path: &str, expected: Expected<'_>, text: &str) -> Result<(), WriteError> {
        let place = self.locate(path)?;
        let made = self.make_directories(path, &place, expected)?;
        let directory = self.open_directory(path, &place)?.ok_or_else(|| changed(path))?;
        Target { directory: &directory, place: &place, path }.write(expected, text)?;
        made.keep();
        Ok(())
    }

    /// Removes a file that holds a text, at once. Of a symlink to such a file in the project the link is removed, and what it
    /// leads to stays: it may be meant for others too.
    ///
    /// After an error what stood there is as it was.
    pub fn remove_file(&self, path: &str, expected: &str) -> Result<(), WriteError> {
        let (entry, place) = (FileLocation::named(path)?, self.locate(path)?);
        self.missing_directories(path, &entry)?;
        let open = |place| self.open_directory(path, place)?.ok_or_else(|| changed(path));
        let (directory, held) = (open(&entry)?, open(&place)?);
        let target = Target { directory: &held, place: &place, path };
        target.check(expected)?;
        self.check_directory(&entry.directory)?;
        let _lock = Target { directory: &directory, place: &entry, path }.lock()?;
        target.check(expected)?;
        directory.remove_file(&entry.name).map_err(|error| refusal(path, &error))?;
        flush(&directory);
        Ok(())
    }

    /// Opens a directory and checks that files may be made, replaced and removed in it.
    fn check_directory(&self, path: &Path) -> Result<(), WriteError> {
        let opened = self.handle().open_dir(path);
        let directory = opened.map_err(|error| WriteError::at(&path.to_string_lossy(), &error))?;
        check_directory(&directory, path)
    }

    fn make_directories(
        &self,
        path: &str,
        place: &FileLocation,
        expected: Expected<'_>,
    ) -> Result<MadeDirectories<'_>, WriteError> {
        let mut made = MadeDirectories { root: self.handle(), paths: Vec::new() };
        let missing = self.missing_directories(path, place)?;
        if !missing.is_empty() && expected != Expected::Nothing {
            return Err(changed(path));
        }
        if !missing.is_empty() {
            self.check_directory(nearest(place, &missing))?;
        }
        for directory in missing {
            match self.handle().create_dir(directory) {
                Ok(()) => made.paths.push(directory.to_owned()),
                // Another run was faster; what it is is seen when it is opened.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(refusal(&directory.to_string_lossy(), &error)),
            }
        }
        Ok(made)
    }
}

/// The directory in which the first thing is made that a place lacks.
fn nearest<'a>(place: &'a FileLocation, missing: &[&'a Path]) -> &'a Path {
    missing.first().map_or(&place.directory, |first| above(first))
}

/// Directories that were made for a file; gone when they are dropped, as far as nothing lies in them.
struct MadeDirectories<'a> {
    root: &'a Dir,
    /// The uppermost first.
    paths: Vec<PathBuf>,
}

impl MadeDirectories<'_> {
    /// Lets them stay, also after a power cut.
    fn keep(mut self) {
        for path in std::mem::take(&mut self.paths) {
            if let Ok(directory) = self.root.open_dir(above(&path)) {
                flush(&directory);
            }
        }
    }
}

impl Drop for MadeDirectories<'_> {
    fn drop(&mut self) {
        for path in self.paths.iter().rev() {
            drop(self.root.remove_dir(path));
        }
    }
}

/// A file in an open directory, whether it is there or not.
#[derive(Debug, Clone, Copy)]
struct Target<'a> {
    directory: &'a Dir,
    place: &'a FileLocation,
    /// The path as the project writes it.
    path: &'a str,
}

impl<'a> Target<'a> {
    fn write(self, expected: Expected<'_>, text: &str) -> Result<(), WriteError> {
        let found = self.as_expected(expected)?;
        if expected == Expected::Text(text) {
            return Ok(());
        }
        if let Some(metadata) = &found {
            self.check_file(metadata)?;
        }
        check_directory(self.directory, &self.place.directory)?;
        let _lock = self.lock()?;
        let staged = self.stage(found.as_ref(), text)?;
        crate::fault::point("write-staged");
        self.put(staged, expected)?;
        crate::fault::point("write-placed");
        Ok(())
    }

    fn stage(self, old: Option<&Metadata>, text: &str) -> Result<StagedFile<'a>, WriteError> {
        let rights = old.map_or(Rights::NewFile, Rights::Like);
        StagedFile::stage(self.directory, &self.place.name, rights, text).map_err(|error| refusal(self.path, &error))
    }

    /// Puts the staged file in its place, if there is still what was expected.
    fn put(self, staged: StagedFile<'_>, expected: Expected<'_>) -> Result<(), WriteError> {
        let put = match self.as_expected(expected)? {
            Some(_) => staged.replace(),
            None => staged.create(),
        };
        put.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists if expected == Expected::Nothing => changed(self.path),
            _ => refusal(self.path, &error),
        })
    }

    fn lock(self) -> Result<DirectoryLock, WriteError> {
        DirectoryLock::take(self.directory, &[&self.place.name], LONGEST_WAIT)
            .map_err(|error| refusal(self.path, &error))?
            .ok_or_else(|| WriteError::Busy { path: display_path(self.path) })
    }

    /// Checks that a file is there, holds a text, and may be written.
    fn check(self, text: &str) -> Result<(), WriteError> {
        let found = self.as_expected(Expected::Text(text))?;
        found.map_or(Ok(()), |metadata| self.check_file(&metadata))
    }

    /// What stands there, if it is what is expected.
    fn as_expected(self, expected: Expected<'_>) -> Result<Option<Metadata>, WriteError> {
        let found = self.look()?;
        let is_expected = match (&found, expected) {
            (None, Expected::Nothing) => true,
            (Some(metadata), Expected::Text(text)) => {
                metadata.len() == text.len() as u64
                    && self.holds(text).map_err(|error| WriteError::at(self.path, &error))?
            }
            _ => false,
        };
        if is_expected { Ok(found) } else { Err(changed(self.path)) }
    }

    /// What stands there, none if nothing does; an error if it is no regular file.
    fn look(self) -> Result<Option<Metadata>, WriteError> {
        match self.directory.symlink_metadata(&self.place.name) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata)),
            // It was none when its place was found.
            Ok(metadata) if metadata.is_symlink() => Err(changed(self.path)),
            Ok(metadata) => Err(WriteError::NotARegularFile {
                path: display_path(self.path),
                found: file_kind(metadata.file_type()),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(WriteError::at(self.path, &error)),
        }
    }

    /// Whether the file holds a text, byte for byte; one byte more is read, so that a file that grew is noticed.
    fn holds(self, text: &str) -> io::Result<bool> {
        let file = match OpenFile.access(self.directory, Path::new(&self.place.name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        let mut bytes = Vec::with_capacity(text.len().saturating_add(1));
        file.take((text.len() as u64).saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes == text.as_bytes())
    }

    /// Checks that a regular file may be written. Its replacement would not: that asks only whether its directory may be
    /// written, and the administrator may write everything.
    fn check_file(self, metadata: &Metadata) -> Result<(), WriteError> {
        if metadata.mode() & OWNER_WRITES == 0 {
            return Err(WriteError::ReadOnly { path: display_path(self.path) });
        }
        may(self.directory, &self.place.name, Wish::WRITE_OK).map_err(|error| refusal(self.path, &error))
    }
}

/// Checks that files may be made, replaced and removed in a directory at a path.
fn check_directory(directory: &Dir, path: &Path) -> Result<(), WriteError> {
    let allowed = may(directory, ".", Wish::WRITE_OK | Wish::EXEC_OK);
    allowed.map_err(|error| refusal(&path.to_string_lossy(), &error))
}

/// Asks the system whether this process may do something with an entry of a directory.
fn may(directory: &Dir, name: &str, wish: Wish) -> io::Result<()> {
    Ok(accessat(directory, name, wish, AtFlags::empty())?)
}

/// The error of a write at a path; that this user may not is a matter of rights, which can be given.
fn refusal(path: &str, error: &io::Error) -> WriteError {
    match WriteError::at(path, error) {
        WriteError::Unwritable { path, reason: io::ErrorKind::PermissionDenied } => WriteError::ReadOnly { path },
        other => other,
    }
}

fn changed(path: &str) -> WriteError {
    WriteError::Changed { path: display_path(path) }
}

#[cfg(test)]
mod tests;
