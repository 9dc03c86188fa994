//! Writing a `.env` file so that nobody's change is lost (K6).

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::commands::Session;
use crate::error::{CommandError, ErrorKind};
use crate::model::Family;
use crate::project::directory::{ProjectDirectory, SecretFile, SecretFileLock};
use crate::render::document::{Document, Line};
use crate::ui::Signals;

/// What a run that changed nothing says.
pub(super) const NOTHING_WRITTEN: &str = "nothing was written";

/// How often an edit is made anew because somebody else, who takes no locks, wrote in between.
const ATTEMPTS: u32 = 5;

/// How long another run may take to write the file.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long to wait before asking for the lock again.
const PAUSE: Duration = Duration::from_millis(5);

/// A `.env` file that may be written, as it was read.
pub(super) struct LocalFile {
    pub(super) text: Zeroizing<String>,
    is_there: bool,
    is_open_to_others: bool,
}

/// Reads the file, edits it and puts the edited text in its place, as one step for every other run of this program.
///
/// What another program wrote since it was read is edited again. A signal to end is heeded until the file is replaced: then
/// nothing was written, and nothing is left behind.
pub(super) fn update(
    session: &Session,
    directory: &ProjectDirectory,
    mut edit: impl FnMut(&LocalFile) -> Result<Zeroizing<String>, CommandError>,
) -> Result<(), CommandError> {
    let signals = Signals::catch();
    let lock = wait_for_lock(directory, signals)?;
    for _ in 0..ATTEMPTS {
        let file = LocalFile::read(directory)?;
        let edited = edit(&file)?;
        if file.replace(directory, &lock, signals, &edited)? {
            if file.is_open_to_others {
                let line = "Others on this machine could open .env; now only its owner can (mode 0600)";
                session.ui.status(&Document::from(Line::new().plain(line).prose(2)));
            }
            return Ok(());
        }
    }
    Err(CommandError::new(ErrorKind::WouldOverwrite, "another program keeps writing .env; nothing was written"))
}

fn wait_for_lock(directory: &ProjectDirectory, signals: Signals) -> Result<SecretFileLock, CommandError> {
    let started = Instant::now();
    loop {
        if let Some(lock) =
            directory.try_lock_secret_file(ProjectDirectory::DOTENV).map_err(|error| unwritable(&error))?
        {
            return Ok(lock);
        }
        if signals.have_come() {
            return Err(CommandError::interrupted().and(NOTHING_WRITTEN));
        }
        if started.elapsed() > LONGEST_WAIT {
            return Err(CommandError::new(
                ErrorKind::WouldOverwrite,
                "another run is writing .env; nothing was written",
            )
            .hint("It holds a lock on the directory; end it if it hangs, and try again."));
        }
        std::thread::sleep(PAUSE);
    }
}

fn unwritable(error: &std::io::Error) -> CommandError {
    CommandError::new(ErrorKind::Unexpected, format!(".env could not be written: {}", error.kind()))
        .hint("It is as it was.")
}

impl LocalFile {
    /// Reads the file; what is no regular file of UTF-8 text is refused.
    pub(super) fn read(directory: &ProjectDirectory) -> Result<Self, CommandError> {
        let refused =
            |what: String| CommandError::new(ErrorKind::InvalidProject, format!("{what}; nothing was written"));
        let found = directory
            .look_at_secret_file(ProjectDirectory::DOTENV)
            .map_err(|error| refused(format!("the file .env can't be read: {}", error.kind())))?;
        let is_open_to_others = match found {
            SecretFile::Missing => {
                return Ok(Self { text: Zeroizing::default(), is_there: false, is_open_to_others: false });
            }
            SecretFile::Regular { is_open_to_others } => is_open_to_others,
            SecretFile::Symlink => {
                return Err(refused("the file .env is a symlink, and values are not written through one".to_owned())
                    .hint("Edit what it leads to, or put a file in its place."));
            }
            SecretFile::Other => return Err(refused(".env is not a regular file".to_owned())),
        };
        let text = directory.read_secret_text(ProjectDirectory::DOTENV, directory.limits().dotenv);
        let text = text.map_err(|error| {
            refused(match error.diagnostic(Family::Project).position {
                Some(position) if position.line > 0 => format!("{error}, line {}", position.line),
                _ => error.to_string(),
            })
        })?;
        Ok(Self { is_there: text.is_some(), text: text.unwrap_or_default(), is_open_to_others })
    }

    /// Puts a text in the file's place; false, and nothing is written, if the file is no longer what was read.
    fn replace(
        &self,
        directory: &ProjectDirectory,
        lock: &SecretFileLock,
        signals: Signals,
        text: &str,
    ) -> Result<bool, CommandError> {
        if text.len() as u64 > directory.limits().dotenv {
            let limit = directory.limits().dotenv >> 20;
            let message = format!(".env would be larger than {limit} MiB; nothing was written");
            return Err(CommandError::usage(message));
        }
        let staged =
            directory.stage_secret_file(lock, ProjectDirectory::DOTENV, text).map_err(|error| unwritable(&error))?;
        // An editor takes no locks. What it saves between this look and the next line is lost; everything earlier is seen.
        let now = Self::read(directory)?;
        if now.is_there != self.is_there || now.text != self.text {
            return Ok(false);
        }
        if signals.have_come() {
            return Err(CommandError::interrupted().and(NOTHING_WRITTEN));
        }
        let placed = if self.is_there { staged.replace() } else { staged.create() };
        match placed {
            Ok(()) => Ok(true),
            Err(error) if !self.is_there && error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(unwritable(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use crate::env::Environment;
    use crate::ui::{Options, Ui};

    use super::*;

    fn scene() -> (tempfile::TempDir, Session, ProjectDirectory) {
        let temporary = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        let environment = Arc::new(Environment::from_pairs([("A", "1")]));
        let working_directory = temporary.path().to_owned();
        let session = Session { ui: Ui::new(Options::default()), environment, working_directory };
        (temporary, session, directory)
    }

    #[test]
    fn what_an_editor_saves_in_between_is_edited_too() {
        for before in [None, Some("A=1\n")] {
            let (temporary, session, directory) = scene();
            let path = temporary.path().join(".env");
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
            }
            let mut count = 0;
            update(&session, &directory, |file| {
                count += 1;
                if count < 3 {
                    // Of the same length, as the time of a file may be coarse.
                    fs::write(&path, format!("E={count}\n")).unwrap();
                }
                Ok(Zeroizing::new(format!("{}B=1\n", file.text.as_str())))
            })
            .unwrap();
            assert_eq!((count, fs::read_to_string(&path).unwrap().as_str()), (3, "E=2\nB=1\n"));
        }
    }

    #[test]
    fn a_file_that_never_rests_is_left_alone() {
        let (temporary, session, directory) = scene();
        let path = temporary.path().join(".env");
        let mut count = 0;
        let error = update(&session, &directory, |_| {
            count += 1;
            fs::write(&path, format!("E={count}\n")).unwrap();
            Ok(Zeroizing::new("B=1\n".to_owned()))
        })
        .unwrap_err();
        assert_eq!((error.exit_code(), fs::read_to_string(&path).unwrap().as_str()), (6, "E=5\n"));
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1);
    }
}
