//! Reads an org back over its HTTP API and says what of a project is not in it.
//!
//! The comparison knows nothing of the differ: a declared leaf must stand in the answer as it is.

use std::convert::Infallible;

use lobu::desired::{Agent, Declaration, DesiredState, EntryKey};
use lobu::model::{Declared, EntityType, RelationshipType, Text, TypeSlug, Value};
use lobu::wire::from_value;
use serde_json::{Map, Value as Json, json};

use super::http_client;

/// An org, and what may read it.
pub(crate) struct Reader {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Reader {
    /// A reader of `<origin>/api/<org>`.
    pub(crate) fn new(origin: &str, org: &str, token: &str) -> Self {
        let http = http_client();
        Self { http, base: format!("{origin}/api/{org}"), token: token.to_owned() }
    }

    async fn get(&self, path: &str) -> Json {
        self.answer(self.http.get(format!("{}{path}", self.base))).await
    }

    async fn schema(&self, kind: &str, action: &str, slug: Option<&TypeSlug>) -> Json {
        let mut call = json!({"schema_type": kind, "action": action});
        if let (Some(slug), Some(members)) = (slug, call.as_object_mut()) {
            members.insert("slug".to_owned(), json!(slug.as_str()));
        }
        self.answer(self.http.post(format!("{}/manage_entity_schema", self.base)).json(&call)).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Json {
        let answer = request.bearer_auth(&self.token).send().await.expect("the server answers");
        assert_eq!(answer.status().as_u16(), 200);
        answer.json().await.expect("an answer is JSON")
    }

    /// Everything that the project declares and the org does not hold, as `where: what`. Values of secrets are not
    /// looked at: a read need not show them.
    pub(crate) async fn missing(&self, desired: &DesiredState) -> Vec<String> {
        let mut missing = Missing::default();
        let agents = self.get("/agents").await;
        for agent in &desired.agents {
            self.agent(agent, &agents, &mut missing).await;
        }
        if let Some(memory) = &desired.memory {
            let rows = self.schema("entity_type", "list", None).await;
            for entity in &memory.entity_types {
                let row = row_of(&rows, "entity_types", &entity.slug);
                missing.entity(entity, row);
            }
            let rows = self.schema("relationship_type", "list", None).await;
            for relationship in &memory.relationship_types {
                let row = row_of(&rows, "relationship_types", &relationship.slug);
                let rules = self.schema("relationship_type", "list_rules", Some(&relationship.slug)).await;
                missing.relationship(relationship, row, &rules);
            }
        }
        missing.0
    }

    /// The settings of an agent.
    pub(crate) async fn settings(&self, agent: &str) -> Json {
        self.get(&format!("/agents/{agent}/config")).await
    }

    pub(crate) async fn platform_config(&self, agent: &str, platform: &str) -> Json {
        let mut platform = self.get(&format!("/agents/{agent}/platforms/{platform}")).await;
        platform.get_mut("config").map(Json::take).unwrap_or_default()
    }

    /// What the org holds of what the project declares, but for ids and times, and with nothing for what is empty.
    ///
    /// Left out is also what `--prune` never takes away: prompts without a file, a pinned model, and what only the
    /// web interface sets.
    pub(crate) async fn content(&self, desired: &DesiredState) -> Json {
        let mut content = Map::new();
        let agents = self.get("/agents").await;
        for agent in &desired.agents {
            let row = find(&agents, "agents", "agentId", agent.id.as_str());
            content.insert(format!("agent/{}", agent.id), pick(row, &["name", "description"]));
            let mut config = self.get(&format!("/agents/{}/config", agent.id)).await;
            if let Some(members) = config.as_object_mut() {
                members.remove("modelSelection");
                for (member, declared) in settings(agent).into_iter().take(3) {
                    if declared.is_none() {
                        members.remove(member);
                    }
                }
            }
            content.insert(format!("settings/{}", agent.id), plain(config));
            let platforms = self.get(&format!("/agents/{}/platforms", agent.id)).await;
            for platform in &agent.platforms {
                let row = find(&platforms, "platforms", "id", platform.id.as_str());
                content.insert(format!("platform/{}", platform.id), pick(row, &["platform", "config"]));
            }
        }
        let Some(memory) = &desired.memory else { return Json::Object(content) };
        let rows = self.schema("entity_type", "list", None).await;
        for entity in &memory.entity_types {
            let row = row_of(&rows, "entity_types", &entity.slug);
            content.insert(format!("entity-type/{}", entity.slug), pick(row, &ENTITY));
        }
        let rows = self.schema("relationship_type", "list", None).await;
        for relationship in &memory.relationship_types {
            let row = row_of(&rows, "relationship_types", &relationship.slug);
            let rules = self.schema("relationship_type", "list_rules", Some(&relationship.slug)).await;
            let rules = rules.get("rules").and_then(Json::as_array).cloned().unwrap_or_default();
            let mut rules: Vec<String> = rules.into_iter().map(|rule| pick(Some(&rule), &RULE).to_string()).collect();
            rules.sort();
            // A status has no empty form, so that `--prune` leaves it.
            let members: &[&str] = if relationship.status.is_some() { &RELATIONSHIP } else { &RELATIONSHIP[..6] };
            let row = json!({"row": pick(row, members), "rules": rules});
            content.insert(format!("relationship-type/{}", relationship.slug), row);
        }
        Json::Object(content)
    }

    async fn agent(&self, agent: &Agent, agents: &Json, missing: &mut Missing) {
        let place = format!("agent/{}", agent.id);
        let rows = agents.get("agents").and_then(Json::as_array).into_iter().flatten();
        let row = rows.into_iter().find(|row| row.get("agentId") == Some(&json!(agent.id.as_str())));
        let Some(row) = row else {
            missing.0.push(format!("{place}: not in the list"));
            return;
        };
        missing.text(&format!("{place}.name"), &Declared::Value(agent.name.clone()), row.get("name"));
        missing.text(&format!("{place}.description"), &agent.description, row.get("description"));
        let config = self.get(&format!("/agents/{}/config", agent.id)).await;
        for (member, declaration) in settings(agent) {
            if let Some(declaration) = declaration {
                missing.declaration(&format!("{place}.{member}"), declaration, config.get(member));
            }
        }
        let platforms = self.get(&format!("/agents/{}/platforms", agent.id)).await;
        for platform in &agent.platforms {
            let rows = platforms.get("platforms").and_then(Json::as_array).into_iter().flatten();
            let row = rows.into_iter().find(|row| row.get("id") == Some(&json!(platform.id.as_str())));
            let place = format!("platform/{}", platform.id);
            missing.value(&place, &json!(platform.platform_type), row.and_then(|row| row.get("platform")));
            let config = row.and_then(|row| row.get("config"));
            for (key, value) in &platform.config {
                missing.text(&format!("{place}.{key}"), value, config.and_then(|config| config.get(key)));
            }
        }
    }
}

fn row_of<'rows>(rows: &'rows Json, member: &str, slug: &TypeSlug) -> Option<&'rows Json> {
    rows.get(member)?.as_array()?.iter().find(|row| row.get("slug") == Some(&json!(slug.as_str())))
}

