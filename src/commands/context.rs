//! `lobu context`: the servers that a user knows.

use clap::{Args, Subcommand};

use crate::accounts::{Accounts, AccountsError, ChangeError, Notice, Snapshot, is_embedded};
use crate::env::Variable;
use crate::error::CommandError;
use crate::render::document::{Document, Line, Style};
use crate::target::context_named;

use super::{Outcome, Session};

/// Keep contexts: servers that one logs in to
#[derive(Debug, Subcommand)]
pub enum ContextCommand {
    /// List contexts: the current one has a star
    List,
    /// Print the name of the context that is used where nothing else is named
    Current,
    /// Add a context, or give it another URL; with another server its login and settings go
    Add(AddArgs),
    /// Make a context the current one
    Use(NameArgs),
    /// Remove a context and its login
    Remove(NameArgs),
}

/// A context to be, and what is set for it.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Its name
    #[arg(value_name = "NAME", help_heading = "Arguments")]
    name: String,
    /// The URL of its server, such as `https://lobu.example`
    #[arg(long, alias = "api-url", value_name = "URL")]
    url: String,
    /// Whether secret values may be sent there under `apply --yes`; never said by a project
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    send_secret_values: Option<bool>,
}

/// A context that is there.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// Its name
    #[arg(value_name = "NAME", help_heading = "Arguments")]
    name: String,
}

/// Shows and changes the contexts of the user, in the files that the existing CLI shares.
pub fn run(session: &Session, command: &ContextCommand) -> Result<Outcome, CommandError> {
    let accounts = Accounts::of(&session.environment).ok_or(AccountsError::NoHome)?;
    match command {
        ContextCommand::List => list(session, &accounts.read()?),
        ContextCommand::Current => current(session, &accounts.read()?)?,
        ContextCommand::Add(args) => add(session, &accounts, args)?,
        ContextCommand::Use(NameArgs { name }) => {
            accounts.change(|draft| draft.use_context(name))?;
            session.say(Line::new().plain("The current context is ").foreign(Style::Bold, name.trim()).plain("."));
            if let Some(variable) = session.environment.text(Variable::Context) {
                session.note(&format!("LOBU_CONTEXT is set to {variable}, and goes before it"));
            }
        }
        ContextCommand::Remove(NameArgs { name }) => {
            let removed = accounts.change(|draft| draft.remove_context(name))?;
            session.say(Line::new().plain("Removed the context ").foreign(Style::Bold, name.trim()).plain("."));
            if removed.lost_login {
                session.note("its login was forgotten with it, and may live on at the server until it ends");
            }
            if removed.was_current {
                session.note("it was the current context; there is none now");
            }
        }
    }
    Ok(Outcome::Done)
}

/// The context that is used where nothing names another one: that of the environment, else the current one.
fn current(session: &Session, snapshot: &Snapshot) -> Result<(), CommandError> {
    let Some(name) = chosen(session, snapshot) else {
        let line =
            Line::new().plain("There is no current context: a terminal uses the embedded org, and the verbs about ");
        session.say(line.plain("logins the context lobu."));
        return Ok(());
    };
    if !is_embedded(name) {
        context_named(snapshot, name)?;
    }
    session.ui.product(&Document::from(Line::new().foreign(Style::Plain, name)));
    Ok(())
}

fn chosen<'a>(session: &'a Session, snapshot: &'a Snapshot) -> Option<&'a str> {
    session.environment.text(Variable::Context).or(snapshot.current.as_deref())
}

fn add(session: &Session, accounts: &Accounts, args: &AddArgs) -> Result<(), CommandError> {
    let AddArgs { name, url, send_secret_values } = args;
    let added = accounts.change(|draft| {
        let added = draft.add_context(name, url)?;
        if let Some(consent) = send_secret_values {
            draft.set_consent(&added.name, *consent)?;
        }
        Ok::<_, ChangeError>(added)
    });
    let added = added?;
    let line = Line::new().plain("The context ").foreign(Style::Bold, &added.name).plain(" has the URL ");
    session.say(line.foreign(Style::Plain, &added.api_url).plain("."));
    if let Some(replaced) = &added.replaced {
        session.note(&format!("it had the URL {replaced} before"));
    }
    if added.lost_login {
        session.note("its login belonged to the other server, and was forgotten");
    }
    if added.hides_embedded {
        session.note("it now stands in the place of the embedded org of that name");
    }
    Ok(())
}

fn list(session: &Session, snapshot: &Snapshot) {
    let current = chosen(session, snapshot).unwrap_or_default();
    let mut document = Document::new();
    for context in snapshot.contexts.values() {
        let login = if snapshot.logins.contains_key(&context.name) { "logged in" } else { "no login" };
        let mut line = marked(&context.name, current);
        line = line.plain("  ").foreign(Style::Plain, &context.server_name()).plain("  ").plain(login);
        if let Some(org) = &context.org {
            line = line.plain("  org ").foreign(Style::Plain, org.as_str());
        }
        if context.sends_secret_values {
            line = line.plain("  may be sent secret values");
        }
        document.push(line);
    }
    if !snapshot.contexts.contains_key(LOCAL) {
        document.push(marked(LOCAL, current).plain("  embedded in this program"));
    }
    session.ui.product(&document);
    for notice in &snapshot.notices {
        session.note(&told(notice));
    }
    if let Some(variable) = session.environment.text(Variable::Context) {
        session.note(&format!("LOBU_CONTEXT is set to {variable}, and goes before the current context"));
    }
    if session.environment.text(Variable::ServerUrl).is_some() {
        session.note("LOBU_SERVER_URL is set, and goes before the current context");
    }
}

const LOCAL: &str = "local";

fn marked(name: &str, current: &str) -> Line {
    let line = Line::new().plain(if name == current { "* " } else { "  " });
    line.foreign(Style::Bold, name)
}

/// What a person should know of the files.
fn told(notice: &Notice) -> String {
    match notice {
        Notice::UnusableContext { name, problem } => format!("the context {name} is left out; its URL: {problem}"),
        Notice::HidesEmbedded { name } => {
            format!("the context {name} stands in the place of the embedded org of that name")
        }
        Notice::OtherServer { name } => format!(
            "what was set for the context {name} was meant for another server, and does not count; add or log in anew"
        ),
        Notice::LoginWithoutToken { name } => format!("the login of {name} holds no token"),
        Notice::LoginWithoutContext { name } => format!("there is a login for {name}, which is no context"),
        Notice::RefreshWithoutLogin { name } => {
            format!("the login of {name} can't be refreshed: another program replaced it")
        }
        Notice::CurrentUnknown { name } => format!("the current context is {name}, which does not exist"),
        Notice::OpenToOthers { file, mode } => {
            format!("others can open {} (mode {mode:04o}); `lobu doctor --fix` mends that", file.name())
        }
    }
}
