//! `lobu secrets delete`: removes secrets from the org.

use std::collections::BTreeSet;

use clap::Args;

use crate::commands::errors::of_secrets;
use crate::commands::interrupts::Interrupts;
use crate::commands::options::{DirectoryOptions, FormatOptions};
use crate::commands::project::pins;
use crate::commands::values::hide_project;
use crate::commands::{Outcome, Session};
use crate::error::{CommandError, ErrorKind};
use crate::http::PARALLELISM;
use crate::model::SecretName;
use crate::org::{Outcome as RequestOutcome, RequestError, SecretBatch};
use crate::push::{Deletion, delete, plan_delete};
use crate::render::json::{self, JsonTarget, ResultWord};
use crate::render::secrets;
use crate::secrets::{protect, writable_name};
use crate::target::connect_for_writing;
use crate::target::{ResolvedTarget, TargetFlags};

use super::{api, confirm};

/// Which secrets, and what was agreed to in advance.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Names of the secrets
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// Also delete secrets that are in use
    #[arg(long)]
    force: bool,
    /// Preview changes without deleting anything
    #[arg(long)]
    dry_run: bool,
    /// Skip confirmation prompts
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    directory: DirectoryOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// Deletes all of the names in one request, or none of them.
pub async fn run(session: &Session, args: &DeleteArgs) -> Result<Outcome, CommandError> {
    protect();
    let names = checked(args)?;
    let target = session.locate(&args.target, &pins(session, args.directory.directory.as_deref())?)?;
    session.announce(&target);
    Session::check_protected(&target, args.yes && !args.dry_run, "nothing was deleted")?;
    let interrupts = Interrupts::listen().with_outcome("nothing was deleted");
    let found = interrupts.until(find(session, args, &target, &names)).await?;
    if args.dry_run {
        show(session, args, &target, &found, None);
        return Ok(Outcome::Changes);
    }
    let agreed = if args.yes { found } else { confirm::ask_delete(session, &target, found)? };
    interrupts.check()?;
    carry_out(session, args, &target, &agreed).await?;
    show(session, args, &target, &agreed, Some(ResultWord::Deleted));
    Ok(Outcome::Done)
}

fn checked(args: &DeleteArgs) -> Result<BTreeSet<SecretName>, CommandError> {
    let usage = |message: String| Err(CommandError::usage(message));
    if args.format.json && !args.yes && !args.dry_run {
        return usage("--json asks no questions: add --yes or --dry-run".to_owned());
    }
    let names: BTreeSet<SecretName> = args.names.iter().map(|text| writable_name(text)).collect::<Result<_, _>>()?;
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
    args: &DeleteArgs,
    target: &ResolvedTarget,
    names: &BTreeSet<SecretName>,
) -> Result<Vec<Deletion>, CommandError> {
    let connection = session.connect(target, PARALLELISM).await?;
    hide_project(session, args.directory.directory.as_deref(), &connection.org);
    let rows = api::listed(session, target, &connection).await?.ok_or_else(|| api::unsupported(target))?;
    plan_delete(names, &rows).map_err(|unknown| {
        let message = format!("the org has no secret {}; nothing was deleted", unknown.join(", "));
        CommandError::usage(message).hint("To list the names:\nlobu secrets list")
    })
}

async fn carry_out(
    session: &Session,
    args: &DeleteArgs,
    target: &ResolvedTarget,
    deletions: &[Deletion],
) -> Result<(), CommandError> {
    let connection = match connect_for_writing(target, PARALLELISM).await? {
        Some(connection) => connection,
        None => session.connect(target, PARALLELISM).await?,
    };
    hide_project(session, args.directory.directory.as_deref(), &connection.org);
    let result = delete(&connection.org, deletions, args.force, !args.yes).await;
    connection.close_after_writing().await?;
    result.map(drop).map_err(failed)
}

fn failed(error: RequestError) -> CommandError {
    if error.outcome() == RequestOutcome::Unknown {
        return CommandError::new(ErrorKind::PartlyApplied, error)
            .hint("Either all were deleted, or none. To check:\nlobu secrets list");
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
    args: &DeleteArgs,
    target: &ResolvedTarget,
    deletions: &[Deletion],
    done: Option<ResultWord>,
) {
    if args.format.json {
        let server = target.server_name();
        let json_target = JsonTarget {
            context: &target.context,
            server: &server,
            org: target.org.as_str(),
            name: target.target_name(),
        };
        return session.ui.product_json(&json::deletes(deletions, done, &json_target));
    }
    session.ui.product(&secrets::deletions(deletions, done.is_some()));
}
