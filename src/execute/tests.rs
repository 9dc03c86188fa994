//! Executions against a fake org that notes what starts and what ends.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures::channel::oneshot;
use futures::future::{self, FutureExt};
use serde_json::json;

use crate::model::{AgentId, FieldPath, OrgSlug, Rule, StableId, Text, TypeSlug, Value};
use crate::org::{
    AgentCreate, AgentCreated, AgentPatch, Cause, Change, EntityTypeWrite, Generation, OrgRead, OrgWrite, Outcome,
    PlatformPut, PlatformStored, PlatformsProbe, RelationshipTypeWrite, Request, RequestError, SecretsMode,
    SecretsProbe, SettingsMember, SettingsPatch, StoredRule,
};
use crate::plan::{Action, FieldAction, FieldChange, Plan, Row, Write};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};
use crate::schema::{Kind, ResourceKey};
use crate::wire::{
    AgentRow, EntityTypeRow, Health, Json, PlatformRow, RelationshipTypeRow, RuleRow, ServerError, SettingsRow,
};

use super::{Approval, ApprovedPlan, Event, Limits, Report, RowOutcome, execute};

/// What the fake does instead of succeeding.
#[derive(Debug, Clone)]
enum Fault {
    Refuse(u16, &'static str),
    Lose,
    Exists(AgentRow),
    Noop,
}

#[derive(Debug, Default)]
struct State {
    log: Vec<String>,
    in_flight: usize,
    most_in_flight: usize,
    interrupts: Option<(String, oneshot::Sender<()>)>,
    patches: Vec<SettingsPatch>,
}

/// An org in which every write takes a while.
#[derive(Debug, Default)]
struct Fake {
    faults: BTreeMap<String, Fault>,
    settings: Option<SettingsRow>,
    state: Mutex<State>,
}

fn request() -> Request {
    Request { method: "PUT", path: "x".to_owned() }
}

impl Fake {
    fn with(faults: &[(&str, Fault)]) -> Self {
        let faults = faults.iter().map(|(label, fault)| ((*label).to_owned(), fault.clone())).collect();
        Self { faults, ..Self::default() }
    }

    fn log(&self) -> Vec<String> {
        self.state.lock().unwrap().log.clone()
    }

    /// The labels of what was sent, in order.
    fn sent(&self) -> Vec<String> {
        self.log().iter().filter_map(|line| line.strip_prefix("+ ").map(str::to_owned)).collect()
    }

    /// Where a line stands in the log.
    #[track_caller]
    fn at(&self, line: &str) -> usize {
        let log = self.log();
        log.iter().position(|other| other == line).unwrap_or_else(|| panic!("no {line} in {log:?}"))
    }

    fn begin(&self, label: &str) {
        let mut state = self.state.lock().unwrap();
        state.log.push(format!("+ {label}"));
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        if let Some((_, sender)) = state.interrupts.take_if(|(at, _)| at == label) {
            sender.send(()).unwrap();
        }
    }

