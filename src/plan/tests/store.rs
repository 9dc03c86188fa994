//! A world of one project and one org, on which a plan can be carried out without any server.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::desired::DesiredState;
use crate::model::{Family, NotApplied, OrgSlug, Text, Value, is_secret_key};
use crate::org::{ActualState, HiddenValues, SecretsProbe};
use crate::plan::{Action, FieldAction, FieldChange, Options, Plan, Resend, Row, Selection, carry_injected, diff};
use crate::schema::kinds::{AGENT, PLATFORM, SETTINGS, settings};
use crate::schema::{
    ALL, Change, Clearing, Field, Generation, Kind, Leaf, Owner, Record, Records, Resource, ResourceKey, Sent,
    ServerTraits, Shape, StoredPair, Write,
};

use super::build;

/// The servers, by what they do to secrets and platform keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// Ours before its secrets API: masks, removes keys, keeps masks that are sent back.
    Ours,
    /// Ours with its secrets API: keeps references.
    OursWithSecrets,
    /// The existing one without a chat manager: everything in clear, keys are never removed.
    ExistingInClear,
    /// The existing one with a chat manager: platform secrets are masked, keys are never removed.
    ExistingMasked,
}

impl Server {
    pub(super) const ALL: [Self; 4] = [Self::Ours, Self::OursWithSecrets, Self::ExistingInClear, Self::ExistingMasked];

    pub(super) fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::OursWithSecrets)
    }
}

/// One project, one org.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) server: Server,
    pub(super) declared: Vec<Resource>,
    pub(super) families: Vec<Family>,
    pub(super) not_applied: BTreeMap<&'static str, NotApplied>,
    pub(super) actual: ActualState,
    pub(super) options: Options,
    next_handle: u32,
}

impl World {
    /// An empty project and an empty org.
    pub(super) fn new(server: Server) -> Self {
        let generation = if server.is_ours() { Generation::Ours } else { Generation::First };
        let secrets = match server {
            Server::OursWithSecrets => SecretsProbe::Present(Some(vec!["A".to_owned(), "B".to_owned()])),
            _ => SecretsProbe::Missing,
        };
        let actual = ActualState {
            server: ServerTraits::of(generation, None),
            secrets,
            hidden: HiddenValues::default(),
            records: ALL.kinds().map(|kind| (kind, Records::default())).collect(),
        };
        let options = Options {
            push_command: "lobu secrets push".to_owned(),
            org: OrgSlug::from_server("dev"),
            prune: false,
            resend: Resend::default(),
            selection: Selection::default(),
        };
        let (declared, families, not_applied) = (Vec::new(), vec![Family::Agents], BTreeMap::new());
        Self { server, declared, families, not_applied, actual, options, next_handle: 100 }
    }

    /// The agent `triage`, in the files and in the org, with nothing declared but its name.
    pub(super) fn with_agent(server: Server) -> Self {
        let mut world = Self::new(server);
        world.declare_agent("triage");
        world.store(AGENT, "triage", &json!({}));
        world.store(SETTINGS, "triage", &json!({}));
        world
    }

    /// A memory schema in the files, nothing in the org.
    pub(super) fn with_memory(server: Server, types: Vec<Resource>) -> Self {
        let mut world = Self::new(server);
        world.declared = types;
        world.families.push(Family::Memory);
        world
    }

    pub(super) fn prune(mut self) -> Self {
        self.options.prune = true;
        self
    }

    /// An agent of which the files say nothing but its name.
    pub(super) fn declare_agent(&mut self, id: &str) {
        self.declared.extend([AGENT, SETTINGS].map(|kind| build::resource(kind, id, &json!({}))));
    }

    /// A platform of `triage` in the files.
    pub(super) fn declare_platform(&mut self, id: &str, platform_type: &str, config: &[(&str, &str)]) {
        self.declared.push(build::platform(&format!("triage/{id}"), platform_type, config));
    }

    /// A platform of `triage` in the org.
    pub(super) fn have_platform(&mut self, id: &str, platform_type: &str, config: &Json) {
        self.store(PLATFORM, &format!("triage/{id}"), &json!({"type": platform_type, "config": config}));
    }

    /// Says something of the config of the first agent.
    pub(super) fn declare(mut self, field: &'static Field, json: &Json) -> Self {
        build::declare(self.resource(SETTINGS), field.name, json);
        self
    }

    /// Puts something into the config of the first agent of the org.
    pub(super) fn have(mut self, field: &'static Field, json: &Json) -> Self {
        build::have(self.record(SETTINGS), field, json);
        self
    }

    /// What the config of the first agent of the org has.
    pub(super) fn stored(&mut self, field: &'static Field) -> Value {
        self.record(SETTINGS).values.get(field).cloned().unwrap_or(Value::Null)
    }

    /// The first declared resource of a kind.
    pub(super) fn resource(&mut self, kind: Kind) -> &mut Resource {
        self.declared.iter_mut().find(|resource| resource.key.kind == kind).unwrap()
    }

    /// The first record of a kind.
    pub(super) fn record(&mut self, kind: Kind) -> &mut Record {
        self.records(kind).own.values_mut().next().unwrap()
    }

