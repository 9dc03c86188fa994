//! Making a watcher, or bringing an archived one back.

use rusqlite::params;

use super::{
    answer::answer,
    row::{ACTIVE, ARCHIVED, NewState, Watcher, find_slug, target},
    rules,
    settings::{Settings, SettingsChange},
    version_fields::{VersionChange, VersionFields, next_number},
};
use crate::server::{
    members::{Given, Members},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
};

/// A checked `create`.
pub(in crate::server) struct NewWatcher {
    slug: String,
    settings: Settings,
    fields: VersionFields,
}

impl NewWatcher {
    /// Checks the members. Those that are not known are left.
    pub(super) fn take(members: &mut Members) -> Result<Self, Refusal> {
        let slug = rules::slug(members)?;
        if let Given::Value(_) = members.any("entity_id") {
            let message = "This server has no entities: leave `entity_id` out.";
            return Err(Refusal::field("unknown_entity", "entity_id", message));
        }
        let settings = SettingsChange::take_all(members)?.first()?;
        let fields = VersionChange::take(members)?.first(&slug)?;
        Ok(Self { slug, settings, fields })
    }

    /// Makes the watcher. An archived one of the slug is brought back instead, with a further version and nothing else of what
    /// it had.
    pub(super) fn create(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        match find_slug(context, &self.slug)? {
            None => self.insert(context),
            Some(stored) if stored.status == ARCHIVED => self.revive(context, &stored),
            Some(stored) => {
                context.expect(Some(stored.revision));
                context.refuse_unmet()?;
                let message = format!("Watcher with slug '{}' already exists", self.slug);
                Err(Refusal::conflict("watcher_exists", message))
            }
        }
    }

    fn insert(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        context.expect(None);
        self.settings.check_agent(context)?;
        context
            .connection()
            .prepare_cached(
                "INSERT INTO watchers (org, slug, status, current_version, agent_id, tags, sources, model_config,
                 notification_channel, notification_priority, min_cooldown_seconds, created_by, created_at, updated_at,
                 revision)
                 VALUES (?1, ?2, 'active', 1, ?3, '[]', '[]', '{}', 'canvas', 'normal', 0, ?4, ?5, ?5, 0)",
            )?
            .execute(params![context.org.id, self.slug, self.settings.agent_id, context.actor.user, context.now])?;
        let id = context.connection().last_insert_rowid();
        self.fields.insert(context, id, 1, None)?;
        self.finish(context, id, 1, "watcher.create")
    }

    /// For a condition an archived watcher may count as absent, since no list shows it, or as what it is.
    fn revive(self, context: &RequestContext<'_>, stored: &Watcher) -> Result<Answer, Refusal> {
        context.expect(None);
        if context.refuse_unmet().is_err() {
            context.expect(Some(stored.revision));
        }
        self.settings.check_agent(context)?;
        let version = next_number(context, stored.id)?;
        self.fields.insert(context, stored.id, version, None)?;
        self.finish(context, stored.id, version, "watcher.revive")
    }

    fn finish(self, context: &RequestContext<'_>, id: i64, version: i64, action: &str) -> Result<Answer, Refusal> {
        let state = NewState {
            status: ACTIVE,
            version,
            settings: &self.settings,
            next_run_at: self.settings.next_run_at(context),
            reaction_script: None,
        };
        let revision = state.store(context, id)?;
        context.audit(action, &target(&self.slug), None)?;
        let object = answer("create", id)
            .number("version", version)
            .text("status", ACTIVE)
            .raw("sources", &self.settings.sources)
            .number("revision", revision);
        Ok(Answer::ok(object.finish()))
    }
}
