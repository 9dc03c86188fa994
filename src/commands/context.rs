//! `lobu context`: the servers that a user knows.

use clap::{Args, Subcommand};

use crate::accounts::{Accounts, AccountsError, Change, LoginPlace, Notice, Snapshot, is_embedded};
use crate::env::Variable;
use crate::error::CommandError;
use crate::render::document::{Document, Line, Style, line};
use crate::render::json::{self, ListedContext};
use crate::target::context_named;

use super::options::FormatOptions;
use super::{Outcome, Session};

/// Manage servers and logins
#[derive(Debug, Subcommand)]
pub enum ContextCommand {
    /// List contexts (* marks the current one)
    List(FormatOptions),
    /// Print the current context
    Current,
    /// Add a context, or change its URL (a different server removes its login)
    Add(AddArgs),
    /// Select the current context
    Use(NameArgs),
    /// Remove a context and its login
    Remove(NameArgs),
}

/// A context to be, and what is set for it.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Name of the context
    #[arg(value_name = "NAME", help_heading = "Arguments")]
    name: String,
    /// URL of the server, such as `https://lobu.example`
    #[arg(long, alias = "api-url", value_name = "URL")]
    url: String,
    /// Allow `apply --yes` to send secret values to this server
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    send_secret_values: Option<bool>,
}

/// A context that is there.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// Name of the context
    #[arg(value_name = "NAME", help_heading = "Arguments")]
    name: String,
}

/// Shows and changes the contexts of the user, in the files that the existing CLI shares.
pub async fn run(session: &Session, command: &ContextCommand) -> Result<Outcome, CommandError> {
    let accounts = Accounts::of(&session.environment).ok_or(AccountsError::NoHome)?;
    match command {
        ContextCommand::List(FormatOptions { json }) => list(session, &accounts.read()?, *json),
        ContextCommand::Current => current(session, &accounts.read()?)?,
        ContextCommand::Add(args) => add(session, &accounts, args).await?,
        ContextCommand::Use(NameArgs { name }) => {
            accounts.change(|draft| draft.use_context(name))?;
            session.say(line!("The current context is {}.", Style::Bold.of(name.trim())));
            if let Some(variable) = session.environment.text(Variable::Context) {
                session.note(&format!("LOBU_CONTEXT is set to {variable}, and goes before it"));
            }
        }
        ContextCommand::Remove(NameArgs { name }) => {
            let mut change = accounts.begin_async().await?;
            let removed = change.draft().remove_context(name)?;
            save(session, change, name.trim(), removed.left_in_keyring).await?;
            session.say(line!("Removed the context {}.", Style::Bold.of(name.trim())));
            if removed.lost_login {
                session
                    .note("its login was removed from this machine, and may stay valid on the server until it expires");
            }
            if removed.was_current {
                session.note("it was the current context; no context is selected now");
            }
        }
    }
    Ok(Outcome::Done)
}

/// The context that is used where nothing names another one: that of the environment, else the current one.
fn current(session: &Session, snapshot: &Snapshot) -> Result<(), CommandError> {
    let Some(name) = chosen(session, snapshot) else {
        session.say(line!(
            "There is no current context: a terminal uses the embedded org, and the verbs about logins the context lobu."
        ));
        return Ok(());
    };
    if !is_embedded(name) {
        context_named(snapshot, name)?;
    }
    session.ui.product(&Document::from(line!("{}", name)));
    Ok(())
}

fn chosen<'a>(session: &'a Session, snapshot: &'a Snapshot) -> Option<&'a str> {
    session.environment.text(Variable::Context).or(snapshot.current.as_deref())
}

/// Saves a change; the entry of a login that was in the keyring goes with it.
async fn save(session: &Session, change: Change, name: &str, left_in_keyring: bool) -> Result<(), CommandError> {
    if !left_in_keyring {
        return Ok(change.save_async().await?);
    }
    if let Err(error) = change.save_and_delete_entry(name).await? {
        session.note(&format!("the tokens of its login are still in the keyring: {error}"));
    }
    Ok(())
}

async fn add(session: &Session, accounts: &Accounts, args: &AddArgs) -> Result<(), CommandError> {
    let AddArgs { name, url, send_secret_values } = args;
    let mut change = accounts.begin_async().await?;
    let added = change.draft().add_context(name, url)?;
    if let Some(consent) = send_secret_values {
        change.draft().set_consent(&added.name, *consent)?;
    }
    save(session, change, &added.name, added.left_in_keyring).await?;
    session.say(line!("The context {} has the URL {}.", Style::Bold.of(&added.name), &added.api_url));
    if let Some(replaced) = &added.replaced {
        session.note(&format!("it had the URL {replaced} before"));
    }
    if added.lost_login {
        session.note("its login belonged to the other server, and was forgotten");
    }
    if added.hides_embedded {
        session.note("it now hides the embedded org of the same name");
    }
    Ok(())
}

fn list(session: &Session, snapshot: &Snapshot, json: bool) {
    let current = chosen(session, snapshot).unwrap_or_default();
    if json {
        return session.ui.product_json(&json::contexts(listed(snapshot, current)));
    }
    let mut document = Document::new();
    for context in snapshot.contexts.values() {
        let login = match snapshot.login(&context.name) {
            Some(LoginPlace::Files(_)) => "logged in",
            Some(LoginPlace::Keyring) => "logged in (keyring)",
            None => "no login",
        };
        let mut line = line!("{}  {}  {}", marked(&context.name, current), context.server_name(), login);
        if let Some(org) = &context.org {
            line = line.then(line!("  org {}", org.as_str()));
        }
        if context.sends_secret_values {
            line = line.then(line!("  may be sent secret values"));
        }
        document.push(line);
    }
    if !snapshot.contexts.contains_key(LOCAL) {
        document.push(line!("{}  embedded in this program", marked(LOCAL, current)));
    }
    session.ui.product(&document);
    for notice in &snapshot.notices {
        match notice {
            Notice::OpenToOthers { .. } => session.note_command(&format!("{notice}; to fix it:"), "lobu doctor --fix"),
            _ => session.note(&notice.to_string()),
        }
    }
    if let Some(variable) = session.environment.text(Variable::Context) {
        session.note(&format!("LOBU_CONTEXT is set to {variable}, and goes before the current context"));
    }
    if session.environment.text(Variable::ServerUrl).is_some() {
        session.note("LOBU_SERVER_URL is set, and goes before the current context");
    }
}

fn listed(snapshot: &Snapshot, current: &str) -> Vec<ListedContext> {
    let own = snapshot.contexts.values().map(|context| ListedContext {
        name: context.name.clone(),
        server: Some(context.server_name()),
        org: context.org.as_ref().map(ToString::to_string),
        is_current: context.name == current,
        is_logged_in: snapshot.has_login(&context.name),
        login_place: snapshot.login(&context.name).map(|place| match place {
            LoginPlace::Files(_) => "files",
            LoginPlace::Keyring => "keyring",
        }),
        sends_secret_values: context.sends_secret_values,
    });
    let embedded = (!snapshot.contexts.contains_key(LOCAL)).then(|| ListedContext {
        name: LOCAL.to_owned(),
        server: None,
        org: None,
        is_current: current == LOCAL,
        is_logged_in: false,
        login_place: None,
        sends_secret_values: false,
    });
    own.chain(embedded).collect()
}

const LOCAL: &str = "local";

fn marked(name: &str, current: &str) -> Line {
    line!("{}{}", if name == current { "* " } else { "  " }, Style::Bold.of(name))
}