    pub(super) fn records(&mut self, kind: Kind) -> &mut Records {
        self.actual.records.get_mut(&kind).unwrap()
    }

    /// Puts a record into the org, behind the others of its kind.
    pub(super) fn store(&mut self, kind: Kind, id: &str, found: &Json) {
        self.insert(kind, id, build::record(kind, found));
    }

    #[track_caller]
    pub(super) fn insert(&mut self, kind: Kind, id: &str, record: Record) {
        let records = self.records(kind);
        let position = records.own.len();
        let before = records.own.insert(id.to_owned(), Record { position, ..record });
        assert!(before.is_none(), "{kind}/{id} is made twice");
    }

    pub(super) fn desired(&self) -> DesiredState {
        let mut desired = DesiredState::of_families(self.families.iter().copied());
        for resource in &self.declared {
            desired.push(resource.clone());
        }
        desired.not_applied.clone_from(&self.not_applied);
        desired
    }

    pub(super) fn plan(&self) -> Plan {
        diff(&self.desired(), &self.actual, &self.options)
    }

    /// Plans, carries it out, and plans again: nothing may be left to do. Returns the first plan.
    #[track_caller]
    pub(super) fn converge(&mut self) -> Plan {
        let plan = self.plan();
        assert_eq!(plan.problems, [], "the plan has problems");
        self.carry_out(&plan);
        let again = self.plan();
        assert!(again.is_empty(), "left to do after {plan:#?}:\n{:#?}", again.changes().collect::<Vec<_>>());
        assert_eq!(again.problems, []);
        plan
    }

    /// Carries out the writes of a plan; links come last, as in an execution.
    pub(super) fn carry_out(&mut self, plan: &Plan) {
        let writes = || plan.rows.iter().flat_map(|row| &row.writes);
        let is_link = |write: &&Write| matches!(write, Write::Link(_));
        for write in writes().filter(|write| !is_link(write)).chain(writes().filter(is_link)) {
            self.write(write);
        }
    }

    #[track_caller]
    fn write(&mut self, write: &Write) {
        match write {
            Write::Create(sent) => self.create(sent),
            Write::Update(sent) | Write::Link(sent) => {
                let changed = sent.fields.iter().find(|(field, _)| field.create_only);
                assert!(changed.is_none(), "{}: {changed:?} can't be changed", sent.key);
                self.apply(sent);
            }
            Write::Add(key, field, pair) => {
                self.next_handle += 1;
                let handle = Json::from(self.next_handle);
                let stored = self.at(key).pairs.get_mut(field).unwrap();
                assert!(stored.iter().all(|other| other.pair != *pair), "{key}: {pair} is there already");
                stored.push(StoredPair { handle, pair: pair.clone() });
            }
            Write::Remove(key, field, removed) => {
                let stored = self.at(key).pairs.get_mut(field).unwrap();
                let before = stored.len();
                stored.retain(|other| other.handle != removed.handle);
                assert_eq!(stored.len() + 1, before, "{key} has no {}", removed.pair);
            }
        }
    }

    #[track_caller]
    fn at(&mut self, key: &ResourceKey) -> &mut Record {
        self.records(key.kind).own.get_mut(&key.id).unwrap_or_else(|| panic!("there is no {key}"))
    }

    #[track_caller]
    fn create(&mut self, sent: &Sent) {
        let ResourceKey { kind, id } = &sent.key;
        let lacking = kind.fields.iter().find(|field| field.required && sent.value(field).is_none());
        assert!(lacking.is_none(), "{} is made without {lacking:?}", sent.key);
        if *kind == AGENT {
            for kind in ALL.kinds().filter(|kind| is_made_with_its_agent(*kind)) {
                self.store(kind, id, &json!({}));
            }
            let injected = json!({"owletto": {"url": "http://localhost:8787/mcp/dev"}});
            build::have(self.at(&ResourceKey::new(SETTINGS, id)), settings::MCP_SERVERS, &injected);
        }
        if !is_made_with_its_agent(*kind) {
            self.store(*kind, id, &json!({}));
        }
        self.apply(sent);
    }

    #[track_caller]
    fn apply(&mut self, sent: &Sent) {
        let (server, org) = (self.server, self.options.org.clone());
        let (key, before) = (&sent.key, self.at(&sent.key).clone());
        let mut sent = sent.clone();
        if sent.carries_injected {
            carry_injected(key.kind.table().injection.as_ref().unwrap(), &before, &org, &mut sent);
        }
        let mut after = before.clone();
        if key.kind.is_sent_whole {
            after = Record { position: before.position, ..build::record(key.kind, &json!({})) };
        }
        for (field, change) in sent.fields.iter() {
            match (change, field.shape) {
                (Change::Clear, _) => after.values.set(field, cleared(field)),
                (Change::Set(_), Shape::Leaf(Leaf::SentOnly)) => {}
                (Change::Set(value), Shape::Config { .. }) => {
                    after.values.set(field, config_as_read(server, value, before.values.get(field)));
                }
                (Change::Set(value), shape) => {
                    assert!(server.is_ours() || !value.has_opaque(), "{key}: a mask is stored over {field:?}");
                    let is_there = |id: &str| self.actual.record(&ResourceKey::new(key.kind, id)).is_some();
                    assert!(!shape.is_link() || value.literal().is_some_and(is_there), "{key} is linked to nothing");
                    after.values.set(field, as_read(server, shape, value.clone()));
                }
            }
        }
        *self.at(key) = after;
    }
}

