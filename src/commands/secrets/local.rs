//! `lobu secrets local`: the values of the `.env` file beside lobu.toml.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use crate::commands::options::DirectoryOptions;
use crate::commands::values::{show_problems, warn_if_committed};
use crate::commands::{Outcome, Session};
use crate::error::{CommandError, ErrorKind};
use crate::model::SecretName;
use crate::project::directory::{OpenError, ProjectDirectory};
use crate::project::dotenv::{self, Dotenv, read_dotenv};
use crate::render::document::{Document, Style, line};
use crate::secrets::{DotenvFile, protect, writable_name};
use crate::ui::Signals;

use super::value_input;

/// What is done with the `.env` file beside lobu.toml.
#[derive(Debug, Subcommand)]
pub enum LocalCommand {
    /// Set a value, from a hidden prompt or stdin
    Set(SetArgs),
    /// List names without values
    List(DirectoryOptions),
    /// Delete names
    Delete(DeleteArgs),
}

/// The name that gets a value.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// Name of the secret: capitals, digits and `_`, as in `$NAME`
    #[arg(value_name = "NAME")]
    name: String,
    // Taken so that it can be refused without being repeated: clap's own refusal quotes what was typed.
    #[arg(hide = true, value_name = "VALUE", trailing_var_arg = true, allow_hyphen_values = true)]
    more: Vec<OsString>,
    #[command(flatten)]
    directory: DirectoryOptions,
}

/// The names that go.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Names of the secrets
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    #[command(flatten)]
    directory: DirectoryOptions,
}

/// Lists, sets and takes away values. Exit 0, 1, 2, 6 if others keep writing the file, or 130.
pub fn run(session: &Session, command: &LocalCommand) -> Result<Outcome, CommandError> {
    protect();
    match command {
        LocalCommand::Set(SetArgs { name, more, directory }) => {
            // Before anything else, so that a mistake which showed the value is told as what it is.
            value_input::refuse_argument(more, OUTCOME)?;
            let name = writable_name(name)?;
            set(session, &open(session, directory)?, &name)?;
        }
        LocalCommand::List(directory) => list(session, &open(session, directory)?)?,
        LocalCommand::Delete(DeleteArgs { names, directory }) => delete(session, &open(session, directory)?, names)?,
    }
    Ok(Outcome::Done)
}

const OUTCOME: &str = "nothing was written";

/// Opens the directory of the file: the project's, or where there is none the working directory.
fn open(session: &Session, options: &DirectoryOptions) -> Result<ProjectDirectory, CommandError> {
    let here = &session.working_directory;
    match ProjectDirectory::given_or_nearest(here, options.directory.as_deref(), &[]) {
        Err(OpenError::NoProject { .. }) => Ok(ProjectDirectory::open(here, &[])?),
        opened => Ok(opened?),
    }
}

/// Edits the file. A signal to end is heeded until it is replaced.
fn update(
    session: &Session,
    directory: &ProjectDirectory,
    edit: impl FnMut(&DotenvFile) -> Result<Zeroizing<String>, CommandError>,
) -> Result<(), CommandError> {
    let signals = Signals::catch();
    let replaced = DotenvFile::update(directory, || signals.have_come(), edit)?;
    if replaced.is_open_to_others() {
        session.say(line!("Others on this machine could open .env; now only its owner can (mode 0600)"));
    }
    Ok(())
}

fn list(session: &Session, directory: &ProjectDirectory) -> Result<(), CommandError> {
    let found = read_dotenv(directory, ProjectDirectory::DOTENV).map_err(|found| {
        session.show(&found, directory.location());
        CommandError::new(ErrorKind::InvalidProject, "the file .env can't be read")
    })?;
    let Some(found) = found else {
        session.say(line!("There is no .env in {}.", Style::Bold.of(directory.location().display())));
        return Ok(());
    };
    let state = |name: &str| if found.value(name).is_some_and(|value| !value.is_empty()) { "  set" } else { "  empty" };
    let lines: Document = found.names().map(|name| line!("{}{}", name, state(name))).collect();
    session.ui.product(&lines);
    Ok(())
}

fn set(session: &Session, directory: &ProjectDirectory, name: &SecretName) -> Result<(), CommandError> {
    // First of all once, so that nobody types a value for nothing.
    check(session, directory, &DotenvFile::read(directory)?)?;
    let value = value_input::ask(session, name, OUTCOME, "lobu secrets local set NAME")?;
    if value.is_empty() {
        return Err(CommandError::usage("the value is empty; nothing was written")
            .hint("To delete a name:\nlobu secrets local delete NAME"));
    }
    update(session, directory, |file| {
        dotenv::set(&file.text, name.as_str(), &value).map_err(|error| match error {
            dotenv::EditError::Broken(problems) => broken(session, directory, &problems),
            other => CommandError::usage(format!("{other}; nothing was written")),
        })
    })?;
    let line = line!("Set {} in .env", Style::Bold.of(name.as_str()));
    session.ui.status(&Document::from(line));
    warn_if_committed(session, &directory.location().join(ProjectDirectory::DOTENV));
    Ok(())
}

fn delete(session: &Session, directory: &ProjectDirectory, names: &[String]) -> Result<(), CommandError> {
    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    update(session, directory, |file| without(session, directory, file, &names))?;
    let listed = names.into_iter().collect::<Vec<_>>().join(", ");
    session.say(line!("Deleted {} from .env", Style::Bold.of(&listed)));
    Ok(())
}

fn without(
    session: &Session,
    directory: &ProjectDirectory,
    file: &DotenvFile,
    names: &BTreeSet<&str>,
) -> Result<Zeroizing<String>, CommandError> {
    let found = check(session, directory, file)?;
    let unknown: Vec<&str> = names.iter().copied().filter(|name| found.line(name).is_none()).collect();
    if !unknown.is_empty() {
        // What can't be a name may be a value by mistake, so it is not repeated.
        let shown: Vec<&str> =
            unknown.into_iter().map(|name| if dotenv::is_name(name) { name } else { "what is no name" }).collect();
        return Err(CommandError::usage(format!(".env does not have {}; nothing was written", shown.join(", ")))
            .hint("To list the names:\nlobu secrets local list"));
    }
    let mut edited = file.text.clone();
    for name in names {
        match dotenv::remove(&edited, name) {
            Ok(Some(without)) => edited = without,
            // It was there, and what is taken away breaks nothing.
            Ok(None) | Err(_) => return Err(CommandError::new(ErrorKind::Unexpected, ".env can't be edited")),
        }
    }
    Ok(edited)
}

/// Reads the text, and shows by line what is wrong with it: what is not understood is not written over.
fn check(session: &Session, directory: &ProjectDirectory, file: &DotenvFile) -> Result<Dotenv, CommandError> {
    dotenv::parse(&file.text).map_err(|problems| broken(session, directory, &problems))
}

fn broken(session: &Session, directory: &ProjectDirectory, problems: &[dotenv::Problem]) -> CommandError {
    show_problems(session, directory.location(), ProjectDirectory::DOTENV, problems);
    CommandError::new(ErrorKind::InvalidProject, "the file .env is broken; nothing was written")
        .hint("Fix the lines above first.")
}
