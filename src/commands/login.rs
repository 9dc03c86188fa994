//! `lobu login`: by the web page of a server, or with a personal token.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::accounts::login::{DeviceStart, LoginClient, Page, Proof, SCOPES};
use crate::accounts::{Accounts, Context, Identity, Login, Snapshot, is_embedded};
use crate::env::Variable;
use crate::error::{CommandError, ErrorKind};
use crate::model::OrgSlug;
use crate::render::document::{Document, Line, Style};
use crate::secrets::{SecretValue, protect};

use super::contexts::{accounts, check_api_url, name, named, note, origin, read, say};
use super::credentials::{begin, client, of_device, save};
use super::interrupts::Interrupts;
use super::logout::revoke;
use super::options::{ContextOptions, DirectoryOptions};
use super::project::pins;
use super::token_input::TokenOptions;
use super::{Outcome, Session};

/// Log in to a server: by its web page, or with a token
#[derive(Debug, Args)]
pub struct LoginArgs {
    #[command(flatten)]
    token: TokenOptions,
    /// The URL of the server, for a context that does not exist yet
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Replace a login that is there
    #[arg(short, long)]
    force: bool,
    #[command(flatten)]
    context: ContextOptions,
    #[command(flatten)]
    directory: DirectoryOptions,
}

/// Logs in by the server's device flow, or with a token that is given. Nothing is kept of a login that failed.
pub async fn run(session: &Session, args: &LoginArgs) -> Result<Outcome, CommandError> {
    // Before a token comes from anywhere.
    protect();
    let accounts = accounts(session)?;
    let snapshot = read(&accounts)?;
    let name = name(session, args.context.context.as_deref(), &snapshot);
    let (context, is_new) = context(args, &accounts, &snapshot, &name)?;
    check_api_url(session, &context)?;
    if snapshot.logins.contains_key(&context.name) && !args.force {
        return Err(taken(&context, "has a login already"));
    }
    let client = client(&session.environment, &context, args.context.allow_insecure_http)?;
    let login = if args.token.is_given() {
        by_token(session, args, &client, &context).await?
    } else {
        by_device(session, &client, &context).await?
    };
    let kept = match keep(session, &accounts, args, &context, is_new, &login).await {
        Ok(kept) => kept,
        Err(error) => {
            // Nobody holds it any more; whether the server heard that changes nothing here.
            drop(revoke(&client, &context, &login).await);
            return Err(error);
        }
    };
    if let Some(before) = kept
        && let Err(error) = revoke(&client, &context, &before).await
    {
        note(session, &format!("the login that was replaced may live on until it ends: {error}"));
    }
    say(session, logged_in(&context, &login.identity));
    Ok(Outcome::Done)
}

fn taken(context: &Context, what: &str) -> CommandError {
    let message = format!("the context {} {what}", context.name);
    CommandError::new(ErrorKind::WouldOverwrite, message).hint("`lobu whoami` shows whose it is; --force replaces it.")
}

/// The context to log in to, and whether it has to be made.
fn context(
    args: &LoginArgs,
    accounts: &Accounts,
    snapshot: &Snapshot,
    name: &str,
) -> Result<(Context, bool), CommandError> {
    let Some(url) = &args.url else { return Ok((named(snapshot, name)?.clone(), false)) };
    let mut draft = accounts.begin()?;
    let added = draft.draft().add_context(name, url)?;
    let after = draft.draft().snapshot()?;
    let context = named(&after, &added.name)?.clone();
    match snapshot.contexts.get(&added.name) {
        None if is_embedded(name) && args.context.context.is_none() => {
            let message =
                format!("the current context is {name}, the org embedded in this program, which has no login");
            Err(CommandError::usage(message).hint("Name the context to make with -c."))
        }
        None => Ok((context, true)),
        Some(existing) if existing.owns(&context.server) => Ok((existing.clone(), false)),
        Some(existing) => {
            let message =
                format!("the context {} is for {}, and --url names another server", name, origin(&existing.server));
            Err(CommandError::new(ErrorKind::WrongOrigin, message)
                .hint("Name another context with -c, or give this one another URL with `lobu context add`."))
        }
    }
}

/// The server's device flow (RFC 8628): a person approves on the server's page.
async fn by_device(session: &Session, client: &LoginClient, context: &Context) -> Result<Login, CommandError> {
    let interrupts = Interrupts::listen();
    let start = interrupts.until(client.start_device(&context.server)).await?;
    session.ui.notice(&instructions(&start, context));
    let mut granted = client.poll_device(&start, interrupts.wait()).await?;
    let who = client.userinfo(&context.server, &granted.access_token).await;
    let identity = match &who {
        Ok(who) => who.clone(),
        Err(error) => {
            note(session, &format!("the server did not say whose login it is: {error}"));
            Identity::default()
        }
    };
    // Where the server says nothing of it, it granted what was asked for (RFC 6749 5.1).
    let scope = granted.scope.get_or_insert_with(|| SCOPES.to_owned());
    if !scope.split(' ').any(|word| word == "mcp:admin") {
        note(session, &format!("the login has the scopes `{scope}`, which are not enough to apply or to push secrets"));
    }
    Ok(of_device(granted, None, identity))
}

