//! `lobu apply`: previews changes, asks, and applies them to the org.

use clap::Args;

use crate::error::CommandError;
use crate::execute::{Approval, ApprovedPlan, Limits};
use crate::target::TargetFlags;

use super::interrupts::Interrupts;
use super::options::{Format, ProjectOptions};
use super::planning::{
    ApplyOptions, PlanOptions, Planned, ask, execute, outcome, plan, preflight, recheck, show_plan, show_report,
    summarize_plan, writer,
};
use super::{Outcome, Session};

/// Preview changes, confirm, and apply them to the org
#[derive(Debug, Args)]
pub struct ApplyArgs {
    #[command(flatten)]
    pub(super) plan: PlanOptions,
    #[command(flatten)]
    pub(super) apply: ApplyOptions,
    #[command(flatten)]
    pub(super) project: ProjectOptions,
    #[command(flatten)]
    pub(super) target: TargetFlags,
}

/// Plans, shows, asks, carries out and reports.
pub async fn run(session: &Session, args: &ApplyArgs) -> Result<Outcome, CommandError> {
    let ApplyOptions { yes, dry_run, .. } = args.apply;
    let format = args.plan.format.format();
    match format {
        Format::Json if !yes && !dry_run => {
            return Err(CommandError::usage("--json asks no questions: add --yes or --dry-run"));
        }
        Format::Markdown if !dry_run => {
            return Err(CommandError::usage("--format markdown is for plans: add --dry-run"));
        }
        Format::Text | Format::Json | Format::Markdown => {}
    }
    let interrupts = Interrupts::listen().with_outcome("nothing was changed");
    let planned = interrupts.until(plan(session, &args.plan, &args.project, &args.target)).await?;
    summarize_plan(session, &args.plan, dry_run, &planned);
    // As JSON there is one document on stdout: the plan with the report, or with what stood in its way.
    let is_shown_later = format == Format::Json && !dry_run;
    if !is_shown_later {
        show_plan(session, &args.plan, dry_run, &planned);
    }
    let decided = decide(session, args, &planned, &interrupts).await;
    if is_shown_later && !matches!(decided, Decision::Reported(_)) {
        show_plan(session, &args.plan, dry_run, &planned);
    }
    match decided {
        Decision::Reported(result) | Decision::Ended(result) => result,
    }
}

/// How an apply ended, and whether it was reported.
enum Decision {
    Reported(Result<Outcome, CommandError>),
    Ended(Result<Outcome, CommandError>),
}

async fn decide(session: &Session, args: &ApplyArgs, planned: &Planned, interrupts: &Interrupts) -> Decision {
    if let Err(error) = preflight(session, &args.plan, args.apply, planned) {
        return Decision::Ended(Err(error));
    }
    if planned.plan.is_empty() {
        return Decision::Ended(Ok(Outcome::Done));
    }
    if args.apply.dry_run {
        return Decision::Ended(Ok(Outcome::Changes));
    }
    match ask(session, args.apply.yes, planned) {
        Ok(approval) => carry_out(session, args, planned, approval, interrupts).await,
        Err(error) => Decision::Ended(Err(error)),
    }
}

async fn carry_out(
    session: &Session,
    args: &ApplyArgs,
    planned: &Planned,
    approval: Approval,
    interrupts: &Interrupts,
) -> Decision {
    let writer = match writer(planned, args.plan.parallelism).await {
        Ok(writer) => writer,
        Err(error) => return Decision::Ended(Err(error)),
    };
    if !args.apply.yes
        && !args.apply.no_recheck
        && let Err(error) = interrupts.until(recheck(&writer.org, planned)).await
    {
        return Decision::Ended(Err(error));
    }
    let approved = ApprovedPlan::new(planned.plan.clone(), approval);
    let limits =
        Limits { parallelism: args.plan.parallelism, keep_going: args.apply.keep_going, verify: !args.apply.no_verify };
    let report = execute(session, limits, planned, &writer.org, &approved, interrupts.wait()).await;
    let closed = writer.close().await;
    show_report(session, &args.plan, planned, &report);
    Decision::Reported(outcome(&report).and_then(|outcome| Ok(closed.map(|()| outcome)?)))
}
