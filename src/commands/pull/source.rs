//! Which files a pull is about: a project, or the place for one.

use std::path::{Path, PathBuf};

use crate::commands::Session;
use crate::commands::options::ProjectOptions;
use crate::error::{CommandError, ErrorKind};
use crate::project::config::ReadOptions;
use crate::project::directory::{Entry, Expected, Listing, OpenError, ProjectDirectory, WriteError};
use crate::project::limits::YamlLimits;
use crate::project::read_project;
use crate::pull::{Files, NewTexts, ReadProject};
use crate::schema::ALL;

/// What may be in a directory that counts as empty.
const IGNORED: &str = ".git";

/// The file that is in the directory of a new project until all its files are.
const UNFINISHED: &str = ".lobu-pull-init";

/// What a marked directory says to a person who opens the file.
const UNFINISHED_TEXT: &str = "`lobu pull --init` did not finish here. Run it again to complete the project.\n";

/// The files that a pull is about.
pub(crate) struct Source {
    /// The directory; an empty one stands in for one that does not exist yet.
    pub(super) directory: ProjectDirectory,
    /// Where a new project is made; none for a project that is there.
    pub(super) init: Option<Init>,
    /// How the project is read again with what is composed.
    read_options: ReadOptions,
    /// The target whose project it is.
    pub(super) target: Option<String>,
    _stand_in: Option<tempfile::TempDir>,
}

/// The place of a new project.
pub(super) struct Init {
    /// The directory.
    pub(super) path: PathBuf,
}

/// Marks a directory until all files of a new project are in it, so that a run that was killed can be completed.
pub(super) fn mark(directory: &ProjectDirectory) -> Result<(), WriteError> {
    match directory.kind(UNFINISHED) {
        Ok(None) => directory.write_file(UNFINISHED, Expected::Nothing, UNFINISHED_TEXT),
        _ => Ok(()),
    }
}

/// Takes the mark away, if there is one.
pub(super) fn unmark(directory: &ProjectDirectory) -> Result<(), WriteError> {
    match directory.kind(UNFINISHED) {
        Ok(Some(_)) => directory.remove_file(UNFINISHED, UNFINISHED_TEXT),
        _ => Ok(()),
    }
}

fn is_marked(directory: &ProjectDirectory) -> Result<bool, CommandError> {
    Ok(directory.kind(UNFINISHED)?.is_some())
}

impl Source {
    /// Where it lies, for people.
    pub(super) fn location(&self) -> String {
        match &self.init {
            Some(init) => init.path.display().to_string(),
            None => self.directory.location().display().to_string(),
        }
    }

    /// Takes the mark of a new project away that has all its files.
    pub(super) fn finish(&self) -> Result<(), WriteError> {
        unmark(&self.directory)
    }

    /// The names in a directory.
    pub(super) fn listing(&self, path: &str) -> Vec<String> {
        names_in(&self.directory, path)
    }
}

impl Files for Source {
    fn text(&self, path: &str) -> Result<Option<String>, String> {
        let limit = self.directory.limits().lobu_toml;
        self.directory.read_text(path, limit).map_err(|error| error.to_string())
    }

    fn canonical(&self, path: &str) -> String {
        self.directory.canonical(path)
    }

    fn yaml_limits(&self) -> &YamlLimits {
        &self.directory.limits().yaml
    }

    fn read_with(&self, texts: NewTexts) -> Result<ReadProject, String> {
        let directory = self.directory.with_overlay(texts).map_err(|error| error.to_string())?;
        let (project, diagnostics) = read_project(&ALL, &directory, self.read_options);
        let project = match &self.target {
            Some(target) => project.map(|project| project.into_target(target)),
            None => project,
        };
        Ok(ReadProject { project, diagnostics, listing: Box::new(move |path| names_in(&directory, path)) })
    }
}

/// The names in a directory, those of directories with a `/` at their end.
fn names_in(directory: &ProjectDirectory, path: &str) -> Vec<String> {
    let entries = directory.list(path).ok().flatten().map(|listing| listing.entries).unwrap_or_default();
    let name = |entry: Entry| if entry.is_directory() { format!("{}/", entry.name) } else { entry.name };
    entries.into_iter().map(name).collect()
}

