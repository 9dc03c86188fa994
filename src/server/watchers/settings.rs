//! What a watcher holds beside its versions: when it runs, by which agent, and over what.

use rusqlite::Row;

use super::rules::{self, NOTIFICATION_CHANNELS, NOTIFICATION_PRIORITIES};
use crate::model::next_run;
use crate::server::{
    json_text::ObjectText,
    members::{Given, Members},
    refusal::Refusal,
    request_context::RequestContext,
};

/// The fields. JSON is text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) agent_id: String,
    pub(super) schedule: Option<String>,
    pub(super) scheduler_client_id: Option<String>,
    pub(super) tags: String,
    pub(super) sources: String,
    pub(super) model_config: String,
    pub(super) device_worker_id: Option<String>,
    pub(super) agent_kind: Option<String>,
    pub(super) notification_channel: String,
    pub(super) notification_priority: String,
    pub(super) min_cooldown_seconds: i64,
}

/// The columns of [`Settings`], of `watchers w`.
pub(super) const COLUMNS: &str = "w.agent_id, w.schedule, w.scheduler_client_id, w.tags, w.sources, w.model_config, \
                                  w.device_worker_id, w.agent_kind, w.notification_channel, \
                                  w.notification_priority, w.min_cooldown_seconds";

impl Settings {
    /// What a watcher has of which nothing is said.
    fn of_agent(agent_id: String) -> Self {
        Self {
            agent_id,
            schedule: None,
            scheduler_client_id: None,
            tags: "[]".to_owned(),
            sources: rules::default_sources(),
            model_config: "{}".to_owned(),
            device_worker_id: None,
            agent_kind: None,
            notification_channel: "canvas".to_owned(),
            notification_priority: "normal".to_owned(),
            min_cooldown_seconds: 0,
        }
    }

    /// Reads the columns from this place on.
    pub(super) fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            agent_id: row.get(first)?,
            schedule: row.get(first + 1)?,
            scheduler_client_id: row.get(first + 2)?,
            tags: row.get(first + 3)?,
            sources: row.get(first + 4)?,
            model_config: row.get(first + 5)?,
            device_worker_id: row.get(first + 6)?,
            agent_kind: row.get(first + 7)?,
            notification_channel: row.get(first + 8)?,
            notification_priority: row.get(first + 9)?,
            min_cooldown_seconds: row.get(first + 10)?,
        })
    }

    /// Adds the fields.
    pub(super) fn json(&self, object: ObjectText) -> ObjectText {
        object
            .text_or_null("schedule", self.schedule.as_deref())
            .text("agent_id", &self.agent_id)
            .text_or_null("scheduler_client_id", self.scheduler_client_id.as_deref())
            .raw("tags", &self.tags)
            .raw("sources", &self.sources)
            .raw("model_config", &self.model_config)
            .text_or_null("device_worker_id", self.device_worker_id.as_deref())
            .text_or_null("agent_kind", self.agent_kind.as_deref())
            .text("notification_channel", &self.notification_channel)
            .text("notification_priority", &self.notification_priority)
            .number("min_cooldown_seconds", self.min_cooldown_seconds)
    }

    /// The first run after the time of the request, in milliseconds since 1970.
    pub(super) fn next_run_at(&self, context: &RequestContext<'_>) -> Option<i64> {
        let seconds = next_run(self.schedule.as_deref()?, context.now.div_euclid(1000))?;
        seconds.checked_mul(1000)
    }

    /// Refuses an agent that the org does not have.
    pub(super) fn check_agent(&self, context: &RequestContext<'_>) -> Result<(), Refusal> {
        let mut statement = context
            .connection()
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM agents WHERE org = ?1 AND agent_id = ?2)")?;
        if statement.query_row((context.org.id, &self.agent_id), |row| row.get(0))? {
            return Ok(());
        }
        let shown: String = self.agent_id.chars().take(100).collect();
        let message = format!("This organization has no agent `{shown}`.");
        Err(Refusal::field("unknown_agent", "agent_id", message))
    }
}

/// The fields as a body gives them, checked.
pub(in crate::server) struct SettingsChange {
    /// The names of what was given, in the order of the fields.
    pub(super) given: Vec<&'static str>,
    schedule: Given<String>,
    agent_id: Given<String>,
    scheduler_client_id: Given<String>,
    tags: Given<String>,
    sources: Given<String>,
    model_config: Given<String>,
    device_worker_id: Given<String>,
    agent_kind: Given<String>,
    notification_channel: Given<String>,
    notification_priority: Given<String>,
    min_cooldown_seconds: Given<i64>,
}

