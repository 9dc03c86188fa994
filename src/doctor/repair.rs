//! What `--fix` puts right: modes, and the line of `.gitignore`. Each is told.

use std::path::Path;

use crate::accounts::{Accounts, FileState, Repaired};
use crate::env::Environment;
use crate::project::directory::{Expected, ProjectDirectory, SecretFile};
use crate::project::git::Ignored;
use crate::secrets::git_state;
use crate::server::{beside_runtime, narrow_store};

use super::error::DoctorError;
use super::gather::project::FoundProject;

const GITIGNORE: &str = ".gitignore";

/// Repairs what can be repaired, and says what was done, a sentence each.
pub(super) async fn repair(
    environment: &Environment,
    project: &FoundProject,
    database: Option<&Path>,
) -> Result<Vec<String>, DoctorError> {
    let mut done = Vec::new();
    if let FoundProject::Opened(found) = project {
        for name in found.values_file_names() {
            done.extend(mode_of_values_file(&found.directory, name)?);
        }
        for name in found.values_file_names() {
            done.extend(gitignore(environment, &found.directory, name)?);
        }
    }
    done.extend(modes_of_accounts(environment)?);
    if let Some(database) = database {
        let database = database.to_owned();
        let narrowed = beside_runtime(move || narrow_store(&database)).await?;
        done.extend(
            narrowed.iter().map(|file| format!("{}: now only its owner can open it (mode 0600).", file.display())),
        );
    }
    Ok(done)
}

/// Takes from others what they may do with the files of contexts and logins.
fn modes_of_accounts(environment: &Environment) -> Result<Vec<String>, DoctorError> {
    let Some(accounts) = Accounts::of(environment) else { return Ok(Vec::new()) };
    // What is broken in another way is a finding, and stays as it is.
    if accounts.findings().iter().any(|finding| finding.file.is_none() && matches!(finding.state, FileState::Broken(_)))
    {
        return Ok(Vec::new());
    }
    let repaired = accounts.repair()?;
    let told = |found: &Repaired| {
        format!(
            "{}: now only its owner can open it (mode {:04o}, was {:04o}).",
            found.path.display(),
            found.now,
            found.was
        )
    };
    Ok(repaired.iter().map(told).collect())
}

fn mode_of_values_file(directory: &ProjectDirectory, name: &str) -> Result<Option<String>, DoctorError> {
    let found = directory.look_at_secret_file(name);
    if !matches!(found, Ok(SecretFile::Regular { is_open_to_others: true })) {
        return Ok(None);
    }
    let narrowed = directory.narrow_secret_file(name);
    narrowed.map_err(|error| DoctorError::Mode { name: name.to_owned(), reason: error.kind() })?;
    Ok(Some(format!("{name}: now only its owner can open it (mode 0600).")))
}

/// Adds a file with values that git would commit; `.gitignore` is made if need be.
fn gitignore(
    environment: &Environment,
    directory: &ProjectDirectory,
    name: &str,
) -> Result<Option<String>, DoctorError> {
    if git_state(&directory.location().join(name), environment) != Ignored::NotIgnored {
        return Ok(None);
    }
    let text = directory.read_text(GITIGNORE, directory.limits().markdown)?;
    let line_end = if text.as_deref().is_some_and(|text| text.contains("\r\n")) { "\r\n" } else { "\n" };
    let (expected, before) = match &text {
        Some(text) => (Expected::Text(text), text.as_str()),
        None => (Expected::Nothing, ""),
    };
    let between = if before.is_empty() || before.ends_with('\n') { "" } else { line_end };
    let after = format!("{before}{between}{name}{line_end}");
    directory.write_file(GITIGNORE, expected, &after)?;
    let what = if text.is_some() { format!("now ignores {name}") } else { format!("created; it ignores {name}") };
    Ok(Some(format!("{GITIGNORE} {what}.")))
}
