//! The files with values that a command reads: what is wrong with one is shown by line, never by content.

use std::path::Path;
use std::sync::Arc;

use crate::desired::{DesiredState, desired_state};
use crate::error::{CommandError, ErrorKind};
use crate::org::ActualState;
use crate::org::http::HttpOrg;
use crate::project::config::ReadOptions;
use crate::project::directory::{ProjectDirectory, display_path};
use crate::project::dotenv::{self, Dotenv, Problem, read_dotenv};
use crate::project::git::Ignored;
use crate::project::limits::Limits;
use crate::project::read_project;
use crate::schema::ALL;
use crate::secrets::{DefaultValuesFile, Origin, Values, git_state, named_values, read_file};

use super::Session;

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
        values = values.with_file(Origin::EnvFile, named_values(&found));
    }
    if is_loopback && default == DefaultValuesFile::Dotenv {
        let found = read_dotenv(directory, ProjectDirectory::DOTENV).map_err(|found| {
            session.show(&found, directory.location());
            CommandError::new(ErrorKind::InvalidProject, "the file .env beside lobu.toml can't be read")
        })?;
        if let Some(found) = found {
            values = values.with_file(Origin::DotEnv, named_values(&found));
        }
    }
    Ok(values)
}

/// Has the client of an org hide every message that repeats a secret of the project: its literals, and the values that it
/// refers to.
pub(super) fn hide(org: &HttpOrg, desired: &DesiredState, values: &Values) {
    let (literals, shown) = desired.literals();
    let references = desired.all_references();
    let values = references.iter().filter_map(|reference| values.find(&reference.name).map(|(_, value)| value));
    org.learn(literals.into_iter(), values, &shown);
}

/// The same with what the org has and no plan shows.
pub(super) fn hide_org(org: &HttpOrg, desired: &DesiredState, actual: &ActualState) {
    let (_, shown) = desired.literals();
    org.learn(actual.hidden_texts().into_iter(), std::iter::empty(), &shown);
}

/// The same for a command that needs no project, with the project around it, if there is one that can be read.
pub(super) fn hide_project(session: &Session, directory: Option<&Path>, org: &HttpOrg) {
    let Ok(directory) = ProjectDirectory::given_or_nearest(&session.working_directory, directory, &[]) else { return };
    let (project, _) = read_project(&ALL, &directory, ReadOptions { allow_unknown_keys: true });
    if let Some(project) = project {
        hide(org, &desired_state(&project), &Values::of_process(Arc::clone(&session.environment)));
    }
}

/// Reads the `env_file` of a target, which is below lobu.toml.
pub(super) fn read_target_file(
    session: &Session,
    directory: &ProjectDirectory,
    path: &str,
) -> Result<Dotenv, CommandError> {
    let found = read_dotenv(directory, path).map_err(|found| {
        session.show(&found, directory.location());
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
    let text = read_file(&session.working_directory.join(given), most_bytes())
        .map_err(|error| CommandError::usage(format!("--env-file {label}: {error}")))?;
    parse_given(session, &format!("--env-file {label}"), &label, &text, "")
}

/// Shows what is wrong with a text, by line.
pub(super) fn show_problems(session: &Session, directory: &Path, label: &str, problems: &[Problem]) {
    let file = display_path(label);
    let found: Vec<_> = problems.iter().map(|problem| problem.diagnostic(&file)).collect();
    session.show(&found, directory);
}

/// Reads a text that a flag of the command line names; `ending` says what that means for the command.
pub(super) fn parse_given(
    session: &Session,
    flag: &str,
    label: &str,
    text: &str,
    ending: &str,
) -> Result<Dotenv, CommandError> {
    dotenv::parse(text).map_err(|problems| {
        show_problems(session, &session.working_directory, label, &problems);
        CommandError::usage(format!("{flag}: its content can't be used{ending}"))
            .hint("Fix the lines above; the format of a .env file is in docs/reference/dotenv.md.")
    })
}

/// How many bytes a source of values may have.
pub(super) fn most_bytes() -> usize {
    usize::try_from(Limits::DEFAULT.dotenv).unwrap_or(usize::MAX)
}

/// Warns on stderr of a file in a repository that git does not ignore.
pub(super) fn warn_if_committed(session: &Session, file: &Path) {
    if git_state(file, &session.environment) == Ignored::NotIgnored {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        session.warn(name, "is not ignored by git; add it to .gitignore");
    }
}
