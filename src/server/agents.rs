//! Agents: list, create, read, change, delete (`docs/api/agents.md`). Ids are an organization's own.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    agent_row::{Agent, COLUMNS},
    applied::{self, Applied},
    json_text::{ObjectText, array},
    members::{Given, Members},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    sealed, settings,
};

/// The code of a 422 for a member that a body may not have.
pub(super) const UNKNOWN_FIELD: &str = "unknown_field";
const INVALID_AGENT: &str = "invalid_agent";
const SHORTEST_ID: usize = 3;
const LONGEST_ID: usize = 60;

impl Agent {
    /// Builds the JSON of a list member; with `settings` that of a single agent.
    fn json(&self, settings: Option<&str>, platforms: i64, active: i64) -> String {
        let owner = ObjectText::new().text("platform", "lobu").text("userId", &self.owner).finish();
        let mut object = echo(&self.id, &self.name, self.description.as_deref(), self.version)
            .raw("owner", &owner)
            .flag("isWorkspaceAgent", false)
            .number("createdAt", self.created_at);
        if let Some(settings) = settings {
            object = object.raw("settings", settings);
        }
        applied::with_project(object, self.applied_by.as_deref())
            .number("connectionCount", platforms)
            .number("activeConnectionCount", active)
            .number("clientCount", 0)
            .text("status", if active > 0 { "active" } else { "idle" })
            .finish()
    }
}

/// Finds an agent, or refuses with 404.
pub(super) fn find(context: &RequestContext<'_>, agent_id: &str) -> Result<Agent, Refusal> {
    find_in(context.connection(), context.org.id, agent_id)?.ok_or_else(|| Refusal::not_found("Agent not found"))
}

fn find_in(connection: &Connection, org: i64, agent_id: &str) -> Result<Option<Agent>, Refusal> {
    let agent = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM agents WHERE org = ?1 AND agent_id = ?2"))?
        .query_row(params![org, agent_id], Agent::from_row)
        .optional()?;
    Ok(agent)
}

/// `GET …/agents`: newest first.
pub(super) fn list(context: &RequestContext<'_>) -> Result<Answer, Refusal> {
    let mut statement = context.connection().prepare_cached(&format!(
        "SELECT {COLUMNS},
                (SELECT count(*) FROM platforms WHERE platforms.agent = agents.id),
                (SELECT count(*) FROM platforms WHERE platforms.agent = agents.id AND status = 'active')
         FROM agents WHERE org = ?1 ORDER BY id DESC"
    ))?;
    let agents = statement
        .query_map([context.org.id], |row| Ok(Agent::from_row(row)?.json(None, row.get(10)?, row.get(11)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(ObjectText::new().raw("agents", &array(agents)).finish()))
}

/// `GET …/agents/{id}`.
pub(super) fn get(context: &RequestContext<'_>, agent_id: &str) -> Result<Answer, Refusal> {
    let agent = find(context, agent_id)?;
    let settings = settings::read(context.connection(), &agent)?;
    let (platforms, active) = context
        .connection()
        .prepare_cached("SELECT count(*), count(*) FILTER (WHERE status = 'active') FROM platforms WHERE agent = ?1")?
        .query_row([agent.row], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Answer::ok(agent.json(Some(&settings), platforms, active)))
}

/// `GET …/agents/{id}/config`.
pub(super) fn config(context: &RequestContext<'_>, agent_id: &str) -> Result<Answer, Refusal> {
    let agent = find(context, agent_id)?;
    Ok(Answer::ok(settings::read(context.connection(), &agent)?))
}

/// A checked `POST …/agents`.
pub(super) struct NewAgent {
    agent_id: String,
    name: String,
    description: Option<String>,
}

impl NewAgent {
    /// Checks a body.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let mut members = Members::parse(body, INVALID_AGENT)?;
        let agent_id = members.required_text("agentId")?;
        let name = members.required_text("name")?;
        let description = members.text("description")?.into_option();
        members.finish(UNKNOWN_FIELD)?;
        if !is_agent_id(&agent_id) {
            return Err(Refusal::bad_request(
                "agentId must be 3-60 lowercase alphanumeric chars with hyphens, starting with a letter",
            ));
        }
        Ok(Self { agent_id, name, description })
    }

    /// Creates the agent with what every new one has; an id that exists answers 200 with the stored row.
    pub(super) fn create(self, context: &RequestContext<'_>, origin: &str) -> Result<Answer, Refusal> {
        if let Some(agent) = find_in(context.connection(), context.org.id, &self.agent_id)? {
            context.expect(Some(agent.version));
            let is_other = agent.name != self.name || agent.description != self.description;
            if is_other {
                context.refuse_unmet()?;
            }
            let row = echo(&agent.id, &agent.name, agent.description.as_deref(), agent.version);
            return Ok(Answer::ok(row.finish()));
        }
        context.expect(None);
        let version = context.next_version()?;
        context
            .connection()
            .prepare_cached(
                "INSERT INTO agents (org, agent_id, name, description, owner, created_at, settings_updated_at, version,
                 settings_version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?7)",
            )?
            .execute(params![
                context.org.id,
                self.agent_id,
                self.name,
                self.description,
                context.actor.user,
                context.now,
                version
            ])?;
        let row = context.connection().last_insert_rowid();
        settings::insert_initial(context, row, origin)?;
        applied::note(context, Applied::Agent, row)?;
        Ok(Answer::created(echo(&self.agent_id, &self.name, self.description.as_deref(), version).finish()))
    }
}