/// Opens what `--init`, `-C` or the working directory name.
pub(super) fn open(
    session: &Session,
    init: Option<&Path>,
    force: bool,
    options: &ProjectOptions,
) -> Result<Source, CommandError> {
    let place = match init {
        Some(directory) => new_project(&session.working_directory.join(directory), force, options)?,
        None => in_place(session, options)?,
    };
    let ProjectLocation { directory, init, stand_in } = place;
    let read_options = ReadOptions { allow_unknown_keys: options.allow_unknown_keys };
    Ok(Source { directory: directory.with_read_cache(), init, read_options, target: None, _stand_in: stand_in })
}

/// A directory, before it is read.
struct ProjectLocation {
    directory: ProjectDirectory,
    init: Option<Init>,
    stand_in: Option<tempfile::TempDir>,
}

impl ProjectLocation {
    /// A project that is there.
    fn existing(directory: ProjectDirectory) -> Self {
        Self { directory, init: None, stand_in: None }
    }

    /// A project that is to be made.
    fn new(directory: ProjectDirectory, path: PathBuf) -> Self {
        Self { directory, init: Some(Init { path }), stand_in: None }
    }
}

/// A project, or an empty directory, which becomes one.
fn in_place(session: &Session, options: &ProjectOptions) -> Result<ProjectLocation, CommandError> {
    let given = options.directory.as_deref();
    let opened = ProjectDirectory::given_or_nearest(&session.working_directory, given, &options.allow_path);
    let directory = match opened {
        Ok(directory) => directory,
        Err(error @ OpenError::NoProject { .. }) => {
            let here = ProjectDirectory::open(&session.working_directory, &options.allow_path)?;
            return if is_empty(&here)? || is_marked(&here)? {
                Ok(ProjectLocation::new(here, session.working_directory.clone()))
            } else {
                Err(CommandError::from(error).hint("To create a project from the org:\nlobu pull --init DIR"))
            };
        }
        Err(error) => return Err(CommandError::from(error)),
    };
    if has_project(&directory)? {
        return Ok(ProjectLocation::existing(directory));
    }
    let path = directory.location().to_owned();
    if is_empty(&directory)? || is_marked(&directory)? {
        return Ok(ProjectLocation::new(directory, path));
    }
    let message = format!("there is no lobu.toml in `{}`, and it is not empty; nothing was written", path.display());
    Err(CommandError::new(ErrorKind::InvalidProject, message)
        .hint("To create a project there:\nlobu pull --init DIR --force"))
}

/// A new project; in a directory that is not empty only with `--force`.
fn new_project(path: &Path, force: bool, options: &ProjectOptions) -> Result<ProjectLocation, CommandError> {
    let directory = match ProjectDirectory::open(path, &options.allow_path) {
        Ok(directory) => directory,
        Err(OpenError::Missing { .. }) => {
            let stand_in = tempfile::tempdir()?;
            let directory = ProjectDirectory::open(stand_in.path(), &[])?;
            return Ok(ProjectLocation {
                stand_in: Some(stand_in),
                ..ProjectLocation::new(directory, path.to_owned())
            });
        }
        Err(error) => return Err(CommandError::from(error)),
    };
    if !is_empty(&directory)? && !force && !is_marked(&directory)? {
        let message = format!("`{}` is not empty; nothing was written", path.display());
        return Err(CommandError::new(ErrorKind::WouldOverwrite, message)
            .hint("Name a new directory, or make a project there all the same with --force."));
    }
    Ok(if has_project(&directory)? {
        ProjectLocation::existing(directory)
    } else {
        ProjectLocation::new(directory, path.to_owned())
    })
}

fn has_project(directory: &ProjectDirectory) -> Result<bool, CommandError> {
    Ok(directory.kind(ProjectDirectory::FILE)?.is_some())
}

fn is_empty(directory: &ProjectDirectory) -> Result<bool, CommandError> {
    let Some(Listing { entries, problems }) = directory.list(".")? else { return Ok(true) };
    Ok(problems.is_empty() && entries.iter().all(|entry| entry.name == IGNORED))
}
