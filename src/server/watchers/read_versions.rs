//! Reading the versions of a watcher.

use rusqlite::{OptionalExtension as _, Row, params};

use super::{
    answer::answer,
    row::known,
    version_fields::{self, VersionFields},
};
use crate::server::{
    json_text::{ObjectText, array},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
};

fn select() -> String {
    format!(
        "SELECT v.id, v.version, v.change_notes, v.created_by, v.created_at, {} FROM watcher_versions v",
        version_fields::COLUMNS
    )
}

fn json(row: &Row<'_>, current: i64) -> rusqlite::Result<String> {
    let version: i64 = row.get(1)?;
    let fields = VersionFields::from_row(row, 5)?;
    let object = ObjectText::new()
        .text("version_id", &row.get::<_, i64>(0)?.to_string())
        .number("version", version)
        .flag("is_current", version == current)
        .text("name", &fields.name)
        .text_or_null("change_notes", row.get::<_, Option<String>>(2)?.as_deref())
        .text("created_by", &row.get::<_, String>(3)?)
        .time("created_at", row.get(4)?);
    Ok(fields.details(object).finish())
}

/// `get_versions`: newest first.
pub(super) fn all(context: &RequestContext<'_>, id: i64) -> Result<Answer, Refusal> {
    let stored = known(context, id)?;
    let mut statement =
        context.connection().prepare_cached(&format!("{} WHERE v.watcher = ?1 ORDER BY v.version DESC", select()))?;
    let versions = statement.query_map([id], |row| json(row, stored.version))?.collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(answer("get_versions", id).raw("versions", &array(versions)).finish()))
}

/// `get_version_details`: one version, without a number the current one.
pub(super) fn one(context: &RequestContext<'_>, id: i64, version: Option<i64>) -> Result<Answer, Refusal> {
    let stored = known(context, id)?;
    let version = version.unwrap_or(stored.version);
    let found = context
        .connection()
        .prepare_cached(&format!("{} WHERE v.watcher = ?1 AND v.version = ?2", select()))?
        .query_row(params![id, version], |row| json(row, stored.version))
        .optional()?
        .ok_or_else(|| Refusal::not_found(format!("Watcher {id} has no version {version}")))?;
    Ok(Answer::ok(answer("get_version_details", id).raw("version_details", &found).finish()))
}
