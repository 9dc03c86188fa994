//! `lobu plan`: a dry run of apply.

use clap::Args;

use crate::error::CommandError;
use crate::target::TargetFlags;

use super::apply::{self, ApplyArgs};
use super::options::ProjectOptions;
use super::planning::{ApplyOptions, PlanOptions};
use super::{Outcome, Session};

/// Preview changes without applying them
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// Plans and shows. Nothing is written.
pub async fn run(session: &Session, args: PlanArgs) -> Result<Outcome, CommandError> {
    let PlanArgs { plan, project, target } = args;
    let apply = ApplyOptions { dry_run: true, ..ApplyOptions::default() };
    apply::run(session, &ApplyArgs { plan, apply, project, target }).await
}
