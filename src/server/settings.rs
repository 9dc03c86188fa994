//! The settings of an agent: read with defaults, replaced member by member (`docs/api/settings.md`).

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{
    agent_row::Agent,
    applied::{self, Applied},
    json_text::ObjectText,
    members::{Given, Members},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    sealed::{References, Sealer, agent_owner},
    shape::{INVALID_SETTINGS, MEMBERS, Member, Secrets},
};

/// The memory server that every new agent gets, named as on a G2 server.
const MEMORY_SERVER: &str = "lobu-memory";

/// Stores what a new agent starts with: the memory MCP server, and leave to use its tools.
pub(super) fn insert_initial(context: &RequestContext<'_>, agent: i64, origin: &str) -> Result<(), Refusal> {
    let url = format!("{origin}/mcp/{}", context.org.slug);
    let servers = json!({ MEMORY_SERVER: { "url": url, "type": "streamable-http" } });
    let tools = json!([format!("/mcp/{MEMORY_SERVER}/tools/*")]);
    store(context.connection(), agent, "mcpServers", &servers.to_string())?;
    store(context.connection(), agent, "preApprovedTools", &tools.to_string())
}

/// Reads all settings as a JSON object.
pub(super) fn read(connection: &Connection, agent: &Agent) -> Result<String, Refusal> {
    let mut stored = BTreeMap::new();
    let mut statement = connection.prepare_cached("SELECT member, value FROM agent_settings WHERE agent = ?1")?;
    let mut rows = statement.query([agent.row])?;
    while let Some(row) = rows.next()? {
        stored.insert(row.get::<_, String>(0)?, row.get::<_, String>(1)?);
    }
    let mut object = ObjectText::new();
    for member in &MEMBERS {
        if let Some(value) = stored.get(member.name).map(String::as_str).or(member.default) {
            object = object.raw(member.name, value);
        }
    }
    Ok(object.number("updatedAt", agent.settings_updated_at).number("version", agent.settings_version).finish())
}

/// A checked PATCH of settings.
pub(super) struct Patch(Vec<(&'static Member, Option<Value>)>);

impl Patch {
    /// Checks a body: known members of the right types; null resets.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let mut members = Members::parse(body, INVALID_SETTINGS)?;
        let mut changes = Vec::new();
        for member in &MEMBERS {
            match members.any(member.name) {
                Given::Absent => {}
                Given::Null => changes.push((member, None)),
                Given::Value(value) => {
                    member.shape.check(member.name, &value)?;
                    if member.secrets == Secrets::None {
                        // In the others the sealer decides, which knows the secrets of the organization.
                        member.shape.refuse_references(member.name, &value)?;
                    }
                    changes.push((member, Some(value)));
                }
            }
        }
        members.finish("unknown_configuration_field")?;
        Ok(Self(changes))
    }

    /// Stores the members that differ; an equal PATCH writes nothing, not even the time.
    pub(super) fn apply(self, context: &RequestContext<'_>, agent: &Agent) -> Result<Answer, Refusal> {
        context.expect(Some(agent.settings_version));
        let mut changed = false;
        for (member, value) in self.0 {
            changed |= replace(context, agent.row, &agent.id, member, value)?;
        }
        if !changed {
            return Ok(Answer::changed(agent.settings_version));
        }
        let version = context.next_version()?;
        context
            .connection()
            .prepare_cached("UPDATE agents SET settings_updated_at = ?2, settings_version = ?3 WHERE id = ?1")?
            .execute(params![agent.row, context.now, version])?;
        applied::note(context, Applied::Agent, agent.row)?;
        Ok(Answer::changed(version))
    }
}

/// Replaces one member; tells whether that changed anything.
fn replace(
    context: &RequestContext<'_>,
    agent: i64,
    agent_id: &str,
    member: &Member,
    value: Option<Value>,
) -> Result<bool, Refusal> {
    let connection = context.connection();
    let stored: Option<String> = connection
        .prepare_cached("SELECT value FROM agent_settings WHERE agent = ?1 AND member = ?2")?
        .query_row(params![agent, member.name], |row| row.get(0))
        .optional()?;
    let (value, secrets_changed) = seal(context, agent, agent_id, member, stored.as_deref(), value)?;
    let Some(value) = value else {
        connection
            .prepare_cached("DELETE FROM agent_settings WHERE agent = ?1 AND member = ?2")?
            .execute(params![agent, member.name])?;
        return Ok(stored.is_some() || secrets_changed);
    };
    let value = value.to_string();
    if stored.as_ref() == Some(&value) {
        return Ok(secrets_changed);
    }
    store(connection, agent, member.name, &value)?;
    Ok(true)
}

/// Masks the secrets of a member's new value and stores them; tells whether any changed.
fn seal(
    context: &RequestContext<'_>,
    agent: i64,
    agent_id: &str,
    member: &Member,
    stored: Option<&str>,
    mut value: Option<Value>,
) -> Result<(Option<Value>, bool), Refusal> {
    if member.secrets == Secrets::None {
        return Ok((value, false));
    }
    let document = stored.and_then(|text| serde_json::from_str(text).ok());
    let mut sealer = Sealer::new(context, agent_owner(agent_id), &[member.name], document, INVALID_SETTINGS)?;
    if let Some(value) = &mut value {
        let mut path = vec![member.name.to_owned()];
        match member.secrets {
            Secrets::None => {}
            Secrets::McpServers => sealer.mcp_servers(&mut path, value)?,
            Secrets::ByName => sealer.by_name(&mut path, 1, value, References::Refused)?,
        }
    }
    let changes = sealer.finish();
    changes.write(context, agent)?;
    Ok((value, !changes.is_empty()))
}

fn store(connection: &Connection, agent: i64, member: &str, value: &str) -> Result<(), Refusal> {
    connection
        .prepare_cached(
            "INSERT INTO agent_settings (agent, member, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (agent, member) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![agent, member, value])?;
    Ok(())
}
