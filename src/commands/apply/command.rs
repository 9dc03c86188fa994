use std::path::PathBuf;

use crate::error::CommandError;
use crate::execute::{Approval, ApprovedPlan};
use crate::plan::Only;
use crate::target::TargetFlags;

use super::super::interrupts::Interrupts;
use super::super::{Outcome, ProjectOptions, Session};
use super::planning::{Planned, plan};
use super::{consent, recheck, show, write};

/// What `apply` or `plan` was asked.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Apply {
    /// The selectors, as typed.
    pub selectors: Vec<String>,
    /// `--only`.
    pub only: Option<Only>,
    /// `--dry-run`, and always for `plan`.
    pub dry_run: bool,
    /// `--yes`.
    pub yes: bool,
    /// `--json`.
    pub json: bool,
    /// `--show-unchanged`.
    pub show_unchanged: bool,
    /// `--full`.
    pub full: bool,
    /// `--all`.
    pub all: bool,
    /// `--prune`.
    pub prune: bool,
    /// `--allow-clear`.
    pub allow_clear: bool,
    /// `--expect`.
    pub expect: Option<String>,
    /// `--resend-secrets`.
    pub resend_secrets: Vec<String>,
    /// `--send-secret-values`.
    pub send_secret_values: bool,
    /// `--env-file`.
    pub env_file: Option<PathBuf>,
    /// `--require-secrets`.
    pub require_secrets: bool,
    /// `--keep-going`.
    pub keep_going: bool,
    /// How many requests run side by side.
    pub parallelism: usize,
    /// `--no-recheck`.
    pub no_recheck: bool,
    /// How the project is read.
    pub project: ProjectOptions,
    /// Where it goes.
    pub target: TargetFlags,
}

/// Plans, shows, asks, carries out and reports.
pub async fn apply(session: &Session, command: &Apply) -> Result<Outcome, CommandError> {
    if command.json && !command.yes && !command.dry_run {
        return Err(CommandError::usage("--json asks no questions: add --yes or --dry-run"));
    }
    let interrupts = Interrupts::listen().with_outcome("nothing was changed");
    let planned = interrupts.until(plan(session, command)).await?;
    let shown = command.json && !command.dry_run;
    if !shown {
        show::plan(session, command, &planned);
    }
    let result = decide(session, command, &planned, &interrupts).await;
    // With --json there is one document on stdout: the plan with the report, or with what stood in its way.
    if shown && !matches!(result, Decision::Shown(_)) {
        show::plan(session, command, &planned);
    }
    match result {
        Decision::Shown(result) | Decision::Ended(result) => result,
    }
}

/// How an apply ended, and whether its JSON was written.
enum Decision {
    Shown(Result<Outcome, CommandError>),
    Ended(Result<Outcome, CommandError>),
}

async fn decide(session: &Session, command: &Apply, planned: &Planned, interrupts: &Interrupts) -> Decision {
    if let Err(error) = consent::preflight(session, command, planned) {
        return Decision::Ended(Err(error));
    }
    if command.dry_run {
        let outcome = if planned.plan.is_empty() { Outcome::Done } else { Outcome::Changes };
        return Decision::Ended(Ok(outcome));
    }
    if planned.plan.is_empty() {
        return Decision::Ended(Ok(Outcome::Done));
    }
    let approval = match consent::ask(session, command, planned) {
        Ok(approval) => approval,
        Err(error) => return Decision::Ended(Err(error)),
    };
    carry_out(session, command, planned, approval, interrupts).await
}

async fn carry_out(
    session: &Session,
    command: &Apply,
    planned: &Planned,
    approval: Approval,
    interrupts: &Interrupts,
) -> Decision {
    let writer = match write::writer(command, planned).await {
        Ok(writer) => writer,
        Err(error) => return Decision::Ended(Err(error)),
    };
    if !command.yes && !command.no_recheck {
        let checked = interrupts.until(recheck::recheck(&writer.org, planned)).await;
        if let Err(error) = checked {
            return Decision::Ended(Err(error));
        }
    }
    let approved = ApprovedPlan::new(planned.plan.clone(), approval);
    let report = write::execute(session, command, planned, &writer.org, &approved, interrupts.wait()).await;
    let closed = writer.close().await;
    show::report(session, command, planned, &report);
    Decision::Shown(write::outcome(&report).and_then(|outcome| closed.map(|()| outcome)))
}
