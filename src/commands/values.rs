//! Where the values of `$VAR`s come from.

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
use super::project::{DefaultValuesFile, show};

/// Gathers values: the process environment, the file of `--env-file`, else that of the target; and, where no target was named
/// and the server is on this machine, `.env` beside lobu.toml.
pub(super) fn gather(
    session: &Session,
    directory: &ProjectDirectory,
    flag: Option<&Path>,
    default: DefaultValuesFile<'_>,
    is_loopback: bool,
) -> Result<Values, CommandError> {
    let mut values = Values::of_process(Arc::clone(&session.environment));
    let found = match (flag, default) {
        (Some(path), _) => Some(read_env_file(session, path)?),
        (None, DefaultValuesFile::OfTarget(path)) => Some(read_target_file(session, directory, path)?),
        (None, DefaultValuesFile::Dotenv | DefaultValuesFile::NoneOfTarget(_)) => None,
    };
    if let Some(found) = found {
        values = values.with_file(Origin::EnvFile, named(&found));
    }
    if is_loopback && default == DefaultValuesFile::Dotenv {
        let found = read_dotenv(directory, ProjectDirectory::DOTENV).map_err(|found| {
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

/// Reads the `env_file` of a target, which is below lobu.toml.
pub(super) fn read_target_file(
    session: &Session,
    directory: &ProjectDirectory,
    path: &str,
) -> Result<Dotenv, CommandError> {
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
        .map_err(|what| CommandError::usage(format!("--env-file {label}: {what}")))?;
    parse_given(session, &format!("--env-file {label}"), &label, &text, "")
}
