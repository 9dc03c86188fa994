//! The tables of the double, open to every test.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::options::{Generation, Options};
use super::watchers::Watcher;

/// The first millisecond of the double's clock, which advances by one at each look.
const EPOCH_MS: i64 = 1_795_343_600_000;

#[derive(Clone, Debug)]
pub(crate) struct Organization {
    /// What stands in the path.
    pub(crate) slug: String,
    /// What lists of orgs call it.
    pub(crate) name: String,
    /// Its id, as schema rows show it.
    pub(crate) id: String,
    /// Whether its types appear in every other org's lists.
    pub(crate) public: bool,
}

/// What a bearer may do.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// The id of its user.
    pub(crate) user: String,
    /// The org that a PAT is bound to; a CLI token is bound to none.
    pub(crate) bound_to: Option<String>,
    /// `None` counts as all scopes (session and CLI tokens).
    pub(crate) scopes: Option<Vec<String>>,
}

/// An agent with its settings.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    /// The org that has it.
    pub(crate) org: String,
    /// `agentId`.
    pub(crate) id: String,
    pub(crate) name: String,
    /// Absent in answers when `None`; may be empty.
    pub(crate) description: Option<String>,
    /// The user who created it.
    pub(crate) owner: String,
    /// Milliseconds.
    pub(crate) created_at: i64,
    /// Milliseconds.
    pub(crate) updated_at: i64,
    /// What PATCH config replaced; members without an entry have their default.
    pub(crate) settings: BTreeMap<String, Value>,
}

/// The encrypted copy of a platform that PUT compares with.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// Config with the secrets as this table has them, which may be out of date.
    pub(crate) config: Map<String, Value>,
    pub(crate) settings: Map<String, Value>,
    /// Milliseconds.
    pub(crate) created_at: i64,
    /// Milliseconds.
    pub(crate) updated_at: i64,
}

/// A chat integration of an agent.
#[derive(Clone, Debug)]
pub(crate) struct Platform {
    /// The org of its agent.
    pub(crate) org: String,
    pub(crate) agent: String,
    /// The stable id.
    pub(crate) id: String,
    /// `telegram`, `slack`, …
    pub(crate) kind: String,
    /// What the running platform really uses, secrets in clear.
    pub(crate) live: Map<String, Value>,
    /// `allowGroups`, `allowFrom`, `userConfigScopes`.
    pub(crate) settings: Map<String, Value>,
    /// Names that the manager learnt.
    pub(crate) metadata: Map<String, Value>,
    /// Milliseconds.
    pub(crate) created_at: i64,
    /// Milliseconds.
    pub(crate) updated_at: i64,
    /// The second table, with a manager only.
    pub(crate) snapshot: Option<Snapshot>,
}

#[derive(Clone, Debug)]
pub(crate) struct EntityType {
    /// Its row.
    pub(crate) id: i64,
    /// The org that has it.
    pub(crate) org: String,
    /// As stored: rewritten on create.
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Text or null.
    pub(crate) description: Value,
    /// Text or null.
    pub(crate) icon: Value,
    /// Text or null.
    pub(crate) color: Value,
    /// Anything: unchecked on G1.
    pub(crate) metadata_schema: Value,
    /// Anything.
    pub(crate) event_kinds: Value,
    /// `None` for a system type.
    pub(crate) created_by: Option<String>,
    /// ISO 8601.
    pub(crate) created_at: String,
    /// ISO 8601.
    pub(crate) updated_at: String,
    /// How many entities have the type; a test may set it to make a delete fail.
    pub(crate) entities: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct RelationshipType {
    /// Its row.
    pub(crate) id: i64,
    /// The org that has it.
    pub(crate) org: String,
    /// As given.
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Text or null.
    pub(crate) description: Value,
    /// Anything.
    pub(crate) metadata_schema: Value,
    /// `{autoCreateWhen, ruleHash, ruleVersion}` or null.
    pub(crate) metadata: Value,
    /// Set on create only.
    pub(crate) is_symmetric: bool,
    /// The row of the inverse.
    pub(crate) inverse: Option<i64>,
    /// `active`, `archived`, …
    pub(crate) status: String,
    /// The user who created it.
    pub(crate) created_by: String,
    /// ISO 8601.
    pub(crate) created_at: String,
    /// ISO 8601.
    pub(crate) updated_at: String,
    /// ISO 8601; a deleted row keeps its slug for ever.
    pub(crate) deleted_at: Option<String>,
}

/// Which entity types a relationship type may join.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Its row.
    pub(crate) id: i64,
    pub(crate) relationship_type: i64,
    /// Slug; need not exist.
    pub(crate) source: String,
    /// Slug; need not exist.
    pub(crate) target: String,
    /// ISO 8601.
    pub(crate) created_at: String,
}

