//! Everything that is looked at after a run.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::needles::{DIGEST, Needles};

/// A secret, and where it may lie.
pub(super) struct Secret {
    /// What it is called.
    pub(super) what: &'static str,
    /// How it may look.
    pub(super) needles: Needles,
    /// The files that may hold it.
    pub(super) kept: Vec<Kept>,
}

/// A file that may hold a secret.
pub(super) enum Kept {
    /// In any way.
    Whole(PathBuf),
    Digest(PathBuf),
}

impl Secret {
    /// A secret that may lie nowhere.
    pub(super) fn new(what: &'static str, secrets: &[&[u8]]) -> Self {
        Self { what, needles: Needles::of(secrets), kept: Vec::new() }
    }

    fn may_lie(&self, path: Option<&Path>, encoding: &str) -> bool {
        self.kept.iter().any(|kept| match kept {
            Kept::Whole(file) => path == Some(file),
            Kept::Digest(file) => path == Some(file) && encoding.starts_with(DIGEST),
        })
    }
}

/// Bytes, and where they come from.
struct Item {
    place: String,
    path: Option<PathBuf>,
    bytes: Vec<u8>,
}

/// What was collected.
#[derive(Default)]
pub(super) struct Evidence(Vec<Item>);

impl Evidence {
    /// Adds what was printed, logged or received.
    pub(super) fn add(&mut self, place: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push(Item { place: place.into(), path: None, bytes: bytes.into() });
    }

    /// Adds every file below a directory, its path, and where links lead.
    pub(super) fn add_tree(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            let place = path.display().to_string();
            self.add(format!("the name of {place}"), path.as_os_str().as_bytes());
            // A socket, or a file of a process that goes on, may be gone by now.
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            if metadata.is_dir() {
                self.add_tree(&path);
            } else if metadata.is_symlink() {
                let target = fs::read_link(&path).expect("a link leads somewhere");
                self.add(format!("the target of {place}"), target.as_os_str().as_bytes());
            } else if metadata.is_file()
                && let Ok(bytes) = fs::read(&path)
            {
                self.0.push(Item { place, path: Some(path), bytes });
            }
        }
    }

    /// Adds every value of every table of a database, in which a value lies in one piece, and gives the tables' names.
    pub(super) fn add_tables(&mut self, database: &Path) -> Vec<String> {
        let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database");
        let mut statement =
            connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").expect("the tables");
        let names = statement.query_map([], |row| row.get::<_, String>(0)).expect("the tables");
        let names: Vec<String> = names.map(|name| name.expect("a name")).collect();
        for name in &names {
            let mut rows = connection.prepare(&format!("SELECT * FROM \"{name}\"")).expect("a table");
            let columns = rows.column_count();
            let mut rows = rows.query([]).expect("its rows");
            while let Some(row) = rows.next().expect("a row") {
                for column in 0..columns {
                    let bytes = match row.get_ref(column).expect("a column") {
                        ValueRef::Null => continue,
                        ValueRef::Integer(number) => number.to_string().into_bytes(),
                        ValueRef::Real(number) => number.to_string().into_bytes(),
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
                    };
                    let path = Some(database.to_owned());
                    self.0.push(Item { place: format!("column {column} of the table {name}"), path, bytes });
                }
            }
        }
        names
    }

    /// Every secret that lies where it must not: what, how and where.
    pub(super) fn leaks(&self, secrets: &[Secret]) -> Vec<String> {
        let mut leaks = Vec::new();
        for secret in secrets {
            for item in &self.0 {
                let mut found = secret.needles.scan(&item.bytes);
                found.retain(|encoding| !secret.may_lie(item.path.as_deref(), encoding));
                if !found.is_empty() {
                    leaks.push(format!("{} ({}) in {}", secret.what, found.join("; "), item.place));
                }
            }
        }
        leaks
    }
}

#[cfg(test)]
mod tests {
    use super::super::sentinels::{SALT, VALUE};
    use super::*;

    fn secrets() -> Vec<Secret> {
        vec![Secret::new("the value", &[VALUE.as_bytes()]), Secret::new("a salt", &[SALT.as_bytes()])]
    }

