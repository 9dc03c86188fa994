//! Which files a pull is about: a project, or the place for one.

use std::path::{Path, PathBuf};

use crate::commands::Session;
use crate::commands::options::ProjectOptions;
use crate::error::{CommandError, ErrorKind};
use crate::model::OrgSlug;
use crate::project::directory::{Entry, Listing, OpenError, ProjectDirectory};

use super::PullArgs;

/// What lies in a directory in which nothing else may lie for it to count as empty.
const IGNORED: &str = ".git";

/// The files that a pull is about.
pub(crate) struct Source {
    /// The directory; an empty one stands in for one that does not exist yet.
    pub(super) directory: ProjectDirectory,
    /// Where a new project is made; none for a project that is there.
    pub(super) init: Option<Init>,
    _stand_in: Option<tempfile::TempDir>,
}

/// The place of a new project.
pub(super) struct Init {
    /// The directory.
    pub(super) path: PathBuf,
}

impl Source {
    /// A project that is there.
    pub(crate) fn existing(directory: ProjectDirectory) -> Self {
        Self { directory: directory.remembering(), init: None, _stand_in: None }
    }

    /// Where it lies, for people.
    pub(super) fn location(&self) -> String {
        match &self.init {
            Some(init) => init.path.display().to_string(),
            None => self.directory.location().display().to_string(),
        }
    }

    /// The text of a file, none if there is none.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>, String> {
        let limit = self.directory.limits().lobu_toml;
        self.directory.read_text(path, limit).map_err(|error| error.to_string())
    }

    /// The names in a directory.
    pub(super) fn listing(&self, path: &str) -> Vec<String> {
        names_in(&self.directory, path)
    }
}

/// The names in a directory, those of directories with a `/` at their end.
pub(super) fn names_in(directory: &ProjectDirectory, path: &str) -> Vec<String> {
    let entries = directory.list(path).ok().flatten().map(|listing| listing.entries).unwrap_or_default();
    let name = |entry: Entry| if entry.is_directory() { format!("{}/", entry.name) } else { entry.name };
    entries.into_iter().map(name).collect()
}

/// The lobu.toml that a new project starts with (pull/P29, PQ4); what it says depends on what is added to it.
pub(super) fn skeleton(org: &OrgSlug, has_agents: bool, has_types: bool) -> String {
    let agents = if has_agents { "" } else { "[agents]\n\n" };
    let models = if has_types { "models = \"./models\"\n" } else { "" };
    format!(
        "# Made by `lobu pull --init`. Edit it, look with `lobu plan`, and send it with `lobu apply`.\n\n\
         {agents}[memory]\nenabled = true\norg = \"{org}\"\n{models}"
    )
}

/// Opens what `--init`, `-C` or the working directory name.
pub(super) fn open(session: &Session, args: &PullArgs) -> Result<Source, CommandError> {
    match &args.init {
        Some(directory) => new_project(&session.working_directory.join(directory), args),
        None => in_place(session, &args.project),
    }
}

/// A project, or an empty directory, which becomes one (pull/P13).
fn in_place(session: &Session, options: &ProjectOptions) -> Result<Source, CommandError> {
    let given = options.directory.as_deref();
    let opened = ProjectDirectory::given_or_nearest(&session.working_directory, given, &options.allow_path);
    let directory = match opened {
        Ok(directory) => directory,
        Err(error @ OpenError::NoProject { .. }) => {
            let here = ProjectDirectory::open(&session.working_directory, &options.allow_path);
            let here = here?;
            return if is_empty(&here)? {
                Ok(made(here, session.working_directory.clone()))
            } else {
                Err(CommandError::from(error).hint("To make a project from the org: --init DIR"))
            };
        }
        Err(error) => return Err(CommandError::from(error)),
    };
    if has_project(&directory)? {
        return Ok(Source::existing(directory));
    }
    let path = directory.location().to_owned();
    if is_empty(&directory)? {
        return Ok(made(directory, path));
    }
    let message = format!("there is no lobu.toml in `{}`, and it is not empty; nothing was written", path.display());
    Err(CommandError::new(ErrorKind::InvalidProject, message).hint("To make a project there: --init DIR --force"))
}

/// A new project; in a directory that is not empty only with `--force` (pull/P12).
fn new_project(path: &Path, args: &PullArgs) -> Result<Source, CommandError> {
    let directory = match ProjectDirectory::open(path, &args.project.allow_path) {
        Ok(directory) => directory,
        Err(OpenError::Missing { .. }) => {
            let stand_in = tempfile::tempdir();
            let stand_in = stand_in?;
            let directory = ProjectDirectory::open(stand_in.path(), &[])?;
            return Ok(Source { _stand_in: Some(stand_in), ..made(directory, path.to_owned()) });
        }
        Err(error) => return Err(CommandError::from(error)),
    };
    if !is_empty(&directory)? && !args.force {
        let message = format!("`{}` is not empty; nothing was written", path.display());
        return Err(CommandError::new(ErrorKind::WouldOverwrite, message)
            .hint("Name a new directory, or make a project there all the same with --force."));
    }
    Ok(if has_project(&directory)? { Source::existing(directory) } else { made(directory, path.to_owned()) })
}

fn made(directory: ProjectDirectory, path: PathBuf) -> Source {
    Source { directory: directory.remembering(), init: Some(Init { path }), _stand_in: None }
}

fn has_project(directory: &ProjectDirectory) -> Result<bool, CommandError> {
    Ok(directory.kind(ProjectDirectory::FILE)?.is_some())
}

fn is_empty(directory: &ProjectDirectory) -> Result<bool, CommandError> {
    let Some(Listing { entries, problems }) = directory.list(".")? else { return Ok(true) };
    Ok(problems.is_empty() && entries.iter().all(|entry| entry.name == IGNORED))
}
