//! A new project that is pulled from an org.

use std::path::Path;

use crate::commands::interrupts::Interrupts;
use crate::commands::options::parsed;
use crate::commands::{Outcome, Session, pull};
use crate::error::CommandError;
use crate::project::directory::ProjectDirectory;

use super::{next_commands, shown, write};

/// Pulls the org of a context into a new project, as `lobu pull --init` does, and adds what belongs around a project.
pub(super) async fn run(
    session: &Session,
    given: Option<&Path>,
    path: &Path,
    context: &str,
    interrupts: &Interrupts,
) -> Result<Outcome, CommandError> {
    let directory = path.to_string_lossy();
    let args = parsed(&["--init", &directory, "-c", context])?;
    let outcome = pull::run(session, &args).await?;
    if path.join(ProjectDirectory::FILE).symlink_metadata().is_err() {
        return Ok(outcome);
    }
    let added = write::prepare_around(path)?;
    session.ui.product(&added.write(path, interrupts, 1)?.report(&shown(given)));
    session.ui.product(&next_commands(given, context, &["plan", "drift"]));
    Ok(outcome)
}