/// Whether the server makes a resource of this kind together with its agent.
fn is_made_with_its_agent(kind: Kind) -> bool {
    kind.owner == Owner::SameId && kind.is_read_by_agent
}

/// What a server has once a request said that nothing is there.
#[track_caller]
fn cleared(field: &Field) -> Value {
    match field.clearing {
        Clearing::Null => Value::Null,
        Clearing::EmptyText => Value::known(""),
        Clearing::EmptyList => Value::List(Vec::new()),
        Clearing::EmptyObject => Value::Map(BTreeMap::new()),
        Clearing::LeftOut | Clearing::Never => panic!("no request says that {field:?} is cleared"),
    }
}

/// What a read shows of a config that was sent: existing servers keep the keys that it omits.
fn config_as_read(server: Server, sent: &Value, before: Option<&Value>) -> Value {
    let before = before.and_then(Value::as_map).cloned().unwrap_or_default();
    let mut config = if server.is_ours() { BTreeMap::new() } else { before.clone() };
    for (key, value) in sent.as_map().unwrap() {
        let value = if value.has_opaque() {
            before.get(key).expect("a mask for a value that the org has").clone()
        } else {
            config_value_as_read(server, key, value)
        };
        config.insert(key.clone(), value);
    }
    Value::Map(config)
}

fn config_value_as_read(server: Server, key: &str, sent: &Value) -> Value {
    let Value::Text(text) = sent else { return sent.clone() };
    let is_secret = is_secret_key(key);
    match (text, server) {
        (Text::SecretRef(name), Server::OursWithSecrets) => Value::Text(Text::SecretRef(name.clone())),
        (Text::SecretRef(name), _) => literal_as_read(server, is_secret, &format!("hidden:{name}")),
        (text, _) => literal_as_read(server, is_secret, text.literal().unwrap_or_default()),
    }
}

fn literal_as_read(server: Server, is_secret: bool, literal: &str) -> Value {
    match server {
        _ if literal.is_empty() => Value::known(""),
        Server::ExistingInClear if is_secret => Value::Text(Text::sensitive(literal)),
        _ if is_secret => Value::Text(Text::Opaque),
        _ => Value::Text(build::text(literal)),
    }
}

/// What a read shows of another field that was sent: literals in the place of secrets are sensitive, and masked on our server.
fn as_read(server: Server, shape: Shape, sent: Value) -> Value {
    let of_member = |members: &'static [Field], (name, value): (String, Value)| {
        let known = members.iter().find(|member| member.name == name);
        let value = known.map_or(value.clone(), |member| as_read(server, member.shape, value));
        (name, value)
    };
    match (shape, sent) {
        (Shape::Leaf(Leaf::SecretText), Value::Text(text)) if text.literal().is_some_and(|text| !text.is_empty()) => {
            let hidden = Text::sensitive(text.literal().unwrap_or_default());
            Value::Text(if server.is_ours() { Text::Opaque } else { hidden })
        }
        (Shape::Table(members), Value::Map(found)) => {
            Value::Map(found.into_iter().map(|found| of_member(members, found)).collect())
        }
        (Shape::Map(entries), Value::Map(found)) => {
            let entry = |(name, value): (String, Value)| (name, as_read(server, entries.entry.shape, value));
            Value::Map(found.into_iter().map(entry).collect())
        }
        (_, sent) => sent,
    }
}

/// The row of a resource, by `kind/id`.
#[track_caller]
pub(super) fn row<'plan>(plan: &'plan Plan, key: &str) -> &'plan Row {
    plan.rows.iter().find(|row| row.key.to_string() == key).unwrap_or_else(|| panic!("no row {key} in {plan:#?}"))
}

/// The field of a row, by its path.
#[track_caller]
pub(super) fn field<'row>(row: &'row Row, path: &str) -> &'row FieldChange {
    let found = row.fields.iter().find(|field| field.path.to_string() == path);
    found.unwrap_or_else(|| panic!("no field {path} in {row:#?}"))
}

/// Each field of a row as `action path`.
pub(super) fn fields(row: &Row) -> Vec<String> {
    row.fields.iter().map(|field| format!("{} {}", word(field.action), field.path)).collect()
}

pub(super) fn word(action: FieldAction) -> &'static str {
    match action {
        FieldAction::Add => "add",
        FieldAction::Change => "change",
        FieldAction::Clear => "clear",
        FieldAction::Remove => "remove",
        FieldAction::Drift { prunable: true } => "drift",
        FieldAction::Drift { prunable: false } => "drift!",
        FieldAction::Incomparable => "incomparable",
    }
}

/// The action of a row, by `kind/id`.
#[track_caller]
pub(super) fn action(plan: &Plan, key: &str) -> Action {
    row(plan, key).action
}
