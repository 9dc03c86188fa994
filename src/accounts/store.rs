use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::env::{Environment, Variable};
use crate::files::DirectoryLock;

use super::directory::OpenDirectory;
use super::document::{Broken, Documents};
use super::save::{self, FileWrite};
use super::{AccountFile, AccountsError, Context, Draft, Keyring, KeyringError, Login, LoginPlace, Notice, Snapshot};

/// How long another process may take to change the files.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long one that must not wait for people waits while another refreshes a login: a request may take as long as its
/// deadline, twice.
const PATIENCE_FOR_REFRESHES: Duration = Duration::from_secs(90);

/// How often files that somebody is changing are read again.
const TRIES: usize = 100;

/// The bits of a mode that let others than the owner do something.
pub(super) const OTHERS: u32 = 0o077;

/// The contexts and logins of a user: four files in one directory.
#[derive(Debug, Clone)]
pub struct Accounts {
    directory: PathBuf,
    patience: Duration,
    keyring: Keyring,
}

impl Accounts {
    /// Those of the user that the environment names: in `$XDG_CONFIG_HOME/lobu` where it exists, else in `~/.config/lobu`,
    /// as the existing CLI knows only that. None without a home directory.
    pub fn of(environment: &Environment) -> Option<Self> {
        // A relative path in an XDG variable is to be ignored, says the specification.
        let configured = environment.path(Variable::ConfigHome).filter(|path| path.is_absolute());
        let configured = configured.map(|path| path.join("lobu")).filter(|path| path.exists());
        let in_home = || Some(environment.path(Variable::Home)?.join(".config/lobu"));
        configured.or_else(in_home).map(Self::at)
    }

    /// Those in a directory.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), patience: PATIENCE, keyring: Keyring::of_system() }
    }

    /// The same, but waiting for another process for at most some time.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same with another keyring than the system's.
    #[must_use]
    pub fn with_keyring(self, keyring: Keyring) -> Self {
        Self { keyring, ..self }
    }

    /// The keyring of the operating system, which nothing is asked of before it is used.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The login of a context, which is read from the keyring if it is there.
    pub async fn login(&self, context: &Context, place: LoginPlace) -> Result<Login, KeyringError> {
        match place {
            LoginPlace::Files(login) => Ok(*login),
            LoginPlace::Keyring => self.keyring.read(context).await,
        }
    }

    /// The directory of the files.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Reads all files; those that are missing say nothing.
    ///
    /// No lock is taken, so that nobody waits for a change that takes long; what is found was there at one time.
    pub fn read(&self) -> Result<Snapshot, AccountsError> {
        let Some(opened) = OpenDirectory::open(&self.directory)? else { return self.assemble(&Documents::default()) };
        let mut snapshot = self.assemble(&self.consistent(&opened)?)?;
        snapshot.notices.extend(AccountFile::ALL.into_iter().filter_map(|file| open_to_others(&opened, file)));
        Ok(snapshot)
    }

    /// Changes what the files say, under a lock that is for all of them: they are read anew, changed, and those that changed
    /// are replaced. After an error of the change nothing is written.
    pub fn change<T, E: From<AccountsError>>(&self, change: impl FnOnce(&mut Draft) -> Result<T, E>) -> Result<T, E> {
        let mut begun = self.begin()?;
        let result = change(begun.draft())?;
        begun.save()?;
        Ok(result)
    }

    /// Begins a change that takes longer than a function, such as one that asks a server in between. Until it is saved or
    /// dropped every other one waits.
    ///
    /// The wait for the lock blocks the thread.
    pub fn begin(&self) -> Result<Change, AccountsError> {
        let opened = OpenDirectory::create(&self.directory)?;
        let lock = opened.lock(self.patience)?;
        let was = self.documents(&opened)?;
        // What can't be understood is not changed either.
        self.assemble(&was)?;
        let draft = Draft::new(&self.directory, was.clone());
        Ok(Change { accounts: self.clone(), opened, _lock: lock, was, draft })
    }

    /// Begins a change beside the runtime, and waits for another process for as long as a refresh may take.
    pub async fn begin_async(&self) -> Result<Change, AccountsError> {
        let accounts = self.clone().with_patience(PATIENCE_FOR_REFRESHES);
        beside_runtime(move || accounts.begin()).await
    }

    /// Reads all files twice, until it is the same: else a token could be found beside the server that its context had
    /// before.
    fn consistent(&self, opened: &OpenDirectory) -> Result<Documents, AccountsError> {
        let mut documents = self.documents(opened)?;
        for _ in 0..TRIES {
            let again = self.documents(opened)?;
            if again == documents {
                return Ok(documents);
            }
            documents = again;
        }
        Err(AccountsError::Busy { directory: self.directory.clone() })
    }

    fn documents(&self, opened: &OpenDirectory) -> Result<Documents, AccountsError> {
        Documents::read(opened).map_err(|broken| self.broken(broken))
    }

    fn assemble(&self, documents: &Documents) -> Result<Snapshot, AccountsError> {
        Snapshot::of(documents).map_err(|broken| self.broken(broken))
    }

    fn broken(&self, broken: Broken) -> AccountsError {
        AccountsError::Broken { path: self.directory.join(broken.file.name()), problem: broken.problem }
    }
}

