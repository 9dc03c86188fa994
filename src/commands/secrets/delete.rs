use std::collections::{BTreeMap, BTreeSet};

use crate::commands::connect::{announce, for_reading, for_writing};
use crate::commands::failures::of_target;
use crate::commands::interrupt::Interrupts;
use crate::commands::{Outcome, ProjectOptions, Session};
use crate::error::{CommandError, ErrorKind};
use crate::model::SecretName;
use crate::org::http::PARALLELISM;
use crate::org::{Outcome as RequestOutcome, SecretAction, SecretBatch};
use crate::push::delete;
use crate::render::document::{Document, Line, Style};
use crate::render::json::{self, JsonTarget, ResultWord};
use crate::secrets::{Fingerprint, SourceWord};
use crate::settings::{ResolvedTarget, TargetFlags, resolve};

use super::{api, confirm, name, surroundings};

/// What `secrets delete` was asked.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct SecretsDelete {
    /// The names, unchecked.
    pub names: Vec<String>,
    /// `--force`: also where something refers to it.
    pub force: bool,
    /// `--yes`.
    pub yes: bool,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--json`.
    pub json: bool,
    /// Whose pin counts.
    pub project: ProjectOptions,
    /// Which org.
    pub target: TargetFlags,
}

/// `lobu secrets delete`: all of the names in one request, or none of them.
pub async fn secrets_delete(session: &Session, command: &SecretsDelete) -> Result<Outcome, CommandError> {
    if command.json && !command.yes && !command.dry_run {
        return Err(CommandError::new(ErrorKind::Usage, "--json asks no questions: add --yes or --dry-run"));
    }
    let names: BTreeSet<SecretName> =
        command.names.iter().map(|text| name::writable(text)).collect::<Result<_, _>>()?;
    if names.len() > SecretBatch::MOST_ACTIONS {
        let message = format!("one request deletes at most {} secrets; nothing was deleted", SecretBatch::MOST_ACTIONS);
        return Err(CommandError::new(ErrorKind::Usage, message));
    }
    let pin = surroundings::pin(session, &command.project)?;
    let target = resolve(&command.target, &session.environment, pin.as_ref(), session.ui.is_attended())
        .map_err(|error| of_target(&error))?;
    announce(session, &target);
    let interrupts = Interrupts::listen();
    let found = tokio::select! {
        found = find(session, &target, &names) => found?,
        () = interrupts.wait() => return Err(interrupted()),
    };
    if command.dry_run {
        show(session, command, &target, &found, None);
        return Ok(Outcome::Changes);
    }
    let agreed = agreed(session, command, &target, &found)?;
    if interrupts.has_happened() {
        return Err(interrupted());
    }
    carry_out(session, command, &target, &agreed).await?;
    let done: Vec<_> = found.into_iter().filter(|(name, _)| agreed.iter().any(|one| one.as_str() == name)).collect();
    show(session, command, &target, &done, Some(ResultWord::Deleted));
    Ok(Outcome::Done)
}

type Found = Vec<(String, Option<Fingerprint>)>;

/// The org's rows of the names; those that it lacks are told all at once.
async fn find(session: &Session, target: &ResolvedTarget, names: &BTreeSet<SecretName>) -> Result<Found, CommandError> {
    let connection = for_reading(session, target, PARALLELISM).await?;
    let rows = api::listed(session, target, &connection).await?.ok_or_else(|| api::unsupported(target))?;
    let rows: BTreeMap<&str, _> = rows.iter().map(|row| (row.name.as_str(), row)).collect();
    let unknown: Vec<_> = names.iter().map(SecretName::as_str).filter(|name| !rows.contains_key(*name)).collect();
    if !unknown.is_empty() {
        let message = format!("the org has no secret {}; nothing was deleted", unknown.join(", "));
        return Err(CommandError::new(ErrorKind::Usage, message).hint("`lobu secrets list` shows the names."));
    }
    let found = |name: &SecretName| {
        let row = rows.get(name.as_str())?;
        Some((name.to_string(), row.fingerprint.as_deref().and_then(Fingerprint::parse)))
    };
    Ok(names.iter().filter_map(found).collect())
}

fn agreed(
    session: &Session,
    command: &SecretsDelete,
    target: &ResolvedTarget,
    found: &Found,
) -> Result<Vec<SecretName>, CommandError> {
    let names: Vec<String> = found.iter().map(|(name, _)| name.clone()).collect();
    let agreed = if command.yes { names } else { confirm::ask_delete(session, target, &names)? };
    if agreed.is_empty() {
        return Err(CommandError::new(ErrorKind::Declined, "declined; nothing was deleted"));
    }
    Ok(agreed.iter().filter_map(|name| SecretName::parse(name).ok()).collect())
}

async fn carry_out(
    session: &Session,
    command: &SecretsDelete,
    target: &ResolvedTarget,
    names: &[SecretName],
) -> Result<(), CommandError> {
    let actions = names.iter().map(|name| SecretAction::Delete { name, force: command.force }).collect();
    let batch = SecretBatch { actions, source: SourceWord::Env };
    let connection = match for_writing(target, PARALLELISM).await? {
        Some(connection) => connection,
        None => for_reading(session, target, PARALLELISM).await?,
    };
    let result = delete(&connection.org, &batch).await;
    connection.close_after_writing().await?;
    result.map(drop).map_err(|error| {
        if error.outcome() == RequestOutcome::Unknown {
            return CommandError::from_error(ErrorKind::PartlyApplied, &error)
                .hint("Either all were deleted, or none: `lobu secrets list` shows which.");
        }
        let failure = api::of_secrets(&error);
        match error.code() {
            Some("in_use") => failure.hint("Take it out of lobu.toml and apply first, or delete it with --force."),
            _ => failure,
        }
    })
}

fn show(session: &Session, command: &SecretsDelete, target: &ResolvedTarget, rows: &Found, done: Option<ResultWord>) {
    if command.json {
        let server = target.server_name();
        let json_target = JsonTarget { context: &target.context, server: &server, org: target.org.as_str() };
        return session.ui.product_json(&json::deletes(rows, done, &json_target));
    }
    let digits = |row: &Option<Fingerprint>| row.as_ref().map_or("set", Fingerprint::as_str).to_owned();
    let mut document: Document = rows
        .iter()
        .map(|(name, fingerprint)| {
            let line = Line::new().literal(Style::Remove, "- ").foreign(Style::Bold, name).plain("  ");
            line.foreign(Style::Plain, &digits(fingerprint)).indented(2)
        })
        .collect();
    document.push(if done.is_some() {
        Line::new().literal(Style::Create, "Deleted ").count(rows.len()).plain(".")
    } else {
        Line::new().plain("This is a dry run: nothing was deleted.")
    });
    session.ui.product(&document);
}

fn interrupted() -> CommandError {
    CommandError::new(ErrorKind::Interrupted, "interrupted; nothing was deleted")
}
