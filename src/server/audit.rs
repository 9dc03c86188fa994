//! Rows that say what was done to what by whom, and never a value.

use rusqlite::{Connection, params};

use super::error::StoreError;

/// One audit row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The user id.
    pub actor: String,
    /// How the user was known: `pat` or `session`.
    pub source: String,
    /// What was done, such as `secret.write`, `refused.role`, `entity_type.create`.
    pub action: String,
    /// What it was done to, such as `platform/triage/triage-slack`, or the method and path of a refused request.
    pub target: String,
    /// The field of the target, for secret values.
    pub field: Option<String>,
}

/// A row to be written.
pub(super) struct NewEntry<'a> {
    pub(super) org: i64,
    pub(super) actor: &'a str,
    pub(super) source: &'a str,
    pub(super) at: i64,
    pub(super) action: &'a str,
    pub(super) target: &'a str,
    pub(super) field: Option<&'a str>,
}

/// Writes a row; inside the transaction of the change that it records.
pub(super) fn insert(connection: &Connection, entry: &NewEntry<'_>) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO audit (at, org, actor, source, action, target, field) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![entry.at, entry.org, entry.actor, entry.source, entry.action, entry.target, entry.field])?;
    Ok(())
}

/// Lists the rows of an organization, oldest first.
pub(super) fn list(connection: &Connection, org: i64) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT at, actor, source, action, target, field FROM audit WHERE org = ?1 ORDER BY id")?;
    let rows = statement.query_map([org], |row| {
        Ok(AuditEntry {
            at: row.get(0)?,
            actor: row.get(1)?,
            source: row.get(2)?,
            action: row.get(3)?,
            target: row.get(4)?,
            field: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
