//! Platforms: the chat integrations of an agent (`docs/api/platforms.md`). Ids are an organization's own.

use rusqlite::{OptionalExtension as _, Row, params};
use serde_json::{Map, Value};

use super::{
    agent_row::Agent,
    agents::{self, UNKNOWN_FIELD},
    applied::{self, Applied},
    destination,
    json_text::{ObjectText, array},
    members::{Given, Members, unknown_member},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    sealed::{self, SealedChanges, Sealer, platform_owner},
    secrets::refuse_reference,
    shape::Shape,
    vault,
};

const INVALID_CONFIG: &str = "invalid_platform_config";
/// Longest id and type name, in bytes.
const LONGEST_NAME: usize = 256;

struct Platform {
    row: i64,
    id: String,
    kind: String,
    agent_id: String,
    config: String,
    settings: String,
    metadata: String,
    status: String,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

const SELECT: &str = "SELECT platforms.id, platform_id, platform, agents.agent_id, config, settings, metadata, status, \
                      platforms.created_at, platforms.updated_at, platforms.version \
                      FROM platforms JOIN agents ON agents.id = platforms.agent";

impl Platform {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: row.get(0)?,
            id: row.get(1)?,
            kind: row.get(2)?,
            agent_id: row.get(3)?,
            config: row.get(4)?,
            settings: row.get(5)?,
            metadata: row.get(6)?,
            status: row.get(7)?,
            created_at: row.get(8)?,
            updated_at: row.get(9)?,
            version: row.get(10)?,
        })
    }

    fn json(&self) -> String {
        ObjectText::new()
            .text("id", &self.id)
            .text("platform", &self.kind)
            // The name of the owning agent in generation 1 and 2 (generations.md); clients read either.
            .text("templateAgentId", &self.agent_id)
            .text("agentId", &self.agent_id)
            .raw("config", &self.config)
            .raw("settings", &self.settings)
            .raw("metadata", &self.metadata)
            .text("status", &self.status)
            .number("createdAt", self.created_at)
            .number("updatedAt", self.updated_at)
            .number("version", self.version)
            .finish()
    }
}

/// `GET …/platforms`: newest first.
pub(super) fn list(context: &RequestContext<'_>, agent_id: &str) -> Result<Answer, Refusal> {
    let agent = agents::find(context, agent_id)?;
    let mut statement = context
        .connection()
        .prepare_cached(&format!("{SELECT} WHERE platforms.agent = ?1 ORDER BY platforms.id DESC"))?;
    let platforms =
        statement.query_map([agent.row], |row| Ok(Platform::from_row(row)?.json()))?.collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(ObjectText::new().raw("platforms", &array(platforms)).finish()))
}

/// `GET …/platforms/{pid}`: the bare object.
pub(super) fn get(context: &RequestContext<'_>, agent_id: &str, id: &str) -> Result<Answer, Refusal> {
    Ok(Answer::ok(find_of(context, agent_id, id)?.json()))
}

/// `DELETE …/platforms/{pid}`.
pub(super) fn delete(context: &RequestContext<'_>, agent_id: &str, id: &str) -> Result<Answer, Refusal> {
    let platform = find_of(context, agent_id, id)?;
    context.expect(Some(platform.version));
    context.next_version()?;
    sealed::delete_owner(context, &platform_owner(agent_id, id))?;
    context.connection().prepare_cached("DELETE FROM platforms WHERE id = ?1")?.execute([platform.row])?;
    Ok(Answer::success())
}

/// `POST …/platforms/{pid}/start` and `/stop`: only the status, since no agent runs here.
pub(super) fn set_status(
    context: &RequestContext<'_>,
    agent_id: &str,
    id: &str,
    status: &'static str,
) -> Result<Answer, Refusal> {
    let mut platform = find_of(context, agent_id, id)?;
    context.expect(Some(platform.version));
    if platform.status != status {
        let version = context.next_version()?;
        context
            .connection()
            .prepare_cached("UPDATE platforms SET status = ?2, updated_at = ?3, version = ?4 WHERE id = ?1")?
            .execute(params![platform.row, status, context.now, version])?;
        status.clone_into(&mut platform.status);
        (platform.updated_at, platform.version) = (context.now, version);
    }
    Ok(Answer::ok(ObjectText::new().flag("success", true).raw("platform", &platform.json()).finish()))
}

