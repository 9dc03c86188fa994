//! Orgs that were seen with the secrets API: they are never again sent values.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::files::sweep_leftovers;
use crate::model::OrgSlug;
use crate::schema::SecretsMode;

/// The file below the user's state directory.
const FILE: &str = "orgs.json";

/// How the names of temporary files beside it start.
const TEMPORARY: &str = ".lobu-";

/// How many bytes the file may have: some ten thousand orgs.
const LARGEST: u64 = 1024 * 1024;

/// Why what was remembered stops a command.
#[derive(Debug, thiserror::Error)]
pub enum RememberedError {
    /// The org had the secrets API and has it no longer.
    #[error(
        "org `{org}` on {server} had the secrets API before and has none now; secret values would be sent in clear. \
         If the server really was replaced, remove its line from {file}"
    )]
    SecretsApiGone {
        /// The org.
        org: String,
        /// The server's origin.
        server: String,
        /// The file that remembers.
        file: PathBuf,
    },
}

/// Why the file can't be read or written. It is reported, never emptied, and stops nothing that sends no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct RecordProblem {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    problem: Problem,
    /// Whether there is a record, and what it says is not known.
    is_unread: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("not a regular file")]
    NotRegular,
    #[error("larger than 1 MiB")]
    TooLarge,
    #[error("not a record of orgs (broken JSON)")]
    Broken,
    #[error("cannot be read: {0}")]
    Unreadable(ErrorKind),
    #[error("cannot be written: {0}")]
    Unwritable(ErrorKind),
}

impl RecordProblem {
    /// Whether the org may have been seen with the secrets API: a record that exists could not be read.
    pub fn may_hide_the_secrets_api(&self) -> bool {
        self.is_unread
    }

    fn new(file: &Path, problem: Problem) -> Self {
        let is_unread = !matches!(problem, Problem::Unwritable(_)) && file.symlink_metadata().is_ok();
        Self { file: file.to_owned(), problem, is_unread }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Remembered {
    version: u32,
    /// Orgs with the secrets API, by origin.
    secrets_api: BTreeMap<String, BTreeSet<String>>,
}

/// Remembers an org that has the secrets API, and stops if one that had it shows none. A file that can't be used is no error,
/// but a problem to tell.
///
/// Without a state directory nothing is remembered.
pub fn remember_secrets_api(
    state: Option<&Path>,
    origin: &Url,
    org: &OrgSlug,
    mode: SecretsMode,
) -> Result<Option<RecordProblem>, RememberedError> {
    let Some(file) = state.map(record_file) else { return Ok(None) };
    let mut remembered = match read(&file) {
        Ok(remembered) => remembered,
        Err(problem) => return Ok(Some(RecordProblem::new(&file, problem))),
    };
    let server = origin.as_str().trim_end_matches('/').to_owned();
    let known = remembered.secrets_api.get(&server).is_some_and(|orgs| orgs.contains(org.as_str()));
    match (mode, known) {
        (SecretsMode::Values, true) => Err(RememberedError::SecretsApiGone { org: org.to_string(), server, file }),
        (SecretsMode::References, false) => {
            remembered.version = 1;
            remembered.secrets_api.entry(server).or_default().insert(org.to_string());
            let unwritten = write(&file, &remembered).err();
            Ok(unwritten.map(|error| RecordProblem::new(&file, Problem::Unwritable(error.kind()))))
        }
        _ => Ok(None),
    }
}

/// What is wrong with the file of a state directory, or with its place; nothing is written.
pub fn inspect_record(state: &Path) -> Option<RecordProblem> {
    let file = record_file(state);
    let problem = read(&file).err().or_else(|| write_denied(&file).map(Problem::Unwritable))?;
    Some(RecordProblem::new(&file, problem))
}

fn record_file(state: &Path) -> PathBuf {
    state.join("lobu").join(FILE)
}

/// Reads the file without waiting for a pipe or following a symlink, and no more of it than it may have.
fn read(file: &Path) -> Result<Remembered, Problem> {
    let unreadable = |error: io::Error| Problem::Unreadable(error.kind());
    match file.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => return Err(Problem::NotRegular),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Remembered::default()),
        Err(error) => return Err(unreadable(error)),
    }
    let opened = options().open(file).map_err(unreadable)?;
    if !opened.metadata().map_err(unreadable)?.is_file() {
        return Err(Problem::NotRegular);
    }
    let mut bytes = Vec::new();
    opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err(Problem::TooLarge);
    }
    serde_json::from_slice(&bytes).map_err(|_| Problem::Broken)
}

