//! `lobu logout`: ends a login at its server and removes it from this machine.

use clap::Args;

use crate::accounts::login::{LoginClient, LoginError};
use crate::accounts::{Context, Login, Refresh};
use crate::error::CommandError;
use crate::render::document::{Line, Style};

use super::contexts::{accounts, check_api_url, name, named, note, read, say};
use super::credentials::{begin, client, save};
use super::options::ContextOptions;
use super::{Outcome, Session};

/// Have the server end a login, and forget it here
#[derive(Debug, Args)]
pub struct LogoutArgs {
    #[command(flatten)]
    context: ContextOptions,
}

/// Has the server end the login, and forgets it here. It is forgotten even if the server can't be told.
pub async fn run(session: &Session, args: &LogoutArgs) -> Result<Outcome, CommandError> {
    let ContextOptions { context, allow_insecure_http } = &args.context;
    let accounts = accounts(session)?;
    let name = name(session, context.as_deref(), &read(&accounts)?);
    let mut change = begin(&accounts).await?;
    let snapshot = change.draft().snapshot()?;
    let context = named(&snapshot, &name)?;
    check_api_url(session, context)?;
    let Some(login) = snapshot.logins.get(&name) else {
        say(session, Line::new().plain("There is no login in the context ").foreign(Style::Bold, &name).plain("."));
        return Ok(Outcome::Done);
    };
    // Before the server is asked, which may take long: nobody else has to wait for that.
    change.draft().remove_login(&name);
    save(change).await?;
    let told = match client(&session.environment, context, *allow_insecure_http) {
        Ok(client) => revoke(&client, context, login).await,
        Err(error) => Err(error),
    };
    say(session, Line::new().plain("Logged out of the context ").foreign(Style::Bold, &name).plain("."));
    if login.refresh.is_none() {
        note(session, "a personal token stays good until it ends or is revoked on the server's web page");
    }
    told.map_err(|error| {
        CommandError::from(error).hint("The login is forgotten here, and may live on at the server until it ends.")
    })?;
    Ok(Outcome::Done)
}

/// Has the server end a login. A personal token is no login of a session: only its owner revokes it, on the web page.
pub(super) async fn revoke(client: &LoginClient, context: &Context, login: &Login) -> Result<(), LoginError> {
    match &login.refresh {
        Some(Refresh::Cli { token }) => client.logout_cli(&context.api_url, token).await,
        Some(Refresh::Device { token, client_id, .. }) => {
            client.revoke_device(&context.server, client_id, &login.access_token, Some(token)).await
        }
        None => Ok(()),
    }
}
