//! Forgetting a login on this machine.

use super::{AccountsError, Change, Context, KeyringError, KeyringProblem, Login, LoginPlace};

/// Why a login is not forgotten. It is as it was then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForgetError {
    /// It is in the keyring, and can't be read or deleted there.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The files can't be read or written.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

/// A login that is forgotten.
pub struct Forgotten {
    /// The login, for its server to end it.
    pub login: Option<Login>,
    /// Why the entry of the keyring held no login that this server could end.
    pub unusable: Option<KeyringError>,
}

impl Change {
    /// Forgets the login of a context: deletes it where it is, and saves the change. None if there was no login.
    ///
    /// An entry of the keyring goes before the mark that it is there: what fails in between can be tried again.
    pub async fn forget_login(mut self, context: &Context) -> Result<Option<Forgotten>, ForgetError> {
        let place = self.draft().snapshot()?.login(&context.name);
        let forgotten = match place {
            None => return Ok(None),
            Some(LoginPlace::Files(login)) => Forgotten { login: Some(*login), unusable: None },
            Some(LoginPlace::Keyring) => {
                let keyring = self.keyring().clone();
                let (login, unusable) = match keyring.read(context).await {
                    Ok(login) => (Some(login), None),
                    Err(error) if is_of_entry(&error.problem) => (None, Some(error)),
                    Err(error) => return Err(error.into()),
                };
                keyring.delete(&context.name).await?;
                Forgotten { login, unusable }
            }
        };
        self.draft().remove_login(&context.name);
        self.save_async().await?;
        Ok(Some(forgotten))
    }
}

/// Whether the keyring works, and only the entry is not what it should be.
fn is_of_entry(problem: &KeyringProblem) -> bool {
    matches!(problem, KeyringProblem::Missing | KeyringProblem::OtherServer | KeyringProblem::NotALogin)
}