const ENTITY: [&str; 6] = ["name", "description", "icon", "color", "metadata_schema", "event_kinds"];
const RELATIONSHIP: [&str; 7] =
    ["name", "description", "metadata_schema", "metadata", "is_symmetric", "inverse_type_slug", "status"];
const RULE: [&str; 2] = ["source_entity_type_slug", "target_entity_type_slug"];

fn find<'rows>(rows: &'rows Json, list: &str, member: &str, id: &str) -> Option<&'rows Json> {
    rows.get(list)?.as_array()?.iter().find(|row| row.get(member).and_then(Json::as_str) == Some(id))
}

fn pick(row: Option<&Json>, members: &[&str]) -> Json {
    let row = row.cloned().unwrap_or_default();
    plain(members.iter().map(|&member| (member.to_owned(), row.get(member).cloned().unwrap_or_default())).collect())
}

/// JSON without times, the tails of masks, and without members that are empty.
pub(crate) fn plain(json: Json) -> Json {
    const TIMES: [&str; 4] = ["installedAt", "updatedAt", "ruleHash", "ruleVersion"];
    match json {
        Json::Object(members) => {
            let members = members.into_iter().filter(|(name, _)| !TIMES.contains(&name.as_str()));
            let members = members.map(|(name, member)| (name, plain(member)));
            members.filter(|(_, member)| !is_empty(member)).collect()
        }
        Json::Array(elements) => elements.into_iter().map(plain).collect(),
        // The tail of a mask is another one in each org.
        Json::String(text) if text.starts_with("***") => json!("***"),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => json,
    }
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Array(elements) => elements.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(true) | Json::Number(_) => false,
    }
}

