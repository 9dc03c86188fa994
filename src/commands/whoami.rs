//! `lobu whoami`: the user, the org and the token.

use std::time::{Duration, SystemTime};

use clap::Args;

use crate::accounts::login::{LoginClient, LoginError, Proof};
use crate::accounts::{Context, Identity, Login, LoginPlace, Refresh, current_login};
use crate::clock;
use crate::error::{CommandError, ErrorKind};
use crate::render::document::{Document, Style, line};
use crate::render::json::{self, WhoamiDocument};
use crate::secrets::SecretValue;

use super::errors::log_in_again;
use super::options::{ContextOptions, FormatOptions};
use super::{Outcome, Session};

/// Show the current user, org and token
#[derive(Debug, Args)]
pub struct WhoamiArgs {
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    context: ContextOptions,
}

/// Shows whose token is used, where it came from, and until when it is good.
pub async fn run(session: &Session, args: &WhoamiArgs) -> Result<Outcome, CommandError> {
    let ContextOptions { context: flag, allow_insecure_http } = &args.context;
    let environment = &session.environment;
    let selected = session.context(flag.as_deref())?;
    let context = selected.context_to_ask(environment)?;
    let given = selected.environment_token(environment, context)?;
    let place = selected.login();
    let source = match (given, &place) {
        (Some(_), _) => "LOBU_API_TOKEN",
        (None, Some(LoginPlace::Keyring)) => "the login stored for this context in the keyring",
        (None, _) => "the login stored for this context",
    };
    let again = log_in_again(&context.name, selected.snapshot.in_keyring.contains(&selected.name));
    let stored;
    let (login, token) = if let Some(token) = given {
        (None, token)
    } else {
        stored = current_login(environment, context, place, *allow_insecure_http).await?;
        (Some(&stored), &stored.access_token)
    };
    let client = LoginClient::of_context(context, environment, *allow_insecure_http)?;
    let who = who(session, &client, context, login, token, &again).await?;
    if args.format.json {
        session.ui.product_json(&json::whoami(document(context, login, source, &who)));
    } else {
        session.ui.product(&shown(context, login, source, &who));
    }
    Ok(Outcome::Done)
}

/// Asks the server; what it does not know of a personal token is told by what was stored.
async fn who(
    session: &Session,
    client: &LoginClient,
    context: &Context,
    login: Option<&Login>,
    token: &std::sync::Arc<SecretValue>,
    again: &str,
) -> Result<Identity, CommandError> {
    let stored = login.map(|login| login.identity.clone()).unwrap_or_default();
    let found = match login.and_then(|login| login.refresh.as_ref()) {
        Some(Refresh::Device { .. }) => client.userinfo(&context.server, token).await,
        Some(Refresh::Cli { .. }) => client.who_cli(&context.api_url, token).await,
        None => match personal(client, context, token, again).await? {
            Some(found) => return Ok(found.or(&stored)),
            // A personal token is told apart from a refused one only by what it may read.
            None => match client.prove(&context.server, context.org.as_ref(), token).await {
                Ok(Proof::Proven) => return Ok(stored),
                Ok(Proof::Unproven) => {
                    let text = "the token was not checked: the context has no org. To set one:";
                    session.note_command(text, "lobu org use SLUG");
                    return Ok(stored);
                }
                Err(error) => Err(error),
            },
        },
    };
    match found {
        Ok(found) => Ok(found.or(&stored)),
        Err(error @ (LoginError::TokenRefused(_) | LoginError::Elsewhere { .. })) => Err(CommandError::from(error)),
        Err(error) if error.status() == Some(401) => {
            let message = format!("the server refuses the token: {error}");
            Err(CommandError::new(ErrorKind::NotLoggedIn, message).hint(again))
        }
        Err(error) => Err(CommandError::from(error)),
    }
}

/// Whose a personal token is, where the server says it.
async fn personal(
    client: &LoginClient,
    context: &Context,
    token: &std::sync::Arc<SecretValue>,
    again: &str,
) -> Result<Option<Identity>, CommandError> {
    match client.account(&context.server, token).await {
        Ok(account) => Ok(Some(account.identity)),
        // Other refusals are those of servers that give personal tokens no answer here.
        Err(error) if error.status() == Some(401) => {
            let message = format!("the server refuses the token: {error}");
            Err(CommandError::new(ErrorKind::NotLoggedIn, message).hint(again))
        }
        Err(error) if error.status().is_some() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn document(context: &Context, login: Option<&Login>, source: &str, who: &Identity) -> WhoamiDocument {
    let left = |end: SystemTime| end.duration_since(clock::now()).unwrap_or(Duration::ZERO).as_secs();
    WhoamiDocument {
        context: context.name.clone(),
        server: context.server_name(),
        org: context.org.as_ref().map(ToString::to_string),
        email: who.email.clone(),
        name: who.name.clone(),
        user_id: who.user_id.clone(),
        agent_id: who.agent_id.clone(),
        scopes: scopes(login).map(str::to_owned),
        token_source: source.to_owned(),
        expires_in: login.and_then(Login::end).map(left),
        is_refreshed: login.is_some_and(|login| login.refresh.is_some()),
        ..WhoamiDocument::default()
    }
}

fn shown(context: &Context, login: Option<&Login>, source: &'static str, who: &Identity) -> Document {
    let mut document = Document::new();
    let mut row = |label: &'static str, value: Option<&str>| {
        if let Some(value) = value {
            document.push(line!("{}{}", Style::Bold.of(label), value));
        }
    };
    row("context: ", Some(&context.name));
    row("server: ", Some(&context.server_name()));
    row("org: ", context.org.as_ref().map(crate::model::OrgSlug::as_str));
    row("user: ", who.email.as_deref());
    row("name: ", who.name.as_deref());
    row("user id: ", who.user_id.as_deref());
    row("linked agent: ", who.agent_id.as_deref());
    row("scopes: ", scopes(login));
    row("token from: ", Some(source));
    row("expires: ", Some(&until(login)));
    document
}

/// What the login may do; of other tokens no server says it, and `lobu doctor` tells what it is enough for.
fn scopes(login: Option<&Login>) -> Option<&str> {
    match login.and_then(|login| login.refresh.as_ref()) {
        Some(Refresh::Device { scope, .. }) => scope.as_deref(),
        Some(Refresh::Cli { .. }) | None => None,
    }
}

/// Until when the token is good, in words.
fn until(login: Option<&Login>) -> String {
    let Some(end) = login.and_then(Login::end) else { return "unknown".to_owned() };
    let refreshed = if login.is_some_and(|login| login.refresh.is_some()) { ", and is refreshed then" } else { "" };
    let left = end.duration_since(clock::now()).unwrap_or(Duration::ZERO).as_secs();
    match left {
        0 => format!("it has ended{refreshed}"),
        1..3_600 => format!("in {} min{refreshed}", left.div_ceil(60)),
        3_600..172_800 => format!("in {} h{refreshed}", left / 3_600),
        _ => format!("in {} days{refreshed}", left / 86_400),
    }
}
