use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::accounts::{Context, Login};

use super::system::SystemKeyring;
use super::{KeyringAction, KeyringError, KeyringProblem, KeyringStore, entry};

/// How long one call of the keyring may take. A person may be asked for a password meanwhile.
pub const CALL_LIMIT: Duration = Duration::from_secs(30);

/// The logins that the keyring keeps. Every call has a time limit.
#[derive(Clone)]
pub struct Keyring {
    store: Arc<dyn KeyringStore>,
    limit: Duration,
}

impl Keyring {
    /// The keyring of this system. Nothing is asked of it yet.
    pub fn of_system() -> Self {
        Self::new(Arc::new(SystemKeyring))
    }

    pub fn new(store: Arc<dyn KeyringStore>) -> Self {
        Self { store, limit: CALL_LIMIT }
    }

    /// The same with another limit for each call.
    #[must_use]
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Checks that a login could be stored, before one is made. An entry that is there may be anything.
    pub async fn check(&self, context: &str) -> Result<(), KeyringError> {
        let name = context.to_owned();
        self.call(context, KeyringAction::Store, move |store| store.read(&name).map(drop)).await
    }

    /// The login of a context that is marked as kept here.
    pub async fn read(&self, context: &Context) -> Result<Login, KeyringError> {
        let name = context.name.clone();
        let text = self.call(&context.name, KeyringAction::Read, move |store| store.read(&name)).await?;
        let login = text.ok_or(KeyringProblem::Missing).and_then(|text| entry::read(context, &text));
        login.map_err(|problem| error(&context.name, KeyringAction::Read, problem))
    }

    /// Stores a login with the origin of its context, in the place of the one that is there.
    pub async fn write(&self, context: &Context, login: &Login) -> Result<(), KeyringError> {
        let text =
            entry::write(context, login).map_err(|problem| error(&context.name, KeyringAction::Store, problem))?;
        let name = context.name.clone();
        self.call(&context.name, KeyringAction::Store, move |store| store.write(&name, text.as_bytes())).await
    }

    /// Deletes the entry of a context, whatever it holds; false if there was none.
    pub async fn delete(&self, context: &str) -> Result<bool, KeyringError> {
        let name = context.to_owned();
        self.call(context, KeyringAction::Delete, move |store| store.delete(&name)).await
    }

    /// Calls the store on a thread that nobody joins: one that hangs ends with the process.
    async fn call<T: Send + 'static>(
        &self,
        context: &str,
        action: KeyringAction,
        work: impl FnOnce(&dyn KeyringStore) -> Result<T, KeyringProblem> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (answer, answered) = oneshot::channel();
        let store = Arc::clone(&self.store);
        let thread = std::thread::Builder::new().name("keyring".to_owned());
        let started = thread.spawn(move || drop(answer.send(work(&*store))));
        let result = match started {
            Err(error) => Err(KeyringProblem::Failed { reason: Some(error.kind().to_string()) }),
            Ok(_) => match tokio::time::timeout(self.limit, answered).await {
                Ok(Ok(result)) => result,
                // The thread panicked.
                Ok(Err(_)) => Err(KeyringProblem::Failed { reason: None }),
                Err(_) => Err(KeyringProblem::TimedOut { seconds: self.limit.as_secs() }),
            },
        };
        result.map_err(|problem| error(context, action, problem))
    }
}

fn error(context: &str, action: KeyringAction, problem: KeyringProblem) -> KeyringError {
    KeyringError { context: context.to_owned(), action, problem }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keyring").field("limit", &self.limit).finish_non_exhaustive()
    }
}
