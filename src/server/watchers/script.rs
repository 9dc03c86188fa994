//! The script that reacts to what a watcher found. It is kept as text: nothing here compiles or runs it.

use super::{
    answer::answer,
    row::{NewState, known},
    rules,
};
use crate::server::{
    members::{Given, Members},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
};

const LONGEST_SCRIPT: usize = 256 * 1024;

/// Checks the script of a body; none for one that removes it.
pub(super) fn take(members: &mut Members) -> Result<Option<String>, Refusal> {
    match rules::prose(members, "reaction_script")? {
        Given::Absent => Err(Refusal::bad_request("`reaction_script` is required; a blank one removes the script.")),
        Given::Value(script) if script.len() > LONGEST_SCRIPT => {
            let message = "`reaction_script` must have at most 256 KiB.";
            Err(Refusal::field("invalid_reaction_script", "reaction_script", message))
        }
        given => Ok(given.into_option()),
    }
}

/// Stores or removes the script; an equal one writes nothing.
pub(super) fn set(context: &RequestContext<'_>, id: i64, script: Option<&str>) -> Result<Answer, Refusal> {
    let stored = known(context, id)?;
    context.expect(Some(stored.revision));
    let mut revision = stored.revision;
    if script != stored.reaction_script.as_deref() {
        let state = NewState { reaction_script: script, ..NewState::of(&stored, &stored.settings, context) };
        revision = state.store(context, id)?;
        context.audit("watcher.set_reaction_script", &stored.target(), None)?;
    }
    let message = if script.is_some() { "Reaction script stored" } else { "Reaction script removed" };
    let object = answer("set_reaction_script", id)
        .flag("has_script", script.is_some())
        .text("message", message)
        .number("revision", revision);
    Ok(Answer::ok(object.finish()))
}
