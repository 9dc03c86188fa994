//! Plans and applies through the library, on an org in memory.

use std::future;

use lobu::desired::DesiredState;
use lobu::execute::{Approval, ApprovedPlan, Limits, Report, execute};
use lobu::org::{Generation, read_actual};
use lobu::plan::{Options, Plan, Resend, Selection, diff, read_scope};

use super::memory_org::MemoryOrg;

/// Plans against an org, reading it.
pub(crate) async fn plan(org: &MemoryOrg, desired: &DesiredState, prune: bool) -> Plan {
    plan_resending(org, desired, prune, Resend::default()).await
}

async fn plan_resending(org: &MemoryOrg, desired: &DesiredState, prune: bool, resend: Resend) -> Plan {
    let options = Options {
        org: org.slug().clone(),
        prune,
        resend,
        selection: Selection::default(),
        push_command: String::new(),
    };
    let scope = read_scope(desired, &options.selection);
    let actual = read_actual(org, org.slug(), &scope).await.expect("the org can be read");
    let plan = diff(desired, &actual, &options);
    assert_eq!(plan.problems, []);
    plan
}

/// Plans and applies; the report is of the one execution.
pub(crate) async fn apply(org: &MemoryOrg, desired: &DesiredState, prune: bool) -> Report {
    carry_out(org, plan(org, desired, prune).await).await
}

/// Plans and applies with `--prune` and `--resend-secrets=all`, after which nothing is left to doubt.
pub(crate) async fn apply_everything(org: &MemoryOrg, desired: &DesiredState) -> Report {
    carry_out(org, plan_resending(org, desired, true, resend_all()).await).await
}

/// `--resend-secrets=all`
pub(crate) fn resend_all() -> Resend {
    Resend::parse(["all"]).expect("a word that is known")
}

async fn carry_out(org: &MemoryOrg, plan: Plan) -> Report {
    let approved = ApprovedPlan::new(plan, Approval::from_flag(true).expect("a yes"));
    let limits = Limits { parallelism: 4, keep_going: false };
    execute(org, &approved, org.slug(), Generation::Ours, limits, future::pending(), &mut |_| ()).await
}
