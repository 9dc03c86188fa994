//! `lobu init`: a new project, from a few answers, an example, a template, or an org.

mod ci;
mod from_org;
mod questions;
mod write;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::error::{CommandError, ErrorKind};
use crate::init::{EXAMPLES, Example, NewFile, template};
use crate::project::config::ReadOptions;
use crate::project::directory::ProjectDirectory;
use crate::project::read_project;
use crate::render::document::{Document, Line, Style, line};
use crate::schema::ALL;
use crate::target::argument;

use super::interrupts::Interrupts;
use super::options::parsed;
use super::{Outcome, Session, apply};

use questions::{AnswerOptions, Start};

/// Create a project
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Directory of the project (default: the current directory)
    #[arg(value_name = "DIR", help_heading = "Arguments")]
    directory: Option<PathBuf>,
    #[command(flatten)]
    answers: AnswerOptions,
    /// Start from an example
    #[arg(long, value_name = "NAME", help_heading = "Init", conflicts_with = "from", value_parser = PossibleValuesParser::new(EXAMPLES.iter().map(|example| example.name)))]
    example: Option<String>,
    /// Start from a copy of the project in this directory, without its .env
    #[arg(long, value_name = "DIR", help_heading = "Init")]
    from: Option<PathBuf>,
    /// Also add workflows; for a project that exists, add only them
    #[arg(long, value_name = "WHERE", help_heading = "Init")]
    ci: Option<ci::Ci>,
    /// Skip all prompts and use the defaults
    #[arg(long, help_heading = "Init")]
    yes: bool,
}

impl InitArgs {
    /// Whether a flag says what a new project has.
    fn makes_project(&self) -> bool {
        self.example.is_some() || self.from.is_some() || self.answers.is_given()
    }
}

/// Asks what is not said, checks the new project as `validate` does, and writes it over nothing. A person may apply it at once.
pub async fn run(session: &Session, args: &InitArgs) -> Result<Outcome, CommandError> {
    let interrupts = Interrupts::listen().with_outcome("nothing was written");
    let given = args.directory.as_deref();
    let path = given.map_or_else(|| session.working_directory.clone(), |given| session.working_directory.join(given));
    let workflows = args.ci.map(|ci| ci::prepare(ci, &path)).transpose()?;
    if path.join(ProjectDirectory::FILE).symlink_metadata().is_ok() {
        let Some((root, workflows)) = workflows else { return Err(project_exists(&path)) };
        if args.makes_project() {
            return Err(project_exists(&path).hint("Without other flags, --ci adds workflows to it."));
        }
        session.ui.product(&workflows.write(&root, &interrupts, 0)?.report(&root.display().to_string()));
        session.ui.product(&ci::what_to_set_up());
        return Ok(Outcome::Done);
    }
    let files = match start(session, args, &path)? {
        Start::Files(files) => files,
        Start::Org(context) => return from_org::run(session, given, &path, &context, &interrupts).await,
    };
    let new_project = write::prepare(session, &path, files)?;
    let needs_values = new_project.needs_values;
    interrupts.check()?;
    let written = new_project.write(&path, &interrupts, 0)?;
    session.ui.product(&written.report(&shown(given)));
    if let Some((root, workflows)) = workflows {
        session.ui.product(&workflows.write(&root, &interrupts, written.count())?.report(&root.display().to_string()));
        session.ui.product(&ci::what_to_set_up());
    }
    // What takes values of secrets can't be applied before they are there.
    if !args.yes && !needs_values && session.ui.prompter().is_some() {
        offer_apply(session, &path).await?;
    }
    let (before, verbs) = if needs_values {
        ("Next, copy .env.example to .env, fill in the values, and run:", ["secrets push", "apply"])
    } else {
        ("Next:", ["plan", "apply"])
    };
    session.ui.product(&Document::from(Line::new()).line(line!("{}", before)));
    session.ui.product(&next_commands(given, "local", &verbs));
    Ok(Outcome::Done)
}

/// The files that the project starts with.
fn start(session: &Session, args: &InitArgs, path: &Path) -> Result<Start, CommandError> {
    if let Some(example) = args.example.as_deref().and_then(Example::of) {
        return Ok(Start::Files(example.files()));
    }
    if let Some(from) = &args.from {
        return Ok(Start::Files(copy_of(&session.working_directory.join(from), path)?));
    }
    questions::start(session, &args.answers, args.yes, args.ci.is_none(), path)
}

fn copy_of(from: &Path, path: &Path) -> Result<Vec<NewFile>, CommandError> {
    let refused = |what: &dyn std::fmt::Display| {
        let message = format!("`{}` can't be used as a template: {what}; nothing was written", from.display());
        CommandError::new(ErrorKind::InvalidProject, message)
    };
    let there = path.ancestors().find_map(|above| above.canonicalize().ok());
    let is_inside = from.canonicalize().is_ok_and(|from| there.is_some_and(|there| there.starts_with(from)));
    if is_inside {
        return Err(refused(&"the new project would be inside it"));
    }
    let directory = ProjectDirectory::open(from, &[])?;
    let (project, _) = read_project(&ALL, &directory, ReadOptions::default());
    let targets = project.map(|project| project.config.targets).unwrap_or_default();
    let values: Vec<String> = targets.into_iter().filter_map(|target| Some(target.env_file?.value)).collect();
    template(&directory, &values).map_err(|error| refused(&error))
}

/// A project that is there stays as it is.
fn project_exists(path: &Path) -> CommandError {
    let message = format!("there is a lobu.toml in `{}` already; nothing was written", path.display());
    let error = CommandError::new(ErrorKind::WouldOverwrite, message);
    error.hint_command("to check it:", format!("lobu validate{}", argument("-C", &path.to_string_lossy())))
}

/// Lets a person see the plan of the new project in an org on this machine, and apply it.
async fn offer_apply(session: &Session, path: &Path) -> Result<(), CommandError> {
    let directory = path.to_string_lossy();
    let args = parsed(&["-c", "local", "-C", &directory])?;
    match apply::run(session, &args).await {
        Err(error) if error.kind == ErrorKind::Declined => Ok(()),
        ended => ended.map(drop),
    }
}

/// The directory as a person typed it.
fn shown(given: Option<&Path>) -> String {
    given.map_or_else(|| "this directory".to_owned(), |given| given.display().to_string())
}

fn next_commands(given: Option<&Path>, context: &str, verbs: &[&str]) -> Document {
    let directory = given.map(|given| argument("-C", &given.to_string_lossy())).unwrap_or_default();
    let context = argument("-c", context);
    let command = |verb: &&str| Style::Bold.line(format!("lobu {verb}{context}{directory}")).indented(2);
    verbs.iter().map(command).collect()
}
