//! Reading the one source of a push (K3).

use std::path::{Path, PathBuf};

use crate::commands::Session;
use crate::commands::dotenv::{most_bytes, parse_given, read_given, unreadable};
use crate::commands::load::{DefaultValuesFile, show};
use crate::commands::values::{DOTENV, read_target_file};
use crate::error::CommandError;
use crate::project::directory::ProjectDirectory;
use crate::project::dotenv::read_dotenv;
use crate::secrets::{SourceValues, SourceWord};
use crate::ui::read_secret_input;

use super::ignored::warn_if_tracked;
use super::name;

/// Where the values of a push come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SourceChoice {
    /// The `env_file` of the target that `-t` names and no other, else `.env` beside lobu.toml.
    #[default]
    OfTarget,
    /// `--from-dotenv`: `.env` beside lobu.toml, whatever the target.
    Dotenv,
    /// `--from-file`: JSON if its name ends so, else dotenv.
    File(PathBuf),
    /// `--from-stdin`: dotenv.
    Stdin,
    /// `--from-process`: these variables, unchecked, and nothing else of the environment.
    Process(Vec<String>),
}

/// How a file or stdin is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceFormat {
    /// `NAME=value` lines (K4).
    Dotenv,
    /// An object of texts.
    Json,
}

/// How an error about a source ends.
const NOTHING_SENT: &str = "; nothing was sent";

/// Reads a source in full.
pub(super) fn read(
    session: &Session,
    directory: &ProjectDirectory,
    choice: &SourceChoice,
    default: DefaultValuesFile<'_>,
    format: Option<SourceFormat>,
) -> Result<SourceValues, CommandError> {
    match choice {
        SourceChoice::OfTarget => match default {
            DefaultValuesFile::Dotenv => beside(session, directory),
            DefaultValuesFile::OfTarget(path) => of_target(session, directory, path),
            DefaultValuesFile::NoneOfTarget(target) => Err(no_file_of(target)),
        },
        SourceChoice::Dotenv => beside(session, directory),
        SourceChoice::File(path) => file(session, path, format),
        SourceChoice::Stdin => stdin(session, format),
        SourceChoice::Process(names) => {
            let names = names.iter().map(|text| name::writable(text)).collect::<Result<Vec<_>, _>>()?;
            Ok(SourceValues::of_process(&session.environment, &names))
        }
    }
}

fn beside(session: &Session, directory: &ProjectDirectory) -> Result<SourceValues, CommandError> {
    let found = read_dotenv(directory, DOTENV).map_err(|found| {
        show(session, &found);
        CommandError::usage("the file .env can't be used; nothing was sent")
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

fn of_target(session: &Session, directory: &ProjectDirectory, path: &str) -> Result<SourceValues, CommandError> {
    let found = read_target_file(session, directory, path)?;
    warn_if_tracked(session, &directory.location().join(path));
    Ok(SourceValues::of_dotenv(path, SourceWord::File, found))
}

/// `.env` is not read in its place: what it holds may be the values of another org.
fn no_file_of(target: &str) -> CommandError {
    usage(format!("target {target} has no env_file{NOTHING_SENT}")).hint(format!(
        "Add env_file = \"PATH\" to [targets.{target}] in lobu.toml, or name the source: --from-dotenv, --from-file PATH, \
         --from-stdin or --from-process NAME."
    ))
}

fn file(session: &Session, given: &Path, format: Option<SourceFormat>) -> Result<SourceValues, CommandError> {
    let path = session.working_directory.join(given);
    let text =
        read_given(&path).map_err(|what| usage(format!("--from-file {}: {what}{NOTHING_SENT}", given.display())))?;
    let is_json = given.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let format = format.unwrap_or(if is_json { SourceFormat::Json } else { SourceFormat::Dotenv });
    let label = given.display().to_string();
    let values = parsed(session, &format!("--from-file {label}"), &label, SourceWord::File, format, &text)?;
    warn_if_tracked(session, &path);
    Ok(values)
}

fn stdin(session: &Session, format: Option<SourceFormat>) -> Result<SourceValues, CommandError> {
    let wrong = |what: &str| usage(format!("--from-stdin: {what}{NOTHING_SENT}"));
    if session.ui.is_stdin_terminal() {
        return Err(wrong("stdin is a terminal")
            .hint("Pipe NAME=value lines in, as from a vault's own program, or use `lobu secrets local set NAME`."));
    }
    let text = read_secret_input(most_bytes()).map_err(|error| wrong(&unreadable(&error)))?;
    let format = format.unwrap_or(SourceFormat::Dotenv);
    parsed(session, "--from-stdin", "stdin", SourceWord::Stdin, format, &text)
}

/// Reads what a flag named. Without any name in it something before this command failed: that is no success.
fn parsed(
    session: &Session,
    flag: &str,
    label: &str,
    word: SourceWord,
    format: SourceFormat,
    text: &str,
) -> Result<SourceValues, CommandError> {
    let values = match format {
        SourceFormat::Json => SourceValues::of_json(label, word, text)
            .map_err(|problem| usage(format!("{flag}: {problem}{NOTHING_SENT}")))?,
        SourceFormat::Dotenv => {
            SourceValues::of_dotenv(label, word, parse_given(session, flag, label, text, NOTHING_SENT)?)
        }
    };
    if values.is_empty() {
        return Err(usage(format!("{flag}: there is no name in it{NOTHING_SENT}"))
            .hint("If another program should have written it, see whether that failed."));
    }
    Ok(values)
}

fn usage(message: String) -> CommandError {
    CommandError::usage(message)
}
