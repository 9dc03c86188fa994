//! Orgs that were seen with the secrets API: they are never again sent values.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::OrgSlug;
use crate::schema::SecretsMode;

/// The file below the user's state directory.
const FILE: &str = "orgs.json";

/// Why what was remembered stops a command.
#[derive(Debug, thiserror::Error)]
pub enum RememberedError {
    /// The org had the secrets API and has it no longer.
    #[error(
        "org `{org}` on {server} was seen with the secrets API and shows none now; secret values would be sent in clear. \
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
    /// The file is not ours, or broken. It is reported, never emptied.
    #[error("{file} is broken; mend or remove it")]
    Broken {
        /// The file.
        file: PathBuf,
    },
    /// The file can't be read or written.
    #[error("{file} can't be kept: {reason}")]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        reason: std::io::ErrorKind,
    },
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Remembered {
    version: u32,
    /// Orgs with the secrets API, by origin.
    secrets_api: BTreeMap<String, BTreeSet<String>>,
}

/// Remembers an org that has the secrets API, and stops if one that had it shows none.
///
/// Without a state directory nothing is remembered.
pub fn remember_secrets_api(
    state: Option<&Path>,
    origin: &Url,
    org: &OrgSlug,
    mode: SecretsMode,
) -> Result<(), RememberedError> {
    let Some(file) = state.map(|state| state.join("lobu").join(FILE)) else { return Ok(()) };
    let mut remembered = read(&file)?;
    let server = origin.as_str().trim_end_matches('/').to_owned();
    let known = remembered.secrets_api.get(&server).is_some_and(|orgs| orgs.contains(org.as_str()));
    match (mode, known) {
        (SecretsMode::Values, true) => Err(RememberedError::SecretsApiGone { org: org.to_string(), server, file }),
        (SecretsMode::References, false) => {
            remembered.version = 1;
            remembered.secrets_api.entry(server).or_default().insert(org.to_string());
            write(&file, &remembered)
        }
        _ => Ok(()),
    }
}

fn read(file: &Path) -> Result<Remembered, RememberedError> {
    match std::fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| RememberedError::Broken { file: file.to_owned() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Remembered::default()),
        Err(error) => Err(RememberedError::Unwritable { file: file.to_owned(), reason: error.kind() }),
    }
}

/// Replaces the file at once; a temporary file is made readable by its owner only.
fn write(file: &Path, remembered: &Remembered) -> Result<(), RememberedError> {
    let failed = |error: std::io::Error| RememberedError::Unwritable { file: file.to_owned(), reason: error.kind() };
    let directory = file.parent().unwrap_or(file);
    std::fs::create_dir_all(directory).map_err(failed)?;
    let mut temporary = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
    let text = serde_json::to_string_pretty(remembered).map_err(|error| failed(error.into()))?;
    writeln!(temporary, "{text}").map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(file).map_err(|error| failed(error.error))?;
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

    #[test]
    fn a_broken_file_is_reported_and_kept() {
        let state = tempfile::tempdir().unwrap();
        let file = state.path().join("lobu").join(FILE);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "{").unwrap();
        let origin = Url::parse("https://lobu.example").unwrap();
        let result = remember_secrets_api(Some(state.path()), &origin, &OrgSlug::from_server("a"), SecretsMode::Values);
        assert!(matches!(result, Err(RememberedError::Broken { .. })));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{");
    }
}
