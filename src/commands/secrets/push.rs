//! `lobu secrets push`: sends values to the org.

use std::collections::BTreeSet;

use clap::Args;

use crate::commands::interrupts::Interrupts;
use crate::commands::options::{FormatOptions, ProjectOptions};
use crate::commands::values::hide_project;
use crate::commands::{Outcome, Session};
use crate::error::CommandError;
use crate::http::PARALLELISM;
use crate::model::SecretName;
use crate::push::{Agreement, Rotation, fits};
use crate::secrets::{protect, writable_name};
use crate::target::TargetFlags;

use super::api;
use super::provider_keys::{self, KeyOptions};
use super::push_steps::{
    Planned, PushContext, agree, end, missing, plan, push_context, read, secure, send, show_plan, show_report,
    without_api,
};
use super::source::SourceOptions;

/// What `--rotate` without a name stands for.
const ALL: &str = "*";

/// Which values go from where to where, and what was agreed to in advance.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct PushArgs {
    /// Push these names in addition to those that lobu.toml references
    #[arg(value_name = "NAME", help_heading = "Arguments")]
    names: Vec<String>,
    #[command(flatten)]
    source: SourceOptions,
    /// Push every name in the source
    #[arg(long, help_heading = "Push")]
    all: bool,
    /// Replace existing values: of these names, else of each NAME, else of all
    #[arg(
        long,
        value_name = "NAME,…",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ALL,
        value_delimiter = ',',
        help_heading = "Push"
    )]
    rotate: Option<Vec<String>>,
    /// Preview changes without sending values
    #[arg(long, help_heading = "Push")]
    dry_run: bool,
    /// Create secrets without prompting
    #[arg(long, help_heading = "Push")]
    yes: bool,
    /// Replace values without prompting
    #[arg(long, help_heading = "Push")]
    yes_rotate: bool,
    /// Replace this provider key, for all agents, without prompting
    #[arg(long, value_name = "PROVIDER", num_args = 1, value_delimiter = ',', help_heading = "Push")]
    replace_provider_key: Vec<String>,
    /// Allow that also to a server on another machine
    #[arg(long, help_heading = "Push")]
    send_secret_values: bool,
    /// Use exit code 0 if the server has no secrets API
    #[arg(long, help_heading = "Push")]
    if_supported: bool,
    #[command(flatten, next_help_heading = "Push")]
    format: FormatOptions,
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// Reads one source, compares, shows, asks key by key, and sends one request.
pub async fn run(session: &Session, args: &PushArgs) -> Result<Outcome, CommandError> {
    // Before a file, stdin or the terminal gives anything: what is read is a secret before it is a value.
    protect();
    let json = args.format.json;
    let (given, rotation) = names(args)?;
    demand_agreement(args, &rotation)?;
    let context = push_context(session, &args.project, &args.target, !given.is_empty() || args.all)?;
    provider_keys::check_flag(&args.replace_provider_key, &context.provider_keys)?;
    let asks_nobody = args.yes || args.yes_rotate || !args.replace_provider_key.is_empty();
    Session::check_protected(&context.target, asks_nobody && !args.dry_run, "nothing was sent")?;
    if args.if_supported && !takes_something(session, &context, !args.replace_provider_key.is_empty()).await? {
        // Before the source is read: where nothing can be sent it need not even be there.
        without_api(session, json, &context.target);
        return Ok(Outcome::Done);
    }
    let pushed = read(session, &args.source, args.all, &given, rotation, context)?;
    let interrupts = Interrupts::listen().with_outcome("nothing was sent");
    let asks_nothing = json || args.source.is_stdin();
    let (connection, plan) = match interrupts.until(plan(session, &pushed)).await? {
        (connection, Planned::Secrets(plan)) => (connection, plan),
        (connection, Planned::NoApi(problem)) => {
            let options = KeyOptions {
                replace: &args.replace_provider_key,
                send_secret_values: args.send_secret_values,
                dry_run: args.dry_run,
                json,
                asks_nothing,
                given: &given,
            };
            return provider_keys::push(session, options, &pushed, connection, problem, &interrupts).await;
        }
    };
    let sends = plan.sent().next().is_some();
    // With --json there is one document: the plan, or the report in its context.
    if !json || args.dry_run || !sends {
        show_plan(session, json, args.dry_run, &pushed, &plan);
    }
    missing(session, &pushed, &plan);
    fits(&plan, &pushed.source)?;
    secure(&pushed.target, sends)?;
    if args.dry_run || !sends {
        return Ok(if sends { Outcome::Changes } else { Outcome::Done });
    }
    let agreement = agree(session, Agreement::by_flags(args.yes, args.yes_rotate), asks_nothing, &pushed, &plan)?;
    interrupts.check()?;
    let sent = send(session, &pushed, connection, plan, &agreement).await?;
    show_report(session, json, &pushed, &sent.report);
    end(sent, &interrupts)
}

/// Whether something may be pushed to the org: secrets, or where `keys` is set at least the keys of providers.
async fn takes_something(session: &Session, context: &PushContext, keys: bool) -> Result<bool, CommandError> {
    let connection = session.connect(&context.target, PARALLELISM).await?;
    hide_project(session, context.directory.as_deref(), &connection.org);
    if api::listed(session, &context.target, &connection).await?.is_some() {
        return Ok(true);
    }
    Ok(keys && provider_keys::are_taken(&connection, &context.provider_keys).await?)
}

/// The names that were given, those of `--rotate=NAME` among them.
fn names(args: &PushArgs) -> Result<(BTreeSet<SecretName>, Rotation), CommandError> {
    let checked = |texts: &[String]| texts.iter().map(|text| writable_name(text)).collect::<Result<BTreeSet<_>, _>>();
    let mut given = checked(&args.names)?;
    let rotation = match &args.rotate {
        None => Rotation::Never,
        // Without a name of its own it is about the names that were given, and only without those about all.
        Some(names) if names == &[ALL] && given.is_empty() => Rotation::All,
        Some(names) if names == &[ALL] => Rotation::Named(given.clone()),
        Some(names) => Rotation::Named(checked(names)?),
    };
    if let Rotation::Named(names) = &rotation {
        given.extend(names.iter().cloned());
    }
    given.extend(checked(args.source.variables())?);
    Ok((given, rotation))
}

/// What never comes to a question is demanded before anything is read.
fn demand_agreement(args: &PushArgs, rotation: &Rotation) -> Result<(), CommandError> {
    let rotates = *rotation != Rotation::Never;
    let agreed = args.dry_run
        || !args.replace_provider_key.is_empty()
        || ((args.yes || rotates) && (args.yes_rotate || !rotates));
    let what = match (args.source.is_stdin(), args.format.json) {
        _ if agreed => return Ok(()),
        (true, _) => "--from-stdin",
        (false, true) => "--json",
        (false, false) => return Ok(()),
    };
    let need = if rotates { "--yes-rotate (and --yes for missing secrets)" } else { "--yes" };
    let message = format!("{what} asks no questions: add {need}, or --dry-run");
    Err(CommandError::usage(message).hint("Nothing was read or sent."))
}
