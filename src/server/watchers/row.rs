//! A watcher as it is stored.

use rusqlite::{OptionalExtension as _, Row, params};

use super::{
    settings::{self, Settings},
    version_fields::{self, VersionFields},
};
use crate::server::{json_text::ObjectText, refusal::Refusal, request_context::RequestContext};

pub(super) const ACTIVE: &str = "active";
pub(super) const ARCHIVED: &str = "archived";

/// A watcher with its current version.
pub(super) struct Watcher {
    pub(super) id: i64,
    pub(super) slug: String,
    pub(super) status: String,
    pub(super) version: i64,
    pub(super) version_id: i64,
    next_run_at: Option<i64>,
    pub(super) reaction_script: Option<String>,
    created_by: String,
    created_at: i64,
    updated_at: i64,
    pub(super) revision: i64,
    pub(super) settings: Settings,
    pub(super) fields: VersionFields,
}

/// What comes before the conditions of a query for watchers.
pub(super) fn select() -> String {
    format!(
        "SELECT w.id, w.slug, w.status, v.version, v.id, w.next_run_at, w.reaction_script, w.created_by, w.created_at,
                w.updated_at, w.revision, {}, {}
         FROM watchers w JOIN watcher_versions v ON v.watcher = w.id AND v.version = w.current_version",
        settings::COLUMNS,
        version_fields::COLUMNS,
    )
}

impl Watcher {
    /// Reads a row of [`select`].
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            slug: row.get(1)?,
            status: row.get(2)?,
            version: row.get(3)?,
            version_id: row.get(4)?,
            next_run_at: row.get(5)?,
            reaction_script: row.get(6)?,
            created_by: row.get(7)?,
            created_at: row.get(8)?,
            updated_at: row.get(9)?,
            revision: row.get(10)?,
            settings: Settings::from_row(row, 11)?,
            fields: VersionFields::from_row(row, 22)?,
        })
    }

    /// Builds the JSON of a list. Nothing here runs a watcher, and none belongs to an entity: those members are null or zero.
    pub(super) fn json(&self, details: bool) -> ObjectText {
        let object = ObjectText::new()
            .number("watcher_id", self.id)
            .text("slug", &self.slug)
            .text("name", &self.fields.name)
            .text("status", &self.status)
            .number("version", self.version)
            .number("current_version_id", self.version_id)
            .number("revision", self.revision);
        let object = self.settings.json(object);
        let object = match self.next_run_at {
            Some(at) => object.time("next_run_at", at),
            None => object.raw("next_run_at", "null"),
        };
        let mut object = object
            .raw("last_fired_at", "null")
            .number("watcher_group_id", self.id)
            .raw("source_watcher_id", "null")
            .text("created_by", &self.created_by)
            .time("created_at", self.created_at)
            .time("updated_at", self.updated_at)
            .number("windows_count", 0)
            .number("pending_content_count", 0);
        for absent in ["organization_slug", "entity_id", "entity_name", "entity_type", "entity_slug"] {
            object = object.raw(absent, "null");
        }
        if details { self.fields.details(object) } else { object }
    }

    /// What audit rows call it.
    pub(super) fn target(&self) -> String {
        target(&self.slug)
    }
}

/// What audit rows call the watcher of a slug.
pub(super) fn target(slug: &str) -> String {
    format!("watcher/{slug}")
}

/// Finds a watcher of this org.
pub(super) fn find(context: &RequestContext<'_>, id: i64) -> Result<Option<Watcher>, Refusal> {
    let found = context
        .connection()
        .prepare_cached(&format!("{} WHERE w.org = ?1 AND w.id = ?2", select()))?
        .query_row(params![context.org.id, id], Watcher::from_row)
        .optional()?;
    Ok(found)
}

/// Finds a watcher of this org by its slug, archived or not.
pub(super) fn find_slug(context: &RequestContext<'_>, slug: &str) -> Result<Option<Watcher>, Refusal> {
    let found = context
        .connection()
        .prepare_cached(&format!("{} WHERE w.org = ?1 AND w.slug = ?2", select()))?
        .query_row(params![context.org.id, slug], Watcher::from_row)
        .optional()?;
    Ok(found)
}

/// The same as [`find`], where one that is not there is a refusal.
pub(super) fn known(context: &RequestContext<'_>, id: i64) -> Result<Watcher, Refusal> {
    find(context, id)?.ok_or_else(|| Refusal::not_found(format!("Watcher {id} not found")))
}

/// What a change gives a watcher.
pub(super) struct NewState<'new> {
    pub(super) status: &'new str,
    pub(super) version: i64,
    pub(super) settings: &'new Settings,
    pub(super) next_run_at: Option<i64>,
    pub(super) reaction_script: Option<&'new str>,
}

impl<'new> NewState<'new> {
    /// The state that a watcher has, with these settings: an archived one has no next run.
    pub(super) fn of(watcher: &'new Watcher, settings: &'new Settings, context: &RequestContext<'_>) -> Self {
        let next_run_at = if settings.schedule == watcher.settings.schedule {
            watcher.next_run_at
        } else {
            settings.next_run_at(context).filter(|_| watcher.status == ACTIVE)
        };
        Self {
            status: &watcher.status,
            version: watcher.version,
            settings,
            next_run_at,
            reaction_script: watcher.reaction_script.as_deref(),
        }
    }

    /// Stores the state, and gives the new revision of the watcher.
    ///
    /// # Errors
    ///
    /// 412 where the condition of the request is not met.
    pub(super) fn store(&self, context: &RequestContext<'_>, id: i64) -> Result<i64, Refusal> {
        let revision = context.next_version()?;
        let settings = self.settings;
        context
            .connection()
            .prepare_cached(
                "UPDATE watchers SET status = ?2, current_version = ?3, agent_id = ?4, schedule = ?5,
                 scheduler_client_id = ?6, tags = ?7, sources = ?8, model_config = ?9, device_worker_id = ?10,
                 agent_kind = ?11, notification_channel = ?12, notification_priority = ?13,
                 min_cooldown_seconds = ?14, next_run_at = ?15, reaction_script = ?16, updated_at = ?17, revision = ?18
                 WHERE id = ?1",
            )?
            .execute(params![
                id,
                self.status,
                self.version,
                settings.agent_id,
                settings.schedule,
                settings.scheduler_client_id,
                settings.tags,
                settings.sources,
                settings.model_config,
                settings.device_worker_id,
                settings.agent_kind,
                settings.notification_channel,
                settings.notification_priority,
                settings.min_cooldown_seconds,
                self.next_run_at,
                self.reaction_script,
                context.now,
                revision
            ])?;
        Ok(revision)
    }
}
