//! Where a command about an org's secrets runs: a project, or none.

use crate::commands::load::{DefaultValuesFile, Loaded, load_from, show};
use crate::commands::{ProjectOptions, Session};
use crate::error::{CommandError, ErrorKind};
use crate::model::Severity;
use crate::project::config::{self, ReadOptions};
use crate::project::directory::{OpenError, ProjectDirectory};
use crate::target::ProjectPins;

/// A directory with a project in it, or without one.
pub(super) enum Surroundings {
    /// A project without errors in what secrets are about.
    Project(Box<Loaded>),
    /// A directory without a lobu.toml, in which a `.env` may lie.
    Directory(ProjectDirectory),
}

impl Surroundings {
    /// Reads the project, if there is one.
    pub(super) fn read(session: &Session, options: &ProjectOptions) -> Result<Self, CommandError> {
        match directory(session, options)? {
            Some(directory) if has_file(&directory) => {
                let only = Some(crate::plan::Only::Agents);
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

    /// The file that values come from where the command line names none.
    pub(super) fn values_file<'a>(&'a self, target: Option<&'a str>) -> DefaultValuesFile<'a> {
        match self {
            Self::Project(loaded) => loaded.values_file(target),
            Self::Directory(_) => target.map_or(DefaultValuesFile::Dotenv, DefaultValuesFile::NoneOfTarget),
        }
    }

    /// What the project says about where commands go (T1, T6).
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
pub(in crate::commands) fn pins(session: &Session, options: &ProjectOptions) -> Result<ProjectPins, CommandError> {
    let Some(directory) = directory(session, options)? else { return Ok(ProjectPins::default()) };
    let Some(text) = directory.read_text(ProjectDirectory::FILE, directory.limits().lobu_toml)? else {
        return Ok(ProjectPins::default());
    };
    let read_options = ReadOptions { allow_unknown_keys: true };
    let (config, found) = config::read(&text, ProjectDirectory::FILE, read_options);
    let errors: Vec<_> = found.into_iter().filter(|found| found.severity == Severity::Error).collect();
    match config {
        Some(config) if errors.is_empty() => Ok(ProjectPins::of(&config)),
        _ => {
            show(session, &errors);
            let message = "lobu.toml has errors, and may say that this is the wrong org; nothing was sent";
            Err(CommandError::new(ErrorKind::InvalidProject, message))
        }
    }
}

/// The directory of `-C`, else the nearest one upwards with a lobu.toml; none where there is no such directory.
fn directory(session: &Session, options: &ProjectOptions) -> Result<Option<ProjectDirectory>, CommandError> {
    let opened = match &options.directory {
        Some(directory) => ProjectDirectory::open(&session.working_directory.join(directory), &options.allow_path),
        None => ProjectDirectory::find(&session.working_directory, &options.allow_path),
    };
    match opened {
        Ok(directory) => Ok(Some(directory)),
        Err(OpenError::NoProject { .. }) => Ok(None),
        Err(error) => Err(CommandError::from(error)),
    }
}

fn has_file(directory: &ProjectDirectory) -> bool {
    directory.handle().symlink_metadata(ProjectDirectory::FILE).is_ok()
}