impl SettingsChange {
    /// Takes what an update may change: all but the sources.
    pub(super) fn take(members: &mut Members) -> Result<Self, Refusal> {
        let given = [
            "schedule",
            "agent_id",
            "scheduler_client_id",
            "tags",
            "model_config",
            "device_worker_id",
            "agent_kind",
            "notification_channel",
            "notification_priority",
            "min_cooldown_seconds",
        ];
        Ok(Self {
            given: given.into_iter().filter(|name| members.has(name)).collect(),
            schedule: rules::schedule(members)?,
            agent_id: rules::text(members, "agent_id")?,
            scheduler_client_id: rules::text(members, "scheduler_client_id")?,
            tags: rules::tags(members)?,
            sources: Given::Absent,
            model_config: rules::object(members, "model_config")?,
            device_worker_id: rules::uuid(members, "device_worker_id")?,
            agent_kind: rules::text(members, "agent_kind")?,
            notification_channel: rules::word(members, "notification_channel", &NOTIFICATION_CHANNELS)?,
            notification_priority: rules::word(members, "notification_priority", &NOTIFICATION_PRIORITIES)?,
            min_cooldown_seconds: rules::number(members, "min_cooldown_seconds", 0)?,
        })
    }

    /// Takes what a create may set: all.
    pub(super) fn take_all(members: &mut Members) -> Result<Self, Refusal> {
        Ok(Self { sources: rules::sources(members)?, ..Self::take(members)? })
    }

    /// Takes what may come with a new version.
    pub(super) fn take_with_version(members: &mut Members) -> Result<Self, Refusal> {
        Ok(Self {
            given: Vec::new(),
            schedule: rules::schedule(members)?,
            agent_id: Given::Absent,
            scheduler_client_id: rules::text(members, "scheduler_client_id")?,
            tags: Given::Absent,
            sources: rules::sources(members)?,
            model_config: Given::Absent,
            device_worker_id: Given::Absent,
            agent_kind: Given::Absent,
            notification_channel: Given::Absent,
            notification_priority: Given::Absent,
            min_cooldown_seconds: Given::Absent,
        })
    }

    /// Gives the settings of a new watcher.
    ///
    /// # Errors
    ///
    /// 400 without an agent.
    pub(super) fn first(mut self) -> Result<Settings, Refusal> {
        match std::mem::replace(&mut self.agent_id, Given::Absent) {
            Given::Value(agent_id) => self.over(Settings::of_agent(agent_id)),
            Given::Absent | Given::Null => Err(Refusal::bad_request("`agent_id` is required.")),
        }
    }

    /// Lays what is given over what is stored; null stands for what a watcher has of which nothing is said.
    ///
    /// # Errors
    ///
    /// 400 where the agent is to be cleared.
    pub(super) fn over(self, stored: Settings) -> Result<Settings, Refusal> {
        let unset = Settings::of_agent(String::new());
        let agent_id = match self.agent_id {
            Given::Absent => stored.agent_id,
            Given::Value(agent_id) => agent_id,
            Given::Null => return Err(Refusal::bad_request("`agent_id` can't be empty: a watcher has an agent.")),
        };
        Ok(Settings {
            agent_id,
            schedule: self.schedule.or_stored(stored.schedule),
            scheduler_client_id: self.scheduler_client_id.or_stored(stored.scheduler_client_id),
            tags: laid_over(self.tags, stored.tags, unset.tags),
            sources: laid_over(self.sources, stored.sources, unset.sources),
            model_config: laid_over(self.model_config, stored.model_config, unset.model_config),
            device_worker_id: self.device_worker_id.or_stored(stored.device_worker_id),
            agent_kind: self.agent_kind.or_stored(stored.agent_kind),
            notification_channel: laid_over(
                self.notification_channel,
                stored.notification_channel,
                unset.notification_channel,
            ),
            notification_priority: laid_over(
                self.notification_priority,
                stored.notification_priority,
                unset.notification_priority,
            ),
            min_cooldown_seconds: laid_over(
                self.min_cooldown_seconds,
                stored.min_cooldown_seconds,
                unset.min_cooldown_seconds,
            ),
        })
    }
}

fn laid_over<T>(given: Given<T>, stored: T, unset: T) -> T {
    match given {
        Given::Absent => stored,
        Given::Null => unset,
        Given::Value(value) => value,
    }
}