/// A checked body of `PUT …/platforms/by-stable-id/{id}` or `POST …/platforms`.
pub(super) struct PlatformBody {
    platform: String,
    /// Absent: what is stored stays, as for `settings`.
    config: Option<Map<String, Value>>,
    settings: Option<Map<String, Value>>,
}

impl PlatformBody {
    /// Checks a body; `name` is accepted and not stored, as on the existing server.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let mut members = Members::parse(body, INVALID_CONFIG)?;
        let platform = match members.text("platform")? {
            Given::Value(platform) if !platform.trim().is_empty() => platform,
            _ => return Err(Refusal::bad_request("platform is required")),
        };
        check_name("platform", &platform)?;
        let config = members.object("config")?.into_option();
        let settings = members.object("settings")?.into_option();
        members.text("name")?;
        members.finish(UNKNOWN_FIELD)?;
        if let Some(settings) = &settings {
            check_settings(settings)?;
        }
        Ok(Self { platform, config, settings })
    }

    /// Creates, updates, or finds equal the platform with this id.
    pub(super) fn put(self, context: &RequestContext<'_>, agent_id: &str, id: &str) -> Result<Answer, Refusal> {
        let agent = agents::find(context, agent_id)?;
        check_name("id", id)?;
        refuse_reference("id", id)?;
        let stored = find(context, id)?;
        context.expect(stored.as_ref().map(|platform| platform.version));
        match stored {
            None => self.create(context, &agent, id),
            Some(platform) if platform.agent_id != agent.id => {
                Err(Refusal::conflict("platform_exists", "Stable ID already used by a different agent"))
            }
            Some(platform) => self.update(context, &agent, platform),
        }
    }

    /// Creates a platform with an id of the server's choice.
    pub(super) fn post(self, context: &RequestContext<'_>, agent_id: &str) -> Result<Answer, Refusal> {
        let agent = agents::find(context, agent_id)?;
        let mut random = [0; 8];
        vault::random(&mut random)?;
        let id = format!("{}-{}-{}", self.platform, agent.id, vault::hex(&random));
        context.expect(None);
        self.create(context, &agent, &id)
    }

    fn create(mut self, context: &RequestContext<'_>, agent: &Agent, id: &str) -> Result<Answer, Refusal> {
        let (config, secrets) = self.seal(context, agent, id, None)?;
        let platform = Platform {
            row: 0,
            id: id.to_owned(),
            agent_id: agent.id.clone(),
            config,
            settings: with_defaults(self.settings.unwrap_or_default()),
            kind: self.platform,
            metadata: "{}".to_owned(),
            status: "stopped".to_owned(),
            created_at: context.now,
            updated_at: context.now,
            version: context.next_version()?,
        };
        context
            .connection()
            .prepare_cached(
                "INSERT INTO platforms (org, agent, platform_id, platform, config, settings, status, created_at,
                 updated_at, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)",
            )?
            .execute(params![
                context.org.id,
                agent.row,
                id,
                platform.kind,
                platform.config,
                platform.settings,
                platform.status,
                context.now,
                platform.version
            ])?;
        secrets.write(context, agent.row)?;
        applied::note(context, Applied::Agent, agent.row)?;
        Ok(Answer::created(ObjectText::new().raw("platform", &platform.json()).finish()))
    }

    fn update(mut self, context: &RequestContext<'_>, agent: &Agent, stored: Platform) -> Result<Answer, Refusal> {
        let (config, secrets) = self.seal(context, agent, &stored.id, Some(&stored.config))?;
        // Settings that a PUT omits stay: the web interface sets `allowFrom`.
        let settings = self.settings.take().map_or_else(|| stored.settings.clone(), with_defaults);
        let equal = secrets.is_empty()
            && config == stored.config
            && settings == stored.settings
            && self.platform == stored.kind;
        if equal {
            return Ok(Answer::ok(ObjectText::new().flag("noop", true).raw("platform", &stored.json()).finish()));
        }
        let version = context.next_version()?;
        context
            .connection()
            .prepare_cached(
                "UPDATE platforms SET platform = ?2, config = ?3, settings = ?4, updated_at = ?5, version = ?6
                 WHERE id = ?1",
            )?
            .execute(params![stored.row, self.platform, config, settings, context.now, version])?;
        secrets.write(context, agent.row)?;
        applied::note(context, Applied::Agent, agent.row)?;
        let platform = Platform { kind: self.platform, config, settings, updated_at: context.now, version, ..stored };
        Ok(Answer::ok(
            ObjectText::new()
                .flag("updated", true)
                .flag("willRestart", true)
                .raw("platform", &platform.json())
                .finish(),
        ))
    }

    /// Masks the config, `platform` added; a stored key that the given config lacks is gone.
    fn seal(
        &mut self,
        context: &RequestContext<'_>,
        agent: &Agent,
        id: &str,
        stored: Option<&str>,
    ) -> Result<(String, SealedChanges), Refusal> {
        let stored: Option<Map<String, Value>> = stored.and_then(|text| serde_json::from_str(text).ok());
        let owner = platform_owner(&agent.id, id);
        let platform = Value::from(self.platform.clone());
        let (mut members, stored) = match (self.config.take(), stored) {
            (None, Some(mut kept)) => {
                let is_other = kept.get("platform") != Some(&platform);
                if is_other && kept.iter().any(|(name, value)| name != "platform" && sealed::holds_secret(value)) {
                    return Err(destination::refuse("platform"));
                }
                kept.insert("platform".to_owned(), platform);
                return Ok((Value::Object(kept).to_string(), SealedChanges::none(owner)));
            }
            (given, stored) => (given.unwrap_or_default(), stored),
        };
        members.insert("platform".to_owned(), platform);
        let mut config = Value::Object(members);
        let mut sealer = Sealer::new(context, owner, &[], stored.map(Value::Object), INVALID_CONFIG)?;
        sealer.platform_config(&mut config)?;
        Ok((config.to_string(), sealer.finish()))
    }
}

