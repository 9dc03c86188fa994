//! How answers to writes begin.

use crate::server::json_text::ObjectText;

/// Starts an answer: it repeats the action, and has the id as a text.
pub(super) fn answer(action: &str, id: i64) -> ObjectText {
    ObjectText::new().text("action", action).text("watcher_id", &id.to_string())
}
