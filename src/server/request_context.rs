//! What every operation is handed: the organization, who asks, and the connection on which it runs.

use std::cell::Cell;

use rusqlite::Connection;

use crate::model::ProjectMark;

use super::{
    access::{Actor, Org},
    audit::{self, NewEntry},
    clock::now,
    condition::{Condition, unmet},
    database::Write,
    error::StoreError,
    refusal::Refusal,
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
    /// The project for which a change is requested.
    pub(super) project: Option<ProjectMark>,
    condition: Condition,
    /// Whether the condition does not hold for what the operation is about.
    is_unmet: Cell<bool>,
}

impl<'a> RequestContext<'a> {
    /// Sets the context of a read.
    pub(super) fn reading(connection: &'a Connection, vault: &'a Vault, org: Org, actor: Actor) -> Self {
        let (condition, is_unmet) = (Condition::None, Cell::new(false));
        Self { connection, write: None, vault, org, actor, now: now(), project: None, condition, is_unmet }
    }

    /// Sets the context of a change.
    pub(super) fn writing(
        write: &'a Write<'a>,
        vault: &'a Vault,
        org: Org,
        actor: Actor,
        condition: Condition,
    ) -> Self {
        let is_unmet = Cell::new(false);
        let connection = write.connection();
        Self { connection, write: Some(write), vault, org, actor, now: now(), project: None, condition, is_unmet }
    }

    /// The same, for a project.
    pub(super) fn for_project(self, project: Option<ProjectMark>) -> Self {
        Self { project, ..self }
    }

    /// Gives the connection, inside its transaction.
    pub(super) fn connection(&self) -> &Connection {
        self.connection
    }

    /// Notes the version of the object that the operation is about, none where there is no such object. A request whose
    /// condition that does not meet may go on as long as it changes nothing.
    pub(super) fn expect(&self, version: Option<i64>) {
        self.is_unmet.set(!self.condition.is_met(version));
    }

    /// Refuses what may not even be looked at where the condition is not met: whether a secret is the stored one.
    pub(super) fn refuse_unmet(&self) -> Result<(), Refusal> {
        if self.is_unmet.get() { Err(unmet()) } else { Ok(()) }
    }

    /// Gives the version that the object of a change has from now on.
    ///
    /// # Errors
    ///
    /// 412 where the condition is not met: the transaction ends without the change.
    pub(super) fn next_version(&self) -> Result<i64, Refusal> {
        self.refuse_unmet()?;
        let version = self
            .connection
            .prepare_cached(
                "UPDATE organizations SET last_version = last_version + 1 WHERE id = ?1 RETURNING last_version",
            )?
            .query_row([self.org.id], |row| row.get(0))?;
        Ok(version)
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
