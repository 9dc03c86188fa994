//! Reading the one source of a push.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::commands::Session;
use crate::commands::values::{most_bytes, parse_given, read_target_file, warn_if_committed};
use crate::error::CommandError;
use crate::project::directory::ProjectDirectory;
use crate::project::dotenv::read_dotenv;
use crate::secrets::{DefaultValuesFile, SourceValues, SourceWord, read_file, read_stdin, writable_name};

/// Where the values of a push come from: by default the `env_file` of the target that `-t` names and no other, else `.env`
/// beside lobu.toml.
#[derive(Debug, Args)]
#[command(next_help_heading = "Source")]
pub(super) struct SourceOptions {
    /// Read values from .env beside lobu.toml (default without -t; with -t, the target's `env_file`)
    #[arg(long, alias = "from-env", group = "source")]
    from_dotenv: bool,
    /// Read values from a dotenv or JSON file
    #[arg(long, value_name = "PATH", group = "source")]
    from_file: Option<PathBuf>,
    /// Read NAME=value lines from stdin (never prompts)
    #[arg(long, group = "source")]
    from_stdin: bool,
    /// Read values of these environment variables
    #[arg(long, value_name = "NAME", num_args = 1.., group = "source")]
    from_process: Vec<String>,
    /// Set the format of the file or stdin (default: by file extension)
    #[arg(long, value_name = "FORMAT", conflicts_with_all = ["from_dotenv", "from_process"])]
    format: Option<SourceFormat>,
}

/// How a file or stdin is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SourceFormat {
    Dotenv,
    Json,
}

/// How an error about a source ends.
const NOTHING_SENT: &str = "; nothing was sent";

impl SourceOptions {
    /// Whether stdin is the source, so that nobody can answer.
    pub(super) fn is_stdin(&self) -> bool {
        self.from_stdin
    }

    /// The variables that were named, unchecked.
    pub(super) fn variables(&self) -> &[String] {
        &self.from_process
    }

    /// Reads the source in full.
    pub(super) fn read(
        &self,
        session: &Session,
        directory: &ProjectDirectory,
        default: DefaultValuesFile<'_>,
    ) -> Result<SourceValues, CommandError> {
        match (&self.from_file, default) {
            (Some(path), _) => file(session, path, self.format),
            (None, _) if self.from_stdin => stdin(session, self.format),
            (None, _) if !self.from_process.is_empty() => {
                let names = self.from_process.iter().map(|text| writable_name(text)).collect::<Result<Vec<_>, _>>()?;
                Ok(SourceValues::of_process(&session.environment, &names))
            }
            (None, _) if self.from_dotenv => beside(session, directory),
            (None, DefaultValuesFile::Dotenv) => beside(session, directory),
            (None, DefaultValuesFile::OfTarget(path)) => of_target(session, directory, path),
            (None, DefaultValuesFile::NoneOfTarget(target)) => Err(no_file_of(target)),
        }
    }
}

fn beside(session: &Session, directory: &ProjectDirectory) -> Result<SourceValues, CommandError> {
    let found = read_dotenv(directory, ProjectDirectory::DOTENV).map_err(|found| {
        session.show(&found, directory.location());
        CommandError::usage("the file .env can't be used; nothing was sent")
            .hint("Fix the lines above; the format of a .env file is in docs/reference/dotenv.md.")
    })?;
    let Some(found) = found else {
        let place = directory.location().display();
        return Err(CommandError::usage(format!("there is no .env in {place}; nothing was sent"))
            .hint("Name another source: --from-file PATH, --from-stdin or --from-process NAME."));
    };
    warn_if_committed(session, &directory.location().join(ProjectDirectory::DOTENV));
    Ok(SourceValues::of_dotenv(ProjectDirectory::DOTENV, SourceWord::Env, found))
}

fn of_target(session: &Session, directory: &ProjectDirectory, path: &str) -> Result<SourceValues, CommandError> {
    let found = read_target_file(session, directory, path)?;
    warn_if_committed(session, &directory.location().join(path));
    Ok(SourceValues::of_dotenv(path, SourceWord::File, found))
}

/// `.env` is not read in its place: what it holds may be the values of another org.
fn no_file_of(target: &str) -> CommandError {
    CommandError::usage(format!("target {target} has no env_file{NOTHING_SENT}")).hint(format!(
        "Add env_file = \"PATH\" to [targets.{target}] in lobu.toml, or name the source: --from-dotenv, --from-file PATH, \
         --from-stdin or --from-process NAME."
    ))
}

fn file(session: &Session, given: &Path, format: Option<SourceFormat>) -> Result<SourceValues, CommandError> {
    let path = session.working_directory.join(given);
    let text = read_file(&path, most_bytes())
        .map_err(|error| CommandError::usage(format!("--from-file {}: {error}{NOTHING_SENT}", given.display())))?;
    let is_json = given.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let format = format.unwrap_or(if is_json { SourceFormat::Json } else { SourceFormat::Dotenv });
    let label = given.display().to_string();
    let values = parsed(session, &format!("--from-file {label}"), &label, SourceWord::File, format, &text)?;
    warn_if_committed(session, &path);
    Ok(values)
}

fn stdin(session: &Session, format: Option<SourceFormat>) -> Result<SourceValues, CommandError> {
    let wrong = |what: &str| CommandError::usage(format!("--from-stdin: {what}{NOTHING_SENT}"));
    if session.ui.is_stdin_terminal() {
        return Err(
            wrong("stdin is a terminal").hint("Pipe NAME=value lines in, or set one value:\nlobu secrets set NAME")
        );
    }
    let text = read_stdin(most_bytes()).map_err(|error| wrong(&error.to_string()))?;
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
            .map_err(|problem| CommandError::usage(format!("{flag}: {problem}{NOTHING_SENT}")))?,
        SourceFormat::Dotenv => {
            SourceValues::of_dotenv(label, word, parse_given(session, flag, label, text, NOTHING_SENT)?)
        }
    };
    if values.is_empty() {
        return Err(CommandError::usage(format!("{flag}: there is no name in it{NOTHING_SENT}"))
            .hint("If another program should have written it, see whether that failed."));
    }
    Ok(values)
}
