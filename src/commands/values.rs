//! Where the values of `$VAR`s come from (F6).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::error::{CommandError, ErrorKind};
use crate::model::SecretName;
use crate::project::directory::ProjectDirectory;
use crate::project::dotenv::{Dotenv, read_dotenv};
use crate::secrets::{Origin, SecretValue, Values};

use super::Session;
use super::dotenv::{parse_given, read_given};
use super::load::show;

/// The name of the file beside lobu.toml.
pub(super) const DOTENV: &str = ".env";

/// A file with values that was asked for by name.
#[derive(Debug, Clone, Copy)]
pub(super) enum ValuesFile<'a> {
    /// That of `--env-file`, which may lie anywhere.
    Flag(&'a Path),
    /// That of the project's target, below lobu.toml (T6).
    Target(&'a str),
}

/// Gathers values: the process environment, `.env` beside lobu.toml where the server is on this machine, and a file that was
/// asked for.
pub(super) fn gather(
    session: &Session,
    directory: &ProjectDirectory,
    file: Option<ValuesFile<'_>>,
    is_loopback: bool,
) -> Result<Values, CommandError> {
    let mut values = Values::of_process(Arc::clone(&session.environment));
    let found = match file {
        Some(ValuesFile::Flag(path)) => Some(read_env_file(session, path)?),
        Some(ValuesFile::Target(path)) => Some(read_target_file(session, directory, path)?),
        None => None,
    };
    if let Some(found) = found {
        values = values.with_file(Origin::EnvFile, named(&found));
    }
    if is_loopback {
        let found = read_dotenv(directory, DOTENV).map_err(|found| {
            show(session, &found);
            CommandError::new(ErrorKind::InvalidProject, "the file .env beside lobu.toml can't be read")
        })?;
        if let Some(found) = found {
            values = values.with_file(Origin::DotEnv, named(&found));
        }
    }
    Ok(values)
}

/// The values whose names a reference can have.
pub(super) fn named(dotenv: &Dotenv) -> BTreeMap<SecretName, SecretValue> {
    let value = |name: &str| {
        let value = dotenv.value(name)?;
        Some((SecretName::parse(name).ok()?, SecretValue::new(value.as_str())))
    };
    dotenv.names().filter_map(value).collect()
}

fn read_target_file(session: &Session, directory: &ProjectDirectory, path: &str) -> Result<Dotenv, CommandError> {
    let found = read_dotenv(directory, path).map_err(|found| {
        show(session, &found);
        CommandError::new(ErrorKind::InvalidProject, format!("the target's env_file {path} can't be read"))
    })?;
    found.ok_or_else(|| {
        let message = format!("the target's env_file {path} does not exist");
        CommandError::new(ErrorKind::InvalidProject, message)
            .hint("Nothing was sent. Make the file, take `env_file` out of the target, or give --env-file.")
    })
}

/// Reads a file of the command line, which may lie anywhere.
fn read_env_file(session: &Session, given: &Path) -> Result<Dotenv, CommandError> {
    let label = given.display().to_string();
    let text = read_given(&session.working_directory.join(given))
        .map_err(|what| CommandError::new(ErrorKind::Usage, format!("--env-file {label}: {what}")))?;
    parse_given(session, &format!("--env-file {label}"), &label, &text, "")
}
