use lobu::execute::Report;
use lobu::plan::{Action, FieldAction, Plan, Resend};
use lobu::schema::Pair;
use serde_json::{Value as Json, json};

use super::project::{MODELS, desired};
use super::{PLAYBOOK, SCHEMA};
use crate::support::converge::{ORG, carry_out, plan_of, planned_of};
use crate::support::memory_org::{MemoryOrg, WriteFault};

fn org() -> MemoryOrg {
    MemoryOrg::new(ORG, [].into())
}

async fn plan(org: &MemoryOrg, models: &str, prune: bool) -> Plan {
    plan_of(&SCHEMA, org, &desired(models), prune, Resend::default()).await
}

async fn once(org: &MemoryOrg, models: &str, prune: bool) -> Report {
    carry_out(org, planned_of(&SCHEMA, org, &desired(models), prune, Resend::default()).await).await
}

/// Applies; then nothing is left to do.
async fn apply(org: &MemoryOrg, models: &str, prune: bool) {
    let report = once(org, models, prune).await;
    assert!(report.is_complete(), "{report:?}");
    let again = plan(org, models, prune).await;
    assert!(again.is_empty(), "{:#?}", again.changes().collect::<Vec<_>>());
}

/// What a plan says of the playbook `refund`.
#[track_caller]
fn refund(plan: &Plan) -> (Action, Vec<(String, FieldAction)>) {
    let row = plan.rows.iter().find(|row| row.key.kind == PLAYBOOK && row.key.id == "refund").expect("a row");
    (row.action, row.fields.iter().map(|field| (field.path.to_string(), field.action)).collect())
}

#[track_caller]
fn expect(plan: &Plan, action: Action, fields: &[(&str, FieldAction)]) {
    let fields = fields.iter().map(|(path, action)| ((*path).to_owned(), *action)).collect();
    assert_eq!(refund(plan), (action, fields));
}

fn stored(org: &MemoryOrg) -> Json {
    org.store()[(PLAYBOOK, "refund")].clone()
}

#[tokio::test]
async fn it_is_made_as_declared() {
    let org = org();
    let fields = ["title", "summary", "tone", "steps", "enabled", "internal", "notes", "follow_up", "routes"];
    let fields = fields.map(|field| (field, FieldAction::Add));
    expect(&plan(&org, MODELS, false).await, Action::Create, &fields);
    apply(&org, MODELS, false).await;
    let expected = json!({
        "title": "Refund",
        "summary": "How a refund is made",
        "tone": "brisk",
        "steps": ["ask", "pay back"],
        "enabled": true,
        "internal": true,
        "notes": {"owner": "desk", "limit": 50},
        "follow_up": "survey",
    });
    assert_eq!(stored(&org), expected);
    let pairs = org.store().pairs(PLAYBOOK, "refund").into_iter().map(Pair::to_string).collect::<Vec<_>>();
    assert_eq!(pairs, ["customer → ticket", "ticket → customer"]);
}

#[tokio::test]
async fn it_is_changed_and_cleared() {
    let org = org();
    apply(&org, MODELS, false).await;
    let models = MODELS
        .replace("title: Refund ", "title: Money back ")
        .replace("How a refund is made", "''")
        .replace("[ask, \"pay back\"]", "[]")
        .replace("limit: 50", "limit: 60")
        .replace("follow_up: survey", "follow_up: ''")
        .replace("      - {from: customer, to: ticket}\n", "");
    let fields = [
        ("title", FieldAction::Change),
        ("summary", FieldAction::Clear),
        ("steps", FieldAction::Clear),
        ("notes", FieldAction::Change),
        ("follow_up", FieldAction::Clear),
        ("routes", FieldAction::Change),
    ];
    expect(&plan(&org, &models, false).await, Action::Update, &fields);
    apply(&org, &models, false).await;
    let stored = stored(&org);
    assert_eq!((&stored["title"], &stored["notes"]["limit"]), (&json!("Money back"), &json!(60)));
    assert_eq!((&stored["summary"], &stored["steps"], &stored["follow_up"]), (&Json::Null, &json!([]), &Json::Null));
    assert_eq!(org.store().pairs(PLAYBOOK, "refund").len(), 1);
}

#[tokio::test]
async fn what_the_files_do_not_say_drifts_and_is_pruned() {
    let org = org();
    apply(&org, MODELS, false).await;
    let models = "type: playbook\nslug: refund\ntitle: Refund\n";
    let drift = |prunable| FieldAction::Drift { prunable };
    let fields = [
        ("summary", drift(true)),
        ("tone", drift(false)),
        ("steps", drift(true)),
        ("enabled", drift(true)),
        ("internal", drift(false)),
        ("notes", drift(true)),
        ("follow_up", drift(true)),
        ("routes", drift(true)),
    ];
    let drifting = plan(&org, models, false).await;
    expect(&drifting, Action::Drift, &fields);
    assert_eq!(drifting.undeclared[&PLAYBOOK], ["survey"]);
    let before = org.store();
    apply(&org, models, false).await;
    assert_eq!(org.store(), before);
    let pruned = fields.map(|(name, action)| (name, if action == drift(true) { FieldAction::Remove } else { action }));
    expect(&plan(&org, models, true).await, Action::Update, &pruned);
    apply(&org, models, true).await;
    assert_eq!(stored(&org), json!({"title": "Refund", "tone": "brisk", "steps": [], "internal": true}));
    assert_eq!(org.store().pairs(PLAYBOOK, "refund"), [] as [&Pair; 0]);
}

#[tokio::test]
async fn a_run_that_fails_at_any_write_is_healed_by_the_next() {
    let whole = org();
    apply(&whole, MODELS, false).await;
    for fault in [WriteFault::Refused, WriteFault::AnswerLost, WriteFault::NeverArrives] {
        for nth in 1..=whole.writes() {
            let org = org();
            org.fail_write(nth, fault);
            let report = once(&org, MODELS, false).await;
            assert_eq!(report.is_complete(), fault == WriteFault::AnswerLost, "{fault:?} at {nth}");
            apply(&org, MODELS, false).await;
            assert_eq!(org.store().content(), whole.store().content(), "{fault:?} at {nth}");
        }
    }
}
