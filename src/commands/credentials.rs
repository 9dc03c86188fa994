//! The token that requests are sent with: the environment's, else that of a stored login, which is refreshed first where it
//! ends (T2, T3, T5, org-api 5.7).

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::accounts::login::refresh::{AfterRefusal, State, Step, after_refusal, decide};
use crate::accounts::login::{CliTokens, DeviceLogin, Granted, LoginClient, LoginError, RefreshError};
use crate::accounts::{Accounts, AccountsError, Change, Context, Identity, Login, Refresh};
use crate::env::Environment;
use crate::error::{CommandError, ErrorKind};
use crate::http::SystemClock;
use crate::secrets::SecretValue;
use crate::target::ResolvedTarget;

use super::Session;

/// How long one process waits while another one refreshes: a request may take as long as its deadline, twice.
const PATIENCE: Duration = Duration::from_secs(90);

/// The token for a target; none where there is neither a token nor a login.
pub(super) async fn token(
    session: &Session,
    target: &ResolvedTarget,
) -> Result<Option<Arc<SecretValue>>, CommandError> {
    if let Some(token) = &target.token {
        return Ok(Some(Arc::clone(token)));
    }
    let Some(stored) = &target.login else { return Ok(None) };
    fresh(session, &stored.context, &stored.login, target.allow_insecure_http).await.map(Some)
}

/// The access token of a login, refreshed and written back where it ends within a minute.
pub(super) async fn fresh(
    session: &Session,
    context: &Context,
    login: &Login,
    allow_insecure_http: bool,
) -> Result<Arc<SecretValue>, CommandError> {
    match step(login) {
        Step::Use => Ok(Arc::clone(&login.access_token)),
        Step::LogIn => Err(expired(context)),
        Step::Refresh => refreshed(session, context, allow_insecure_http).await,
    }
}

/// What makes requests about the login of a context.
pub(super) fn client(
    environment: &Environment,
    context: &Context,
    allow_insecure_http: bool,
) -> Result<LoginClient, LoginError> {
    let clock = Arc::new(SystemClock::default());
    LoginClient::new(context.origins.clone(), environment.network().clone(), allow_insecure_http, clock)
}

/// Refreshes under the lock: of several processes the first one does, and the others find what it wrote.
async fn refreshed(
    session: &Session,
    context: &Context,
    allow_insecure_http: bool,
) -> Result<Arc<SecretValue>, CommandError> {
    let Some(accounts) = Accounts::of(&session.environment) else { return Err(expired(context)) };
    let client = client(&session.environment, context, allow_insecure_http)?;
    let mut change = begin(&accounts).await?;
    let mut login = again(&mut change, context)?;
    // Once more where the existing CLI, which takes no lock, was faster and its login ends too.
    for _ in 0..2 {
        let refresh = match (step(&login), &login.refresh) {
            (Step::Use, _) => return Ok(login.access_token),
            (Step::Refresh, Some(refresh)) => refresh.clone(),
            _ => return Err(expired(context)),
        };
        match renewed(&client, context, &login, &refresh).await {
            Ok(new) => {
                let token = Arc::clone(&new.access_token);
                change.draft().put_login(&context.name, &new)?;
                save(change).await?;
                return Ok(token);
            }
            Err(RefreshError::Kept(error)) => return kept(&login, context, error),
            Err(RefreshError::Refused(error)) => {
                let snapshot = accounts.read()?;
                let found = snapshot.logins.get(&context.name);
                match after_refusal(SystemTime::now(), sent(&refresh), found.map(state)) {
                    AfterRefusal::Use | AfterRefusal::Refresh => {
                        drop(change);
                        change = begin(&accounts).await?;
                        login = again(&mut change, context)?;
                    }
                    AfterRefusal::Dead => {
                        let message = format!("the login of the context {} has ended: {error}", context.name);
                        return Err(CommandError::new(ErrorKind::NotLoggedIn, message).hint(log_in_again(context)));
                    }
                }
            }
        }
    }
    Err(expired(context))
}

/// Waits for the lock beside the runtime.
pub(super) async fn begin(accounts: &Accounts) -> Result<Change, CommandError> {
    let accounts = accounts.clone().with_patience(PATIENCE);
    beside(move || accounts.begin()).await
}

