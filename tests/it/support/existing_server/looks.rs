//! What tests ask of the tables, and how they lay them out by hand.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::state::{Agent, EntityType, Organization, Platform, RelationshipType, State, Token};

/// All scopes that a PAT may have towards the org API.
pub(crate) const ALL_SCOPES: [&str; 3] = ["mcp:read", "mcp:write", "mcp:admin"];

/// The owner PAT of an org, by its slug: `owl_pat_` and 32 characters.
pub(crate) fn owner_token(org: &str) -> String {
    format!("owl_pat_{:_<32}", format!("owner-of-{org}"))
}

impl State {
    /// Adds a private org with an owner, `user-<org>`, and the owner's PAT.
    pub(crate) fn add_organization(&mut self, slug: &str) {
        self.organizations.push(Organization {
            slug: slug.to_owned(),
            name: format!("Org {slug}"),
            id: format!("org-{slug}"),
            public: false,
        });
        self.add_token(&owner_token(slug), &format!("user-{slug}"), slug, "owner", &ALL_SCOPES);
    }

    /// Adds a member with a PAT bound to the org; no scopes at all count as `mcp:read mcp:write`.
    pub(crate) fn add_token(&mut self, text: &str, user: &str, org: &str, role: &str, scopes: &[&str]) {
        let scopes = if scopes.is_empty() { &["mcp:read", "mcp:write"] } else { scopes };
        self.memberships.insert((org.to_owned(), user.to_owned()), role.to_owned());
        self.tokens.insert(
            text.to_owned(),
            Token {
                user: user.to_owned(),
                bound_to: Some(org.to_owned()),
                scopes: Some(scopes.iter().map(|&scope| scope.to_owned()).collect()),
            },
        );
    }

    /// Adds a CLI token: bound to no org, with all scopes.
    pub(crate) fn add_cli_token(&mut self, text: &str, user: &str) {
        let token = Token { user: user.to_owned(), bound_to: None, scopes: None };
        self.tokens.insert(text.to_owned(), token);
    }

    /// Makes an org's types visible to all others.
    pub(crate) fn publish(&mut self, org: &str) {
        for organization in &mut self.organizations {
            if organization.slug == org {
                organization.public = true;
            }
        }
    }

    /// Adds an agent without settings, as another tool would have made it.
    pub(crate) fn add_agent(&mut self, org: &str, id: &str, name: &str, description: Option<&str>) {
        let now = self.now();
        self.agents.push(Agent {
            org: org.to_owned(),
            id: id.to_owned(),
            name: name.to_owned(),
            description: description.map(str::to_owned),
            owner: format!("user-{org}"),
            created_at: now,
            updated_at: now,
            settings: BTreeMap::new(),
        });
    }

    /// Adds a platform that is live with this config.
    pub(crate) fn add_platform(&mut self, org: &str, agent: &str, id: &str, kind: &str, config: &Value) {
        let now = self.now();
        let mut live = super::message::members(config);
        live.insert("platform".to_owned(), json!(kind));
        self.platforms.push(Platform {
            org: org.to_owned(),
            agent: agent.to_owned(),
            id: id.to_owned(),
            kind: kind.to_owned(),
            live,
            settings: Map::from_iter([("allowGroups".to_owned(), json!(true))]),
            metadata: Map::new(),
            created_at: now,
            updated_at: now,
            snapshot: None,
        });
        self.copy_to_snapshot(id);
    }

    /// Adds an entity type with nothing but a name.
    pub(crate) fn add_entity_type(&mut self, org: &str, slug: &str, name: &str, description: Option<&str>) {
        let id = self.next_id("entity_types");
        let now = self.now_text();
        self.entity_types.push(EntityType {
            id,
            org: org.to_owned(),
            slug: slug.to_owned(),
            name: name.to_owned(),
            description: json!(description),
            icon: Value::Null,
            color: Value::Null,
            metadata_schema: Value::Null,
            event_kinds: Value::Null,
            created_by: Some(format!("user-{org}")),
            created_at: now.clone(),
            updated_at: now,
            entities: 0,
        });
    }

    /// Adds a relationship type with nothing but a name.
    pub(crate) fn add_relationship_type(&mut self, org: &str, slug: &str, name: &str) {
        let id = self.next_id("relationship_types");
        let now = self.now_text();
        self.relationship_types.push(RelationshipType {
            id,
            org: org.to_owned(),
            slug: slug.to_owned(),
            name: name.to_owned(),
            description: Value::Null,
            metadata_schema: Value::Null,
            metadata: Value::Null,
            is_symmetric: false,
            inverse: None,
            status: "active".to_owned(),
            created_by: format!("user-{org}"),
            created_at: now.clone(),
            updated_at: now,
            deleted_at: None,
        });
    }

    /// An agent of `dev`.
    pub(crate) fn agent(&self, id: &str) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.org == "dev" && agent.id == id)
    }

    /// The settings of an agent of `dev`, as a GET shows them.
    pub(crate) fn settings(&self, agent: &str) -> Option<Map<String, Value>> {
        self.agent(agent).map(|agent| self.settings_of(agent))
    }

    /// A platform of `dev`.
    pub(crate) fn platform(&self, id: &str) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.org == "dev" && platform.id == id)
    }

    /// What a running platform of `dev` uses for a field, in clear.
    pub(crate) fn live_secret(&self, platform: &str, field: &str) -> Option<&str> {
        self.platform(platform)?.live.get(field)?.as_str()
    }

    /// An entity type of `dev`.
    pub(crate) fn entity_type(&self, slug: &str) -> Option<&EntityType> {
        self.entity_types.iter().find(|row| row.org == "dev" && row.slug == slug)
    }

    /// A relationship type of `dev` that is not deleted.
    pub(crate) fn relationship_type(&self, slug: &str) -> Option<&RelationshipType> {
        self.relationship_types.iter().find(|row| row.org == "dev" && row.slug == slug && row.deleted_at.is_none())
    }

    /// The rules of a relationship type of `dev`, as (source, target), oldest first.
    pub(crate) fn rules_of(&self, slug: &str) -> Vec<(&str, &str)> {
        let Some(row) = self.relationship_type(slug) else {
            return Vec::new();
        };
        self.rules
            .iter()
            .filter(|rule| rule.relationship_type == row.id)
            .map(|rule| (rule.source.as_str(), rule.target.as_str()))
            .collect()
    }
}