fn find(context: &RequestContext<'_>, id: &str) -> Result<Option<Platform>, Refusal> {
    let platform = context
        .connection()
        .prepare_cached(&format!("{SELECT} WHERE platforms.org = ?1 AND platform_id = ?2"))?
        .query_row(params![context.org.id, id], Platform::from_row)
        .optional()?;
    Ok(platform)
}

fn find_of(context: &RequestContext<'_>, agent_id: &str, id: &str) -> Result<Platform, Refusal> {
    agents::find(context, agent_id)?;
    find(context, id)?
        .filter(|platform| platform.agent_id == agent_id)
        .ok_or_else(|| Refusal::not_found("Platform not found"))
}

fn check_name(field: &str, name: &str) -> Result<(), Refusal> {
    if name.trim().is_empty() || name.len() > LONGEST_NAME || name.contains(char::is_control) {
        let message = format!("`{field}` must be a text of 1 to {LONGEST_NAME} bytes without control characters.");
        return Err(Refusal::bad_request(message));
    }
    Ok(())
}

fn check_settings(settings: &Map<String, Value>) -> Result<(), Refusal> {
    for (name, value) in settings {
        let path = format!("settings.{name}");
        match name.as_str() {
            "allowGroups" => Shape::Flag.check(&path, value)?,
            "allowFrom" | "userConfigScopes" => {
                Shape::Texts.check(&path, value)?;
                Shape::Texts.refuse_references(&path, value)?;
            }
            _ => return Err(unknown_member("unknown_configuration_field", &path)),
        }
    }
    Ok(())
}

fn with_defaults(mut settings: Map<String, Value>) -> String {
    settings.entry("allowGroups").or_insert(Value::Bool(true));
    Value::Object(settings).to_string()
}