/// Writes a change beside the runtime.
pub(super) async fn save(change: Change) -> Result<(), CommandError> {
    beside(move || change.save()).await
}

async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccountsError> + Send + 'static,
) -> Result<T, CommandError> {
    Ok(tokio::task::spawn_blocking(work).await??)
}

/// The login as it is now; another process may have logged out, or moved the context to another server.
fn again(change: &mut Change, context: &Context) -> Result<Login, CommandError> {
    let snapshot = change.draft().snapshot()?;
    let same = snapshot.contexts.get(&context.name).is_some_and(|now| now.origins == context.origins);
    let login = snapshot.logins.get(&context.name).filter(|_| same);
    login.cloned().ok_or_else(|| {
        let message = format!("the login of the context {} was removed meanwhile", context.name);
        CommandError::new(ErrorKind::NotLoggedIn, message).hint(log_in(context))
    })
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
            Ok(of_cli(tokens, &login.identity))
        }
        Refresh::Device { token, client_id, token_endpoint, scope } => {
            let endpoint = token_endpoint.as_str();
            let sent = DeviceLogin { client_id, token_endpoint: endpoint, refresh_token: token };
            let mut granted = client.refresh_device(sent).await?;
            granted.scope = granted.scope.or_else(|| scope.clone());
            Ok(of_device(granted, Some(token), login.identity.clone()))
        }
    }
}

fn of_cli(tokens: CliTokens, before: &Identity) -> Login {
    let CliTokens { access_token, refresh_token, expires_at, identity } = tokens;
    Login {
        access_token: Arc::new(access_token),
        refresh: refresh_token.map(|token| Refresh::Cli { token: Arc::new(token) }),
        expires_at: expires_at.map(milliseconds),
        identity: identity.map_or_else(|| before.clone(), |found| found.or(before)),
    }
}

/// The login that the device flow granted. After a refresh the token before stays good where there is no new one.
pub(super) fn of_device(granted: Granted, before: Option<&Arc<SecretValue>>, identity: Identity) -> Login {
    let Granted { access_token, refresh_token, expires_in, client_id, token_endpoint, scope } = granted;
    let token = refresh_token.map(Arc::new).or_else(|| before.cloned());
    Login {
        access_token: Arc::new(access_token),
        refresh: token.map(|token| Refresh::Device { token, client_id, token_endpoint, scope }),
        expires_at: expires_in.and_then(|left| SystemTime::now().checked_add(left)).map(milliseconds),
        identity,
    }
}

/// Without a network the login is kept, and used while it lasts (T5).
fn kept(login: &Login, context: &Context, error: LoginError) -> Result<Arc<SecretValue>, CommandError> {
    if end(login).is_some_and(|end| end > SystemTime::now()) {
        return Ok(Arc::clone(&login.access_token));
    }
    let message = format!("the login of the context {} could not be refreshed, and is kept: {error}", context.name);
    let failure = CommandError::from(error);
    Err(CommandError::new(failure.kind, message).hint("Run the command again when the server can be reached."))
}

fn expired(context: &Context) -> CommandError {
    let message = format!("the login of the context {} has expired", context.name);
    CommandError::new(ErrorKind::NotLoggedIn, message).hint(log_in_again(context))
}

/// The command that logs in to a context.
pub(super) fn log_in(context: &Context) -> String {
    format!("Log in: lobu login{}", crate::target::argument("-c", &context.name))
}

/// The command that logs in to a context whose login is there and of no use.
pub(super) fn log_in_again(context: &Context) -> String {
    format!("{} --force", log_in(context))
}

fn step(login: &Login) -> Step {
    decide(SystemTime::now(), state(login))
}

fn state(login: &Login) -> State<'_> {
    State { expires_at: end(login), refresh_token: login.refresh.as_ref().map(sent) }
}

fn sent(refresh: &Refresh) -> &SecretValue {
    match refresh {
        Refresh::Cli { token } | Refresh::Device { token, .. } => token,
    }
}

/// When a login ends, where that is known.
pub(super) fn end(login: &Login) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(login.expires_at?))
}

fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
