//! Archiving: what `delete` does. The slug stays taken until a `create` brings the watcher back.

use serde_json::Value;

use super::{
    row::{ARCHIVED, NewState, find},
    rules::parse_id,
};
use crate::server::{
    json_text::{ObjectText, array},
    members::{Given, Members},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
};

/// Checks the ids of a body.
pub(super) fn take(members: &mut Members) -> Result<Vec<Value>, Refusal> {
    match members.array("watcher_ids")? {
        Given::Value(ids) if !ids.is_empty() => Ok(ids),
        _ => Err(Refusal::bad_request("`watcher_ids` must be a list of at least one id.")),
    }
}

/// Archives the watchers, and says of each whether it was there. A condition holds for each of them.
pub(super) fn archive(context: &RequestContext<'_>, ids: &[Value]) -> Result<Answer, Refusal> {
    let mut results = Vec::new();
    let mut successful = 0;
    for id in ids {
        let (result, is_success) = archive_one(context, id)?;
        successful += i64::from(is_success);
        results.push(result);
    }
    let total = i64::try_from(results.len()).unwrap_or(i64::MAX);
    let summary = ObjectText::new()
        .number("total", total)
        .number("successful", successful)
        .number("failed", total.saturating_sub(successful));
    let object =
        ObjectText::new().text("action", "delete").raw("results", &array(results)).raw("summary", &summary.finish());
    Ok(Answer::ok(object.finish()))
}

fn archive_one(context: &RequestContext<'_>, id: &Value) -> Result<(String, bool), Refusal> {
    let shown = match id {
        Value::String(text) => text.chars().take(100).collect(),
        other => other.as_i64().map(|id| id.to_string()).unwrap_or_default(),
    };
    let object = ObjectText::new().text("watcher_id", &shown);
    let stored = match parse_id(id) {
        Some(id) => find(context, id)?,
        None => None,
    };
    let Some(stored) = stored else {
        let object = object.flag("success", false).text("message", "Watcher not found");
        return Ok((object.finish(), false));
    };
    context.expect(Some(stored.revision));
    let object = object.flag("success", true);
    if stored.status == ARCHIVED {
        let object = object.text("message", "Watcher is archived already").number("revision", stored.revision);
        return Ok((object.finish(), true));
    }
    let state = NewState { status: ARCHIVED, next_run_at: None, ..NewState::of(&stored, &stored.settings, context) };
    let revision = state.store(context, stored.id)?;
    context.audit("watcher.delete", &stored.target(), None)?;
    Ok((object.text("message", "Watcher archived").number("revision", revision).finish(), true))
}
