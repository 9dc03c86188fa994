//! Who wrote which secret of an organization: of the value no more than its fingerprint, which the list
//! of the secrets shows as well.

use rusqlite::{Connection, params};

use super::batch::{Operation, Source};
use crate::server::{error::StoreError, request_context::RequestContext};

/// One write of a secret of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretAuditEntry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The user id.
    pub actor: String,
    pub name: String,
    /// The fingerprint of what was written; for a delete, of what was deleted. Exactly 4 hex digits.
    pub fingerprint: String,
    /// `create`, `rotate` or `delete`.
    pub action: String,
    /// Where the value came from, as the caller said: `env`, `file`, `stdin`, `api`; `system` for the server itself.
    pub source: String,
}

/// Writes a row; inside the transaction of the write that it records.
pub(super) fn insert(
    context: &RequestContext<'_>,
    name: &str,
    fingerprint: &str,
    operation: Operation,
    source: Source,
) -> Result<(), StoreError> {
    context
        .connection()
        .prepare_cached(
            "INSERT INTO secret_audit (org, name, fingerprint, action, source, actor, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            context.org.id,
            name,
            fingerprint,
            operation.as_str(),
            source.as_str(),
            context.actor.user,
            context.now
        ])?;
    Ok(())
}

/// Counts the writes of a name, those of secrets that were deleted since included: at least as many as any version that it
/// had.
pub(super) fn count(context: &RequestContext<'_>, name: &str) -> Result<i64, StoreError> {
    let count = context
        .connection()
        .prepare_cached("SELECT count(*) FROM secret_audit WHERE org = ?1 AND name = ?2")?
        .query_row(params![context.org.id, name], |row| row.get(0))?;
    Ok(count)
}

/// Lists the rows of an organization, oldest first.
pub(in crate::server) fn list(connection: &Connection, org: i64) -> Result<Vec<SecretAuditEntry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT created_at, actor, name, fingerprint, action, source FROM secret_audit WHERE org = ?1 ORDER BY id",
    )?;
    let rows = statement.query_map([org], |row| {
        Ok(SecretAuditEntry {
            at: row.get(0)?,
            actor: row.get(1)?,
            name: row.get(2)?,
            fingerprint: row.get(3)?,
            action: row.get(4)?,
            source: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
