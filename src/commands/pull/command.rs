use std::path::PathBuf;

use clap::Args;

use crate::commands::options::{ComparisonOptions, ProjectOptions, one_of};
use crate::commands::{Outcome, Session};
use crate::error::{CommandError, ErrorKind};
use crate::model::{counted, plural};
use crate::pull::{PullFamily, Withheld};
use crate::target::TargetFlags;

use super::super::interrupts::Interrupts;
use super::reading::decide;
use super::settle::{Settled, settle, writable};
use super::{consent, show, write};

/// Bring the files back in line with the org, patched in place; or make a project from an org
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct PullArgs {
    /// Only these resources, declared or not: kind/id, with * and ? in the id; agent/x covers its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    pub(crate) selectors: Vec<String>,
    /// Show what would be written and write nothing
    #[arg(long, help_heading = "Pull")]
    pub(crate) dry_run: bool,
    /// Agree in advance to new files
    #[arg(long, help_heading = "Pull")]
    pub(crate) yes: bool,
    /// Agree in advance to new files and to changes of files that exist
    #[arg(long, help_heading = "Pull")]
    pub(crate) force: bool,
    /// Take in what the project does not declare too
    #[arg(long, help_heading = "Pull")]
    pub(crate) all: bool,
    /// Only these families
    #[arg(
        long,
        value_name = "FAMILY",
        value_delimiter = ',',
        num_args = 1,
        help_heading = "Pull",
        value_parser = one_of(&PullFamily::ALL, PullFamily::word)
    )]
    pub(crate) include: Vec<PullFamily>,
    /// Not these families
    #[arg(
        long,
        value_name = "FAMILY",
        value_delimiter = ',',
        num_args = 1,
        help_heading = "Pull",
        value_parser = one_of(&PullFamily::ALL, PullFamily::word)
    )]
    pub(crate) exclude: Vec<PullFamily>,
    /// Make a project from the org in this directory; with --force also if it is not empty
    #[arg(long, value_name = "DIR", help_heading = "Pull", conflicts_with_all = ["directory", "prune_local"])]
    pub(crate) init: Option<PathBuf>,
    /// Take out of the files what the org no longer has
    #[arg(long, help_heading = "Pull")]
    pub(crate) prune_local: bool,
    /// Write this value although it may be a secret: kind/id:path, as a pull names it
    #[arg(long, value_name = "PATH", help_heading = "Pull")]
    pub(crate) allow_suspected: Vec<String>,
    #[command(flatten, next_help_heading = "Pull")]
    pub(crate) comparison: ComparisonOptions,
    #[command(flatten)]
    pub(crate) project: ProjectOptions,
    #[command(flatten)]
    pub(crate) target: TargetFlags,
}

/// Reads the org, decides what the files are to say, shows it, asks and writes.
pub async fn run(session: &Session, args: &PullArgs) -> Result<Outcome, CommandError> {
    if args.comparison.format.json && !args.yes && !args.force && !args.dry_run {
        return Err(CommandError::usage("--json asks no questions: add --yes, --force or --dry-run"));
    }
    let interrupts = Interrupts::listen().with_outcome("nothing was written");
    let pulled = interrupts.until(decide(session, args)).await?;
    let settled = settle(&pulled)?;
    let is_last = args.dry_run || settled.writes.is_empty();
    // With --json there is one document on stdout: the plan, or with what was written.
    if !args.comparison.format.json || is_last {
        show::plan(session, args, &pulled, &settled);
    }
    if args.dry_run {
        return Ok(if settled.writes.is_empty() { Outcome::Done } else { Outcome::Changes });
    }
    let writable = writable(&pulled, &settled);
    if settled.writes.is_empty() {
        return writable.and_then(|()| withheld(&settled, Outcome::Done));
    }
    let writes = match writable.and_then(|()| consent::agreed(session, args, &pulled, &settled)) {
        Ok(writes) => writes,
        Err(error) => {
            if args.comparison.format.json {
                show::plan(session, args, &pulled, &settled);
            }
            return Err(error);
        }
    };
    interrupts.check()?;
    let report = write::write(&pulled, &writes, &interrupts);
    show::report(session, args, &pulled, &settled, &report);
    report.result.and_then(|()| withheld(&settled, Outcome::Done))
}

/// What may be a secret and was not written makes the run fail, so that CI notices.
fn withheld(settled: &Settled, outcome: Outcome) -> Result<Outcome, CommandError> {
    let names: Vec<String> =
        settled.plan.withheld.iter().filter(|one| one.is_suspected()).map(Withheld::name).collect();
    if names.is_empty() && settled.unsaid > 0 {
        let count = settled.unsaid;
        let (things, was) = (counted(count, "thing"), plural(count, "was", "were"));
        let message = format!("{things} {was} not written as the org has {}", plural(count, "it", "them"));
        return Err(CommandError::new(ErrorKind::WouldOverwrite, message).hint("See above, under Not written."));
    }
    if names.is_empty() {
        return Ok(outcome);
    }
    let count = names.len();
    let (values, was) = (counted(count, "value"), plural(count, "was", "were"));
    let why = plural(count, "it may be a secret", "they may be secrets");
    let message = format!("{values} {was} not written, since {why}");
    let hint = format!(
        "Move it into a secret, or write it all the same: {}",
        names.iter().map(|name| format!("--allow-suspected '{name}'")).collect::<Vec<_>>().join(" ")
    );
    Err(CommandError::new(ErrorKind::WouldOverwrite, message).hint(hint))
}