fn settings(agent: &Agent) -> [(&'static str, Option<&Declaration>); 13] {
    let settings = &agent.settings;
    [
        ("identityMd", settings.identity_md.as_ref()),
        ("soulMd", settings.soul_md.as_ref()),
        ("userMd", settings.user_md.as_ref()),
        ("skillsConfig", settings.skills_config.as_ref()),
        ("installedProviders", settings.installed_providers.as_ref()),
        ("providerModelPreferences", settings.provider_model_preferences.as_ref()),
        ("networkConfig", settings.network_config.as_ref()),
        ("egressConfig", settings.egress_config.as_ref()),
        ("preApprovedTools", settings.pre_approved_tools.as_ref()),
        ("toolsConfig", settings.tools_config.as_ref()),
        ("guardrails", settings.guardrails.as_ref()),
        ("nixConfig", settings.nix_config.as_ref()),
        ("mcpServers", settings.mcp_servers.as_ref()),
    ]
}

#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    fn declaration(&mut self, place: &str, declared: &Declaration, stored: Option<&Json>) {
        match declared {
            Declaration::Clear if place.ends_with(".preApprovedTools") => {
                self.value(place, &json!([]), Some(&without_injected(stored)));
            }
            Declaration::Clear => self.empty(place, stored),
            Declaration::Leaf(value) if place.ends_with(".preApprovedTools") => {
                self.value(place, &json_of(value), Some(&without_injected(stored)));
            }
            Declaration::Leaf(value) => self.value(place, &json_of(value), stored),
            Declaration::Table(members) => {
                for (name, member) in members {
                    let below = stored.and_then(|stored| stored.get(name));
                    self.declaration(&format!("{place}.{name}"), member, below);
                }
            }
            Declaration::Keyed(entries) => {
                for (at, (EntryKey(key), entry)) in entries.iter().enumerate() {
                    let below = stored.and_then(|stored| stored.get(at));
                    let texts: Vec<&str> = below
                        .and_then(Json::as_object)
                        .into_iter()
                        .flatten()
                        .filter_map(|(_, text)| text.as_str())
                        .collect();
                    if !key.iter().all(|part| texts.contains(&part.as_str())) {
                        self.0.push(format!("{place}: {key:?} is not entry {at}"));
                    }
                    self.declaration(&format!("{place}.{at}"), entry, below);
                }
            }
        }
    }

    fn value(&mut self, place: &str, declared: &Json, stored: Option<&Json>) {
        match (declared, stored) {
            // Hidden or a reference: whether it is the right one is for a look into the store.
            (Json::String(text), Some(Json::String(stored))) if text == SECRET && !stored.is_empty() => {}
            (Json::String(_), Some(Json::String(stored))) if stored.starts_with("***") => {}
            (Json::Object(members), Some(Json::Object(stored))) if members.len() == stored.len() => {
                for (name, member) in members {
                    self.value(&format!("{place}.{name}"), member, stored.get(name));
                }
            }
            (Json::Number(number), Some(Json::Number(stored))) if number.as_f64() == stored.as_f64() => {}
            (Json::Array(elements), Some(Json::Array(stored))) if elements.len() == stored.len() => {
                for (at, (element, stored)) in elements.iter().zip(stored).enumerate() {
                    self.value(&format!("{place}.{at}"), element, Some(stored));
                }
            }
            (declared, Some(stored)) if declared == stored => {}
            _ => self.0.push(format!("{place}: {declared} is declared, {stored:?} is stored")),
        }
    }

    fn empty(&mut self, place: &str, stored: Option<&Json>) {
        let empty = match stored {
            None | Some(Json::Null | Json::Bool(false)) => true,
            Some(Json::String(text)) => text.is_empty(),
            Some(Json::Array(elements)) => elements.is_empty(),
            Some(Json::Object(members)) => members.values().all(|member| member.as_array().is_some_and(Vec::is_empty)),
            Some(_) => false,
        };
        if !empty {
            self.0.push(format!("{place}: cleared, and {stored:?} is stored"));
        }
    }

    fn text(&mut self, place: &str, declared: &Declared<Text>, stored: Option<&Json>) {
        match declared {
            Declared::Absent => {}
            Declared::Empty => self.empty(place, stored),
            Declared::Value(text) => self.value(place, &json_of(&Value::Text(text.clone())), stored),
        }
    }

    fn field(&mut self, place: &str, declared: &Declared<Value>, stored: Option<&Json>) {
        match declared {
            Declared::Absent => {}
            Declared::Empty => self.empty(place, stored),
            Declared::Value(value) => self.value(place, &json_of(value), stored),
        }
    }

    fn entity(&mut self, entity: &EntityType, row: Option<&Json>) {
        let place = format!("entity-type/{}", entity.slug);
        let empty = Json::Object(Map::new());
        let member = |name: &str| row.unwrap_or(&empty).get(name);
        self.text(&format!("{place}.name"), &Declared::Value(entity.name.clone()), member("name"));
        self.text(&format!("{place}.description"), &entity.description, member("description"));
        self.text(&format!("{place}.icon"), &entity.icon, member("icon"));
        self.text(&format!("{place}.color"), &entity.color, member("color"));
        self.field(&format!("{place}.metadata_schema"), &entity.metadata_schema, member("metadata_schema"));
        self.field(&format!("{place}.event_kinds"), &entity.event_kinds, member("event_kinds"));
    }

    fn relationship(&mut self, declared: &RelationshipType, row: Option<&Json>, rules: &Json) {
        let place = format!("relationship-type/{}", declared.slug);
        let empty = Json::Object(Map::new());
        let member = |name: &str| row.unwrap_or(&empty).get(name);
        self.text(&format!("{place}.name"), &Declared::Value(declared.name.clone()), member("name"));
        self.text(&format!("{place}.description"), &declared.description, member("description"));
        self.field(&format!("{place}.metadata_schema"), &declared.metadata_schema, member("metadata_schema"));
        let when = member("metadata").and_then(|metadata| metadata.get("autoCreateWhen"));
        self.field(&format!("{place}.auto_create_when"), &declared.auto_create_when, when);
        if let Some(status) = &declared.status {
            self.value(&format!("{place}.status"), &json!(status), member("status"));
        }
        if let Some(symmetric) = declared.is_symmetric {
            self.value(&format!("{place}.is_symmetric"), &json!(symmetric), member("is_symmetric"));
        }
        match &declared.inverse {
            Declared::Absent => {}
            Declared::Empty => self.empty(&format!("{place}.inverse"), member("inverse_type_slug")),
            Declared::Value(slug) => {
                self.value(&format!("{place}.inverse"), &json!(slug.as_str()), member("inverse_type_slug"));
            }
        }
        if !declared.rules.is_absent() {
            let mut wanted: Vec<(&str, &str)> = declared
                .rules
                .value()
                .into_iter()
                .flatten()
                .map(|rule| (rule.source.as_str(), rule.target.as_str()))
                .collect();
            let end = |rule: &Json, name: &str| rule.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
            let mut stored: Vec<(String, String)> = rules
                .get("rules")
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
                .map(|rule| (end(rule, "source_entity_type_slug"), end(rule, "target_entity_type_slug")))
                .collect();
            wanted.sort_unstable();
            stored.sort_unstable();
            if !wanted.iter().copied().eq(stored.iter().map(|(source, target)| (source.as_str(), target.as_str()))) {
                self.0.push(format!("{place}.rules: {wanted:?} is declared, {stored:?} is stored"));
            }
        }
    }
}

