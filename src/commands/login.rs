//! `lobu login`: by the web page of a server, or with a personal token.

use clap::Args;

use crate::accounts::login::{DeviceStart, LoginClient, Page, Proof, READ_ONLY, SCOPES};
use crate::accounts::{Context, Identity, Kept, Login, LoginContext, LoginStore, NewLoginError, identity_of, revoke};
use crate::env::Variable;
use crate::error::CommandError;
use crate::model::{OrgSlug, counted};
use crate::render::document::{Document, Line, Style, line};
use crate::secrets::protect;
use crate::target::{SelectedContext, check_api_url, context_named};

use super::interrupts::Interrupts;
use super::options::{ContextOptions, DirectoryOptions};
use super::org::slug;
use super::project::pins;
use super::token_input::TokenOptions;
use super::{Outcome, Session};

/// Log in to a server in the browser or with a token
#[derive(Debug, Args)]
pub struct LoginArgs {
    #[command(flatten)]
    token: TokenOptions,
    /// Create the context with this server URL
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Set the default org of the context
    #[arg(long, value_name = "SLUG")]
    org: Option<String>,
    /// Ask for a login that can read and change nothing
    #[arg(long, conflicts_with_all = ["token", "token_stdin"])]
    read_only: bool,
    /// Store the tokens in the system keyring instead of a file
    #[arg(long)]
    keyring: bool,
    /// Replace an existing login
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
    let ContextOptions { context: flag, allow_insecure_http } = &args.context;
    let SelectedContext { accounts, snapshot, name, .. } = session.context(flag.as_deref())?;
    let place = match &args.url {
        Some(url) => LoginContext::at(&accounts, &snapshot, &name, url, flag.is_some())?,
        None => LoginContext { context: context_named(&snapshot, &name)?.clone(), new_url: None },
    };
    let context = &place.context;
    check_api_url(&session.environment, context)?;
    let org = args.org.as_deref().map(slug).transpose()?;
    if snapshot.has_login(&context.name) && !args.force {
        return Err(NewLoginError::Taken { context: context.name.clone() }.into());
    }
    let store = if args.keyring { LoginStore::Keyring } else { LoginStore::Files };
    if store == LoginStore::Keyring {
        // Before somebody approves a login that could not be stored.
        accounts.keyring().check(&context.name).await.map_err(NewLoginError::from)?;
    }
    let client = LoginClient::of_context(context, &session.environment, *allow_insecure_http)?;
    let login = if args.token.is_given() {
        by_token(session, args, org.as_ref(), &client, context).await?
    } else {
        by_device(session, &client, context, args.read_only).await?
    };
    let kept = match place.keep(&accounts, &login, store, args.force).await {
        Ok(kept) => kept,
        Err(error) => {
            // Nobody holds it any more; whether the server heard that changes nothing here.
            drop(revoke(&client, context, &login).await);
            return Err(error.into());
        }
    };
    if let Some(org) = &org {
        accounts.change(|draft| draft.set_org(&context.name, Some(org)))?;
    }
    note_replaced(session, &client, context, kept).await;
    session.say(logged_in(context, &login.identity));
    if store == LoginStore::Keyring {
        session.say(line!("Its tokens are in the system keyring."));
    }
    Ok(Outcome::Done)
}

