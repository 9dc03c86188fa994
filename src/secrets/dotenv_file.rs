//! Writing the `.env` file beside lobu.toml so that nobody's change is lost.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::env::{Environment, Variable};
use crate::model::Family;
use crate::project::directory::{ProjectDirectory, SecretFile, SecretFileLock};
use crate::project::git::{Ignored, UserDirectories, is_ignored};

/// How often an edit is made anew because somebody else, who takes no locks, wrote in between.
const ATTEMPTS: u32 = 5;

/// How long another run may take to write the file.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long to wait before asking for the lock again.
const PAUSE: Duration = Duration::from_millis(5);

/// Why `.env` was not written. It holds nothing of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DotenvFileError {
    /// Another run holds the lock for too long.
    #[error("another lobu process is writing .env; nothing was written")]
    Locked,
    /// Whatever was read was overtaken before it could be written.
    #[error("another program keeps writing .env; nothing was written")]
    Restless,
    /// A signal to end came first.
    #[error("interrupted; nothing was written")]
    Interrupted,
    /// Values are not written through a symlink.
    #[error("the file .env is a symlink, and values are not written through one; nothing was written")]
    Symlink,
    /// It is a directory or something like it.
    #[error(".env is not a regular file; nothing was written")]
    NotAFile,
    /// It can't be read, or has no text that could be edited.
    #[error("{0}; nothing was written")]
    Unreadable(String),
    /// With the change no reader would take it back.
    #[error(".env would be larger than {} MiB; nothing was written", limit >> 20)]
    TooLarge {
        /// How many bytes it may have.
        limit: u64,
    },
    /// The system refuses.
    #[error(".env could not be written: {0}")]
    Unwritable(io::ErrorKind),
}

impl DotenvFileError {
    fn unwritable(error: &io::Error) -> Self {
        Self::Unwritable(error.kind())
    }
}

/// A `.env` file that may be written, as it was read.
pub struct DotenvFile {
    /// Its text; empty where there is no file.
    pub text: Zeroizing<String>,
    is_there: bool,
    is_open_to_others: bool,
}

impl DotenvFile {
    /// Reads the file; what is no regular file of UTF-8 text is refused.
    pub fn read(directory: &ProjectDirectory) -> Result<Self, DotenvFileError> {
        let found = directory.look_at_secret_file(ProjectDirectory::DOTENV);
        let found = found
            .map_err(|error| DotenvFileError::Unreadable(format!("the file .env can't be read: {}", error.kind())))?;
        let is_open_to_others = match found {
            SecretFile::Missing => {
                return Ok(Self { text: Zeroizing::default(), is_there: false, is_open_to_others: false });
            }
            SecretFile::Regular { is_open_to_others } => is_open_to_others,
            SecretFile::Symlink => return Err(DotenvFileError::Symlink),
            SecretFile::Other => return Err(DotenvFileError::NotAFile),
        };
        let text = directory.read_secret_text(ProjectDirectory::DOTENV, directory.limits().dotenv);
        let text = text.map_err(|error| {
            DotenvFileError::Unreadable(match error.diagnostic(Family::Project).position {
                Some(position) if position.line > 0 => format!("{error}, line {}", position.line),
                _ => error.to_string(),
            })
        })?;
        Ok(Self { is_there: text.is_some(), text: text.unwrap_or_default(), is_open_to_others })
    }

    /// Reads the file, edits it and puts the edited text in its place, as one step for every other run of this program. Gives
    /// the file that was replaced.
    ///
    /// What another program wrote since it was read is edited again. A signal to end is heeded until the file is replaced: then
    /// nothing was written, and nothing is left behind.
    pub fn update<E: From<DotenvFileError>>(
        directory: &ProjectDirectory,
        is_interrupted: impl Fn() -> bool,
        mut edit: impl FnMut(&Self) -> Result<Zeroizing<String>, E>,
    ) -> Result<Self, E> {
        let lock = wait_for_lock(directory, &is_interrupted)?;
        for _ in 0..ATTEMPTS {
            let file = Self::read(directory)?;
            let edited = edit(&file)?;
            if file.replace(directory, &lock, &is_interrupted, &edited)? {
                return Ok(file);
            }
        }
        Err(DotenvFileError::Restless.into())
    }

