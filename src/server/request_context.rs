//! What every operation is handed: the organization, who asks, and the connection on which it runs.

use rusqlite::Connection;

use super::{
    access::{Actor, Org},
    audit::{self, NewEntry},
    clock::now,
    database::Write,
    error::StoreError,
    vault::Vault,
};

/// One operation on one organization.
pub(super) struct RequestContext<'a> {
    connection: &'a Connection,
    write: Option<&'a Write<'a>>,
    pub(super) vault: &'a Vault,
    pub(super) org: Org,
    pub(super) actor: Actor,
    /// The time of the operation, in milliseconds since 1970.
    pub(super) now: i64,
}

impl<'a> RequestContext<'a> {
    /// Sets the context of a read.
    pub(super) fn reading(connection: &'a Connection, vault: &'a Vault, org: Org, actor: Actor) -> Self {
        Self { connection, write: None, vault, org, actor, now: now() }
    }

    /// Sets the context of a change.
    pub(super) fn writing(write: &'a Write<'a>, vault: &'a Vault, org: Org, actor: Actor) -> Self {
        Self { connection: write.connection(), write: Some(write), vault, org, actor, now: now() }
    }

    /// Gives the connection, inside its transaction.
    pub(super) fn connection(&self) -> &Connection {
        self.connection
    }

    /// Notes that a secret value was replaced or deleted.
    pub(super) fn forget_old_values(&self) {
        if let Some(write) = self.write {
            write.forget_old_values();
        }
    }

    /// Writes an audit row.
    pub(super) fn audit(&self, action: &str, target: &str, field: Option<&str>) -> Result<(), StoreError> {
        let entry = NewEntry {
            org: self.org.id,
            actor: &self.actor.user,
            source: self.actor.source,
            at: self.now,
            action,
            target,
            field,
        };
        audit::insert(self.connection, &entry)
    }
}
