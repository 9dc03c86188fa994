//! The project that a command is about: opened, read, and what is wrong with it shown.

use std::path::{Path, PathBuf};

use crate::error::{CommandError, ErrorKind};
use crate::model::{Diagnostic, Family, Severity, counted};
use crate::plan::Only;
use crate::project::config::{self, ReadOptions};
use crate::project::directory::{OpenError, ProjectDirectory};
use crate::project::{Project, read_project};
use crate::schema::ALL;
use crate::secrets::DefaultValuesFile;
use crate::target::{ProjectPins, ResolvedTarget};

use super::Session;
use super::options::ProjectOptions;

/// A project without errors in what is planned.
pub(super) struct Loaded {
    pub(super) directory: ProjectDirectory,
    pub(super) project: Project,
    /// Warnings and notes, for JSON.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// The file that a command takes values from where none is named: never that of another target.
    pub(super) fn values_file<'a>(&'a self, target: Option<&'a str>) -> DefaultValuesFile<'a> {
        DefaultValuesFile::of(&self.project.config, target)
    }

    /// What the project says about where commands go.
    pub(super) fn pins(&self) -> ProjectPins {
        ProjectPins::of(&self.project.config, self.directory.location())
    }

    /// The same with the project as it is in the target of a run.
    pub(super) fn in_target(self, target: &ResolvedTarget) -> Result<Self, CommandError> {
        let name = target.target_of(&self.project)?.map(str::to_owned);
        let project = match name {
            Some(name) => self.project.into_target(&name),
            None => self.project,
        };
        Ok(Self { project, ..self })
    }
}

/// Opens the project's directory: `-C`, else the nearest one upwards with a lobu.toml.
pub(super) fn open(session: &Session, options: &ProjectOptions) -> Result<ProjectDirectory, CommandError> {
    let given = options.directory.as_deref();
    Ok(ProjectDirectory::given_or_nearest(&session.working_directory, given, &options.allow_path)?)
}

