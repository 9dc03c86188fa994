//! `lobu logout`: ends a login at its server and removes it from this machine.

use clap::Args;

use crate::accounts::login::LoginClient;
use crate::accounts::{Forgotten, revoke};
use crate::error::CommandError;
use crate::render::document::{Style, line};
use crate::target::{SelectedContext, check_api_url, context_named};

use super::options::ContextOptions;
use super::{Outcome, Session};

/// Revoke the login and remove it from this machine
#[derive(Debug, Args)]
pub struct LogoutArgs {
    #[command(flatten)]
    context: ContextOptions,
}

/// Has the server end the login, and forgets it here. It is forgotten even if the server can't be told, but not if the
/// keyring that it is in can't be used.
pub async fn run(session: &Session, args: &LogoutArgs) -> Result<Outcome, CommandError> {
    let ContextOptions { context: flag, allow_insecure_http } = &args.context;
    let SelectedContext { accounts, name, .. } = session.context(flag.as_deref())?;
    let mut change = accounts.begin_async().await?;
    let snapshot = change.draft().snapshot()?;
    let context = context_named(&snapshot, &name)?;
    check_api_url(&session.environment, context)?;
    // Before the server is asked, which may take long: nobody else has to wait for that.
    let Some(Forgotten { login, unusable }) = change.forget_login(context).await? else {
        session.say(line!("There is no login in the context {}.", Style::Bold.of(&name)));
        return Ok(Outcome::Done);
    };
    let Some(login) = &login else {
        session.say(line!("Removed the login of the context {}.", Style::Bold.of(&name)));
        if let Some(error) = unusable {
            session.note(&format!("the login may stay valid on its server until it expires: {error}"));
        }
        return Ok(Outcome::Done);
    };
    let told = match LoginClient::of_context(context, &session.environment, *allow_insecure_http) {
        Ok(client) => revoke(&client, context, login).await,
        Err(error) => Err(error),
    };
    session.say(line!("Logged out of the context {}.", Style::Bold.of(&name)));
    if login.refresh.is_none() {
        session.note("a personal token stays good until it ends or is revoked on the server's web page");
    }
    match told {
        Ok(()) => Ok(Outcome::Done),
        Err(error) => {
            let hint = "The login is removed from this machine, and may stay valid on the server until it expires.";
            Err(CommandError::from(error).hint(hint))
        }
    }
}
