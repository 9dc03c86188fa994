//! A world of one project and one org, on which a plan can be carried out without any server.

use std::collections::BTreeMap;

use crate::desired::{Agent, DesiredState};
use crate::model::{AgentId, MemorySchema, OrgSlug, Text, Value, is_secret_key};
use crate::org::{
    ActualAgent, ActualMemory, ActualPlatform, ActualSettings, ActualState, Change, EntityTypeWrite, Generation,
    PlatformPut, RelationshipTypeWrite, SecretsProbe, ServerTraits, SettingsMember, SettingsPatch, StoredRule,
};
use crate::plan::{
    Action, FieldAction, FieldChange, Options, Plan, Resend, Row, Selection, Write, carry_injected, diff,
};
use crate::wire::Health;

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
    pub(super) desired: DesiredState,
    pub(super) actual: ActualState,
    pub(super) options: Options,
    next_rule: u32,
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
            server: ServerTraits::of(generation, &Health::default()),
            secrets,
            agents: Some(BTreeMap::new()),
            memory: Some(ActualMemory::default()),
        };
        let options = Options {
            push_command: "lobu secrets push".to_owned(),
            org: OrgSlug::from_server("dev"),
            prune: false,
            resend: Resend::default(),
            selection: Selection::default(),
        };
        Self { server, desired: DesiredState::default(), actual, options, next_rule: 100 }
    }

    /// The agent `triage`, in the files and in the org, with nothing declared but its name.
    pub(super) fn with_agent(server: Server) -> Self {
        let mut world = Self::new(server);
        world.desired.agents.push(build::agent("triage"));
        world.agents().insert(AgentId::from_server("triage"), build::actual_agent());
        world
    }

    /// A memory schema in the files, nothing in the org.
    pub(super) fn with_memory(server: Server, schema: MemorySchema) -> Self {
        let mut world = Self::new(server);
        world.desired.memory = Some(schema);
        world
    }

    pub(super) fn prune(mut self) -> Self {
        self.options.prune = true;
        self
    }

    pub(super) fn declare(mut self, member: SettingsMember, json: &serde_json::Value) -> Self {
        *build::declared_member(&mut self.agent().settings, member) = Some(build::declaration(json));
        self
    }

    pub(super) fn have(mut self, member: SettingsMember, json: &serde_json::Value) -> Self {
        *build::actual_member(self.stored_settings(), member) = build::value(json);
        self
    }

    pub(super) fn agent(&mut self) -> &mut Agent {
        &mut self.desired.agents[0]
    }

    pub(super) fn agents(&mut self) -> &mut BTreeMap<AgentId, ActualAgent> {
        self.actual.agents.as_mut().unwrap()
    }

    pub(super) fn stored_agent(&mut self) -> &mut ActualAgent {
        self.agents().values_mut().next().unwrap()
    }

    pub(super) fn stored_settings(&mut self) -> &mut ActualSettings {
        self.stored_agent().settings.as_mut().unwrap()
    }

    pub(super) fn stored(&mut self, member: SettingsMember) -> Value {
        build::actual_member(self.stored_settings(), member).clone()
    }

    pub(super) fn stored_platforms(&mut self) -> &mut Vec<ActualPlatform> {
        self.stored_agent().platforms.as_mut().unwrap()
    }

    pub(super) fn memory(&mut self) -> &mut ActualMemory {
        self.actual.memory.as_mut().unwrap()
    }

    pub(super) fn schema(&mut self) -> &mut MemorySchema {
        self.desired.memory.get_or_insert_default()
    }

    pub(super) fn plan(&self) -> Plan {
        diff(&self.desired, &self.actual, &self.options)
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

    /// Carries out the writes of a plan.
    pub(super) fn carry_out(&mut self, plan: &Plan) {
        for write in plan.rows.iter().flat_map(|row| &row.writes) {
            // Links come last, as in an execution.
            if !matches!(write, Write::LinkInverse(_)) {
                self.write(write);
            }
        }
        for write in plan.rows.iter().flat_map(|row| &row.writes) {
            if let Write::LinkInverse(write) = write {
                self.update_relationship(write);
            }
        }
    }

    fn write(&mut self, write: &Write) {
        match write {
            Write::CreateAgent(create) => {
                let injected = serde_json::json!({"owletto": {"url": "http://localhost:8787/mcp/dev"}});
                let settings = ActualSettings { mcp_servers: build::value(&injected), ..ActualSettings::default() };
                let agent = ActualAgent {
                    name: create.name.clone(),
                    description: create.description.clone(),
                    settings: Some(settings),
                    platforms: Some(Vec::new()),
                };
                assert!(self.agents().insert(create.agent.clone(), agent).is_none(), "created twice");
            }
            Write::UpdateAgent(patch) => {
                let agent = self.agents().get_mut(&patch.agent).unwrap();
                set(&mut agent.name, patch.name.clone());
                change_text(&mut agent.description, patch.description.clone());
            }
            Write::PatchSettings(patch) => self.patch_settings(patch),
            Write::PutPlatform(put) => self.put_platform(put),
            Write::CreateEntityType(write) => {
                let name = write.name.clone().expect("a create has a name");
                let entity = crate::org::ActualEntityType { name, ..build::actual_entity() };
                assert!(self.memory().entity_types.insert(write.slug.clone(), entity).is_none(), "created twice");
                self.update_entity(write);
            }
            Write::UpdateEntityType(write) => self.update_entity(write),
            Write::CreateRelationshipType(write) => {
                let name = write.name.clone().expect("a create has a name");
                let is_symmetric = write.is_symmetric.unwrap_or(false);
                let stored = crate::org::ActualRelationshipType { name, is_symmetric, ..build::actual_relationship() };
                let before = self.memory().relationship_types.insert(write.slug.clone(), stored);
                assert!(before.is_none(), "created twice");
                self.update_relationship(write);
            }
            Write::UpdateRelationshipType(write) | Write::LinkInverse(write) => self.update_relationship(write),
            Write::AddRule(slug, rule) => {
                self.next_rule += 1;
                let stored = StoredRule { id: self.next_rule.into(), rule: rule.clone() };
                let rules = self.memory().relationship_types.get_mut(slug).unwrap().rules.as_mut().unwrap();
                assert!(rules.iter().all(|other| other.rule != *rule), "a rule already exists");
                rules.push(stored);
            }
            Write::RemoveRule(slug, stored) => {
                let rules = self.memory().relationship_types.get_mut(slug).unwrap().rules.as_mut().unwrap();
                let before = rules.len();
                rules.retain(|other| other.id != stored.id);
                assert_eq!(rules.len() + 1, before, "no such rule");
            }
        }
    }

    fn patch_settings(&mut self, patch: &SettingsPatch) {
        let server = self.server;
        let org = self.options.org.clone();
        let settings = self.agents().get_mut(&patch.agent).unwrap().settings.as_mut().unwrap();
        let mut members = patch.members.clone();
        if patch.carry_injected {
            carry_injected(settings, &org, &mut members);
        }
        for (member, value) in members {
            assert!(server.is_ours() || !value.has_opaque(), "a mask is stored over the value (W4)");
            let value = if member == SettingsMember::McpServers { mcp_servers_as_read(server, value) } else { value };
            *build::actual_member(settings, member) = value;
        }
    }

    fn put_platform(&mut self, put: &PlatformPut) {
        let server = self.server;
        let platforms = self.agents().get_mut(&put.agent).unwrap().platforms.as_mut().unwrap();
        let at = platforms.iter().position(|platform| platform.id == put.id);
        let before = at.map(|at| platforms[at].config.clone()).unwrap_or_default();
        let mut config = if server.is_ours() { BTreeMap::new() } else { before.clone() };
        for (key, value) in &put.config {
            let value = if value.has_opaque() {
                before.get(key).expect("a mask for a value that the org has").clone()
            } else {
                platform_value_as_read(server, key, value)
            };
            config.insert(key.clone(), value);
        }
        let settings = put.settings.clone().unwrap_or_else(|| build::value(&serde_json::json!({"allowGroups": true})));
        let stored = ActualPlatform { id: put.id.clone(), platform_type: put.platform_type.clone(), config, settings };
        match at {
            Some(at) => platforms[at] = stored,
            None => platforms.push(stored),
        }
    }

    fn update_entity(&mut self, write: &EntityTypeWrite) {
        let stored = self.memory().entity_types.get_mut(&write.slug).unwrap();
        set(&mut stored.name, write.name.clone());
        change_text(&mut stored.description, write.description.clone());
        change_text(&mut stored.icon, write.icon.clone());
        change_text(&mut stored.color, write.color.clone());
        change_value(&mut stored.metadata_schema, write.metadata_schema.clone());
        change_value(&mut stored.event_kinds, write.event_kinds.clone());
    }

    fn update_relationship(&mut self, write: &RelationshipTypeWrite) {
        if let Some(Change::Set(inverse)) = &write.inverse {
            assert!(self.memory().relationship_types.contains_key(inverse), "an inverse that is not there");
        }
        let stored = self.memory().relationship_types.get_mut(&write.slug).unwrap();
        set(&mut stored.name, write.name.clone());
        change_text(&mut stored.description, write.description.clone());
        change_value(&mut stored.metadata_schema, write.metadata_schema.clone());
        change_value(&mut stored.auto_create_when, write.auto_create_when.clone());
        if let Some(status) = &write.status {
            stored.status = Some(status.clone());
        }
        match &write.inverse {
            Some(Change::Set(inverse)) => stored.inverse = Some(inverse.clone()),
            Some(Change::Clear) => stored.inverse = None,
            None => {}
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn change_text(place: &mut Option<Text>, change: Option<Change<Text>>) {
    match change {
        Some(Change::Set(text)) => *place = Some(text),
        Some(Change::Clear) => *place = None,
        None => {}
    }
}

fn change_value(place: &mut Value, change: Option<Change<Value>>) {
    match change {
        Some(Change::Set(value)) => *place = value,
        Some(Change::Clear) => *place = Value::Null,
        None => {}
    }
}

/// What a read shows of a platform value that was sent.
fn platform_value_as_read(server: Server, key: &str, sent: &Value) -> Value {
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

/// What a read shows of MCP servers that were sent: their literals are sensitive, and masked on our server.
fn mcp_servers_as_read(server: Server, sent: Value) -> Value {
    let Value::Map(servers) = sent else { return sent };
    let servers = servers.into_iter().map(|(id, entry)| {
        let Value::Map(members) = entry else { return (id, entry) };
        let member = |(name, value): (String, Value)| {
            let value = match name.as_str() {
                "headers" | "env" => secret_texts(server, value, |_| true),
                "oauth" => secret_texts(server, value, |key| matches!(key, "clientId" | "clientSecret")),
                _ => value,
            };
            (name, value)
        };
        (id, Value::Map(members.into_iter().map(member).collect()))
    });
    Value::Map(servers.collect())
}

fn secret_texts(server: Server, value: Value, is_secret: impl Fn(&str) -> bool) -> Value {
    let Value::Map(members) = value else { return value };
    let text = |(key, value): (String, Value)| match value {
        Value::Text(text) if is_secret(&key) && text.literal().is_some_and(|text| !text.is_empty()) => {
            let hidden = Text::sensitive(text.literal().unwrap_or_default());
            let text = if server.is_ours() { Text::Opaque } else { hidden };
            (key, Value::Text(text))
        }
        other => (key, other),
    };
    Value::Map(members.into_iter().map(text).collect())
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