/// The same; none where there is no project.
fn open_if_any(
    session: &Session,
    given: Option<&Path>,
    allowed: &[PathBuf],
) -> Result<Option<ProjectDirectory>, CommandError> {
    match ProjectDirectory::given_or_nearest(&session.working_directory, given, allowed) {
        Ok(directory) => Ok(Some(directory)),
        Err(OpenError::NoProject { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Reads a project and shows everything that is wrong with it, in one pass.
///
/// What is wrong with the family that is not planned does not stop the command.
pub(super) fn load(session: &Session, options: &ProjectOptions, only: Option<Only>) -> Result<Loaded, CommandError> {
    load_from(session, open(session, options)?, options, only)
}

/// The same without the lines of the files, of which some values are shown.
pub(super) fn load_without_excerpts(
    session: &Session,
    options: &ProjectOptions,
    only: Option<Only>,
) -> Result<Loaded, CommandError> {
    load_shown(session, open(session, options)?, options, only, |found| Diagnostic { excerpt: None, ..found.clone() })
}

/// Reads the project in a directory, as [`load`] does.
pub(super) fn load_from(
    session: &Session,
    directory: ProjectDirectory,
    options: &ProjectOptions,
    only: Option<Only>,
) -> Result<Loaded, CommandError> {
    load_shown(session, directory, options, only, Diagnostic::clone)
}

fn load_shown(
    session: &Session,
    directory: ProjectDirectory,
    options: &ProjectOptions,
    only: Option<Only>,
    shown: impl Fn(&Diagnostic) -> Diagnostic,
) -> Result<Loaded, CommandError> {
    let read_options = ReadOptions { allow_unknown_keys: options.allow_unknown_keys };
    let (project, found) = read_project(&ALL, &directory, read_options);
    let found: Vec<_> = found.into_iter().filter(|diagnostic| concerns(diagnostic, only)).collect();
    // Notes are for `validate`, which is asked what there is to say.
    let shown: Vec<_> = found.iter().filter(|found| found.severity != Severity::Note).map(shown).collect();
    session.show(&shown, directory.location());
    check(&found, options)?;
    let project = project.ok_or_else(|| invalid(&found))?;
    Ok(Loaded { directory, project, diagnostics: found })
}

fn concerns(diagnostic: &Diagnostic, only: Option<Only>) -> bool {
    match only {
        Some(Only::Agents) => diagnostic.family != Family::Memory,
        Some(Only::Memory) => diagnostic.family != Family::Agents,
        None => true,
    }
}

/// Errors stop, and with `--deny-warnings` warnings do.
pub(super) fn check(found: &[Diagnostic], options: &ProjectOptions) -> Result<(), CommandError> {
    let stops = |diagnostic: &Diagnostic| match diagnostic.severity {
        Severity::Error => true,
        Severity::Warning => options.deny_warnings,
        Severity::Note => false,
    };
    if found.iter().any(stops) { Err(invalid(found)) } else { Ok(()) }
}

fn invalid(found: &[Diagnostic]) -> CommandError {
    let errors = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    match errors {
        0 => CommandError::new(ErrorKind::InvalidProject, "warnings are errors with --deny-warnings"),
        errors => CommandError::new(ErrorKind::InvalidProject, counted(errors, "error")).shown(),
    }
}

/// A directory with a project in it, or without one.
pub(super) enum ProjectOrDirectory {
    /// A project without errors in what secrets are about.
    Project(Box<Loaded>),
    /// A directory without a lobu.toml, in which a `.env` may lie.
    Directory(ProjectDirectory),
}

impl ProjectOrDirectory {
    /// Reads the project, if there is one.
    pub(super) fn read(session: &Session, options: &ProjectOptions) -> Result<Self, CommandError> {
        match open_if_any(session, options.directory.as_deref(), &options.allow_path)? {
            Some(directory) if has_file(&directory) => {
                let only = Some(Only::Agents);
                load_from(session, directory, options, only).map(|loaded| Self::Project(Box::new(loaded)))
            }
            Some(directory) => Ok(Self::Directory(directory)),
            None => Ok(Self::Directory(ProjectDirectory::open(&session.working_directory, &options.allow_path)?)),
        }
    }

    /// The directory of lobu.toml and `.env`.
    pub(super) fn directory(&self) -> &ProjectDirectory {
        match self {
            Self::Project(loaded) => &loaded.directory,
            Self::Directory(directory) => directory,
        }
    }

    /// The same with the project as it is in the target of a run.
    pub(super) fn in_target(self, target: &ResolvedTarget) -> Result<Self, CommandError> {
        match self {
            Self::Project(loaded) => loaded.in_target(target).map(|loaded| Self::Project(Box::new(loaded))),
            Self::Directory(_) => Ok(self),
        }
    }

    /// The file that values come from where the command line names none.
    pub(super) fn values_file<'a>(&'a self, target: Option<&'a str>) -> DefaultValuesFile<'a> {
        match self {
            Self::Project(loaded) => loaded.values_file(target),
            Self::Directory(_) => target.map_or(DefaultValuesFile::Dotenv, DefaultValuesFile::NoneOfTarget),
        }
    }

    /// What the project says about where commands go.
    pub(super) fn pins(&self) -> ProjectPins {
        match self {
            Self::Project(loaded) => loaded.pins(),
            Self::Directory(_) => ProjectPins::default(),
        }
    }
}

/// The pins of the project around the command, without reading the rest of it.
///
/// A lobu.toml with errors stops the command: it might say that this is the wrong org.
pub(super) fn pins(session: &Session, given: Option<&Path>) -> Result<ProjectPins, CommandError> {
    let Some(directory) = open_if_any(session, given, &[])? else { return Ok(ProjectPins::default()) };
    let Some(text) = directory.read_text(ProjectDirectory::FILE, directory.limits().lobu_toml)? else {
        return Ok(ProjectPins::default());
    };
    let read_options = ReadOptions { allow_unknown_keys: true };
    let (config, found) = config::read(&ALL, &text, ProjectDirectory::FILE, read_options);
    let errors: Vec<_> = found.into_iter().filter(|found| found.severity == Severity::Error).collect();
    match config {
        Some(config) if errors.is_empty() => Ok(ProjectPins::of(&config, directory.location())),
        _ => {
            session.show(&errors, directory.location());
            let message = "lobu.toml has errors, so the org that it pins is unknown; nothing was sent";
            Err(CommandError::new(ErrorKind::InvalidProject, message))
        }
    }
}

fn has_file(directory: &ProjectDirectory) -> bool {
    directory.handle().symlink_metadata(ProjectDirectory::FILE).is_ok()
}
