//! Executions against a fake org that notes what starts and what ends.

use std::collections::BTreeMap;

use futures::channel::oneshot;
use futures::future::{self, FutureExt};
use serde_json::json;

use crate::model::{FieldPath, OrgSlug, Position, Text, Value};
use crate::org::{ActualState, Condition, HiddenValues, SecretsProbe};
use crate::plan::{Action, FieldAction, FieldChange, Options, Plan, Resend, Row, Selection, Verifier};
use crate::schema::kinds::settings::MCP_SERVERS;
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS, relationship_type};
use crate::schema::{
    Change, Declaration, Field, Generation, Kind, Pair, Resource, ResourceKey, SecretsMode, Sent, ServerTraits,
    StoredPair, Write,
};
use crate::wire::WireRecord;

use self::fake::{Fake, Fault};
use super::{Approval, ApprovedPlan, Event, FailureReason, Limits, Report, RowOutcome, Verification, execute};

mod answers;
mod fake;

fn row(kind: Kind, id: &str, action: Action, writes: Vec<Write>) -> Row {
    let key = ResourceKey::new(kind, id);
    Row {
        key,
        declared_at: None,
        overlaid: crate::schema::Overlaid::default(),
        action,
        fields: Vec::new(),
        only_in_org: Vec::new(),
        will_restart: false,
        attention: Vec::new(),
        writes,
    }
}

