//! Where a file that is to be written lies: found without touching anything, and never outside the project.

use std::io;
use std::path::{Path, PathBuf};

use cap_std::fs::Dir;

use super::write_error::WriteError;
use super::{FileKind, ProjectDirectory, display_path, open};

/// The place of a file, there or not: a directory, as a path of the project, and a name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileLocation {
    /// The directory; `.` is the project's own.
    pub(super) directory: PathBuf,
    /// The name in it, which is no symlink when it is looked at.
    pub(super) name: String,
}

impl FileLocation {
    /// The place that a path names itself, whatever stands there.
    pub(super) fn named(path: &str) -> Result<Self, WriteError> {
        Self::of(path, &relative(path)?)
    }

    fn of(path: &str, found: &Path) -> Result<Self, WriteError> {
        let Some(name) = found.file_name() else {
            return Err(WriteError::NotARegularFile { path: display_path(path), found: FileKind::Directory });
        };
        let Some(name) = name.to_str() else {
            return Err(WriteError::Unwritable { path: display_path(path), reason: io::ErrorKind::InvalidFilename });
        };
        Ok(Self { directory: above(found).to_owned(), name: name.to_owned() })
    }
}

impl ProjectDirectory {
    /// Finds the place of a file: that of the target, if a symlink leads to one inside the project.
    pub(super) fn locate(&self, path: &str) -> Result<FileLocation, WriteError> {
        let named = relative(path)?;
        self.check_reserved(path)?;
        match self.handle().symlink_metadata(&named) {
            Ok(metadata) if metadata.is_symlink() => FileLocation::of(path, &self.target(path, &named)?),
            Ok(_) => FileLocation::of(path, &named),
            // What of it is missing, or no directory, is seen when its directory is opened.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                FileLocation::of(path, &named)
            }
            Err(error) => Err(WriteError::at(path, &error)),
        }
    }

    /// A symlink of a repository could lead to what nobody means to write: git's own files, and files of secrets.
    fn check_reserved(&self, path: &str) -> Result<(), WriteError> {
        let real = self.canonical(path);
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let is_dotenv = |name: &str| name == ".env" || name.starts_with(".env.");
        let is_led_to_dotenv = is_dotenv(&name(&real)) && name(&real) != name(&display_path(path));
        if real.split('/').any(|step| step == ".git") || is_led_to_dotenv {
            return Err(WriteError::Reserved { path: display_path(path), target: real });
        }
        Ok(())
    }

    fn target(&self, path: &str, named: &Path) -> Result<PathBuf, WriteError> {
        self.handle().canonicalize(named).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => WriteError::DanglingSymlink { path: display_path(path) },
            _ => WriteError::at(path, &error),
        })
    }

    /// Opens the directory of a place, none if it is not there yet.
    pub(super) fn open_directory(&self, path: &str, place: &FileLocation) -> Result<Option<Dir>, WriteError> {
        match self.handle().open_dir(&place.directory) {
            Ok(directory) => Ok(Some(directory)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(WriteError::at(path, &error)),
        }
    }

    /// The directories above a place that are not there yet, the uppermost first; an error if they can't be made.
    pub(super) fn missing_directories<'a>(
        &self,
        path: &str,
        place: &'a FileLocation,
    ) -> Result<Vec<&'a Path>, WriteError> {
        let mut steps: Vec<&Path> = place.directory.ancestors().filter(|step| !step.as_os_str().is_empty()).collect();
        steps.reverse();
        let mut missing = Vec::new();
        for step in steps {
            let shown = || display_path(&step.to_string_lossy());
            match self.handle().metadata(step) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Err(WriteError::NotADirectory { path: shown() }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    if self.handle().symlink_metadata(step).is_ok_and(|metadata| metadata.is_symlink()) {
                        return Err(WriteError::DanglingSymlink { path: shown() });
                    }
                    missing.push(step);
                }
                Err(error) if open::is_escape(&error) => return Err(WriteError::at(path, &error)),
                Err(error) => return Err(WriteError::at(&step.to_string_lossy(), &error)),
            }
        }
        Ok(missing)
    }
}

/// The directory above a path of the project.
pub(super) fn above(path: &Path) -> &Path {
    path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A path without what changes nothing in it. What is absolute or has a `..` is refused even if it would come back: no
/// project names its own files so.
fn relative(path: &str) -> Result<PathBuf, WriteError> {
    if path.starts_with('/') || path.split('/').any(|step| step == "..") {
        return Err(WriteError::Outside { path: display_path(path) });
    }
    Ok(PathBuf::from(display_path(path)))
}
