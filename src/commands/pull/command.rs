use std::path::PathBuf;

use crate::error::{CommandError, ErrorKind};
use crate::pull::{PullFamily, Withheld};
use crate::target::TargetFlags;

use super::super::interrupts::Interrupts;
use super::super::{Outcome, ProjectOptions, Session};
use super::reading::decide;
use super::settle::{Settled, settle, writable};
use super::{consent, show, write};

/// What `pull` was asked.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Pull {
    /// The selectors, as typed.
    pub selectors: Vec<String>,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--yes`.
    pub yes: bool,
    /// `--force`.
    pub force: bool,
    /// `--all`.
    pub all: bool,
    /// `--include`.
    pub include: Vec<PullFamily>,
    /// `--exclude`.
    pub exclude: Vec<PullFamily>,
    /// `--init`.
    pub init: Option<PathBuf>,
    /// `--prune-local`.
    pub prune_local: bool,
    /// `--allow-suspected`.
    pub allow_suspected: Vec<String>,
    /// `--full`.
    pub full: bool,
    /// `--json`.
    pub json: bool,
    /// How many requests run side by side.
    pub parallelism: usize,
    /// How the project is read.
    pub project: ProjectOptions,
    /// Where it comes from.
    pub target: TargetFlags,
}

/// Reads the org, decides what the files are to say, shows it, asks and writes.
pub async fn pull(session: &Session, command: &Pull) -> Result<Outcome, CommandError> {
    if command.json && !command.yes && !command.force && !command.dry_run {
        return Err(CommandError::usage("--json asks no questions: add --yes, --force or --dry-run"));
    }
    let interrupts = Interrupts::listen().with_outcome("nothing was written");
    let pulled = interrupts.until(decide(session, command)).await?;
    let settled = settle(&pulled)?;
    let is_last = command.dry_run || settled.writes.is_empty();
    // With --json there is one document on stdout: the plan, or with what was written.
    if !command.json || is_last {
        show::plan(session, command, &pulled, &settled);
    }
    if command.dry_run {
        return Ok(if settled.writes.is_empty() { Outcome::Done } else { Outcome::Changes });
    }
    let writable = writable(&pulled, &settled);
    if settled.writes.is_empty() {
        return writable.and_then(|()| withheld(&settled, Outcome::Done));
    }
    let writes = match writable.and_then(|()| consent::agreed(session, command, &pulled, &settled)) {
        Ok(writes) => writes,
        Err(error) => {
            if command.json {
                show::plan(session, command, &pulled, &settled);
            }
            return Err(error);
        }
    };
    interrupts.check()?;
    let report = write::write(&pulled, &writes, &interrupts);
    show::report(session, command, &pulled, &settled, &report);
    report.result.and_then(|()| withheld(&settled, Outcome::Done))
}

/// What may be a secret and was not written makes the run fail, so that CI notices (L2).
fn withheld(settled: &Settled, outcome: Outcome) -> Result<Outcome, CommandError> {
    let names: Vec<String> =
        settled.plan.withheld.iter().filter(|one| one.is_suspected()).map(Withheld::name).collect();
    if names.is_empty() && settled.unsaid > 0 {
        let message = match settled.unsaid {
            1 => "1 thing was not written as the org has it".to_owned(),
            count => format!("{count} things were not written as the org has them"),
        };
        return Err(CommandError::new(ErrorKind::WouldOverwrite, message).hint("See above, under Not written."));
    }
    if names.is_empty() {
        return Ok(outcome);
    }
    let message = match names.len() {
        1 => "1 value was not written, since it may be a secret".to_owned(),
        count => format!("{count} values were not written, since they may be secrets"),
    };
    let hint = format!(
        "Move it into a secret, or write it all the same: {}",
        names.iter().map(|name| format!("--allow-suspected '{name}'")).collect::<Vec<_>>().join(" ")
    );
    Err(CommandError::new(ErrorKind::WouldOverwrite, message).hint(hint))
}
