//! Changing what a watcher holds beside its versions.

use serde_json::Value;

use super::{
    answer::answer,
    row::{NewState, known},
    settings::SettingsChange,
};
use crate::server::{
    refusal::{Answer, Refusal},
    request_context::RequestContext,
};

/// Stores what is given; equal values write nothing.
pub(super) fn update(context: &RequestContext<'_>, id: i64, change: SettingsChange) -> Result<Answer, Refusal> {
    let stored = known(context, id)?;
    context.expect(Some(stored.revision));
    let given = Value::from(change.given.clone()).to_string();
    let settings = change.over(stored.settings.clone())?;
    if settings.agent_id != stored.settings.agent_id {
        settings.check_agent(context)?;
    }
    let mut revision = stored.revision;
    if settings != stored.settings {
        revision = NewState::of(&stored, &settings, context).store(context, id)?;
        context.audit("watcher.update", &stored.target(), None)?;
    }
    Ok(Answer::ok(answer("update", id).raw("updated_fields", &given).number("revision", revision).finish()))
}
