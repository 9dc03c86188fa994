//! The SQLite file: how it is opened, and who may read and write it at a time.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};

use crate::files::sweep_leftovers;

use super::{
    error::StoreError,
    files,
    migrations::{self, SCHEMA_VERSION},
    vault::{Vault, VaultKey},
};

/// Where the store of the embedded org lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// In memory only; gone with the store.
    Memory,
    /// A SQLite file; its key lies beside it, with `.key` added to the name.
    File(PathBuf),
}

/// `lobu` in ASCII; marks a database as ours (`PRAGMA application_id`).
pub(super) const APPLICATION_ID: i64 = 0x6c6f_6275;
const SCHEMA: &str = include_str!("schema.sql");
/// How long a process waits for another one's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long truncating the log may wait for readers; it is tried again after the next write.
const TRUNCATE_TIMEOUT: Duration = Duration::from_millis(250);
/// How many read connections are kept; others are closed after use.
const IDLE_READERS: usize = 4;

/// One connection that writes, and a few that read beside it.
pub(super) struct Pool {
    writer: Mutex<Connection>,
    /// `None` for a database in memory, which has the one connection only.
    readers: Option<Readers>,
    /// Old values may still be in the log: it could not be truncated yet.
    log_holds_old_values: AtomicBool,
}

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    /// Opens the database, makes it if it is missing, and checks its key.
    pub(super) fn open(location: &Database) -> Result<(Self, Vault), StoreError> {
        match location {
            Database::Memory => open_memory(),
            Database::File(path) => open_file(path),
        }
    }

    /// Runs a read on a snapshot of its own.
    pub(super) fn read<T, E>(&self, operation: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let Some(readers) = &self.readers else {
            return operation(&lock(&self.writer));
        };
        let reader = lock(&readers.idle).pop();
        let mut reader = match reader {
            Some(reader) => reader,
            None => open_reader(&readers.path)?,
        };
        let result = {
            let snapshot = reader.transaction().map_err(StoreError::from)?;
            operation(&snapshot)
        };
        let mut idle = lock(&readers.idle);
        if idle.len() < IDLE_READERS {
            idle.push(reader);
        }
        result
    }

    /// Runs a write in a transaction that holds the write lock from its start, and rolls back on an error.
    pub(super) fn write<T, E>(&self, operation: impl FnOnce(&Write<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let mut writer = lock(&self.writer);
        let (value, forget) = {
            let transaction =
                writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
            let write = Write { transaction, forget: AtomicBool::new(false) };
            let value = operation(&write)?;
            write.transaction.commit().map_err(StoreError::from)?;
            (value, write.forget.into_inner())
        };
        if forget || self.log_holds_old_values.load(Ordering::Relaxed) {
            self.truncate_log(&writer);
        }
        Ok(value)
    }

    /// Folds the write-ahead log into the database file, so that the file alone is the whole org. Best effort, like
    /// [`Self::truncate_log`].
    pub(super) fn checkpoint(&self) {
        self.truncate_log(&lock(&self.writer));
    }

    /// Empties the write-ahead log, so that replaced and deleted values leave the disk. Best effort: the change itself
    /// is committed, and a reader that is in the way makes the next write try again.
    fn truncate_log(&self, writer: &Connection) {
        if self.readers.is_none() {
            return;
        }
        let truncated = writer.busy_timeout(TRUNCATE_TIMEOUT).is_ok()
            && writer
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
                .is_ok_and(|busy| busy == 0);
        let restored = writer.busy_timeout(BUSY_TIMEOUT).is_ok();
        self.log_holds_old_values.store(!(truncated && restored), Ordering::Relaxed);
    }
}

/// A write transaction.
pub(super) struct Write<'a> {
    transaction: Transaction<'a>,
    forget: AtomicBool,
}

impl Write<'_> {
    /// Gives the connection inside the transaction.
    pub(super) fn connection(&self) -> &Connection {
        &self.transaction
    }

    /// Notes that a secret value was replaced or deleted: the log is truncated after the commit.
    pub(super) fn forget_old_values(&self) {
        self.forget.store(true, Ordering::Relaxed);
    }
}

/// Gives the path of the key file of a database file.
pub(super) fn key_path(database: &Path) -> PathBuf {
    files::sibling(database, ".key")
}

/// Locks; a panic of another holder does no harm, since its transaction was rolled back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_memory() -> Result<(Pool, Vault), StoreError> {
    let vault = Vault::new(&VaultKey::generate()?)?;
    let mut connection = Connection::open_in_memory()?;
    configure(&connection)?;
    create_schema(&mut connection, &vault)?;
    let pool = Pool { writer: Mutex::new(connection), readers: None, log_holds_old_values: AtomicBool::new(false) };
    Ok((pool, vault))
}

