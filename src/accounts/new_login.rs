//! Keeping a login that was made just now, and ending one at its server.

use std::sync::Arc;
use std::time::Duration;

use crate::secrets::SecretValue;

use super::login::{LoginClient, LoginError};
use super::{
    Accounts, AccountsError, ChangeError, Context, Identity, KeyringError, Login, LoginPlace, Refresh, Snapshot,
    is_embedded,
};

/// How long may be asked whose a token is: the answer is only shown.
const DEADLINE: Duration = Duration::from_secs(5);

/// Why nobody logs in to a context, or a login is not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NewLoginError {
    /// There is a login, and nobody asked for it to be replaced.
    #[error("the context {context} already has a login")]
    Taken { context: String },
    /// There is one since the command began.
    #[error("another process logged in to the context {context} in the meantime")]
    TakenMeanwhile { context: String },
    /// The context went to another server since the command began.
    #[error("another process changed the context {context} in the meantime; the login was not saved")]
    Moved { context: String },
    /// The URL is that of another server than the context's.
    #[error("the context {context} is for {server}, and --url names another server")]
    OtherServer { context: String, server: String },
    /// A URL is given, and the current context is the embedded org.
    #[error("the current context is {context}, the org embedded in this program, which has no login")]
    EmbeddedIsCurrent {
        /// Its name.
        context: String,
    },
    /// The keyring, in which it is to be stored, can't be used.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The context can't be made, or the login is not taken.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The files can't be read or written.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

/// Where a new login is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginStore {
    Files,
    /// In the keyring of the operating system, or nowhere.
    Keyring,
}

/// The context to log in to.
pub struct LoginContext {
    pub context: Context,
    /// The URL to make it with, where it does not exist yet.
    pub new_url: Option<String>,
}

impl LoginContext {
    /// The context of that name and URL, made if need be. `is_named` says whether a flag names it.
    pub fn at(
        accounts: &Accounts,
        snapshot: &Snapshot,
        name: &str,
        url: &str,
        is_named: bool,
    ) -> Result<Self, NewLoginError> {
        let mut change = accounts.begin()?;
        let added = change.draft().add_context(name, url)?;
        let mut after = change.draft().snapshot()?;
        let unknown = || ChangeError::UnknownContext { name: added.name.clone() };
        let context = after.contexts.remove(&added.name).ok_or_else(unknown)?;
        match snapshot.contexts.get(&added.name) {
            None if is_embedded(name) && !is_named => {
                Err(NewLoginError::EmbeddedIsCurrent { context: name.to_owned() })
            }
            None => Ok(Self { context, new_url: Some(url.to_owned()) }),
            Some(existing) if existing.owns(&context.server) => Ok(Self { context: existing.clone(), new_url: None }),
            Some(existing) => {
                Err(NewLoginError::OtherServer { context: name.to_owned(), server: existing.server_name() })
            }
        }
    }

    /// Stores a login, in the place of the one that is there. What changed since the command began is looked at under the
    /// lock.
    pub async fn keep(
        &self,
        accounts: &Accounts,
        login: &Login,
        store: LoginStore,
        force: bool,
    ) -> Result<Kept, NewLoginError> {
        let context = &self.context;
        let mut change = accounts.begin_async().await?;
        let before = change.draft().snapshot()?;
        let place = before.login(&context.name);
        if place.is_some() && !force {
            return Err(NewLoginError::TakenMeanwhile { context: context.name.clone() });
        }
        let mut hides_embedded = false;
        if let Some(url) = &self.new_url {
            hides_embedded = change.draft().add_context(&context.name, url)?.hides_embedded;
        }
        let now = change.draft().snapshot()?;
        if now.contexts.get(&context.name).is_none_or(|now| now.origins != context.origins) {
            return Err(NewLoginError::Moved { context: context.name.clone() });
        }
        if before.current.is_none() {
            change.draft().use_context(&context.name)?;
        }
        let was_in_keyring = place.as_ref().is_some_and(LoginPlace::is_keyring);
        // Whose server a login without a context belonged to, nobody knows.
        let replaced = match place.filter(|_| self.new_url.is_none()) {
            Some(place) => accounts.login(context, place).await.map(Some),
            None => Ok(None),
        };
        let mut left_in_keyring = None;
        match store {
            LoginStore::Keyring => {
                change.draft().put_login_in_keyring(&context.name, login)?;
                accounts.keyring().write(context, login).await?;
                if let Err(error) = change.save_async().await {
                    let before = replaced.ok().flatten().filter(|_| was_in_keyring);
                    self.put_back(accounts, before.as_ref()).await?;
                    return Err(error.into());
                }
            }
            LoginStore::Files => {
                change.draft().put_login(&context.name, login)?;
                if was_in_keyring {
                    left_in_keyring = change.save_and_delete_entry(&context.name).await?.err();
                } else {
                    change.save_async().await?;
                }
            }
        }
        let leaves_keyring = was_in_keyring && store == LoginStore::Files;
        Ok(Kept { replaced, leaves_keyring, left_in_keyring, hides_embedded })
    }

    /// Gives the keyring's entry the login that it had before, as the files still say.
    async fn put_back(&self, accounts: &Accounts, before: Option<&Login>) -> Result<(), KeyringError> {
        match before {
            Some(before) => accounts.keyring().write(&self.context, before).await,
            None => accounts.keyring().delete(&self.context.name).await.map(drop),
        }
    }
}

/// What keeping a login did.
pub struct Kept {
    /// The login that it replaced, or why that can't be read from the keyring.
    pub replaced: Result<Option<Login>, KeyringError>,
    /// Whether that was in the keyring, and the new one is in the files.
    pub leaves_keyring: bool,
    /// Why the keyring's entry of the login that it replaced is still there.
    pub left_in_keyring: Option<KeyringError>,
    /// Whether its new context stands in the place of the embedded org.
    pub hides_embedded: bool,
}

/// Has the server end a login. A personal token is no login of a session: only its owner revokes it, on the web page.
pub async fn revoke(client: &LoginClient, context: &Context, login: &Login) -> Result<(), LoginError> {
    match &login.refresh {
        Some(Refresh::Cli { token }) => client.logout_cli(&context.api_url, token).await,
        Some(Refresh::Device { token, client_id, .. }) => {
            client.revoke_device(&context.server, client_id, &login.access_token, Some(token)).await
        }
        None => Ok(()),
    }
}

/// Whose a token is, as far as the server says.
pub async fn identity_of(client: &LoginClient, context: &Context, token: &Arc<SecretValue>) -> Identity {
    let asked = async {
        match client.account(&context.server, token).await {
            Ok(account) => account.identity,
            Err(_) => client.who_cli(&context.api_url, token).await.unwrap_or_default(),
        }
    };
    tokio::time::timeout(DEADLINE, asked).await.unwrap_or_default()
}