/// What the person does: the code is shown with its host, so that a page of another one is noticed (T5).
fn instructions(start: &DeviceStart, context: &Context) -> Document {
    let page = start.page_with_code.as_ref().unwrap_or(&start.page);
    let mut document = Document::new();
    let line = Line::new().plain("To log in to ").foreign(Style::Bold, &origin(&context.server)).plain(", open:");
    document.push(line.prose(2));
    document.push(Line::new().foreign(Style::Bold, page.url().as_str()).indented(2));
    let line = Line::new().plain("and approve the code ").foreign(Style::Bold, &start.user_code);
    document.push(line.plain(" on ").foreign(Style::Bold, &page.host()).plain(".").prose(2));
    if !page.is_of_context() {
        document.push(elsewhere(page, context));
    }
    let minutes = start.expires_in.as_secs().div_ceil(60);
    let line = Line::new().plain("Waiting; the code is good for ").foreign(Style::Plain, &minutes.to_string());
    document.push(line.plain(if minutes == 1 { " minute." } else { " minutes." }).prose(2));
    document
}

fn elsewhere(page: &Page, context: &Context) -> Line {
    let line = Line::new().literal(Style::Attention, "warning: ").foreign(Style::Bold, &page.host());
    let line = line.plain(" is not a host of the context ").foreign(Style::Plain, &context.name);
    line.plain("; approve there only if you know it.").prose(9)
}

/// A token that is given is proven by a read of the org, where there is one (T5).
async fn by_token(
    session: &Session,
    args: &LoginArgs,
    client: &LoginClient,
    context: &Context,
) -> Result<Login, CommandError> {
    let org = org(session, args, context)?;
    let token = args.token.read(session, &context.name)?;
    let proof = client.prove(&context.server, org.as_ref(), &token).await.map_err(|error| {
        let failure = CommandError::from(error);
        failure.hint("Nothing was kept.")
    })?;
    if proof == Proof::Unproven {
        note(session, "no org is named, so the token was kept without being tried; `lobu org use SLUG` names one");
    }
    let who = whose(client, context, &token).await;
    Ok(Login { access_token: token, refresh: None, expires_at: None, identity: who })
}

/// Whose token it is, as far as the server says; for personal tokens it does not (org-api 5.7).
async fn whose(client: &LoginClient, context: &Context, token: &Arc<SecretValue>) -> Identity {
    let asked = tokio::time::timeout(Duration::from_secs(5), client.who_cli(&context.api_url, token)).await;
    match asked {
        Ok(Ok(who)) => who,
        Ok(Err(_)) | Err(_) => Identity::default(),
    }
}

/// The org that a token is tried on: the project's pin, the environment's, the context's (T1).
fn org(session: &Session, args: &LoginArgs, context: &Context) -> Result<Option<OrgSlug>, CommandError> {
    let pins = pins(session, args.directory.directory.as_deref())?;
    let variable = |variable| session.environment.text(variable).and_then(|text| OrgSlug::parse(text).ok());
    let variable = variable(Variable::Org).or_else(|| variable(Variable::MemoryOrg));
    Ok(pins.org.or(variable).or_else(|| context.org.clone()))
}

/// Writes the login, and gives the one that it replaced. What changed since the command began is looked at under the lock.
async fn keep(
    session: &Session,
    accounts: &Accounts,
    args: &LoginArgs,
    context: &Context,
    is_new: bool,
    login: &Login,
) -> Result<Option<Login>, CommandError> {
    let mut change = begin(accounts).await?;
    let before = change.draft().snapshot()?;
    let replaced = before.logins.get(&context.name).cloned();
    if replaced.is_some() && !args.force {
        return Err(taken(context, "was logged in to meanwhile"));
    }
    if is_new && let Some(url) = &args.url {
        let added = change.draft().add_context(&context.name, url)?;
        if added.hides_embedded {
            note(session, "it now stands in the place of the embedded org of that name");
        }
    }
    let now = change.draft().snapshot()?;
    if now.contexts.get(&context.name).is_none_or(|now| now.origins != context.origins) {
        let message = format!("the context {} was changed meanwhile; the login was not kept", context.name);
        return Err(CommandError::new(ErrorKind::Moved, message).hint("Log in again."));
    }
    if before.current.is_none() {
        change.draft().use_context(&context.name)?;
    }
    change.draft().put_login(&context.name, login)?;
    save(change).await?;
    // Whose server a login without a context belonged to, nobody knows.
    Ok(replaced.filter(|_| !is_new))
}

fn logged_in(context: &Context, identity: &Identity) -> Line {
    let line = Line::new().plain("Logged in to the context ").foreign(Style::Bold, &context.name);
    let line = line.plain(", ").foreign(Style::Plain, &origin(&context.server));
    match identity.email.as_deref().or(identity.name.as_deref()) {
        Some(who) => line.plain(", as ").foreign(Style::Bold, who).plain("."),
        None => line.plain("."),
    }
}
