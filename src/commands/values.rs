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

/// Gathers values: the process environment, `.env` beside lobu.toml where the server is on this machine, and the file that
/// `--env-file` names.
pub(super) fn gather(
    session: &Session,
    directory: &ProjectDirectory,
    env_file: Option<&Path>,
    is_loopback: bool,
) -> Result<Values, CommandError> {
    let mut values = Values::of_process(Arc::clone(&session.environment));
    if let Some(path) = env_file {
        values = values.with_file(Origin::EnvFile, named(&read_env_file(session, path)?));
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

fn named(dotenv: &Dotenv) -> BTreeMap<SecretName, SecretValue> {
    let value = |name: &str| {
        let value = dotenv.value(name)?;
        Some((SecretName::parse(name).ok()?, SecretValue::new(value.as_str())))
    };
    dotenv.names().filter_map(value).collect()
}

/// Reads a file of the command line, which may lie anywhere.
fn read_env_file(session: &Session, given: &Path) -> Result<Dotenv, CommandError> {
    let label = given.display().to_string();
    let text = read_given(&session.working_directory.join(given))
        .map_err(|what| CommandError::new(ErrorKind::Usage, format!("--env-file {label}: {what}")))?;
    parse_given(session, &format!("--env-file {label}"), &label, &text, "")
}