/// Approvals without those of the memory server, which the server itself puts there.
fn without_injected(tools: Option<&Json>) -> Json {
    let injected = |tool: &Json| {
        tool.as_str().is_some_and(|tool| tool.starts_with("/mcp/lobu-memory/") || tool.starts_with("/mcp/owletto/"))
    };
    tools.and_then(Json::as_array).into_iter().flatten().filter(|tool| !injected(tool)).cloned().collect()
}

/// Where two contents differ, with both sides.
pub(crate) fn differing(left: &Json, right: &Json, place: &str) -> Vec<String> {
    let (Json::Object(first), Json::Object(second)) = (left, right) else {
        return if left == right { Vec::new() } else { vec![format!("{place}: {left} and {right}")] };
    };
    let names: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let side = |members: &Map<String, Json>, name: &String| members.get(name).cloned().unwrap_or_default();
    names
        .into_iter()
        .flat_map(|name| differing(&side(first, name), &side(second, name), &format!("{place}/{name}")))
        .collect()
}

/// What stands for a secret in a declared value.
const SECRET: &str = "\u{1}a secret";

fn json_of(value: &Value) -> Json {
    let text = |text: &Text| match text {
        Text::Known(text) => text.clone(),
        Text::Sensitive(text) => text.for_request().to_owned(),
        Text::Opaque | Text::SecretRef(_) => SECRET.to_owned(),
    };
    match from_value::<Infallible>(value, &mut |content| Ok(text(content))) {
        Ok(json) => json,
        Err(never) => match never {},
    }
}
