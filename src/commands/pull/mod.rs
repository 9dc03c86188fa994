//! `lobu pull`.

mod consent;
mod decide;
mod layers;
mod show;
mod source;
mod write;

use std::collections::BTreeSet;

use clap::Args;

use crate::error::{CommandError, ErrorKind};
use crate::model::{counted, plural};
use crate::pull::{PullRow, Withheld, Writable};
use crate::target::TargetFlags;

use super::interrupts::Interrupts;
use super::options::{ComparisonOptions, ProjectOptions};
use super::{Outcome, Session};

use consent::ConsentOptions;
use show::Show;

pub(super) use decide::{Pulled, ScopeOptions, decide};

/// Update project files from the org, or create a project from an org
#[derive(Debug, Args)]
pub struct PullArgs {
    /// Select resources as kind/id, declared or not; * and ? match in the ID, agent/ID includes its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    selectors: Vec<String>,
    #[command(flatten)]
    consent: ConsentOptions,
    #[command(flatten)]
    scope: ScopeOptions,
    #[command(flatten, next_help_heading = "Pull")]
    comparison: ComparisonOptions,
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// Reads the org, decides what the files are to say, shows it, asks and writes.
pub async fn run(session: &Session, args: &PullArgs) -> Result<Outcome, CommandError> {
    let PullArgs { selectors, consent, scope, comparison, project, target } = args;
    let json = comparison.format.json;
    if json && !consent.yes && !consent.force && !consent.dry_run {
        return Err(CommandError::usage("--json asks no questions: add --yes, --force or --dry-run"));
    }
    let interrupts = Interrupts::listen().with_outcome("nothing was written");
    let deciding = decide(session, selectors, scope, consent.force, comparison.parallelism, project, target);
    let mut pulled = interrupts.until(deciding).await?;
    layers::choose(session, json, *consent, &mut pulled)?;
    let writable = pulled.writable()?;
    let show = Show { session, comparison: *comparison, selectors };
    let is_last = consent.dry_run || writable.writes.is_empty();
    // With --json there is one document on stdout: the plan, or with what was written.
    if !json || is_last {
        show.plan(&pulled, &writable);
    }
    if consent.dry_run {
        return Ok(if writable.writes.is_empty() { Outcome::Done } else { Outcome::Changes });
    }
    let may_write = check_writable(&pulled, &writable);
    if writable.writes.is_empty() {
        may_write?;
        pulled.source.finish()?;
        return withheld(&writable, Outcome::Done);
    }
    let writes = match may_write.and_then(|()| consent.agreed(session, json, &pulled, &writable)) {
        Ok(writes) => writes,
        Err(error) => {
            if json {
                show.plan(&pulled, &writable);
            }
            return Err(error);
        }
    };
    interrupts.check()?;
    let report = write::write(&pulled, &writes, &interrupts);
    show.report(&pulled, &writable, &report);
    report.result.and_then(|()| withheld(&writable, Outcome::Done))
}

/// What may be a secret and was not written makes the run fail, so that CI notices.
fn withheld(writable: &Writable, outcome: Outcome) -> Result<Outcome, CommandError> {
    let names: Vec<String> =
        writable.plan.withheld.iter().filter(|one| one.is_suspected()).map(Withheld::name).collect();
    if names.is_empty() && writable.unsaid > 0 {
        let count = writable.unsaid;
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

/// Before anybody is asked: a pull that could write only some of its files writes none. Files that were left out since they can't
/// even be read, such as links that lead out of the project, count too.
fn check_writable(pulled: &Pulled, writable: &Writable) -> Result<(), CommandError> {
    let composed = writable.writes.iter().map(|write| write.path.clone());
    let paths: BTreeSet<String> = pulled.plan.rows.iter().flat_map(PullRow::paths).chain(composed).collect();
    let refusal = paths.iter().find_map(|path| pulled.source.directory.check_writable(path).err());
    refusal.map_or(Ok(()), |error| Err(CommandError::from(error).and("nothing was written")))
}
