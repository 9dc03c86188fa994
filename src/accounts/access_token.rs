//! The token of a stored login, which is refreshed first where it ends.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::clock;
use crate::env::Environment;
use crate::org::RequestError;
use crate::secrets::SecretValue;

use super::login::refresh::{AfterRefusal, RefreshDecision, State, after_refusal, decide};
use super::login::{CliTokens, DeviceLogin, Granted, LoginClient, LoginError, RefreshError};
use super::{
    Accounts, AccountsError, Change, ChangeError, Context, Identity, KeyringError, Login, LoginPlace, Refresh,
};

/// Why a context has no token that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nobody has logged in.
    #[error("there is no login in the context {context}")]
    NoLogin { context: String },
    /// The login has ended, and can't be refreshed.
    #[error("the login of the context {context} has expired")]
    Expired {
        context: String,
        /// Whether it is in the keyring, where the next one belongs too.
        in_keyring: bool,
    },
    /// The server refuses to refresh it.
    #[error("the login of the context {context} has ended: {error}")]
    Refused {
        context: String,
        /// Whether it is in the keyring, where the next one belongs too.
        in_keyring: bool,
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
    /// The login is in the keyring, and can't be read from there.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// It was refreshed, which ended the tokens before, and the new ones can't be stored in the keyring.
    #[error("the login was refreshed, but its new tokens are lost: {0}")]
    Lost(KeyringError),
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
    place: Option<LoginPlace>,
    allow_insecure_http: bool,
) -> Result<Arc<SecretValue>, TokenError> {
    let login = current_login(environment, context, place, allow_insecure_http).await?;
    Ok(login.access_token)
}

/// A context's login with a token that can be used: refreshed and written back, to where it was, if it ends within a minute.
pub async fn current_login(
    environment: &Environment,
    context: &Context,
    place: Option<LoginPlace>,
    allow_insecure_http: bool,
) -> Result<Login, TokenError> {
    match Accounts::of(environment) {
        Some(accounts) => accounts.current_login(environment, context, place, allow_insecure_http).await,
        None => Err(AccountsError::NoHome.into()),
    }
}

impl Accounts {
    /// A context's login with a token that can be used.
    pub async fn current_login(
        &self,
        environment: &Environment,
        context: &Context,
        place: Option<LoginPlace>,
        allow_insecure_http: bool,
    ) -> Result<Login, TokenError> {
        let place = place.ok_or_else(|| TokenError::NoLogin { context: context.name.clone() })?;
        let in_keyring = place.is_keyring();
        let login = self.login(context, place).await?;
        match step(&login) {
            RefreshDecision::Use => Ok(login),
            RefreshDecision::LogIn => Err(expired(context, in_keyring)),
            RefreshDecision::Refresh => refreshed(self, environment, context, allow_insecure_http).await,
        }
    }
}

/// Refreshes under the lock: of several processes the first one does, and the others find what it wrote.
async fn refreshed(
    accounts: &Accounts,
    environment: &Environment,
    context: &Context,
    allow_insecure_http: bool,
) -> Result<Login, TokenError> {
    let client = LoginClient::of_context(context, environment, allow_insecure_http)?;
    let mut change = accounts.begin_async().await?;
    let mut found = current(accounts, &mut change, context).await?;
    // Once more where the existing CLI, which takes no lock, was faster and its login ends too.
    for _ in 0..2 {
        let Found { login, in_keyring } = &found;
        let refresh = match (step(login), &login.refresh) {
            (RefreshDecision::Use, _) => return Ok(found.login),
            (RefreshDecision::Refresh, Some(refresh)) => refresh.clone(),
            _ => return Err(expired(context, *in_keyring)),
        };
        match renewed(&client, context, login, &refresh).await {
            Ok(new) if *in_keyring => {
                accounts.keyring().write(context, &new).await.map_err(TokenError::Lost)?;
                return Ok(new);
            }
            Ok(new) => {
                change.draft().put_login(&context.name, &new)?;
                change.save_async().await?;
                return Ok(new);
            }
            Err(RefreshError::Kept(error)) => return kept(found.login, context, error),
            Err(RefreshError::Refused(error)) => {
                let place = accounts.read()?.login(&context.name);
                let again = match place {
                    Some(place) => Some(accounts.login(context, place).await?),
                    None => None,
                };
                match after_refusal(clock::now(), sent(&refresh), again.as_ref().map(state)) {
                    AfterRefusal::Use | AfterRefusal::Refresh => {
                        drop(change);
                        change = accounts.begin_async().await?;
                        found = current(accounts, &mut change, context).await?;
                    }
                    AfterRefusal::Dead => {
                        let (context, in_keyring) = (context.name.clone(), *in_keyring);
                        return Err(TokenError::Refused { context, in_keyring, error: Box::new(error) });
                    }
                }
            }
        }
    }
    Err(expired(context, found.in_keyring))
}

/// A login, and whether it is in the keyring.
struct Found {
    login: Login,
    in_keyring: bool,
}

/// The login as it is now; another process may have logged out, or moved the context to another server.
async fn current(accounts: &Accounts, change: &mut Change, context: &Context) -> Result<Found, TokenError> {
    let snapshot = change.draft().snapshot()?;
    let same = snapshot.contexts.get(&context.name).is_some_and(|now| now.origins == context.origins);
    let place = snapshot.login(&context.name).filter(|_| same);
    let place = place.ok_or_else(|| TokenError::Removed { context: context.name.clone() })?;
    let in_keyring = place.is_keyring();
    Ok(Found { login: accounts.login(context, place).await?, in_keyring })
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
fn kept(login: Login, context: &Context, error: LoginError) -> Result<Login, TokenError> {
    if login.end().is_some_and(|end| end > clock::now()) {
        return Ok(login);
    }
    Err(TokenError::Kept { context: context.name.clone(), error: Box::new(error) })
}

fn expired(context: &Context, in_keyring: bool) -> TokenError {
    TokenError::Expired { context: context.name.clone(), in_keyring }
}

fn step(login: &Login) -> RefreshDecision {
    decide(clock::now(), state(login))
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
            expires_at: expires_in.and_then(|left| clock::now().checked_add(left)).map(since_1970),
            identity,
        }
    }
}

fn since_1970(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