fn sent<const N: usize>(kind: Kind, id: &str, fields: [(&'static Field, Value); N]) -> Sent {
    let fields = fields.into_iter().map(|(field, value)| (field, Change::Set(value))).collect();
    Sent { fields, ..Sent::new(ResourceKey::new(kind, id)) }
}

fn field(kind: Kind, name: &str) -> &'static Field {
    kind.field(name).unwrap()
}

/// A resource with its name.
fn named(kind: Kind, id: &str) -> Sent {
    sent(kind, id, [(field(kind, "name"), Value::known("Name"))])
}

fn made(sent: Sent) -> Row {
    row(sent.key.kind, &sent.key.id.clone(), Action::Create, vec![Write::Create(sent)])
}

fn agent(id: &str) -> Row {
    made(named(AGENT, id))
}

fn config(id: &str, carries_injected: bool) -> Sent {
    let server = Value::Map([("url".to_owned(), Value::known("https://tickets.example/mcp"))].into());
    let servers = Value::Map([("tickets".to_owned(), server)].into());
    Sent { carries_injected, ..sent(SETTINGS, id, [(MCP_SERVERS, servers)]) }
}

fn settings(id: &str) -> Row {
    made(config(id, false))
}

fn platform(agent: &str, after: Text) -> Row {
    let id = format!("{agent}/{agent}-slack");
    let put = sent(PLATFORM, &id, [(field(PLATFORM, "type"), Value::known("slack"))]);
    let change = FieldChange {
        path: FieldPath::member("config").join("botToken"),
        action: FieldAction::Change,
        before: None,
        after: Some(Value::Text(after)),
        sources: BTreeMap::new(),
        guarded: false,
    };
    Row { fields: vec![change], ..row(PLATFORM, &id, Action::Update, vec![Write::Update(put)]) }
}

fn entity(id: &str) -> Row {
    made(named(ENTITY_TYPE, id))
}

fn relationship(id: &str, inverse: Option<&str>, rules: &[(&str, &str)]) -> Row {
    let key = ResourceKey::new(RELATIONSHIP_TYPE, id);
    let mut writes = vec![Write::Create(named(RELATIONSHIP_TYPE, id))];
    let link = |inverse| {
        Write::Link(sent(
            RELATIONSHIP_TYPE,
            id,
            [(field(RELATIONSHIP_TYPE, "inverse_type_slug"), Value::known(inverse))],
        ))
    };
    writes.extend(inverse.map(link));
    writes.extend(rules.iter().map(|(source, target)| {
        let pair = Pair { first: (*source).to_owned(), second: (*target).to_owned() };
        Write::Add(key.clone(), relationship_type::RULES, pair)
    }));
    row(RELATIONSHIP_TYPE, id, Action::Create, writes)
}

fn plan(rows: Vec<Row>) -> Plan {
    Plan {
        mismatches: Vec::new(),
        secrets: SecretsMode::Values,
        generation: "G1",
        rows,
        undeclared: BTreeMap::new(),
        left_out: BTreeMap::new(),
        secrets_used: Vec::new(),
        needs: Vec::new(),
        missing_secrets: Vec::new(),
        problems: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        provider_keys: Vec::new(),
        takes_provider_keys: false,
        not_compared: None,
    }
}

/// What compares with a plan whose rows are declared as they are sent, in an org that had nothing.
fn verifier(plan: &Plan, server: Generation) -> Verifier {
    let declared: Vec<Resource> = plan
        .rows
        .iter()
        .map(|row| {
            let values = row.writes.iter().filter_map(Write::sent).flat_map(Sent::values);
            let resource = Resource::new(row.key.clone(), Position::file("lobu.toml"));
            values.fold(resource, |resource, (field, value)| resource.with(field, Some(Declaration::of_sent(value))))
        })
        .collect();
    let server = ServerTraits::of(server, None).with_versions(true);
    let (secrets, hidden) = (SecretsProbe::Missing, HiddenValues::default());
    let actual = ActualState { server, secrets, records: BTreeMap::new(), hidden };
    let org = OrgSlug::from_server("dev");
    let selection = Selection::default();
    let options = Options { org, prune: false, resend: Resend::default(), selection, push_command: String::new() };
    Verifier::new(plan, &declared, &actual, &options)
}

const WIDE: Limits = Limits { parallelism: 16, keep_going: false, verify: false };

async fn run_with(fake: &Fake, rows: Vec<Row>, limits: Limits, server: Generation) -> (Report, Vec<Event>) {
    let approved = ApprovedPlan::new(plan(rows), Approval::from_flag(true).unwrap());
    let (sender, receiver) = oneshot::channel();
    {
        let mut state = fake.state.lock().unwrap();
        state.interrupts = state.interrupts.take().map(|(at, _)| (at, sender));
    }
    // Without a sender nothing ever interrupts.
    let interrupted = async {
        if receiver.await.is_err() {
            future::pending::<()>().await;
        }
    };
    let mut events = Vec::new();
    let mut on_event = |event| events.push(event);
    let verifier = verifier(approved.plan(), server);
    let report = execute(fake, &approved, &verifier, limits, interrupted, &mut on_event).await;
    assert_eq!(fake.state.lock().unwrap().in_flight, 0, "everything in flight was awaited");
    (report, events)
}

async fn run(fake: &Fake, rows: Vec<Row>) -> Report {
    run_with(fake, rows, WIDE, Generation::First).await.0
}

fn outcomes(report: &Report) -> Vec<String> {
    let word = |outcome: &RowOutcome| match outcome {
        RowOutcome::Done(None) => "done".to_owned(),
        RowOutcome::Done(Some(what)) => format!("done ({what})"),
        RowOutcome::Failed(_) => "failed".to_owned(),
        RowOutcome::NotTried => "not tried".to_owned(),
        RowOutcome::Unknown(_) => "unknown".to_owned(),
    };
    report.rows.iter().map(|(key, outcome)| format!("{key} {}", word(outcome))).collect()
}

#[tokio::test]
async fn requests_come_in_the_order_of_what_they_need() {
    let fake = Fake::default();
    let rows = vec![
        agent("one"),
        settings("one"),
        platform("one", Text::known("x")),
        entity("company"),
        entity("person"),
        relationship("owns", Some("owned-by"), &[("company", "person")]),
        relationship("owned-by", Some("owns"), &[]),
    ];
    let report = run(&fake, rows).await;
    assert!(report.is_complete() && report.wrote);
    let ordered = |before: &str, after: &str| {
        assert!(fake.at(&format!("- {before}")) < fake.at(&format!("+ {after}")), "{before} before {after}");
    };
    ordered("agent one", "settings one");
    ordered("settings one", "platform one-slack");
    ordered("entity company", "relationship owns");
    ordered("entity person", "relationship owns");
    ordered("relationship owns", "rule owns company person");
    for end in ["owns", "owned-by"] {
        ordered("relationship owns", &format!("link {end}"));
        ordered("relationship owned-by", &format!("link {end}"));
    }
    assert_eq!(fake.sent().len(), 11, "the settings of a new agent are read before they are written");
}

#[tokio::test]
async fn independent_chains_run_side_by_side_within_the_bound() {
    let rows = || (0..12).map(|number| entity(&format!("type-{number}"))).collect::<Vec<_>>();
    for (parallelism, most) in [(0, 1), (1, 1), (4, 4), (64, 12)] {
        let fake = Fake::default();
        let limits = Limits { parallelism, keep_going: false, verify: false };
        assert!(run_with(&fake, rows(), limits, Generation::First).await.0.is_complete());
        assert_eq!(fake.state.lock().unwrap().most_in_flight, most);
    }
}

#[tokio::test]
async fn a_failure_starts_nothing_new_and_awaits_what_is_in_flight() {
    let fake = Fake::with(&[("entity a", Fault::Refuse(422, "no"))]);
    let rows = vec![entity("a"), entity("much-longer"), entity("c")];
    let limits = Limits { parallelism: 2, keep_going: false, verify: false };
    let (report, _) = run_with(&fake, rows, limits, Generation::First).await;
    let expected = ["entity-type/a failed", "entity-type/much-longer done", "entity-type/c not tried"];
    assert_eq!(outcomes(&report), expected);
    assert!(report.wrote && !report.is_complete() && !report.interrupted);
}

#[tokio::test]
async fn keep_going_skips_only_what_depends_on_the_failure() {
    let fake = Fake::with(&[("agent one", Fault::Refuse(409, "no"))]);
    let rows = vec![agent("one"), agent("two"), settings("one"), settings("two"), platform("one", Text::known("x"))];
    let limits = Limits { parallelism: 1, keep_going: true, verify: false };
    let (report, _) = run_with(&fake, rows, limits, Generation::First).await;
    assert_eq!(
        outcomes(&report),
        [
            "agent/one failed",
            "agent/two done",
            "settings/one not tried",
            "settings/two done",
            "platform/one/one-slack not tried"
        ]
    );
}

#[tokio::test]
async fn an_interrupt_starts_nothing_new_and_awaits_what_is_in_flight() {
    let fake = Fake::default();
    let (unused, _) = oneshot::channel();
    fake.state.lock().unwrap().interrupts = Some(("entity b".to_owned(), unused));
    let rows = vec![entity("a"), entity("b"), entity("c"), entity("d")];
    let limits = Limits { parallelism: 1, keep_going: false, verify: false };
    let (report, _) = run_with(&fake, rows, limits, Generation::First).await;
    assert!(report.interrupted && !report.is_complete());
    assert_eq!(
        outcomes(&report),
        ["entity-type/a done", "entity-type/b done", "entity-type/c not tried", "entity-type/d not tried"]
    );
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_stops() {
    let fake = Fake::with(&[("entity a", Fault::Lose)]);
    let limits = Limits { parallelism: 1, keep_going: false, verify: false };
    let (report, _) = run_with(&fake, vec![entity("a"), entity("b")], limits, Generation::First).await;
    assert_eq!(outcomes(&report), ["entity-type/a unknown", "entity-type/b not tried"]);
    assert_eq!((report.unknown(), report.wrote), (1, false));
}

#[tokio::test]
async fn a_row_that_fails_half_way_is_failed_and_something_was_written() {
    let fake = Fake::with(&[("rule owns a b", Fault::Refuse(400, "no"))]);
    let report = run(&fake, vec![relationship("owns", None, &[("a", "b"), ("c", "d")])]).await;
    assert_eq!(outcomes(&report), ["relationship-type/owns failed"]);
    assert!(report.wrote);
    let RowOutcome::Failed(failure) = &report.rows[0].1 else { panic!("{report:?}") };
    let hint = failure.hint.as_deref().unwrap_or_default();
    assert!(hint.contains("An earlier change to it was applied."), "it says so itself: {hint}");
    assert_eq!(fake.sent(), ["relationship owns", "rule owns a b"]);
}

#[tokio::test]
async fn a_type_without_its_link_is_not_done() {
    let fake = Fake::with(&[("relationship owned-by", Fault::Refuse(400, "no"))]);
    let rows = vec![relationship("owns", Some("owned-by"), &[]), relationship("owned-by", None, &[])];
    let report = run(&fake, rows).await;
    assert_eq!(outcomes(&report), ["relationship-type/owns failed", "relationship-type/owned-by failed"]);
    let RowOutcome::Failed(failure) = &report.rows[0].1 else { panic!("{report:?}") };
    assert_eq!(failure.reason, FailureReason::Partial, "it was made, and its link was not tried");
    assert!(report.wrote, "one of them was made all the same");
}

#[tokio::test]
async fn a_failed_link_fails_its_row() {
    let fake = Fake::with(&[("link owns", Fault::Refuse(400, "no"))]);
    let rows = vec![relationship("owns", Some("owned-by"), &[]), relationship("owned-by", None, &[])];
    let report = run(&fake, rows).await;
    assert_eq!(outcomes(&report), ["relationship-type/owns failed", "relationship-type/owned-by done"]);
}

#[tokio::test]
async fn rows_without_requests_are_no_part_of_the_report() {
    // A new agent without any config has a settings row, and nothing to send for it.
    let fake = Fake::with(&[("agent one", Fault::Refuse(400, "no"))]);
    let empty = row(SETTINGS, "one", Action::Create, Vec::new());
    let report = run(&fake, vec![agent("one"), empty]).await;
    assert_eq!(outcomes(&report), ["agent/one failed"]);
}

#[tokio::test]
async fn the_injected_entry_is_carried_only_where_the_plan_says_so() {
    let injected = json!({"owletto": {"url": "http://localhost:8787/mcp/dev"}});
    for carries in [false, true] {
        let members = [(MCP_SERVERS, injected.clone())].into_iter().collect();
        let record = WireRecord { members, ..WireRecord::default() };
        let fake = Fake { settings: Some(record), ..Fake::default() };
        assert!(run(&fake, vec![made(config("one", carries))]).await.is_complete());
        assert!(fake.sent().contains(&"read one".to_owned()));
        let sent = fake.state.lock().unwrap().sent[0].value(MCP_SERVERS).unwrap().clone();
        assert_eq!(sent.as_map().unwrap().contains_key("owletto"), carries);
    }
}

#[tokio::test]
async fn a_noop_to_a_secret_that_was_sent_again_is_unknown_on_other_servers() {
    let secret = || Text::SecretRef(crate::model::SecretName::parse("A").unwrap());
    let outcome = async |after: Text, server: Generation| {
        let fake = Fake::with(&[("platform one-slack", Fault::Noop)]);
        outcomes(&run_with(&fake, vec![platform("one", after)], WIDE, server).await.0).remove(0)
    };
    assert_eq!(outcome(secret(), Generation::First).await, "platform/one/one-slack unknown");
    assert_eq!(outcome(Text::sensitive("x"), Generation::Second).await, "platform/one/one-slack unknown");
    assert_eq!(outcome(secret(), Generation::Ours).await, "platform/one/one-slack done (noop on server)");
    assert_eq!(outcome(Text::known("x"), Generation::First).await, "platform/one/one-slack done (noop on server)");
}

#[tokio::test]
async fn a_changed_platform_says_that_it_restarted() {
    let report = run(&Fake::default(), vec![platform("one", Text::known("x"))]).await;
    assert_eq!(outcomes(&report), ["platform/one/one-slack done (restarted)"]);
}

#[tokio::test]
async fn events_tell_of_each_row_once_when_it_starts_and_once_when_it_ends() {
    let rows = vec![entity("a"), relationship("owns", Some("owned-by"), &[]), relationship("owned-by", None, &[])];
    let (_, events) = run_with(&Fake::default(), rows, WIDE, Generation::First).await;
    for at in 0..3 {
        let started = events.iter().filter(|event| **event == Event::Started { row: at }).count();
        let finished = events.iter().filter(|event| matches!(event, Event::Finished { row, .. } if *row == at)).count();
        assert_eq!((started, finished), (1, 1), "row {at}");
    }
}

#[tokio::test]
async fn a_missing_right_is_told_apart() {
    for (status, rights) in [(401, true), (403, true), (400, false)] {
        let fake = Fake::with(&[("entity a", Fault::Refuse(status, "no"))]);
        let report = run(&fake, vec![entity("a")]).await;
        assert_eq!(report.is_refused_for_rights(), rights);
    }
}

#[tokio::test]
async fn known_refusals_come_with_an_advice() {
    let deleted = Fault::Refuse(400, "duplicate key value violates unique constraint");
    let fake = Fake::with(&[("relationship owns", deleted)]);
    let report = run(&fake, vec![relationship("owns", None, &[])]).await;
    let RowOutcome::Failed(failure) = &report.rows[0].1 else { panic!("{report:?}") };
    assert!(failure.hint.as_ref().unwrap().contains("was deleted"));
}

#[tokio::test]
async fn removing_a_rule_names_it_by_the_servers_id() {
    let pair = Pair { first: "owns".to_owned(), second: "owns".to_owned() };
    let stored = StoredPair { handle: json!(7), pair };
    let write = Write::Remove(ResourceKey::new(RELATIONSHIP_TYPE, "owns"), relationship_type::RULES, stored);
    let fake = Fake::default();
    assert!(run(&fake, vec![row(RELATIONSHIP_TYPE, "owns", Action::Update, vec![write])]).await.is_complete());
    assert_eq!(fake.sent(), ["unrule 7"]);
}

#[test]
fn nothing_is_approved_but_by_a_yes() {
    assert!(Approval::from_answer(false).is_none() && Approval::from_flag(false).is_none());
    assert!(Approval::from_answer(true).is_some() && Approval::from_flag(true).is_some());
}

#[test]
fn an_empty_plan_sends_nothing() {
    let fake = Fake::default();
    let report = run(&fake, Vec::new()).now_or_never().unwrap();
    assert!(report.is_complete() && !report.wrote && fake.sent().is_empty());
}
