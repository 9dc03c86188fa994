use std::sync::Arc;

use crate::accounts::{Accounts, BUILT_IN, Context, Snapshot, is_embedded};
use crate::env::Variable;
use crate::error::CommandError;
use crate::render::document::{Document, Line, Style};
use crate::secrets::SecretValue;
use crate::target::TargetError;

use super::Session;

/// The contexts and logins of the user.
pub(super) fn accounts(session: &Session) -> Result<Accounts, CommandError> {
    Accounts::of(&session.environment).ok_or_else(|| {
        CommandError::usage("HOME is not set, so there is no place for contexts and logins")
            .hint("Set HOME, or XDG_CONFIG_HOME to a directory that holds a `lobu` directory.")
    })
}

/// Reads them.
pub(super) fn read(accounts: &Accounts) -> Result<Snapshot, CommandError> {
    Ok(accounts.read()?)
}

/// The name of the context that a command is about, and where it was named: `-c`, `LOBU_CONTEXT`, the current one, else the
/// one that always exists (T1, existing-cli 7.3).
pub(super) fn name(session: &Session, flag: Option<&str>, snapshot: &Snapshot) -> String {
    let variable = session.environment.text(Variable::Context);
    let name = flag.or(variable).or(snapshot.current.as_deref()).unwrap_or(BUILT_IN);
    name.trim().to_owned()
}

/// A context by its name.
pub(super) fn named<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a Context, CommandError> {
    snapshot.contexts.get(name).ok_or_else(|| {
        if is_embedded(name) {
            let message = format!("the context {name} is the org embedded in this program; it has no login");
            return CommandError::usage(message).hint("Name another context with -c.");
        }
        CommandError::usage(format!("there is no context {name}"))
            .hint("`lobu context list` shows those that exist; `lobu context add` makes one.")
    })
}

/// A context that is asked something: `LOBU_API_URL`, if it is set, must be one of its origins (T1).
pub(super) fn asked<'a>(session: &Session, snapshot: &'a Snapshot, name: &str) -> Result<&'a Context, CommandError> {
    let context = named(snapshot, name)?;
    check_api_url(session, context)?;
    Ok(context)
}

/// Refuses a `LOBU_API_URL` that is elsewhere: the existing CLI would go there (existing-cli 7.3).
pub(super) fn check_api_url(session: &Session, context: &Context) -> Result<(), CommandError> {
    let Some(text) = session.environment.text(Variable::ApiUrl) else { return Ok(()) };
    if url::Url::parse(text).is_ok_and(|url| context.owns(&url)) {
        return Ok(());
    }
    let message = format!(
        "LOBU_API_URL is set, and is no origin of the context {}, which is for {}",
        context.name,
        origin(&context.server)
    );
    Err(CommandError::usage(message).hint("Unset it, or name another context with -c; nothing was sent."))
}

/// The token of the environment, which is only for a context that this run names (T2).
pub(super) fn environment_token<'a>(
    session: &'a Session,
    flag: Option<&str>,
    context: &Context,
) -> Result<Option<&'a Arc<SecretValue>>, CommandError> {
    let is_named = flag.is_some() || session.environment.text(Variable::Context).is_some();
    match session.environment.token() {
        Some(_) if !is_named => {
            let server = origin(&context.server);
            Err(CommandError::from(TargetError::TokenWithoutTarget { server }).hint("Name the context with -c."))
        }
        token => Ok(token),
    }
}

/// A URL's origin, for people.
pub(super) fn origin(url: &url::Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// Says a sentence on stderr.
pub(super) fn say(session: &Session, line: Line) {
    session.ui.status(&Document::from(line.prose(2)));
}

/// Says something that a person should know.
pub(super) fn note(session: &Session, text: &str) {
    let line = Line::new().literal(Style::Note, "note: ").foreign(Style::Plain, text);
    session.ui.notice(&Document::from(line.prose(6)));
}
