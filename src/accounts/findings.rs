use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use cap_std::fs::{Metadata, MetadataExt as _};

use super::directory::{DIRECTORY_MODE, OpenDirectory, own_user};
use super::document::{self, Documents};
use super::store::OTHERS;
use super::{AccountFile, Accounts, AccountsError, FileProblem, Snapshot};

/// The mode of a file where it is written or repaired.
const FILE_MODE: u32 = 0o600;

/// What was found about the directory or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The directory or the file.
    pub path: PathBuf,
    /// Which file; none for the directory.
    pub file: Option<AccountFile>,
    /// What it is like.
    pub state: FileState,
}

/// What the directory or a file is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// There is none, which is how everything begins.
    Missing,
    /// It is as it must be.
    Fine,
    /// Others than its owner may do something with it. For the directory that is what the existing CLI leaves behind.
    OpenToOthers { mode: u32 },
    /// It can't be used.
    Broken(FileProblem),
}

/// A mode that was repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The directory or the file.
    pub path: PathBuf,
    /// The mode that it had.
    pub was: u32,
    /// The mode that it has.
    pub now: u32,
}

impl Accounts {
    /// Looks at the directory and at each file, in this order; what is wrong in two ways is told twice.
    pub fn findings(&self) -> Vec<Finding> {
        let opened = OpenDirectory::open(self.directory());
        let mut findings = vec![self.finding(None, directory_state(&opened))];
        if let Ok(Some(opened)) = &opened {
            let (documents, problems) = read_each(opened);
            let whole = Snapshot::of(&documents).err();
            for (file, problem) in AccountFile::ALL.into_iter().zip(problems) {
                let whole = whole.as_ref().filter(|broken| broken.file == file).map(|broken| broken.problem.clone());
                let states = file_states(opened, file, problem.or(whole));
                findings.extend(states.into_iter().map(|state| self.finding(Some(file), state)));
            }
        } else if let Ok(None) = &opened {
            findings.extend(AccountFile::ALL.into_iter().map(|file| self.finding(Some(file), FileState::Missing)));
        }
        findings
    }

    /// Takes from everybody but the owner what they may do with the directory and the files; tells what it changed.
    pub fn repair(&self) -> Result<Vec<Repaired>, AccountsError> {
        let Some(opened) = OpenDirectory::open(self.directory())? else { return Ok(Vec::new()) };
        let mut repaired = Vec::new();
        let metadata = opened.metadata().map_err(|error| self.unwritable(None, &error))?;
        if metadata.uid() == own_user() && mode(&metadata) & OTHERS != 0 {
            let directory = opened.as_file().map_err(|error| self.unwritable(None, &error))?;
            repaired.push(self.set_mode(None, &directory, mode(&metadata), DIRECTORY_MODE)?);
        }
        for file in AccountFile::ALL {
            // What is wrong in another way is for a person.
            if let Ok(Some((found, metadata))) = opened.open_file(file)
                && mode(&metadata) & OTHERS != 0
            {
                repaired.push(self.set_mode(Some(file), &found.into_std(), mode(&metadata), FILE_MODE)?);
            }
        }
        Ok(repaired)
    }

    fn set_mode(
        &self,
        file: Option<AccountFile>,
        found: &std::fs::File,
        was: u32,
        now: u32,
    ) -> Result<Repaired, AccountsError> {
        let set = found.set_permissions(std::fs::Permissions::from_mode(now));
        set.map_err(|error| self.unwritable(file, &error))?;
        Ok(Repaired { path: self.path(file), was, now })
    }

    fn path(&self, file: Option<AccountFile>) -> PathBuf {
        file.map_or_else(|| self.directory().to_owned(), |file| self.directory().join(file.name()))
    }

    fn finding(&self, file: Option<AccountFile>, state: FileState) -> Finding {
        Finding { path: self.path(file), file, state }
    }

    fn unwritable(&self, file: Option<AccountFile>, error: &io::Error) -> AccountsError {
        AccountsError::Unwritable { path: self.path(file), reason: error.kind() }
    }
}

fn mode(metadata: &Metadata) -> u32 {
    metadata.mode() & 0o7777
}

fn directory_state(opened: &Result<Option<OpenDirectory>, AccountsError>) -> FileState {
    let opened = match opened {
        Ok(None) => return FileState::Missing,
        Ok(Some(opened)) => opened,
        Err(AccountsError::Broken { problem, .. }) => return FileState::Broken(problem.clone()),
        Err(AccountsError::Unwritable { reason, .. }) => return FileState::Broken(FileProblem::Unreadable(*reason)),
        Err(AccountsError::Busy { .. } | AccountsError::NoHome | AccountsError::Ended { .. }) => {
            return FileState::Fine;
        }
    };
    match opened.metadata() {
        Err(error) => FileState::Broken(FileProblem::Unreadable(error.kind())),
        Ok(metadata) if metadata.uid() != own_user() => FileState::Broken(FileProblem::ForeignOwner),
        Ok(metadata) if mode(&metadata) & OTHERS != 0 => FileState::OpenToOthers { mode: mode(&metadata) },
        Ok(_) => FileState::Fine,
    }
}

/// Reads each file by itself: one that is broken says nothing about the others.
fn read_each(opened: &OpenDirectory) -> (Documents, [Option<FileProblem>; 4]) {
    let mut documents = Documents::default();
    let problems = AccountFile::ALL.map(|file| match document::read(opened, file) {
        Err(broken) => Some(broken.problem),
        Ok(root) => {
            *documents.of_file(file) = root;
            None
        }
    });
    (documents, problems)
}

fn file_states(opened: &OpenDirectory, file: AccountFile, problem: Option<FileProblem>) -> Vec<FileState> {
    let open_mode = match opened.open_file(file) {
        Ok(None) => return vec![FileState::Missing],
        Ok(Some((_, metadata))) => Some(mode(&metadata)).filter(|mode| mode & OTHERS != 0),
        Err(_) => None,
    };
    let states =
        open_mode.map(|mode| FileState::OpenToOthers { mode }).into_iter().chain(problem.map(FileState::Broken));
    let states: Vec<_> = states.collect();
    if states.is_empty() { vec![FileState::Fine] } else { states }
}