    /// Whether others on this machine could open it, which they can no longer once it was replaced.
    pub fn is_open_to_others(&self) -> bool {
        self.is_open_to_others
    }

    /// Puts a text in the file's place; false, and nothing is written, if the file is no longer what was read.
    fn replace(
        &self,
        directory: &ProjectDirectory,
        lock: &SecretFileLock,
        is_interrupted: impl Fn() -> bool,
        text: &str,
    ) -> Result<bool, DotenvFileError> {
        let limit = directory.limits().dotenv;
        if text.len() as u64 > limit {
            return Err(DotenvFileError::TooLarge { limit });
        }
        let staged = directory.stage_secret_file(lock, ProjectDirectory::DOTENV, text);
        let staged = staged.map_err(|error| DotenvFileError::unwritable(&error))?;
        // An editor takes no locks. What it saves between this look and the next line is lost; everything earlier is seen.
        let now = Self::read(directory)?;
        if now.is_there != self.is_there || now.text != self.text {
            return Ok(false);
        }
        if is_interrupted() {
            return Err(DotenvFileError::Interrupted);
        }
        let placed = if self.is_there { staged.replace() } else { staged.create() };
        match placed {
            Ok(()) => Ok(true),
            Err(error) if !self.is_there && error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(DotenvFileError::unwritable(&error)),
        }
    }
}

fn wait_for_lock(
    directory: &ProjectDirectory,
    is_interrupted: impl Fn() -> bool,
) -> Result<SecretFileLock, DotenvFileError> {
    let started = Instant::now();
    loop {
        let lock = directory.try_lock_secret_file(ProjectDirectory::DOTENV);
        if let Some(lock) = lock.map_err(|error| DotenvFileError::unwritable(&error))? {
            return Ok(lock);
        }
        if is_interrupted() {
            return Err(DotenvFileError::Interrupted);
        }
        if started.elapsed() > LONGEST_WAIT {
            return Err(DotenvFileError::Locked);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Looks at what git says about a file, by the rules of the repository and by the user's own.
pub fn git_state(file: &Path, environment: &Environment) -> Ignored {
    let user = UserDirectories {
        home: environment.path(Variable::Home).map(Path::to_owned),
        config: environment.config_directory(),
    };
    is_ignored(file, &user)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn test_project() -> (tempfile::TempDir, ProjectDirectory) {
        let temporary = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        (temporary, directory)
    }

    #[test]
    fn what_an_editor_saves_in_between_is_edited_too() {
        for before in [None, Some("A=1\n")] {
            let (temporary, directory) = test_project();
            let path = temporary.path().join(".env");
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
            }
            let mut count = 0;
            DotenvFile::update::<DotenvFileError>(
                &directory,
                || false,
                |file| {
                    count += 1;
                    if count < 3 {
                        // Of the same length, as the time of a file may be coarse.
                        fs::write(&path, format!("E={count}\n")).unwrap();
                    }
                    Ok(Zeroizing::new(format!("{}B=1\n", file.text.as_str())))
                },
            )
            .unwrap();
            assert_eq!((count, fs::read_to_string(&path).unwrap().as_str()), (3, "E=2\nB=1\n"));
        }
    }

    #[test]
    fn a_file_that_never_rests_is_left_alone() {
        let (temporary, directory) = test_project();
        let path = temporary.path().join(".env");
        let mut count = 0;
        let error = DotenvFile::update::<DotenvFileError>(
            &directory,
            || false,
            |_| {
                count += 1;
                fs::write(&path, format!("E={count}\n")).unwrap();
                Ok(Zeroizing::new("B=1\n".to_owned()))
            },
        )
        .err();
        assert_eq!((error, fs::read_to_string(&path).unwrap().as_str()), (Some(DotenvFileError::Restless), "E=5\n"));
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1);
    }
}
