//! A further version of a watcher's prompt.

use super::{
    answer::answer,
    row::{NewState, known},
    rules,
    settings::SettingsChange,
    version_fields::{VersionChange, next_number},
};
use crate::server::{
    members::Members,
    refusal::{Answer, Refusal},
    request_context::RequestContext,
};

/// A checked `create_version`.
pub(in crate::server) struct NewVersion {
    fields: VersionChange,
    settings: SettingsChange,
    change_notes: Option<String>,
    is_current: bool,
}

impl NewVersion {
    /// Checks the members. Those that are not known are left.
    pub(super) fn take(members: &mut Members) -> Result<Self, Refusal> {
        Ok(Self {
            fields: VersionChange::take(members)?,
            settings: SettingsChange::take_with_version(members)?,
            change_notes: rules::prose(members, "change_notes")?.into_option(),
            is_current: members.flag("set_as_current")?.into_option().unwrap_or(true),
        })
    }

    /// Makes the version. What would equal the current one is none: nothing is written then.
    pub(super) fn create(self, context: &RequestContext<'_>, id: i64) -> Result<Answer, Refusal> {
        let stored = known(context, id)?;
        context.expect(Some(stored.revision));
        let fields = self.fields.after(stored.fields.clone());
        let settings = self.settings.over(stored.settings.clone())?;
        let (mut version, mut version_id, mut revision) = (stored.version, stored.version_id, stored.revision);
        if fields != stored.fields || settings != stored.settings {
            version = next_number(context, id)?;
            version_id = fields.insert(context, id, version, self.change_notes.as_deref())?;
            let mut state = NewState::of(&stored, &settings, context);
            if self.is_current {
                state.version = version;
            }
            revision = state.store(context, id)?;
            context.audit("watcher.create_version", &stored.target(), None)?;
        }
        let object = answer("create_version", id)
            .text("version_id", &version_id.to_string())
            .number("version", version)
            .number("previous_version", stored.version)
            .number("revision", revision);
        Ok(Answer::ok(object.finish()))
    }
}
