//! Reading the one source of a push (K3).

use std::path::{Path, PathBuf};

use crate::commands::Session;
use crate::commands::dotenv::parse_given;
use crate::commands::load::show;
use crate::commands::values::DOTENV;
use crate::error::{CommandError, ErrorKind};
use crate::project::directory::ProjectDirectory;
use crate::project::dotenv::read_dotenv;
use crate::secrets::{SourceValues, SourceWord};
use crate::ui::{InputError, read_secret_input};

use super::ignored::warn_if_tracked;
use super::name;

/// Where the values of a push come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SourceChoice {
    /// `.env` beside lobu.toml.
    #[default]
    Dotenv,
    /// `--from-file`: dotenv, or JSON if its name ends so.
    File(PathBuf),
    /// `--from-stdin`: dotenv.
    Stdin,
    /// `--from-process`: these variables, unchecked, and nothing else of the environment.
    Process(Vec<String>),
}

/// How an error about a source ends.
const NOTHING_SENT: &str = "; nothing was sent";

/// Reads a source in full.
pub(super) fn read(
    session: &Session,
    directory: &ProjectDirectory,
    choice: &SourceChoice,
) -> Result<SourceValues, CommandError> {
    match choice {
        SourceChoice::Dotenv => beside(session, directory),
        SourceChoice::File(path) => file(session, path),
        SourceChoice::Stdin => stdin(session),
        SourceChoice::Process(names) => {
            let names = names.iter().map(|text| name::writable(text)).collect::<Result<Vec<_>, _>>()?;
            Ok(SourceValues::of_process(&session.environment, &names))
        }
    }
}

fn beside(session: &Session, directory: &ProjectDirectory) -> Result<SourceValues, CommandError> {
    let found = read_dotenv(directory, DOTENV).map_err(|found| {
        show(session, &found);
        CommandError::new(ErrorKind::Usage, "the file .env can't be used; nothing was sent")
            .hint("Put the lines above right; the table of what a .env file may hold is in docs/reference/dotenv.md.")
    })?;
    let Some(found) = found else {
        let place = directory.location().display();
        return Err(usage(format!("there is no .env in {place}; nothing was sent"))
            .hint("Name another source: --from-file PATH, --from-stdin or --from-process NAME."));
    };
    warn_if_tracked(session, &directory.location().join(DOTENV));
    Ok(SourceValues::of_dotenv(DOTENV, SourceWord::Env, found))
}

/// Reads a file of the command line, which may lie anywhere.
fn file(session: &Session, given: &Path) -> Result<SourceValues, CommandError> {
    let label = given.display().to_string();
    let wrong = |what: &dyn std::fmt::Display| usage(format!("--from-file {label}: {what}; nothing was sent"));
    let path = session.working_directory.join(given);
    let (Some(parent), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Err(wrong(&"this is not the path of a file"));
    };
    let directory = ProjectDirectory::open(parent, &[]).map_err(|error| wrong(&error))?;
    let text = directory.read_secret_text(name, directory.limits().dotenv).map_err(|error| wrong(&error))?;
    let text = text.ok_or_else(|| wrong(&"there is no such file"))?;
    let is_json = Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let values = if is_json {
        SourceValues::of_json(&label, SourceWord::File, &text).map_err(|problem| wrong(&problem))?
    } else {
        let flag = format!("--from-file {label}");
        SourceValues::of_dotenv(&label, SourceWord::File, parse_given(session, &flag, &label, &text, NOTHING_SENT)?)
    };
    warn_if_tracked(session, &path);
    Ok(values)
}

fn stdin(session: &Session) -> Result<SourceValues, CommandError> {
    let wrong = |what: &dyn std::fmt::Display| usage(format!("--from-stdin: {what}; nothing was sent"));
    if session.ui.is_stdin_terminal() {
        return Err(wrong(&"stdin is a terminal")
            .hint("Pipe NAME=value lines in, as from a vault's own program, or use `lobu secrets local set NAME`."));
    }
    let limit = usize::try_from(crate::project::limits::Limits::DEFAULT.dotenv).unwrap_or(usize::MAX);
    let text = read_secret_input(limit).map_err(|error| match error {
        InputError::TooLong => wrong(&format!("more than {} MiB came", limit >> 20)),
        InputError::NotUtf8 => wrong(&"what came is not UTF-8"),
        InputError::Unreadable(reason) => wrong(&format!("it can't be read: {reason}")),
    })?;
    let found = parse_given(session, "--from-stdin", "stdin", &text, NOTHING_SENT)?;
    Ok(SourceValues::of_dotenv("stdin", SourceWord::Stdin, found))
}

fn usage(message: String) -> CommandError {
    CommandError::new(ErrorKind::Usage, message)
}
