//! A look at the database of the embedded org that mends and changes nothing, for `doctor`; and the mending of modes.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::{
    database::{APPLICATION_ID, is_empty, key_path},
    error::StoreError,
    files,
    migrations::SCHEMA_VERSION,
    vault::{Vault, VaultKey},
};

/// How many faults SQLite looks for before it stops.
const MOST_FAULTS: usize = 100;

/// What a database and the files beside it are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreInspection {
    /// The files that others than their owner can open.
    pub open_to_others: Vec<PathBuf>,
    pub key: KeyState,
    /// How many bytes it can take in: free on its disk for this user, and below SQLite's limit of pages; none where neither
    /// is known.
    pub free: Option<u64>,
    /// What is in the database, or why that can't be told.
    pub contents: Result<StoreContents, String>,
}

/// What is in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreContents {
    /// The version of its schema; 0 where it is empty, as it is left when there is no space for the schema.
    pub version: i64,
    /// The newest version that this program knows.
    pub newest: i64,
    /// How many faults SQLite found, of at most a hundred; none where the version is not known.
    pub faults: Option<usize>,
    /// The slugs of its orgs.
    pub orgs: Vec<String>,
    /// How many bytes it has room for before SQLite's limit of pages.
    pub room: u64,
}

/// The key of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// There, and this database's.
    Good,
    /// There, and of this database as far as can be told: what the database says of it could not be read.
    Unchecked,
    /// Not there.
    Missing,
    /// There, and no key or not a plain file that this user can read.
    Broken,
    /// That of another database.
    OfAnother,
}

/// Looks at a database; none if there is none. Modes, schema and data stay as they are.
pub fn inspect_store(path: &Path) -> Option<StoreInspection> {
    path.symlink_metadata().ok()?;
    let read = read(path);
    let key = key(path, read.as_ref().ok().and_then(|(key_id, _)| key_id.as_deref()));
    let contents = read.map(|(_, contents)| contents);
    let room = contents.as_ref().ok().map(|contents| contents.room);
    let free = files::free_space(path).into_iter().chain(room).min();
    Some(StoreInspection { open_to_others: open_to_others(path), key, free, contents })
}

/// Takes the rights of others from the files of a database, and says which had them.
pub fn narrow_store(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let wide = open_to_others(path);
    for file in &wide {
        files::check_existing(file)?;
    }
    Ok(wide)
}

fn open_to_others(path: &Path) -> Vec<PathBuf> {
    let beside = ["-wal", "-shm", "-journal"].map(|suffix| files::sibling(path, suffix));
    [path.to_owned(), key_path(path)].into_iter().chain(beside).filter(|file| files::is_open_to_others(file)).collect()
}

/// Reads the id of the key, where there is one, and what is in the database.
fn read(path: &Path) -> Result<(Option<String>, StoreContents), String> {
    let metadata = path.symlink_metadata().map_err(|error| error.kind().to_string())?;
    if !metadata.is_file() {
        return Err("it is not a plain file".to_owned());
    }
    for suffix in ["-wal", "-shm", "-journal"] {
        let beside = files::sibling(path, suffix);
        if beside.symlink_metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(format!("{} is not a plain file", beside.display()));
        }
    }
    let contents = open(path).and_then(|connection| contents(&connection));
    contents.map_err(|error| match error {
        StoreError::Busy => "another process holds it for too long".to_owned(),
        StoreError::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => match failure.code {
            rusqlite::ErrorCode::NotADatabase => "it is not a database of this program".to_owned(),
            rusqlite::ErrorCode::CannotOpen => "it can't be opened".to_owned(),
            _ => "SQLite refused to read it".to_owned(),
        },
        StoreError::Damaged => "it is damaged".to_owned(),
        StoreError::Corrupt { what } => what.to_owned(),
        _ => "SQLite refused to read it".to_owned(),
    })
}

fn open(path: &Path) -> Result<Connection, StoreError> {
    // Not read-only: SQLite then can't read the log of a process that was killed. Nothing is written all the same.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    super::database::configure(&connection)?;
    super::database::stop_growth_in_tests(&connection)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn contents(connection: &Connection) -> Result<(Option<String>, StoreContents), StoreError> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let version = number("user_version")?;
    let left =
        number("max_page_count")?.saturating_sub(number("page_count")?).saturating_add(number("freelist_count")?);
    let room = u64::try_from(left.saturating_mul(number("page_size")?)).unwrap_or_default();
    let mut found = StoreContents { version, newest: SCHEMA_VERSION, faults: None, orgs: Vec::new(), room };
    if is_empty(connection)? {
        found.faults = Some(0);
        return Ok((None, found));
    }
    if number("application_id")? != APPLICATION_ID {
        return Err(StoreError::Corrupt { what: "it is not a database of this program" });
    }
    let key_id: String = connection.query_row("SELECT value FROM meta WHERE name = 'key_id'", [], |row| row.get(0))?;
    if version <= SCHEMA_VERSION {
        found.faults = Some(faults(connection)?);
        let mut statement = connection.prepare("SELECT slug FROM organizations ORDER BY slug")?;
        found.orgs = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    }
    Ok((Some(key_id), found))
}

