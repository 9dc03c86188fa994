//! The token of a stored login, which is refreshed first where it ends.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::env::Environment;
use crate::org::RequestError;
use crate::secrets::SecretValue;

use super::login::refresh::{AfterRefusal, RefreshDecision, State, after_refusal, decide};
use super::login::{CliTokens, DeviceLogin, Granted, LoginClient, LoginError, RefreshError};
use super::{Accounts, AccountsError, Change, ChangeError, Context, Identity, Login, Refresh};

/// Why a context has no token that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nobody has logged in.
    #[error("there is no login in the context {context}")]
    NoLogin { context: String },
    /// The login has ended, and can't be refreshed.
    #[error("the login of the context {context} has expired")]
    Expired { context: String },
    /// The server refuses to refresh it.
    #[error("the login of the context {context} has ended: {error}")]
    Refused {
        context: String,
        /// What the server said.
        error: Box<RequestError>,
    },
    /// Another process logged out, or gave the context another server.
    #[error("the login of the context {context} was removed in the meantime")]
    Removed { context: String },
    /// It has ended, and there is no way to the server that would refresh it.
    #[error("the login of the context {context} could not be refreshed, and is kept: {error}")]
    Kept {
        context: String,
        /// Why.
        error: Box<LoginError>,
    },
    /// The files can't be read or written.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The refreshed login is not taken.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// No request can be made.
    #[error(transparent)]
    Login(Box<LoginError>),
}

impl From<LoginError> for TokenError {
    fn from(error: LoginError) -> Self {
        Self::Login(Box::new(error))
    }
}

/// The access token of a context's login, refreshed and written back where it ends within a minute.
pub async fn access_token(
    environment: &Environment,
    context: &Context,
    login: Option<&Login>,
    allow_insecure_http: bool,
) -> Result<Arc<SecretValue>, TokenError> {
    let login = login.ok_or_else(|| TokenError::NoLogin { context: context.name.clone() })?;
    match step(login) {
        RefreshDecision::Use => Ok(Arc::clone(&login.access_token)),
        RefreshDecision::LogIn => Err(expired(context)),
        RefreshDecision::Refresh => refreshed(environment, context, allow_insecure_http).await,
    }
}

/// Refreshes under the lock: of several processes the first one does, and the others find what it wrote.
async fn refreshed(
    environment: &Environment,
    context: &Context,
    allow_insecure_http: bool,
) -> Result<Arc<SecretValue>, TokenError> {
    let Some(accounts) = Accounts::of(environment) else { return Err(expired(context)) };
    let client = LoginClient::of_context(context, environment, allow_insecure_http)?;
    let mut change = accounts.begin_async().await?;
    let mut login = current(&mut change, context)?;
    // Once more where the existing CLI, which takes no lock, was faster and its login ends too.
    for _ in 0..2 {
        let refresh = match (step(&login), &login.refresh) {
            (RefreshDecision::Use, _) => return Ok(login.access_token),
            (RefreshDecision::Refresh, Some(refresh)) => refresh.clone(),
            _ => return Err(expired(context)),
        };
        match renewed(&client, context, &login, &refresh).await {
            Ok(new) => {
                let token = Arc::clone(&new.access_token);
                change.draft().put_login(&context.name, &new)?;
                change.save_async().await?;
                return Ok(token);
            }
            Err(RefreshError::Kept(error)) => return kept(&login, context, error),
            Err(RefreshError::Refused(error)) => {
                let snapshot = accounts.read()?;
                let found = snapshot.logins.get(&context.name);
                match after_refusal(SystemTime::now(), sent(&refresh), found.map(state)) {
                    AfterRefusal::Use | AfterRefusal::Refresh => {
                        drop(change);
                        change = accounts.begin_async().await?;
                        login = current(&mut change, context)?;
                    }
                    AfterRefusal::Dead => {
                        return Err(TokenError::Refused { context: context.name.clone(), error: Box::new(error) });
                    }
                }
            }
        }
    }
    Err(expired(context))
}

/// The login as it is now; another process may have logged out, or moved the context to another server.
fn current(change: &mut Change, context: &Context) -> Result<Login, TokenError> {
    let snapshot = change.draft().snapshot()?;
    let same = snapshot.contexts.get(&context.name).is_some_and(|now| now.origins == context.origins);
    let login = snapshot.logins.get(&context.name).filter(|_| same);
    login.cloned().ok_or_else(|| TokenError::Removed { context: context.name.clone() })
}

async fn renewed(
    client: &LoginClient,
    context: &Context,
    login: &Login,
    refresh: &Refresh,
) -> Result<Login, RefreshError> {
    match refresh {
        Refresh::Cli { token } => {
            let tokens = client.refresh_cli(&context.api_url, token).await?;
            Ok(Login::of_cli(tokens, &login.identity))
        }
        Refresh::Device { token, client_id, token_endpoint, scope } => {
            let endpoint = token_endpoint.as_str();
            let sent = DeviceLogin { client_id, token_endpoint: endpoint, refresh_token: token };
            let mut granted = client.refresh_device(sent).await?;
            granted.scope = granted.scope.or_else(|| scope.clone());
            Ok(Login::of_device(granted, Some(token), login.identity.clone()))
        }
    }
}

/// Without a network the login is kept, and used while it lasts.
fn kept(login: &Login, context: &Context, error: LoginError) -> Result<Arc<SecretValue>, TokenError> {
    if login.end().is_some_and(|end| end > SystemTime::now()) {
        return Ok(Arc::clone(&login.access_token));
    }
    Err(TokenError::Kept { context: context.name.clone(), error: Box::new(error) })
}

fn expired(context: &Context) -> TokenError {
    TokenError::Expired { context: context.name.clone() }
}

fn step(login: &Login) -> RefreshDecision {
    decide(SystemTime::now(), state(login))
}

fn state(login: &Login) -> State<'_> {
    State { expires_at: login.end(), refresh_token: login.refresh.as_ref().map(sent) }
}

fn sent(refresh: &Refresh) -> &SecretValue {
    match refresh {
        Refresh::Cli { token } | Refresh::Device { token, .. } => token,
    }
}

impl Login {
    /// The login of the existing CLI that was refreshed; whose it is stays known where the server does not say it again.
    fn of_cli(tokens: CliTokens, before: &Identity) -> Self {
        let CliTokens { access_token, refresh_token, expires_at, identity } = tokens;
        Self {
            access_token: Arc::new(access_token),
            refresh: refresh_token.map(|token| Refresh::Cli { token: Arc::new(token) }),
            expires_at: expires_at.map(since_1970),
            identity: identity.unwrap_or_default().or(before),
        }
    }

    /// The login that the device flow granted. After a refresh the token before stays good where there is no new one.
    pub fn of_device(granted: Granted, before: Option<&Arc<SecretValue>>, identity: Identity) -> Self {
        let Granted { access_token, refresh_token, expires_in, client_id, token_endpoint, scope } = granted;
        let token = refresh_token.map(Arc::new).or_else(|| before.cloned());
        Self {
            access_token: Arc::new(access_token),
            refresh: token.map(|token| Refresh::Device { token, client_id, token_endpoint, scope }),
            expires_at: expires_in.and_then(|left| SystemTime::now().checked_add(left)).map(since_1970),
            identity,
        }
    }
}

fn since_1970(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
