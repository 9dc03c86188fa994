//! Keeping a login that was made just now, and ending one at its server.

use std::sync::Arc;
use std::time::Duration;

use crate::secrets::SecretValue;

use super::login::{LoginClient, LoginError};
use super::{Accounts, AccountsError, ChangeError, Context, Identity, Login, Refresh, Snapshot, is_embedded};

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
    /// The context can't be made, or the login is not taken.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The files can't be read or written.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
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

    /// Writes a login, in the place of the one that is there. What changed since the command began is looked at under the
    /// lock.
    pub async fn keep(&self, accounts: &Accounts, login: &Login, force: bool) -> Result<Kept, NewLoginError> {
        let context = &self.context;
        let mut change = accounts.begin_async().await?;
        let before = change.draft().snapshot()?;
        let replaced = before.logins.get(&context.name).cloned();
        if replaced.is_some() && !force {
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
        change.draft().put_login(&context.name, login)?;
        change.save_async().await?;
        // Whose server a login without a context belonged to, nobody knows.
        Ok(Kept { replaced: replaced.filter(|_| self.new_url.is_none()), hides_embedded })
    }
}

/// What keeping a login did.
pub struct Kept {
    /// The login that it replaced.
    pub replaced: Option<Login>,
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
