//! Plans and applies through the library, on an org in memory.

use std::future;

use lobu::desired::DesiredState;
use lobu::execute::{Approval, ApprovedPlan, Limits, Report, execute};
use lobu::org::{Generation, read_actual};
use lobu::plan::{Options, Plan, Resend, Selection, diff, read_scope};

use super::memory_org::MemoryOrg;

/// Plans against an org, reading it.
pub(crate) async fn plan(org: &MemoryOrg, desired: &DesiredState, prune: bool) -> Plan {
    let options =
        Options { org: org.slug().clone(), prune, resend: Resend::default(), selection: Selection::default() };
    let scope = read_scope(desired, &options.selection);
    let actual = read_actual(org, org.slug(), &scope).await.expect("the org can be read");
    let plan = diff(desired, &actual, &options);
    assert_eq!(plan.problems, []);
    plan
}

/// Plans and applies; the report is of the one execution.
pub(crate) async fn apply(org: &MemoryOrg, desired: &DesiredState, prune: bool) -> Report {
    let plan = plan(org, desired, prune).await;
    let approved = ApprovedPlan::new(plan, Approval::from_flag(true).expect("a yes"));
    let limits = Limits { parallelism: 4, keep_going: false };
    execute(org, &approved, org.slug(), Generation::Ours, limits, future::pending(), &mut |_| ()).await
}
