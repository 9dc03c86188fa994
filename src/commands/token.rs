//! `lobu token`: the token itself, for scripts.

use clap::Args;

use crate::accounts::{Context, LoginPlace, access_token};
use crate::error::CommandError;
use crate::render::document::{Document, line};
use crate::secrets::SecretValue;
use crate::secrets::expose::expose;

use super::options::ContextOptions;
use super::{Outcome, Session};

/// Print the API token
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Print only the token
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    context: ContextOptions,
}

/// Says that there is a token, or with `--raw` prints it for scripts; refreshed first where it ends.
///
/// `LOBU_API_TOKEN` goes before a stored login, as it does for every verb.
pub async fn run(session: &Session, args: &TokenArgs) -> Result<Outcome, CommandError> {
    let ContextOptions { context: flag, allow_insecure_http } = &args.context;
    let environment = &session.environment;
    let selected = session.context(flag.as_deref())?;
    let context = selected.context()?;
    let (token, source) = if let Some(token) = selected.environment_token(environment, context)? {
        (token.clone(), "LOBU_API_TOKEN")
    } else {
        let place = selected.login();
        let source = if place.as_ref().is_some_and(LoginPlace::is_keyring) {
            "the login in the keyring"
        } else {
            "the stored login"
        };
        (access_token(environment, context, place, *allow_insecure_http).await?, source)
    };
    if args.raw {
        return print(session, &token);
    }
    tell(session, context, source);
    Ok(Outcome::Done)
}

/// The one place where a token is shown: it was asked for by name.
fn print(session: &Session, token: &SecretValue) -> Result<Outcome, CommandError> {
    let text = expose(token);
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "the token contains a character that can't be sent";
        return Err(CommandError::usage(message).hint("Log in again, or set LOBU_API_TOKEN anew."));
    }
    session.ui.product_line(text);
    Ok(Outcome::Done)
}

fn tell(session: &Session, context: &Context, source: &'static str) {
    let mut document = Document::new();
    document.push(line!("context: {}", &context.name));
    document.push(line!("server: {}", context.server_name()));
    document.push(line!("token: there is one, from {}; --raw prints it", source));
    session.ui.product(&document);
}
