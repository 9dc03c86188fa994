//! `lobu org`: the org that a context uses.

use std::sync::Arc;

use clap::{Args, Subcommand};

use crate::accounts::login::{LoginClient, OrgEntry};
use crate::accounts::{Context, access_token};
use crate::error::{CommandError, ErrorKind};
use crate::model::OrgSlug;
use crate::render::document::{Document, Style, line};
use crate::render::json::{self, ListedOrg};
use crate::target::SelectedContext;

use super::options::{ContextOptions, FormatOptions};
use super::{Outcome, Session};

/// Select the default org of a context
#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// List your orgs and public orgs on the server
    List(ListArgs),
    /// Print the default org of a context
    Current(ContextOptions),
    /// Set the default org of a context
    Use(UseArgs),
}

/// By way of which org the server is asked.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Org of which you are a member (default: the context's org)
    #[arg(value_name = "SLUG", help_heading = "Arguments")]
    org: Option<String>,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    context: ContextOptions,
}

/// The org that a context is to use.
#[derive(Debug, Args)]
pub struct UseArgs {
    /// Slug of the org
    #[arg(value_name = "SLUG", help_heading = "Arguments")]
    org: String,
    #[command(flatten)]
    context: ContextOptions,
}

/// Shows and changes the org that a context uses where nothing else names one.
pub async fn run(session: &Session, command: &OrgCommand) -> Result<Outcome, CommandError> {
    match command {
        OrgCommand::List(args) => list(session, args).await?,
        OrgCommand::Current(ContextOptions { context, .. }) => {
            let selected = session.context(context.as_deref())?;
            let org = selected.context()?.org.as_ref().ok_or_else(|| none(&selected.name))?;
            session.ui.product(&Document::from(line!("{}", org.as_str())));
        }
        OrgCommand::Use(UseArgs { org, context }) => {
            let SelectedContext { accounts, name, .. } = session.context(context.context.as_deref())?;
            let org = slug(org)?;
            accounts.change(|draft| draft.set_org(&name, Some(&org)))?;
            session.say(line!(
                "The context {} now uses the org {}, where a project is not pinned to another.",
                Style::Bold.of(&name),
                Style::Bold.of(org.as_str())
            ));
        }
    }
    Ok(Outcome::Done)
}

async fn list(session: &Session, args: &ListArgs) -> Result<(), CommandError> {
    let ListArgs { org: by, format, context: ContextOptions { context: flag, allow_insecure_http } } = args;
    let environment = &session.environment;
    let selected = session.context(flag.as_deref())?;
    let context = selected.context_to_ask(environment)?;
    let by = by.as_deref().map(slug).transpose()?.or_else(|| context.org.clone());
    let token = match selected.environment_token(environment, context)? {
        Some(token) => Arc::clone(token),
        None => access_token(environment, context, selected.login(), *allow_insecure_http).await?,
    };
    let client = LoginClient::of_context(context, environment, *allow_insecure_http)?;
    let orgs = match by {
        Some(by) => client.orgs(&context.server, &by, &token).await?,
        None => match client.account(&context.server, &token).await {
            Ok(account) => account.orgs,
            // Existing servers list orgs of a personal token only by way of one of them.
            Err(error) if matches!(error.status(), Some(200 | 403 | 404)) => {
                let hint = "Or name an org of which you are a member:\nlobu org list SLUG";
                return Err(none(&selected.name).hint(hint));
            }
            Err(error) => return Err(error.into()),
        },
    };
    if format.json {
        let is_current = |slug: &str| context.org.as_ref().is_some_and(|used| used.as_str() == slug);
        let listed = orgs.into_iter().map(|OrgEntry { id: _, slug, name, is_member }| {
            let is_current = is_current(&slug);
            ListedOrg { slug, name, is_member, is_current }
        });
        session.ui.product_json(&json::orgs(listed.collect()));
    } else {
        session.ui.product(&table(&orgs, context));
    }
    Ok(())
}

fn table(orgs: &[OrgEntry], context: &Context) -> Document {
    let mut document = Document::new();
    let width = orgs.iter().map(|org| org.slug.chars().count()).max().unwrap_or_default();
    for org in orgs {
        let is_used = context.org.as_ref().is_some_and(|used| used.as_str() == org.slug);
        let mark = if is_used { "* " } else { "  " };
        let gap = " ".repeat(width.saturating_sub(org.slug.chars().count()) + 2);
        let role = if org.is_member { "member" } else { "public" };
        let name = org.name.as_deref().map(|name| format!("  {name}")).unwrap_or_default();
        document.push(line!("{}{}{}{}{}", mark, Style::Bold.of(&org.slug), gap, role, name));
    }
    document
}

pub(super) fn slug(text: &str) -> Result<OrgSlug, CommandError> {
    OrgSlug::parse(text.trim()).map_err(|_| {
        let message = format!("`{}` is not an org slug; one matches {}", text.trim(), OrgSlug::PATTERN);
        CommandError::usage(message)
    })
}

fn none(name: &str) -> CommandError {
    CommandError::new(ErrorKind::NoTarget, format!("the context {name} has no org"))
        .hint_command("To set one:", "lobu org use SLUG")
}
