//! Plans and applies through the library, on any org `dev`.

use std::future;

use lobu::desired::DesiredState;
use lobu::execute::{Approval, ApprovedPlan, Limits, Report, execute};
use lobu::model::OrgSlug;
use lobu::org::{OrgRead, OrgWrite, read_actual};
use lobu::plan::{Options, Plan, Resend, Selection, Verifier, diff, read_scope};
use lobu::schema::{ALL, Schema};

/// The slug of every org that is planned against here.
pub(crate) const ORG: &str = "dev";

/// Plans against an org, reading it.
pub(crate) async fn plan(org: &impl OrgRead, desired: &DesiredState, prune: bool) -> Plan {
    plan_of(&ALL, org, desired, prune, Resend::default()).await
}

/// Plans for the kinds of a schema.
pub(crate) async fn plan_of(
    schema: &Schema,
    org: &impl OrgRead,
    desired: &DesiredState,
    prune: bool,
    resend: Resend,
) -> Plan {
    planned_of(schema, org, desired, prune, resend).await.0
}

/// The same, with what carries it out.
pub(crate) async fn planned_of(
    schema: &Schema,
    org: &impl OrgRead,
    desired: &DesiredState,
    prune: bool,
    resend: Resend,
) -> (Plan, Verifier) {
    let slug = OrgSlug::from_server(ORG);
    let options =
        Options { org: slug.clone(), prune, resend, selection: Selection::default(), push_command: String::new() };
    let scope = read_scope(schema, desired, &options.selection);
    let scope = if prune { scope.with_undeclared() } else { scope };
    let actual = read_actual(org, &slug, &scope).await.expect("the org can be read");
    let plan = diff(desired, &actual, &options);
    assert_eq!(plan.problems, []);
    let verifier = Verifier::new(&plan, desired.all(), &actual, &options);
    (plan, verifier)
}

/// Plans and applies; the report is of the one execution.
pub(crate) async fn apply(org: &impl OrgWrite, desired: &DesiredState, prune: bool) -> Report {
    apply_of(&ALL, org, desired, prune, Resend::default()).await
}

/// Plans and applies with `--prune` and `--resend-secrets=all`, after which nothing is left to doubt: a value that the org
/// hides may be another than that of the files.
pub(crate) async fn apply_everything(org: &impl OrgWrite, desired: &DesiredState) -> Report {
    let resend = Resend::parse(["all"]).expect("a word that is known");
    apply_of(&ALL, org, desired, true, resend).await
}

/// Plans for the kinds of a schema, and applies.
async fn apply_of(schema: &Schema, org: &impl OrgWrite, desired: &DesiredState, prune: bool, resend: Resend) -> Report {
    carry_out(org, planned_of(schema, org, desired, prune, resend).await).await
}

/// Applies a plan.
pub(crate) async fn carry_out(org: &impl OrgWrite, (plan, verifier): (Plan, Verifier)) -> Report {
    let approved = ApprovedPlan::new(plan, Approval::from_flag(true).expect("a yes"));
    let limits = Limits { parallelism: 4, keep_going: false, verify: true };
    execute(org, &approved, &verifier, limits, future::pending(), &mut |_| ()).await
}