fn options() -> std::fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;

    // Should a pipe or a symlink have taken its place since it was looked at.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let mut options = std::fs::OpenOptions::new();
    options.read(true).custom_flags(flags.bits().cast_signed());
    options
}

/// Why the system would not let the file be replaced, as far as the nearest directory that exists tells.
fn write_denied(file: &Path) -> Option<ErrorKind> {
    use rustix::fs::Access;
    use rustix::io::Errno;

    for directory in file.ancestors().skip(1) {
        match directory.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Some(error.kind()),
            Ok(_) if !directory.is_dir() => return Some(ErrorKind::NotADirectory),
            Ok(_) => return rustix::fs::access(directory, Access::WRITE_OK).err().map(Errno::kind),
        }
    }
    None
}

/// Replaces the file at once; a temporary file is made readable by its owner only.
fn write(file: &Path, remembered: &Remembered) -> io::Result<()> {
    let directory = file.parent().unwrap_or(file);
    std::fs::create_dir_all(directory)?;
    sweep_leftovers(directory, TEMPORARY);
    let mut temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(directory)?;
    writeln!(temporary, "{}", serde_json::to_string_pretty(remembered)?)?;
    temporary.as_file().sync_all()?;
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_org_that_had_the_secrets_api_is_never_sent_values() {
        let state = tempfile::tempdir().unwrap();
        let origin = Url::parse("https://lobu.example").unwrap();
        let see = |org: &str, mode| remember_secrets_api(Some(state.path()), &origin, &OrgSlug::from_server(org), mode);
        assert!(see("a", SecretsMode::Values).is_ok());
        assert!(!state.path().join("lobu").exists(), "an org without it leaves nothing behind");
        assert!(see("a", SecretsMode::References).is_ok());
        assert!(see("a", SecretsMode::Unknown).is_ok());
        assert!(matches!(see("a", SecretsMode::Values), Err(RememberedError::SecretsApiGone { .. })));
        assert!(see("b", SecretsMode::Values).is_ok());
    }

    fn problem(state: &Path, mode: SecretsMode) -> Option<RecordProblem> {
        let origin = Url::parse("https://lobu.example").unwrap();
        remember_secrets_api(Some(state), &origin, &OrgSlug::from_server("a"), mode).unwrap()
    }

    /// A state directory, and the place of the record in it.
    fn state() -> (tempfile::TempDir, PathBuf) {
        let state = tempfile::tempdir().unwrap();
        let file = record_file(state.path());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        (state, file)
    }

    #[test]
    fn a_record_that_cannot_be_read_is_told_and_kept() {
        type Make = fn(&Path);
        let table: [(Make, Problem); 5] = [
            (|file| std::fs::write(file, "{").unwrap(), Problem::Broken),
            (|file| std::fs::write(file, vec![b' '; 1024 * 1024 + 1]).unwrap(), Problem::TooLarge),
            (|file| std::fs::create_dir(file).unwrap(), Problem::NotRegular),
            (|file| std::os::unix::fs::symlink("/dev/zero", file).unwrap(), Problem::NotRegular),
            (
                |file| assert!(std::process::Command::new("mkfifo").arg(file).status().unwrap().success()),
                Problem::NotRegular,
            ),
        ];
        for (make, expected) in table {
            for mode in [SecretsMode::Values, SecretsMode::References, SecretsMode::Unknown] {
                let (state, file) = state();
                make(&file);
                let before = file.symlink_metadata().unwrap().len();
                let found = problem(state.path(), mode).unwrap();
                assert_eq!((found.problem, found.may_hide_the_secrets_api()), (expected, true));
                assert_eq!(inspect_record(state.path()), Some(found));
                assert_eq!(file.symlink_metadata().unwrap().len(), before, "it is left as it is");
            }
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_and_hides_nothing() {
        let temporary = tempfile::tempdir().unwrap();
        let home = temporary.path().join("home");
        std::fs::write(&home, "").unwrap();
        for mode in [SecretsMode::Values, SecretsMode::References] {
            let found = problem(&home, mode).unwrap();
            assert!(!found.may_hide_the_secrets_api(), "{found:?}");
        }
        assert!(inspect_record(&home).is_some());
        assert_eq!(inspect_record(&temporary.path().join("new")), None);
        assert!(!temporary.path().join("new").exists(), "nothing is made");
    }
}
