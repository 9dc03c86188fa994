//! `lobu token`: the token itself, for scripts.

use clap::Args;

use crate::accounts::Context;
use crate::error::{CommandError, ErrorKind};
use crate::render::document::{Document, Line, Style};
use crate::secrets::SecretValue;
use crate::secrets::expose::expose;

use super::contexts::{accounts, environment_token, name, named, origin, read};
use super::options::ContextOptions;
use super::{Outcome, Session, credentials};

/// Tell whether there is a token, or print it for scripts
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Print the token, and nothing else
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    context: ContextOptions,
}

/// Says that there is a token, or with `--raw` prints it for scripts; refreshed first where it ends.
///
/// `LOBU_API_TOKEN` goes before a stored login, as it does for every verb (existing-cli 7.4).
pub async fn run(session: &Session, args: &TokenArgs) -> Result<Outcome, CommandError> {
    let ContextOptions { context: flag, allow_insecure_http } = &args.context;
    let accounts = accounts(session)?;
    let snapshot = read(&accounts)?;
    let name = name(session, flag.as_deref(), &snapshot);
    let context = named(&snapshot, &name)?;
    let (token, source) = match (environment_token(session, flag.as_deref(), context)?, snapshot.logins.get(&name)) {
        (Some(token), _) => (token.clone(), "LOBU_API_TOKEN"),
        (None, Some(login)) => {
            let token = credentials::fresh(session, context, login, *allow_insecure_http).await?;
            (token, "the stored login")
        }
        (None, None) => {
            let message = format!("there is no login in the context {name}");
            return Err(CommandError::new(ErrorKind::NotLoggedIn, message).hint(credentials::log_in(context)));
        }
    };
    if args.raw {
        return print(session, &token);
    }
    tell(session, &name, context, source);
    Ok(Outcome::Done)
}

/// The one place where a token is shown: it was asked for by name.
fn print(session: &Session, token: &SecretValue) -> Result<Outcome, CommandError> {
    let text = expose(token);
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "the token holds a character that can't stand in a request";
        return Err(CommandError::usage(message).hint("Log in again, or set LOBU_API_TOKEN anew."));
    }
    session.ui.product_line(text);
    Ok(Outcome::Done)
}

fn tell(session: &Session, name: &str, context: &Context, source: &'static str) {
    let mut document = Document::new();
    document.push(Line::new().plain("context: ").foreign(Style::Plain, name));
    document.push(Line::new().plain("server: ").foreign(Style::Plain, &origin(&context.server)));
    document.push(Line::new().plain("token: there is one, from ").plain(source).plain("; --raw prints it"));
    session.ui.product(&document);
}
