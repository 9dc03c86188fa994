//! The table of an organization's secrets. Reading it never decrypts.

use rusqlite::{Connection, OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::batch::Source;
use crate::server::{
    error::StoreError,
    json_text::{ObjectText, array},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    vault::{self, Digest, ValueLocation, Vault},
};

/// The owner part of the place of these values; those of documents contain a `/`.
pub(super) const OWNER: &str = "user";

/// What is known of a stored secret without its value.
pub(super) struct Stored {
    pub(super) version: i64,
    pub(super) digest: Vec<u8>,
    pub(super) salt: Vec<u8>,
    pub(super) fingerprint: String,
}

/// `GET …/secrets`: a bare array, sorted by name.
pub(in crate::server) fn list(context: &RequestContext<'_>) -> Result<Answer, Refusal> {
    let mut statement = context.connection().prepare_cached(
        "SELECT name, fingerprint, salt, updated_at, source, version FROM secrets WHERE org = ?1 ORDER BY name",
    )?;
    let secrets = statement
        .query_map([context.org.id], |row| {
            Ok(ObjectText::new()
                .text("name", &row.get::<_, String>(0)?)
                .text("fingerprint", &row.get::<_, String>(1)?)
                .text("salt", &vault::hex(&row.get::<_, Vec<u8>>(2)?))
                .number("updatedAt", row.get(3)?)
                .text("source", &row.get::<_, String>(4)?)
                .number("version", row.get(5)?)
                .finish())
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(array(secrets)))
}

/// `GET …/secrets/names`: a bare array of names, sorted.
pub(in crate::server) fn names(context: &RequestContext<'_>) -> Result<Answer, Refusal> {
    let mut statement = context.connection().prepare_cached("SELECT name FROM secrets WHERE org = ?1 ORDER BY name")?;
    let names = statement
        // A name holds nothing that JSON escapes.
        .query_map([context.org.id], |row| Ok(format!("\"{}\"", row.get::<_, String>(0)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(array(names)))
}

/// Tells whether the organization has a secret of this name.
pub(in crate::server) fn exists(context: &RequestContext<'_>, name: &str) -> Result<bool, Refusal> {
    let found = context
        .connection()
        .prepare_cached("SELECT 1 FROM secrets WHERE org = ?1 AND name = ?2")?
        .exists(params![context.org.id, name])?;
    Ok(found)
}

/// Finds a secret.
pub(super) fn find(context: &RequestContext<'_>, name: &str) -> Result<Option<Stored>, Refusal> {
    let stored = context
        .connection()
        .prepare_cached("SELECT version, digest, salt, fingerprint FROM secrets WHERE org = ?1 AND name = ?2")?
        .query_row(params![context.org.id, name], |row| {
            Ok(Stored { version: row.get(0)?, digest: row.get(1)?, salt: row.get(2)?, fingerprint: row.get(3)? })
        })
        .optional()?;
    Ok(stored)
}

/// A value that is to be stored.
pub(super) struct NewValue<'a> {
    pub(super) name: &'a str,
    pub(super) version: i64,
    pub(super) salt: &'a [u8],
    pub(super) digest: &'a Digest,
    pub(super) source: Source,
}

/// Stores a value over the one of the same name, if any; gives its fingerprint.
pub(super) fn store(context: &RequestContext<'_>, new: &NewValue<'_>, value: &str) -> Result<String, Refusal> {
    let fingerprint = vault::fingerprint(new.salt, new.name, value.as_bytes())?;
    let sealed = context.vault.seal(&place(&context.org.public_id, new.name), new.version, value.as_bytes())?;
    context
        .connection()
        .prepare_cached(
            "INSERT INTO secrets (org, name, version, key_id, sealed, digest, salt, fingerprint, source, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (org, name) DO UPDATE SET version = excluded.version, key_id = excluded.key_id,
             sealed = excluded.sealed, digest = excluded.digest, fingerprint = excluded.fingerprint,
             source = excluded.source, updated_at = excluded.updated_at",
        )?
        .execute(params![
            context.org.id,
            new.name,
            new.version,
            context.vault.key_id(),
            sealed,
            new.digest.as_bytes(),
            new.salt,
            fingerprint,
            new.source.as_str(),
            context.now,
        ])?;
    Ok(fingerprint)
}

/// Deletes a secret, its salt included.
pub(super) fn delete(context: &RequestContext<'_>, name: &str) -> Result<(), Refusal> {
    context
        .connection()
        .prepare_cached("DELETE FROM secrets WHERE org = ?1 AND name = ?2")?
        .execute(params![context.org.id, name])?;
    Ok(())
}

/// Gives the place of a secret, to which its ciphertext and digest are bound.
pub(super) fn place<'a>(org: &'a str, name: &'a str) -> ValueLocation<'a> {
    ValueLocation { org, owner: OWNER, field: name }
}

/// Decrypts the value of a secret; for tests that look into the store.
pub(in crate::server) fn open(
    connection: &Connection,
    vault: &Vault,
    org: &str,
    name: &str,
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let row = connection
        .query_row(
            "SELECT organizations.public_id, version, sealed FROM secrets
             JOIN organizations ON organizations.id = secrets.org
             WHERE organizations.slug = ?1 AND secrets.name = ?2",
            params![org, name],
            |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)),
        )
        .optional()?;
    let Some((org, version, sealed)) = row else { return Ok(None) };
    vault.open(&place(&org, name), version, &sealed).map(Some)
}