/// All tables, and what every handler needs to know.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// Which server this is.
    pub(crate) options: Options,
    /// `http://localhost:<port>`, as the server shows itself.
    pub(crate) public_origin: String,
    /// Orgs.
    pub(crate) organizations: Vec<Organization>,
    /// `(org, user)` → role.
    pub(crate) memberships: BTreeMap<(String, String), String>,
    /// Bearer text → what it may do.
    pub(crate) tokens: BTreeMap<String, Token>,
    /// `(org, provider)` → the key that agents use, in clear.
    pub(crate) provider_keys: BTreeMap<(String, String), String>,
    /// Agents, oldest first.
    pub(crate) agents: Vec<Agent>,
    /// Platforms, oldest first.
    pub(crate) platforms: Vec<Platform>,
    /// Entity types, oldest first.
    pub(crate) entity_types: Vec<EntityType>,
    /// Relationship types, deleted ones included, oldest first.
    pub(crate) relationship_types: Vec<RelationshipType>,
    /// Rules, oldest first.
    pub(crate) rules: Vec<Rule>,
    /// Watchers, archived ones included, oldest first.
    pub(crate) watchers: Vec<Watcher>,
    clock: i64,
    sequence: BTreeMap<&'static str, i64>,
}

impl State {
    /// A server without any org.
    pub(crate) fn new(options: Options, public_origin: String) -> Self {
        Self {
            options,
            public_origin,
            organizations: Vec::new(),
            memberships: BTreeMap::new(),
            tokens: BTreeMap::new(),
            provider_keys: BTreeMap::new(),
            agents: Vec::new(),
            platforms: Vec::new(),
            entity_types: Vec::new(),
            relationship_types: Vec::new(),
            rules: Vec::new(),
            watchers: Vec::new(),
            clock: EPOCH_MS,
            sequence: BTreeMap::new(),
        }
    }

    /// The next millisecond.
    pub(crate) fn now(&mut self) -> i64 {
        self.clock += 1;
        self.clock
    }

    /// The next millisecond as schema rows write it.
    pub(crate) fn now_text(&mut self) -> String {
        let milliseconds = self.now();
        jiff::Timestamp::from_millisecond(milliseconds)
            .expect("the clock starts in 2026 and takes small steps")
            .strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
            .to_string()
    }

    /// The next id of a table.
    pub(crate) fn next_id(&mut self, table: &'static str) -> i64 {
        let last = self.sequence.entry(table).or_insert(0);
        *last += 1;
        *last
    }

    /// The id that rows of an org show.
    pub(crate) fn organization_id(&self, slug: &str) -> String {
        self.organizations
            .iter()
            .find(|organization| organization.slug == slug)
            .map(|organization| organization.id.clone())
            .unwrap_or_default()
    }

    /// Whether rows of `owner` show in the lists of `reader`.
    pub(crate) fn lists(&self, reader: &str, owner: &str) -> bool {
        reader == owner
            || self.organizations.iter().any(|organization| organization.slug == owner && organization.public)
    }

    /// Where an agent of an org stands.
    pub(crate) fn agent_position(&self, org: &str, id: &str) -> Option<usize> {
        self.agents.iter().position(|agent| agent.org == org && agent.id == id)
    }

    /// The settings members that the server knows, each with its default.
    pub(crate) fn settings_defaults(&self) -> Vec<(&'static str, Option<Value>)> {
        let mut members = vec![
            ("model", None),
            ("templateAgentId", None),
            ("providerModelPreferences", Some(json!({}))),
            ("networkConfig", Some(json!({}))),
            ("egressConfig", Some(json!({}))),
            ("nixConfig", Some(json!({}))),
            ("mcpServers", Some(json!({}))),
            ("mcpInstallNotified", Some(json!({}))),
            ("soulMd", Some(json!(""))),
            ("userMd", Some(json!(""))),
            ("identityMd", Some(json!(""))),
            ("skillsConfig", Some(json!({"skills": []}))),
            ("toolsConfig", Some(json!({}))),
            ("pluginsConfig", Some(json!({}))),
            ("authProfiles", Some(json!([]))),
            ("verboseLogging", Some(json!(false))),
            ("preApprovedTools", Some(json!([]))),
            ("guardrails", Some(json!([]))),
        ];
        if self.options.generation == Generation::G3 {
            members.push(("models", Some(json!([]))));
        } else {
            members.push(("modelSelection", Some(json!({}))));
            members.push(("installedProviders", Some(json!([]))));
        }
        members
    }

    /// The settings object of an agent as a GET shows it.
    pub(crate) fn settings_of(&self, agent: &Agent) -> Map<String, Value> {
        let mut settings = Map::new();
        for (member, default) in self.settings_defaults() {
            let stored = agent.settings.get(member).cloned();
            if let Some(value) = stored.or(default) {
                settings.insert(member.to_owned(), value);
            }
        }
        settings.insert("updatedAt".to_owned(), json!(agent.updated_at));
        settings
    }
}