async fn beside_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccountsError> + Send + 'static,
) -> Result<T, AccountsError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(AccountsError::Ended { what: error.to_string() }),
    }
}

fn open_to_others(opened: &OpenDirectory, file: AccountFile) -> Option<Notice> {
    use cap_std::fs::MetadataExt as _;

    let (_, metadata) = opened.open_file(file).ok()??;
    let mode = metadata.mode() & 0o7777;
    (mode & OTHERS != 0).then_some(Notice::OpenToOthers { file, mode })
}

/// A change that was begun: the lock is held, and nothing is written until it is saved.
pub struct Change {
    accounts: Accounts,
    opened: OpenDirectory,
    _lock: DirectoryLock,
    was: Documents,
    draft: Draft,
}

impl Change {
    /// The keyring that the files may refer to.
    pub(super) fn keyring(&self) -> &Keyring {
        &self.accounts.keyring
    }

    /// What the files are to say.
    pub fn draft(&mut self) -> &mut Draft {
        &mut self.draft
    }

    /// Writes the files that changed, and gives the lock back.
    pub fn save(self) -> Result<(), AccountsError> {
        self.write()
    }

    fn write(&self) -> Result<(), AccountsError> {
        // What could not be read again is not written.
        self.draft.snapshot()?;
        for write in self.file_writes()? {
            self.opened.put(write.file, write.text.as_ref().map(|text| text.as_str()))?;
            crate::fault::point("accounts-written");
        }
        Ok(())
    }

    /// Writes the files beside the runtime.
    pub async fn save_async(self) -> Result<(), AccountsError> {
        beside_runtime(move || self.save()).await
    }

    /// Writes the files beside the runtime, and deletes the keyring's entry of a context, which nothing refers to any more,
    /// before the lock is given back: else it could be that of a login since. Says whether that succeeded.
    pub async fn save_and_delete_entry(self, context: &str) -> Result<Result<(), KeyringError>, AccountsError> {
        let change = beside_runtime(move || self.write().map(|()| self)).await?;
        let deleted = change.accounts.keyring.delete(context).await;
        drop(change);
        Ok(deleted.map(drop))
    }

    /// What is to be written, in its order.
    pub(super) fn file_writes(&self) -> Result<Vec<FileWrite>, AccountsError> {
        save::file_writes(&self.was, self.draft.documents()).map_err(|(file, error)| AccountsError::Unwritable {
            path: self.accounts.directory.join(file.name()),
            reason: error.kind(),
        })
    }
}
