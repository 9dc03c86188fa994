use std::sync::Arc;

use crate::accounts::Context;
use crate::accounts::login::OrgEntry;
use crate::commands::credentials::{self, client};
use crate::commands::{Outcome, Session};
use crate::error::{CommandError, ErrorKind};
use crate::model::OrgSlug;
use crate::render::document::{Document, Line, Style};
use crate::secrets::SecretValue;

use super::chosen::{accounts, asked, environment_token, name, named, read, say};

/// A verb about the org of a context.
#[derive(Debug, Clone)]
pub enum OrgVerb {
    /// `list`: asks the server.
    List {
        /// `-c`.
        context: Option<String>,
        /// An org that one is a member of: the server is asked by way of it.
        by: Option<String>,
        /// `--allow-insecure-http`.
        allow_insecure_http: bool,
    },
    /// `current`.
    Current {
        /// `-c`.
        context: Option<String>,
    },
    /// `use SLUG`.
    Use {
        /// `-c`.
        context: Option<String>,
        /// The org.
        org: String,
    },
}

/// `lobu org`: the org that a context uses where nothing else names one (T1).
pub async fn org(session: &Session, verb: &OrgVerb) -> Result<Outcome, CommandError> {
    match verb {
        OrgVerb::List { context, by, allow_insecure_http } => {
            list(session, context.as_deref(), by.as_deref(), *allow_insecure_http).await?;
        }
        OrgVerb::Current { context } => {
            let snapshot = read(&accounts(session)?)?;
            let name = name(session, context.as_deref(), &snapshot);
            let org = named(&snapshot, &name)?.org.as_ref().ok_or_else(|| none(&name))?;
            session.ui.product(&Document::from(Line::new().foreign(Style::Plain, org.as_str())));
        }
        OrgVerb::Use { context, org } => {
            let accounts = accounts(session)?;
            let name = name(session, context.as_deref(), &read(&accounts)?);
            let org = slug(org)?;
            accounts.change(|draft| draft.set_org(&name, Some(&org)))?;
            let line = Line::new().plain("The context ").foreign(Style::Bold, &name).plain(" now uses the org ");
            say(session, line.foreign(Style::Bold, org.as_str()).plain(", where a project is not pinned to another."));
        }
    }
    Ok(Outcome::Done)
}

async fn list(
    session: &Session,
    flag: Option<&str>,
    by: Option<&str>,
    allow_insecure_http: bool,
) -> Result<(), CommandError> {
    let snapshot = read(&accounts(session)?)?;
    let name = name(session, flag, &snapshot);
    let context = asked(session, &snapshot, &name)?;
    let by = by.map(slug).transpose()?.or_else(|| context.org.clone()).ok_or_else(|| {
        none(&name).hint("Or name an org that you are a member of: `lobu org list SLUG` asks by way of it.")
    })?;
    let given = environment_token(session, flag, context)?;
    let token = match given {
        Some(token) => Arc::clone(token),
        None => token(session, context, snapshot.logins.get(&name), allow_insecure_http).await?,
    };
    let client = client(&session.environment, context, allow_insecure_http)?;
    let orgs = client.orgs(&context.server, &by, &token).await?;
    session.ui.product(&table(&orgs, context));
    Ok(())
}

async fn token(
    session: &Session,
    context: &Context,
    login: Option<&crate::accounts::Login>,
    allow_insecure_http: bool,
) -> Result<Arc<SecretValue>, CommandError> {
    let Some(login) = login else {
        let message = format!("there is no login in the context {}", context.name);
        return Err(CommandError::new(ErrorKind::NotLoggedIn, message).hint(credentials::log_in(context)));
    };
    credentials::fresh(session, context, login, allow_insecure_http).await
}

fn table(orgs: &[OrgEntry], context: &Context) -> Document {
    let mut document = Document::new();
    let width = orgs.iter().map(|org| org.slug.chars().count()).max().unwrap_or_default();
    for org in orgs {
        let is_used = context.org.as_ref().is_some_and(|used| used.as_str() == org.slug);
        let line = Line::new().plain(if is_used { "* " } else { "  " }).foreign(Style::Bold, &org.slug);
        let gap = " ".repeat(width.saturating_sub(org.slug.chars().count()) + 2);
        let line = line.foreign(Style::Plain, &gap).plain(if org.is_member { "member" } else { "public" });
        let name = org.name.as_deref().map(|name| format!("  {name}")).unwrap_or_default();
        document.push(line.foreign(Style::Plain, &name));
    }
    document
}

fn slug(text: &str) -> Result<OrgSlug, CommandError> {
    OrgSlug::parse(text.trim()).map_err(|_| {
        let message = format!("`{}` is not an org slug; one matches {}", text.trim(), OrgSlug::PATTERN);
        CommandError::usage(message)
    })
}

fn none(name: &str) -> CommandError {
    CommandError::new(ErrorKind::NoTarget, format!("the context {name} has no org"))
        .hint("`lobu org use SLUG` names one.")
}