/// Ends the login that was replaced, and says what is left of it.
async fn note_replaced(session: &Session, client: &LoginClient, context: &Context, kept: Kept) {
    let Kept { replaced, leaves_keyring, left_in_keyring, hides_embedded } = kept;
    if hides_embedded {
        session.note("it now hides the embedded org of the same name");
    }
    let ended = match replaced {
        Ok(Some(before)) => revoke(client, context, &before).await.map_err(|error| error.to_string()),
        Ok(None) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = ended {
        session.note(&format!("the previous login may stay valid until it expires: {error}"));
    }
    match left_in_keyring {
        Some(error) => session.note(&format!("the tokens that were replaced are still in the keyring: {error}")),
        None if leaves_keyring => session.note("the tokens are in a file now; with --keyring they stay in the keyring"),
        None => {}
    }
}

/// The server's device flow (RFC 8628): a person approves on the server's page.
async fn by_device(
    session: &Session,
    client: &LoginClient,
    context: &Context,
    read_only: bool,
) -> Result<Login, CommandError> {
    let asked = if read_only { READ_ONLY } else { SCOPES };
    let interrupts = Interrupts::listen();
    let start = interrupts.until(client.start_device(&context.server, asked)).await?;
    session.ui.notice(&instructions(&start, context));
    let mut granted = client.poll_device(&start, interrupts.wait()).await?;
    let who = client.userinfo(&context.server, &granted.access_token).await;
    let identity = match &who {
        Ok(who) => who.clone(),
        // Whose login it is takes a scope of its own, which was not asked for.
        Err(_) if read_only => Identity::default(),
        Err(error) => {
            session.note(&format!("the server did not say whose login it is: {error}"));
            Identity::default()
        }
    };
    // Where the server says nothing of it, it granted what was asked for (RFC 6749 5.1).
    let scope = granted.scope.get_or_insert_with(|| asked.to_owned());
    let is_granted = |wanted: &str| scope.split(' ').any(|word| word == wanted);
    if read_only && (is_granted("mcp:write") || is_granted("mcp:admin")) {
        session.warn("the login", &format!("can change the org all the same: the server gave it the scopes `{scope}`"));
    } else if !read_only && !is_granted("mcp:admin") {
        session.note(&format!("the login has the scopes `{scope}`, which are not enough to apply or to push secrets"));
    }
    Ok(Login::of_device(granted, None, identity))
}

/// What the person does: the code is shown with its host, so that a page of another one is noticed.
fn instructions(start: &DeviceStart, context: &Context) -> Document {
    let page = start.page_with_code.as_ref().unwrap_or(&start.page);
    let mut document = Document::new();
    document.push(line!("To log in to {}, open:", Style::Bold.of(context.server_name())).prose(2));
    document.push(Style::Bold.line(page.url().as_str()).indented(2));
    let (code, host) = (Style::Bold.of(&start.user_code), Style::Bold.of(page.host()));
    document.push(line!("and approve the code {} on {}.", code, host).prose(2));
    if !page.is_of_context() {
        document.push(elsewhere(page, context));
    }
    let minutes = start.expires_in.as_secs().div_ceil(60);
    let minutes = counted(usize::try_from(minutes).unwrap_or(usize::MAX), "minute");
    document.push(line!("Waiting; the code is good for {}.", minutes).prose(2));
    document
}

fn elsewhere(page: &Page, context: &Context) -> Line {
    line!(
        "{}{} is not a host of the context {}; approve there only if you know it.",
        Style::Attention.of("warning: "),
        Style::Bold.of(page.host()),
        &context.name
    )
    .prose(9)
}

/// A token that is given is proven by a read of the org, where there is one.
async fn by_token(
    session: &Session,
    args: &LoginArgs,
    given: Option<&OrgSlug>,
    client: &LoginClient,
    context: &Context,
) -> Result<Login, CommandError> {
    let org = match given {
        Some(org) => Some(org.clone()),
        None => org(session, args, context)?,
    };
    let token = args.token.read(session, &context.name)?;
    let proof = client.prove(&context.server, org.as_ref(), &token).await.map_err(|error| {
        let failure = CommandError::from(error);
        failure.hint("Nothing was saved.")
    })?;
    if proof == Proof::Unproven {
        let text =
            "the token was not checked: no org is set, and this server checks tokens only in an org. To set one:";
        session.note_command(text, "lobu org use SLUG");
    }
    let who = identity_of(client, context, &token).await;
    Ok(Login { access_token: token, refresh: None, expires_at: None, identity: who })
}

/// The org that a token is tried on: the project's pin, the environment's, the context's.
fn org(session: &Session, args: &LoginArgs, context: &Context) -> Result<Option<OrgSlug>, CommandError> {
    let pins = pins(session, args.directory.directory.as_deref())?;
    let variable = |variable| session.environment.text(variable).and_then(|text| OrgSlug::parse(text).ok());
    let variable = variable(Variable::Org).or_else(|| variable(Variable::MemoryOrg));
    Ok(pins.org.or(variable).or_else(|| context.org.clone()))
}

fn logged_in(context: &Context, identity: &Identity) -> Line {
    let line = line!("Logged in to context {}, {}", Style::Bold.of(&context.name), context.server_name());
    match identity.email.as_deref().or(identity.name.as_deref()) {
        Some(who) => line.then(line!(", as {}.", Style::Bold.of(who))),
        None => line.then(line!(".")),
    }
}
