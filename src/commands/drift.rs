//! `lobu drift`: a view of the plan and of the pull plan.

use std::collections::BTreeSet;

use clap::Args;

use crate::error::{CommandError, ErrorKind};
use crate::model::counted;
use crate::plan::{Plan, diff};
use crate::pull::{PullRow, Writable};
use crate::render::drift::{DriftView, is_drifting, render};
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
    undeclared: UndeclaredOptions,
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// What is said of what only the org has.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Drift")]
struct UndeclaredOptions {
    /// Also list resources that are not in the project
    #[arg(long)]
    all: bool,
    /// Also exit with 6 for settings that the project does not declare; with --all for resources too
    #[arg(long)]
    strict: bool,
    /// Show values that only the org has, also when the output is not a terminal
    #[arg(long)]
    org_values: bool,
}

/// Reads files and org, and shows where they differ, in both directions. Writes nothing anywhere.
pub async fn run(session: &Session, args: DriftArgs) -> Result<Outcome, CommandError> {
    // An empty directory is a project to come for `pull`, and none here.
    project::open(session, &args.project)?;
    let DriftArgs { selectors, comparison, undeclared, project, target } = args;
    let scope = ScopeOptions { compares_hidden: true, ..ScopeOptions::default() };
    let interrupts = Interrupts::listen();
    let deciding = decide(session, &selectors, &scope, false, comparison.parallelism, &project, &target);
    let pulled = interrupts.until(deciding).await?;
    let writable = pulled.writable()?;
    let plan = diff(&pulled.desired, &pulled.actual, &pulled.plan_options());
    let differing = differing(&plan, &writable);
    let shown = Shown { pulled: &pulled, writable: &writable, plan: &plan, differing: &differing };
    shown.show(session, comparison, undeclared, &selectors);
    if !differing.is_empty() {
        return Err(CommandError::new(ErrorKind::Differs, "the org differs from the project")
            .hint("To update the org from the files, or the files from the org:\nlobu apply\nlobu pull"));
    }
    match unexpected(&plan, undeclared) {
        0 => Ok(Outcome::Done),
        count => {
            let message =
                format!("{} in the org that the project does not declare", counted(count, "setting or resource"));
            let message = message.replace("setting or resources", "settings or resources");
            Err(CommandError::new(ErrorKind::Differs, message)
                .hint("To add them to the files, or to remove settings from the org:\nlobu pull\nlobu apply --prune"))
        }
    }
}

/// With `--strict`, what only the org has: parts of declared resources, and with `--all` whole resources too.
fn unexpected(plan: &Plan, options: UndeclaredOptions) -> usize {
    if !options.strict {
        return 0;
    }
    let drifting = plan.rows.iter().filter(|row| is_drifting(row)).count();
    let others: usize = plan.undeclared.values().map(Vec::len).sum();
    if options.all { drifting + others } else { drifting }
}

/// The resources of which something that is declared differs; what only the org has never counts.
fn differing(plan: &Plan, writable: &Writable) -> BTreeSet<ResourceKey> {
    let of_plan = plan.rows.iter().filter(|row| row.is_change()).map(|row| row.key.clone());
    let declared = |row: &&PullRow| row.fields.iter().any(|field| field.before.is_some());
    let of_pull = writable.plan.rows.iter().filter(declared).map(|row| row.key.clone());
    of_plan.chain(of_pull).collect()
}

/// What was found.
#[derive(Clone, Copy)]
struct Shown<'found> {
    pulled: &'found Pulled,
    writable: &'found Writable,
    plan: &'found Plan,
    differing: &'found BTreeSet<ResourceKey>,
}

impl Shown<'_> {
    fn show(
        self,
        session: &Session,
        comparison: ComparisonOptions,
        undeclared: UndeclaredOptions,
        selectors: &[String],
    ) {
        let Self { pulled, writable, plan, differing } = self;
        let server = pulled.target.server_name();
        let (context, org) = (pulled.target.context.as_str(), pulled.target.org.as_str());
        let via = pulled.target.via();
        let org_values = undeclared.org_values || session.ui.is_product_seen();
        if comparison.format.json {
            let view = JsonDriftView {
                target: JsonTarget { context, server: &server, org, name: pulled.target.target_name() },
                selectors,
                warnings: &pulled.loaded.diagnostics,
                differs: !differing.is_empty(),
                org_values,
                writes: &writable.writes,
            };
            return session.ui.product_json(&json::drift(plan, &writable.plan, &view));
        }
        let view = DriftView {
            context: &via,
            server: &server,
            org,
            with_head: !session.ui.shows_talk_with_product(),
            columns: session.ui.product_columns(),
            full: comparison.full,
            all: undeclared.all,
            org_values,
            differing,
        };
        session.ui.product(&render(plan, &writable.plan, &view));
    }
}
