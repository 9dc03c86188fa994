use std::collections::BTreeSet;

use crate::commands::connect::{announce, for_reading, for_writing};
use crate::commands::errors::of_secrets;
use crate::commands::interrupts::Interrupts;
use crate::commands::{Outcome, ProjectOptions, Session};
use crate::error::{CommandError, ErrorKind};
use crate::http::PARALLELISM;
use crate::model::SecretName;
use crate::org::{Outcome as RequestOutcome, RequestError, SecretBatch};
use crate::push::{Deletion, delete, plan_delete};
use crate::render::json::{self, JsonTarget, ResultWord};
use crate::render::secrets;
use crate::target::{ResolvedTarget, TargetFlags};

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
    let names = checked(command)?;
    let pins = surroundings::pins(session, &command.project)?;
    let target = session.locate(&command.target, &pins)?;
    announce(session, &target);
    let interrupts = Interrupts::listen().with_outcome("nothing was deleted");
    let found = interrupts.until(find(session, &target, &names)).await?;
    if command.dry_run {
        show(session, command, &target, &found, None);
        return Ok(Outcome::Changes);
    }
    let agreed = if command.yes { found } else { confirm::ask_delete(session, &target, found)? };
    interrupts.check()?;
    carry_out(session, command, &target, &agreed).await?;
    show(session, command, &target, &agreed, Some(ResultWord::Deleted));
    Ok(Outcome::Done)
}

fn checked(command: &SecretsDelete) -> Result<BTreeSet<SecretName>, CommandError> {
    let usage = |message: String| Err(CommandError::usage(message));
    if command.json && !command.yes && !command.dry_run {
        return usage("--json asks no questions: add --yes or --dry-run".to_owned());
    }
    let names: BTreeSet<SecretName> =
        command.names.iter().map(|text| name::writable(text)).collect::<Result<_, _>>()?;
    if names.len() > SecretBatch::MOST_ACTIONS {
        return usage(format!(
            "one request deletes at most {} secrets; nothing was deleted",
            SecretBatch::MOST_ACTIONS
        ));
    }
    Ok(names)
}

async fn find(
    session: &Session,
    target: &ResolvedTarget,
    names: &BTreeSet<SecretName>,
) -> Result<Vec<Deletion>, CommandError> {
    let connection = for_reading(session, target, PARALLELISM).await?;
    let rows = api::listed(session, target, &connection).await?.ok_or_else(|| api::unsupported(target))?;
    plan_delete(names, &rows).map_err(|unknown| {
        let message = format!("the org has no secret {}; nothing was deleted", unknown.join(", "));
        CommandError::usage(message).hint("`lobu secrets list` shows the names.")
    })
}

async fn carry_out(
    session: &Session,
    command: &SecretsDelete,
    target: &ResolvedTarget,
    deletions: &[Deletion],
) -> Result<(), CommandError> {
    let connection = match for_writing(target, PARALLELISM).await? {
        Some(connection) => connection,
        None => for_reading(session, target, PARALLELISM).await?,
    };
    let result = delete(&connection.org, deletions, command.force, !command.yes).await;
    connection.close_after_writing().await?;
    result.map(drop).map_err(failed)
}

fn failed(error: RequestError) -> CommandError {
    if error.outcome() == RequestOutcome::Unknown {
        return CommandError::new(ErrorKind::PartlyApplied, error)
            .hint("Either all were deleted, or none: `lobu secrets list` shows which.");
    }
    match error.code() {
        Some("in_use") => {
            of_secrets(error).hint("Take it out of lobu.toml and apply first, or delete it with --force.")
        }
        Some("changed") => CommandError::new(ErrorKind::Moved, error)
            .hint("It has another value than the one that was shown. Nothing was deleted; look again."),
        _ => of_secrets(error),
    }
}

fn show(
    session: &Session,
    command: &SecretsDelete,
    target: &ResolvedTarget,
    deletions: &[Deletion],
    done: Option<ResultWord>,
) {
    if command.json {
        let server = target.server_name();
        let json_target = JsonTarget { context: &target.context, server: &server, org: target.org.as_str() };
        return session.ui.product_json(&json::deletes(deletions, done, &json_target));
    }
    session.ui.product(&secrets::deletions(deletions, done.is_some()));
}