/// A checked `PATCH …/agents/{id}`: only name and description.
pub(super) struct AgentPatch {
    name: Option<String>,
    description: Given<String>,
}

impl AgentPatch {
    /// Checks a body.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let mut members = Members::parse(body, INVALID_AGENT)?;
        let name = match members.text("name")? {
            Given::Absent => None,
            Given::Value(name) if !name.trim().is_empty() => Some(name),
            Given::Null | Given::Value(_) => {
                return Err(Refusal::field(INVALID_AGENT, "name", "`name` can't be empty."));
            }
        };
        let description = members.text("description")?;
        members.finish(UNKNOWN_FIELD)?;
        Ok(Self { name, description })
    }

    /// Stores what is given.
    pub(super) fn apply(self, context: &RequestContext<'_>, agent_id: &str) -> Result<Answer, Refusal> {
        let agent = find(context, agent_id)?;
        context.expect(Some(agent.version));
        let name = self.name.unwrap_or_else(|| agent.name.clone());
        let description = self.description.or_stored(agent.description.clone());
        if name == agent.name && description == agent.description {
            return Ok(Answer::changed(agent.version));
        }
        let version = context.next_version()?;
        context
            .connection()
            .prepare_cached("UPDATE agents SET name = ?2, description = ?3, version = ?4 WHERE id = ?1")?
            .execute(params![agent.row, name, description, version])?;
        applied::note(context, Applied::Agent, agent.row)?;
        Ok(Answer::changed(version))
    }
}

/// `DELETE …/agents/{id}`: with its settings, platforms and their secrets.
pub(super) fn delete(context: &RequestContext<'_>, agent_id: &str) -> Result<Answer, Refusal> {
    let agent = find(context, agent_id)?;
    context.expect(Some(agent.version));
    context.next_version()?;
    sealed::delete_agent(context, agent.row)?;
    context.connection().prepare_cached("DELETE FROM agents WHERE id = ?1")?.execute([agent.row])?;
    Ok(Answer::success())
}

fn echo(agent_id: &str, name: &str, description: Option<&str>, version: i64) -> ObjectText {
    let object = ObjectText::new().text("agentId", agent_id).text("name", name);
    let object = match description {
        Some(description) => object.text("description", description),
        None => object,
    };
    object.number("version", version)
}

/// `^[a-z][a-z0-9-]{2,59}$`
fn is_agent_id(id: &str) -> bool {
    (SHORTEST_ID..=LONGEST_ID).contains(&id.len())
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::is_agent_id;

    #[test]
    fn agent_ids_follow_the_rule() {
        for id in ["abc", "a-1", "triage", &"a".repeat(60)] {
            assert!(is_agent_id(id), "{id}");
        }
        for id in ["", "ab", "Abc", "1bc", "-bc", "a_c", "äbc", "a/c", &"a".repeat(61)] {
            assert!(!is_agent_id(id), "{id}");
        }
    }
}