fn open_file(path: &Path) -> Result<(Pool, Vault), StoreError> {
    let path = files::prepare_parent(path)?;
    // Two processes that open an empty database must not both make a key. The lock ends with the file handle.
    let lock_path = files::sibling(&path, ".lock");
    files::check_database_path(&path, &lock_path)?;
    let lock_file = files::open_lock(&lock_path)?;
    files::lock(&lock_file, &lock_path)?;

    if let Some(parent) = path.parent() {
        sweep_leftovers(parent, files::TEMPORARY);
    }
    for suffix in ["-wal", "-shm", "-journal"] {
        files::check_existing(&files::sibling(&path, suffix))?;
    }
    let length = files::check_existing(&path)?;
    let key_path = key_path(&path);
    let vault = Vault::new(&load_key(&key_path, length.unwrap_or(0) == 0)?)?;
    if length.is_none() {
        drop(files::create_new(&path)?);
    }
    let mut writer = open_connection(&path).map_err(|error| not_a_database(error, &path))?;
    prepare_schema(&mut writer, &path, &key_path, &vault)?;
    let pool = Pool {
        writer: Mutex::new(writer),
        readers: Some(Readers { path, idle: Mutex::new(Vec::new()) }),
        log_holds_old_values: AtomicBool::new(false),
    };
    Ok((pool, vault))
}

/// Reads the key; makes one only for an empty database, and never over an existing one.
fn load_key(path: &Path, database_is_empty: bool) -> Result<VaultKey, StoreError> {
    match files::read_small(path)? {
        Some(text) => VaultKey::parse(&text).ok_or_else(|| StoreError::KeyMalformed { path: path.to_owned() }),
        None if database_is_empty => {
            let key = VaultKey::generate()?;
            files::write_small_new(path, key.to_text().as_bytes())?;
            Ok(key)
        }
        None => Err(StoreError::KeyMissing { path: path.to_owned() }),
    }
}

fn open_connection(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection)?;
    stop_growth_in_tests(&connection)?;
    Ok(connection)
}

/// Lets the database grow no further, where a test asks what a full disk does.
pub(super) fn stop_growth_in_tests(connection: &Connection) -> Result<(), StoreError> {
    if crate::fault::is_full("database") {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        // SQLite takes no limit below 1 and none below what there is.
        connection.pragma_update_and_check(None, "max_page_count", pages.max(1), |_| Ok(()))?;
    }
    Ok(())
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = open_connection(path)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -512;")?;
    Ok(connection)
}

/// Sets a connection up: nothing of it is written to the database.
pub(super) fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(96);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Closing a connection that only read must not move the log into the database: a plan changes no byte.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch(
        "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -2048;",
    )?;
    Ok(())
}

/// Says so if a file is something else than a SQLite database.
fn not_a_database(error: StoreError, path: &Path) -> StoreError {
    match error {
        StoreError::Sqlite(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ErrorCode::NotADatabase =>
        {
            StoreError::NotOurs { path: path.to_owned() }
        }
        error => error,
    }
}

/// Makes the schema in an empty file; in another one checks that it is ours, of a known version, and of this key, and
/// brings an older one up to date. The caller holds the lock of the database.
///
/// So even a plan writes to a database of an older version, once, and to the table definitions only. Of a database of the
/// current version a plan changes no byte.
fn prepare_schema(connection: &mut Connection, path: &Path, key_path: &Path, vault: &Vault) -> Result<(), StoreError> {
    let not_ours = || StoreError::NotOurs { path: path.to_owned() };
    let number =
        |connection: &Connection, pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    if is_empty(connection)? {
        connection.execute_batch("PRAGMA journal_mode = WAL;")?;
        return create_schema(connection, vault);
    }
    if number(connection, "application_id")? != APPLICATION_ID {
        return Err(not_ours());
    }
    let version = number(connection, "user_version")?;
    if version > SCHEMA_VERSION {
        return Err(StoreError::NewerSchema { path: path.to_owned(), found: version, supported: SCHEMA_VERSION });
    }
    let expected: String =
        connection.query_row("SELECT value FROM meta WHERE name = 'key_id'", [], |row| row.get(0))?;
    if expected != vault.key_id() {
        let found = vault.key_id().to_owned();
        return Err(StoreError::KeyMismatch { path: key_path.to_owned(), expected, found });
    }
    if version < SCHEMA_VERSION {
        migrations::migrate(connection, version)?;
    }
    Ok(())
}

/// Whether the file is no database yet, neither ours nor another program's.
pub(super) fn is_empty(connection: &Connection) -> Result<bool, StoreError> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0 && number("user_version")? == 0 && number("application_id")? == 0)
}

fn create_schema(connection: &mut Connection, vault: &Vault) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(SCHEMA)?;
    transaction.execute("INSERT INTO meta (name, value) VALUES ('key_id', ?1)", [vault.key_id()])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(())
}