/// Counts what SQLite finds; what it says of it may quote what is stored.
fn faults(connection: &Connection) -> Result<usize, StoreError> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({MOST_FAULTS})"))?;
    let mut rows = statement.query([])?;
    let mut faults = 0;
    while let Some(row) = rows.next()? {
        if row.get_ref(0)?.as_str().ok() != Some("ok") {
            faults += 1;
        }
    }
    Ok(faults)
}

fn key(database: &Path, expected: Option<&str>) -> KeyState {
    let text = match files::peek_small(&key_path(database)) {
        Ok(Some(text)) => text,
        Ok(None) => return KeyState::Missing,
        Err(_) => return KeyState::Broken,
    };
    let Some(vault) = VaultKey::parse(&text).and_then(|key| Vault::new(&key).ok()) else { return KeyState::Broken };
    match expected {
        Some(expected) if expected == vault.key_id() => KeyState::Good,
        Some(_) => KeyState::OfAnother,
        None => KeyState::Unchecked,
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::{database::Database, store::Store};
    use super::*;

    fn closed_store() -> (tempfile::TempDir, PathBuf) {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().canonicalize().unwrap().join("local.db");
        let store = Store::open(&Database::File(path.clone())).unwrap();
        store.ensure_org("dev", "dev").unwrap();
        store.checkpoint();
        (temporary, path)
    }

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_healthy_database_has_nothing_to_tell() {
        let (temporary, path) = closed_store();
        assert_eq!(inspect_store(&temporary.path().join("other.db")), None);
        let before = fs::read(&path).unwrap();
        let found = inspect_store(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!((found.key, found.open_to_others.len()), (KeyState::Good, 0));
        let contents = found.contents.unwrap();
        assert_eq!((contents.version, contents.faults), (SCHEMA_VERSION, Some(0)));
        assert_eq!(contents.orgs, ["dev"]);
    }

    #[test]
    fn wide_modes_are_told_and_left_until_they_are_mended() {
        let (_temporary, path) = closed_store();
        let key = key_path(&path);
        mode(&key, 0o644);
        for _ in 0..2 {
            assert_eq!(inspect_store(&path).unwrap().open_to_others, std::slice::from_ref(&key));
        }
        assert_eq!(narrow_store(&path).unwrap(), std::slice::from_ref(&key));
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(inspect_store(&path).unwrap().open_to_others.len(), 0);
    }

    #[test]
    fn keys_are_told_apart() {
        let (_temporary, path) = closed_store();
        let key = key_path(&path);
        fs::write(&key, "SENTINEL").unwrap();
        assert_eq!(inspect_store(&path).unwrap().key, KeyState::Broken);
        let other = VaultKey::generate().unwrap();
        fs::write(&key, other.to_text().as_bytes()).unwrap();
        assert_eq!(inspect_store(&path).unwrap().key, KeyState::OfAnother);
        fs::remove_file(&key).unwrap();
        assert_eq!(inspect_store(&path).unwrap().key, KeyState::Missing);
        assert!(!key.exists(), "no new key is made");
    }

    #[test]
    fn versions_are_told_and_not_migrated() {
        let (_temporary, path) = closed_store();
        for version in [1, SCHEMA_VERSION + 1] {
            Connection::open(&path).unwrap().pragma_update(None, "user_version", version).unwrap();
            let contents = inspect_store(&path).unwrap().contents.unwrap();
            assert_eq!((contents.version, contents.faults.is_some()), (version, version <= SCHEMA_VERSION));
        }
    }

    #[test]
    fn damage_is_found() {
        let (temporary, path) = closed_store();
        let mut bytes = fs::read(&path).unwrap();
        let from = bytes.len() / 2;
        bytes.iter_mut().skip(from).for_each(|byte| *byte = 0xa5);
        fs::write(&path, bytes).unwrap();
        let contents = inspect_store(&path).unwrap().contents;
        assert!(contents.is_err() || contents.as_ref().is_ok_and(|found| found.faults > Some(0)), "{contents:?}");
        let text = temporary.path().join("text.db");
        fs::write(&text, "not a database, but long enough to have a header".repeat(9)).unwrap();
        assert_eq!(inspect_store(&text).unwrap().contents.unwrap_err(), "it is not a database of this program");
        let blank = temporary.path().join("blank.db");
        fs::write(&blank, "").unwrap();
        let found = inspect_store(&blank).unwrap().contents.unwrap();
        assert_eq!((found.version, found.faults, found.orgs.len()), (0, Some(0), 0));
        let directory = temporary.path().join("directory.db");
        fs::create_dir(&directory).unwrap();
        assert_eq!(inspect_store(&directory).unwrap().contents.unwrap_err(), "it is not a plain file");
        let empty = temporary.path().join("empty.db");
        Connection::open(&empty).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        assert_eq!(inspect_store(&empty).unwrap().contents.unwrap_err(), "it is not a database of this program");
    }
}