    async fn write(&self, label: &str) -> Result<Option<Fault>, RequestError> {
        self.begin(label);
        // Longer ids take longer, so that what starts together does not end together.
        for _ in 0..label.len() * 3 {
            tokio::task::yield_now().await;
        }
        let mut state = self.state.lock().unwrap();
        state.in_flight -= 1;
        state.log.push(format!("- {label}"));
        match self.faults.get(label) {
            Some(Fault::Refuse(status, message)) => {
                let server = ServerError { message: Some((*message).to_owned()), ..ServerError::default() };
                Err(RequestError::Refused { request: request(), status: *status, server })
            }
            Some(Fault::Lose) => Err(RequestError::NoAnswer {
                request: request(),
                cause: Cause::Cut,
                what: "cut".to_owned(),
                outcome: Outcome::Unknown,
            }),
            other => Ok(other.cloned()),
        }
    }
}

fn unread<T>() -> Result<T, RequestError> {
    Err(RequestError::NotSent { request: request(), what: "an execution does not read this".to_owned() })
}

impl OrgRead for Fake {
    async fn health(&self) -> Result<Health, RequestError> {
        unread()
    }
    async fn probe_platforms(&self, _: &AgentId) -> Result<PlatformsProbe, RequestError> {
        unread()
    }
    async fn probe_secrets(&self) -> Result<SecretsProbe, RequestError> {
        unread()
    }
    async fn agents(&self) -> Result<Vec<AgentRow>, RequestError> {
        unread()
    }
    async fn settings(&self, agent: &AgentId) -> Result<Option<SettingsRow>, RequestError> {
        self.write(&format!("read {agent}")).await?;
        Ok(self.settings.clone())
    }
    async fn platforms(&self, _: &AgentId) -> Result<Option<Vec<PlatformRow>>, RequestError> {
        unread()
    }
    async fn entity_types(&self) -> Result<Vec<EntityTypeRow>, RequestError> {
        unread()
    }
    async fn relationship_types(&self) -> Result<Vec<RelationshipTypeRow>, RequestError> {
        unread()
    }
    async fn rules(&self, _: &TypeSlug) -> Result<Vec<RuleRow>, RequestError> {
        unread()
    }
}

impl OrgWrite for Fake {
    async fn create_agent(&self, write: &AgentCreate) -> Result<AgentCreated, RequestError> {
        Ok(match self.write(&format!("agent {}", write.agent)).await? {
            Some(Fault::Exists(row)) => AgentCreated::Existed(row),
            _ => AgentCreated::Created,
        })
    }
    async fn update_agent(&self, write: &AgentPatch) -> Result<(), RequestError> {
        self.write(&format!("agent {}", write.agent)).await.map(drop)
    }
    async fn patch_settings(&self, write: &SettingsPatch) -> Result<(), RequestError> {
        self.state.lock().unwrap().patches.push(write.clone());
        self.write(&format!("settings {}", write.agent)).await.map(drop)
    }
    async fn put_platform(&self, write: &PlatformPut) -> Result<PlatformStored, RequestError> {
        Ok(match self.write(&format!("platform {}", write.id)).await? {
            Some(Fault::Noop) => PlatformStored::Unchanged,
            _ if write.settings.is_some() => PlatformStored::Updated,
            _ => PlatformStored::Created,
        })
    }
    async fn create_entity_type(&self, write: &EntityTypeWrite) -> Result<(), RequestError> {
        self.write(&format!("entity {}", write.slug)).await.map(drop)
    }
    async fn update_entity_type(&self, write: &EntityTypeWrite) -> Result<(), RequestError> {
        self.write(&format!("entity {}", write.slug)).await.map(drop)
    }
    async fn create_relationship_type(&self, write: &RelationshipTypeWrite) -> Result<(), RequestError> {
        self.write(&format!("relationship {}", write.slug)).await.map(drop)
    }
    async fn update_relationship_type(&self, write: &RelationshipTypeWrite) -> Result<(), RequestError> {
        let what = if write.inverse.is_some() { "link" } else { "relationship" };
        self.write(&format!("{what} {}", write.slug)).await.map(drop)
    }
    async fn add_rule(&self, slug: &TypeSlug, rule: &Rule) -> Result<(), RequestError> {
        self.write(&format!("rule {slug} {} {}", rule.source, rule.target)).await.map(drop)
    }
    async fn remove_rule(&self, id: &Json) -> Result<(), RequestError> {
        self.write(&format!("unrule {id}")).await.map(drop)
    }
}

fn row(kind: Kind, id: &str, action: Action, writes: Vec<Write>) -> Row {
    let key = ResourceKey::new(kind, id);
    Row { key, action, fields: Vec::new(), will_restart: false, attention: Vec::new(), writes }
}

fn create(id: &str) -> AgentCreate {
    AgentCreate { agent: AgentId::from_server(id), name: Text::known("Name"), description: None }
}

fn agent(id: &str) -> Row {
    row(AGENT, id, Action::Create, vec![Write::CreateAgent(create(id))])
}

fn patch(id: &str, carry_injected: bool) -> SettingsPatch {
    let servers = Value::Map(BTreeMap::new());
    let members = BTreeMap::from([(SettingsMember::McpServers, servers)]);
    SettingsPatch { agent: AgentId::from_server(id), members, carry_injected }
}

fn settings(id: &str) -> Row {
    row(SETTINGS, id, Action::Create, vec![Write::PatchSettings(patch(id, false))])
}

fn platform(agent: &str, after: Text) -> Row {
    let id = format!("{agent}-slack");
    let put = PlatformPut {
        agent: AgentId::from_server(agent),
        id: StableId::from_server(id.clone()),
        platform_type: "slack".to_owned(),
        name: None,
        config: BTreeMap::new(),
        settings: Some(Value::Map(BTreeMap::new())),
    };
    let field = FieldChange {
        path: FieldPath::member("config").join("botToken"),
        action: FieldAction::Change,
        before: None,
        after: Some(Value::Text(after)),
        sources: BTreeMap::new(),
        guarded: false,
    };
    let row = row(PLATFORM, &format!("{agent}/{id}"), Action::Update, vec![Write::PutPlatform(put)]);
    Row { fields: vec![field], ..row }
}

fn entity(id: &str) -> Row {
    let write = EntityTypeWrite {
        slug: TypeSlug::from_server(id),
        name: Some(Text::known("Name")),
        description: None,
        icon: None,
        color: None,
        metadata_schema: None,
        event_kinds: None,
    };
    row(ENTITY_TYPE, id, Action::Create, vec![Write::CreateEntityType(write)])
}

fn relationship(id: &str, inverse: Option<&str>, rules: &[(&str, &str)]) -> Row {
    let slug = TypeSlug::from_server(id);
    let write = RelationshipTypeWrite {
        slug: slug.clone(),
        name: Some(Text::known("Name")),
        description: None,
        metadata_schema: None,
        inverse: None,
        status: None,
        is_symmetric: None,
        auto_create_when: None,
    };
    let link = |inverse: &str| {
        let inverse = Some(Change::Set(TypeSlug::from_server(inverse)));
        Write::LinkInverse(RelationshipTypeWrite { name: None, inverse, ..write.clone() })
    };
    let mut writes = vec![Write::CreateRelationshipType(write.clone())];
    writes.extend(inverse.map(link));
    writes.extend(rules.iter().map(|(source, target)| {
        let rule = Rule { source: TypeSlug::from_server(*source), target: TypeSlug::from_server(*target) };
        Write::AddRule(slug.clone(), rule)
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
        problems: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
    }
}

const WIDE: Limits = Limits { parallelism: 16, keep_going: false };

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
    let org = OrgSlug::from_server("dev");
    let mut on_event = |event| events.push(event);
    let report = execute(fake, &approved, &org, server, limits, interrupted, &mut on_event).await;
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
    assert_eq!(fake.sent().len(), 10);
}

#[tokio::test]
async fn independent_chains_run_side_by_side_within_the_bound() {
    let rows = || (0..12).map(|number| entity(&format!("type-{number}"))).collect::<Vec<_>>();
    for (parallelism, most) in [(0, 1), (1, 1), (4, 4), (64, 12)] {
        let fake = Fake::default();
        let limits = Limits { parallelism, keep_going: false };
        assert!(run_with(&fake, rows(), limits, Generation::First).await.0.is_complete());
        assert_eq!(fake.state.lock().unwrap().most_in_flight, most);
    }
}

#[tokio::test]
async fn a_failure_starts_nothing_new_and_awaits_what_is_in_flight() {
    let fake = Fake::with(&[("entity a", Fault::Refuse(422, "no"))]);
    let rows = vec![entity("a"), entity("much-longer"), entity("c")];
    let limits = Limits { parallelism: 2, keep_going: false };
    let (report, _) = run_with(&fake, rows, limits, Generation::First).await;
    let expected = ["entity-type/a failed", "entity-type/much-longer done", "entity-type/c not tried"];
    assert_eq!(outcomes(&report), expected);
    assert!(report.wrote && !report.is_complete() && !report.interrupted);
}

#[tokio::test]
async fn keep_going_skips_only_what_depends_on_the_failure() {
    let fake = Fake::with(&[("agent one", Fault::Refuse(409, "no"))]);
    let rows = vec![agent("one"), agent("two"), settings("one"), settings("two"), platform("one", Text::known("x"))];
    let limits = Limits { parallelism: 1, keep_going: true };
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
    let limits = Limits { parallelism: 1, keep_going: false };
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
    let limits = Limits { parallelism: 1, keep_going: false };
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
    assert_eq!(fake.sent(), ["relationship owns", "rule owns a b"]);
}

#[tokio::test]
async fn a_type_without_its_link_is_not_done() {
    let fake = Fake::with(&[("relationship owned-by", Fault::Refuse(400, "no"))]);
    let rows = vec![relationship("owns", Some("owned-by"), &[]), relationship("owned-by", None, &[])];
    let report = run(&fake, rows).await;
    assert_eq!(outcomes(&report), ["relationship-type/owns not tried", "relationship-type/owned-by failed"]);
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
async fn an_agent_that_was_made_in_between_is_fine_if_it_is_as_declared() {
    let existing = |name: &str, description: Option<&str>| AgentRow {
        agent_id: "one".to_owned(),
        name: name.to_owned(),
        description: description.map(str::to_owned),
    };
    let outcome = async |row: AgentRow, description: Option<&str>| {
        let fake = Fake::with(&[("agent one", Fault::Exists(row))]);
        let create = AgentCreate { description: description.map(Text::known), ..create("one") };
        let rows = vec![super::tests::row(AGENT, "one", Action::Create, vec![Write::CreateAgent(create)])];
        outcomes(&run(&fake, rows).await).remove(0)
    };
    let fine = "agent/one done (it was there already)";
    assert_eq!(outcome(existing("Name", None), None).await, fine);
    assert_eq!(outcome(existing("Name", Some("")), None).await, fine);
    assert_eq!(outcome(existing("Name", Some("d")), Some("d")).await, fine);
    assert_eq!(outcome(existing("Name", Some("theirs")), None).await, fine, "what no file says is left alone (F1)");
    assert_eq!(outcome(existing("Other", None), None).await, "agent/one failed");
    assert_eq!(outcome(existing("Name", Some("x")), Some("d")).await, "agent/one failed");
    assert_eq!(outcome(existing("Name", None), Some("d")).await, "agent/one failed");
}

#[tokio::test]
async fn the_injected_entry_is_read_and_carried_only_where_the_plan_says_so() {
    let injected = json!({"owletto": {"url": "http://localhost:8787/mcp/dev"}});
    for carries in [false, true] {
        let row_of_config = SettingsRow { mcp_servers: Some(injected.clone()), ..SettingsRow::default() };
        let fake = Fake { settings: Some(row_of_config), ..Fake::default() };
        let rows = vec![row(SETTINGS, "one", Action::Create, vec![Write::PatchSettings(patch("one", carries))])];
        assert!(run(&fake, rows).await.is_complete());
        assert_eq!(fake.sent().contains(&"read one".to_owned()), carries);
        let sent = fake.state.lock().unwrap().patches[0].members[&SettingsMember::McpServers].clone();
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
    let slug = TypeSlug::from_server("owns");
    let rule = Rule { source: slug.clone(), target: slug.clone() };
    let write = Write::RemoveRule(slug, StoredRule { id: json!(7), rule });
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
