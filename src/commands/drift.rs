//! `lobu drift`: a view of the plan and of the pull plan.

use std::collections::BTreeSet;

use clap::Args;

use crate::error::{CommandError, ErrorKind};
use crate::model::{counted, plural};
use crate::plan::{Plan, diff};
use crate::pull::{PullRow, Writable};
use crate::render::drift::{DriftView, render};
use crate::render::json::{self, DriftView as JsonDriftView, JsonTarget};
use crate::schema::ResourceKey;
use crate::target::TargetFlags;

use super::interrupts::Interrupts;
use super::options::{ComparisonOptions, ProjectOptions};
use super::pull::{Pulled, ScopeOptions, decide};
use super::{Outcome, Session, project};

/// Detect changes made outside the project (exit code 6 if any)
#[derive(Debug, Args)]
pub struct DriftArgs {
    /// Select resources as kind/id; * and ? match in the ID, agent/ID includes its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    selectors: Vec<String>,
    #[command(flatten, next_help_heading = "Drift")]
    comparison: ComparisonOptions,
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// Reads files and org, and shows where they differ, in both directions. Writes nothing anywhere.
pub async fn run(session: &Session, args: DriftArgs) -> Result<Outcome, CommandError> {
    // An empty directory is a project to come for `pull`, and none here.
    project::open(session, &args.project)?;
    let DriftArgs { selectors, comparison, project, target } = args;
    let scope = ScopeOptions { compares_hidden: true, ..ScopeOptions::default() };
    let interrupts = Interrupts::listen();
    let deciding = decide(session, &selectors, &scope, false, comparison.parallelism, &project, &target);
    let pulled = interrupts.until(deciding).await?;
    let writable = pulled.writable()?;
    let plan = diff(&pulled.desired, &pulled.actual, &pulled.plan_options());
    let differing = differing(&plan, &writable);
    show(session, comparison, &selectors, &pulled, &writable, &plan, &differing);
    if differing.is_empty() {
        return Ok(Outcome::Done);
    }
    let count = differing.len();
    let (resources, are) = (counted(count, "resource"), plural(count, "is", "are"));
    let message = format!("{resources} {are} not as the project declares {}", plural(count, "it", "them"));
    Err(CommandError::new(ErrorKind::Differs, message)
        .hint("To update the org from the files, or the files from the org:\nlobu apply\nlobu pull"))
}

/// The resources of which something that is declared differs; what only the org has never counts.
fn differing(plan: &Plan, writable: &Writable) -> BTreeSet<ResourceKey> {
    let of_plan = plan.rows.iter().filter(|row| row.is_change()).map(|row| row.key.clone());
    let declared = |row: &&PullRow| row.fields.iter().any(|field| field.before.is_some());
    let of_pull = writable.plan.rows.iter().filter(declared).map(|row| row.key.clone());
    of_plan.chain(of_pull).collect()
}

fn show(
    session: &Session,
    comparison: ComparisonOptions,
    selectors: &[String],
    pulled: &Pulled,
    writable: &Writable,
    plan: &Plan,
    differing: &BTreeSet<ResourceKey>,
) {
    let server = pulled.target.server_name();
    let (context, org) = (pulled.target.context.as_str(), pulled.target.org.as_str());
    if comparison.format.json {
        let view = JsonDriftView {
            target: JsonTarget { context, server: &server, org },
            selectors,
            warnings: &pulled.loaded.diagnostics,
            differs: !differing.is_empty(),
            writes: &writable.writes,
        };
        return session.ui.product_json(&json::drift(plan, &writable.plan, &view));
    }
    let view = DriftView { context, server: &server, org, full: comparison.full, differing };
    session.ui.product(&render(plan, &writable.plan, &view));
}