    fn leaks_of(fill: impl FnOnce(&mut Evidence)) -> Vec<String> {
        let mut evidence = Evidence::default();
        fill(&mut evidence);
        evidence.leaks(&secrets())
    }

    #[test]
    fn what_is_planted_in_an_output_is_found() {
        assert_eq!(leaks_of(|evidence| evidence.add("stdout", "all is well")), [""; 0]);
        let leaks = leaks_of(|evidence| evidence.add("stdout", format!("salt {SALT}")));
        assert!(leaks.len() == 1 && leaks[0].starts_with("a salt (") && leaks[0].contains("raw"), "{leaks:?}");
        assert!(leaks[0].ends_with(" in stdout"), "{leaks:?}");
    }

    #[test]
    fn what_is_planted_in_a_file_its_name_or_a_link_is_found() {
        let directory = tempfile::tempdir().expect("a directory");
        let deep = directory.path().join("a/b");
        fs::create_dir_all(&deep).expect("directories");
        fs::write(deep.join("state.json"), serde_json::json!([VALUE]).to_string()).expect("a file");
        fs::write(deep.join(SALT), "").expect("a file");
        std::os::unix::fs::symlink(format!("/x/{SALT}"), deep.join("link")).expect("a link");
        let leaks = leaks_of(|evidence| evidence.add_tree(directory.path()));
        assert_eq!(leaks.len(), 3, "{leaks:?}");
        assert!(leaks.iter().any(|leak| leak.starts_with("the value (") && leak.ends_with("a/b/state.json")));
        assert!(leaks.iter().any(|leak| leak.starts_with("a salt (") && leak.contains(" in the name of ")));
        assert!(leaks.iter().any(|leak| leak.starts_with("a salt (") && leak.contains(" in the target of ")));
    }

    #[test]
    fn what_is_planted_in_a_row_is_found_in_the_table_and_in_the_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("x.db");
        let connection = Connection::open(&file).expect("a database");
        connection.execute_batch("CREATE TABLE audit (id INTEGER, detail BLOB, score REAL)").expect("a table");
        // Longer than a page, so that the file holds it in pieces.
        let row = rusqlite::params![7, format!("{}{VALUE}", " ".repeat(4000)), 0.5];
        connection.execute("INSERT INTO audit VALUES (?1, ?2, ?3), (NULL, NULL, NULL)", row).expect("a row");
        let mut tables = Vec::new();
        let leaks = leaks_of(|evidence| tables = evidence.add_tables(&file));
        assert_eq!(tables, ["audit"]);
        assert!(leaks.len() == 1 && leaks[0].ends_with("column 1 of the table audit"), "{leaks:?}");
        connection.execute("UPDATE audit SET detail = ?1", [VALUE]).expect("a row");
        let leaks = leaks_of(|evidence| evidence.add_tree(directory.path()));
        assert!(leaks.iter().any(|leak| leak.ends_with("x.db")), "{leaks:?}");
    }

    #[test]
    fn a_file_that_may_hold_a_secret_may_hold_only_that() {
        let directory = tempfile::tempdir().expect("a directory");
        let (source, database) = (directory.path().join(".env"), directory.path().join("db"));
        fs::write(&source, format!("FOO={VALUE}")).expect("a file");
        let digest = super::super::needles::hex(&<sha2::Sha256 as sha2::Digest>::digest(VALUE));
        fs::write(&database, &digest).expect("a file");
        let mut secrets = secrets();
        secrets[0].kept = vec![Kept::Whole(source.clone()), Kept::Digest(database.clone())];
        let leaks = |secrets: &[Secret]| {
            let mut evidence = Evidence::default();
            evidence.add_tree(directory.path());
            evidence.leaks(secrets)
        };
        assert_eq!(leaks(&secrets), [""; 0]);
        fs::write(&database, format!("{digest}{VALUE}")).expect("a file");
        assert_eq!(leaks(&secrets).len(), 1);
        fs::write(&source, SALT).expect("a file");
        assert_eq!(leaks(&secrets).len(), 2);
    }
}
