//! From the schema of an older version to that of this one, step by step.

use rusqlite::{Connection, TransactionBehavior};

use super::error::StoreError;

/// The newest schema that this program knows (`PRAGMA user_version`).
pub(super) const SCHEMA_VERSION: i64 = 7;

/// The way from one schema version to the next.
struct Migration {
    /// The version that the step makes.
    to: i64,
    /// Definitions only: stored values are not touched, since no step has the values of the secrets at hand.
    sql: &'static str,
}

/// All steps, oldest first. A step that was released never changes.
const MIGRATIONS: [Migration; 6] = [
    Migration { to: 2, sql: include_str!("migrations/version_2.sql") },
    Migration { to: 3, sql: include_str!("migrations/version_3.sql") },
    Migration { to: 4, sql: include_str!("migrations/version_4.sql") },
    Migration { to: 5, sql: include_str!("migrations/version_5.sql") },
    Migration { to: 6, sql: include_str!("migrations/version_6.sql") },
    Migration { to: 7, sql: include_str!("migrations/version_7.sql") },
];

/// Brings a database of ours from an older version to [`SCHEMA_VERSION`], in one transaction.
///
/// # Errors
///
/// There is no way from this version, or the database refuses; then it is as it was.
pub(super) fn migrate(connection: &mut Connection, from: i64) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut version = from;
    for step in MIGRATIONS.iter().filter(|step| step.to > from) {
        if step.to != version.saturating_add(1) {
            break;
        }
        transaction.execute_batch(step.sql)?;
        version = step.to;
    }
    if version != SCHEMA_VERSION {
        return Err(StoreError::Corrupt { what: "a schema version that never was" });
    }
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_lead_to_the_newest_version_without_a_gap() {
        for (index, step) in MIGRATIONS.iter().enumerate() {
            assert_eq!(step.to, i64::try_from(index).unwrap() + 2);
        }
        assert_eq!(MIGRATIONS.last().unwrap().to, SCHEMA_VERSION);
    }

    #[test]
    fn a_version_without_a_way_from_it_is_refused_and_nothing_changes() {
        for version in [-1, 0] {
            let mut connection = Connection::open_in_memory().unwrap();
            assert!(matches!(migrate(&mut connection, version), Err(StoreError::Corrupt { .. })), "{version}");
            let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
            assert_eq!(tables, 0);
        }
    }
}
