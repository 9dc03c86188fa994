//! Workflows for a project, in the repository that it is in.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::error::{CommandError, ErrorKind};
use crate::init::github_workflows;
use crate::project::git::repository_of;
use crate::render::document::{Document, line};

use super::write::{NewProject, prepare_files};

/// Where workflows run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ci {
    Github,
}

/// The workflows that are to be written, and the directory below which they are.
pub(super) fn prepare(ci: Ci, path: &Path) -> Result<(PathBuf, NewProject), CommandError> {
    let Ci::Github = ci;
    // GitHub reads workflows at the root of a repository only. Without one, the project is taken for one to be.
    let (root, project) = match below_repository(path) {
        Some((root, project)) => (root, project),
        None => (path.to_owned(), PathBuf::new()),
    };
    let Some(project) = project.to_str().filter(|text| !text.chars().any(char::is_control) && !text.contains("${{"))
    else {
        let message = "the path of the project can't be written into a workflow; nothing was written";
        return Err(CommandError::new(ErrorKind::Usage, message));
    };
    let files = prepare_files(&root, github_workflows(project))?;
    Ok((root, files))
}

/// The root of the repository of a directory that may not be there yet, and the way down to it.
fn below_repository(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let (there, above) = path.ancestors().find_map(|above| Some((above.canonicalize().ok()?, above)))?;
    let root = repository_of(&there)?;
    let missing = path.strip_prefix(above).ok()?;
    Some((root.clone(), there.strip_prefix(root).ok()?.join(missing)))
}

/// What has to be done on GitHub before the workflows run.
pub(super) fn what_to_set_up() -> Document {
    let mut document = Document::from(line!(""));
    document.push(line!("Before the workflows run, set on GitHub:"));
    document.push(line!("  variables     LOBU_DOWNLOAD_URL, LOBU_SHA256, LOBU_SERVER_URL, LOBU_ORG"));
    document.push(line!("  environments  lobu-read and lobu-write, each with the secret LOBU_API_TOKEN"));
    document
}
