use std::io::Write as _;

use cap_std::fs::OpenOptions;

use crate::error::{CommandError, ErrorKind};
use crate::project::config::ReadOptions;
use crate::project::directory::ProjectDirectory;
use crate::project::{Project, fix, read_project};
use crate::render::document::{Document, Line};

use super::load::{check, open, show};
use super::{Outcome, ProjectOptions, Session};

/// What `validate` was asked.
#[derive(Debug, Clone, Default)]
pub struct Validate {
    /// `--fix`.
    pub fix: bool,
    /// How the project is read.
    pub project: ProjectOptions,
}

/// `lobu validate`: everything that can be said of a project without a server. Exit 0 or 2.
pub fn validate(session: &Session, command: &Validate) -> Result<Outcome, CommandError> {
    let directory = open(session, &command.project)?;
    if command.fix {
        rewrite(session, &directory)?;
    }
    let options = ReadOptions { allow_unknown_keys: command.project.allow_unknown_keys };
    let (project, found) = read_project(&directory, options);
    show(session, &found);
    check(&found, &command.project)?;
    session.ui.product(&Document::from(summary(project.as_ref())));
    Ok(Outcome::Done)
}

fn summary(project: Option<&Project>) -> Line {
    let agents = project.map_or(0, |project| project.config.agents.len());
    let schema = project.and_then(|project| project.models.as_ref()).map(|models| &models.schema);
    let line = counted(Line::new().plain("The project is valid: "), agents, " agent");
    match schema {
        Some(schema) => {
            let line = counted(line.plain(", "), schema.entity_types.len(), " entity type");
            counted(line.plain(", "), schema.relationship_types.len(), " relationship type").plain(".")
        }
        None => line.plain(", no memory schema."),
    }
}

/// A number and what is counted, with an `s` unless it is one.
fn counted(line: Line, count: usize, what: &'static str) -> Line {
    line.count(count).plain(what).plain(if count == 1 { "" } else { "s" })
}

/// Rewrites old spellings of lobu.toml in place; everything else stays byte for byte (F3).
fn rewrite(session: &Session, directory: &ProjectDirectory) -> Result<(), CommandError> {
    let invalid = |error: &dyn std::fmt::Display| CommandError::new(ErrorKind::InvalidProject, error.to_string());
    let file = ProjectDirectory::FILE;
    let text = directory.read_text(file, directory.limits().lobu_toml).map_err(|error| invalid(&error))?;
    let Some(text) = text else { return Ok(()) };
    match fix::rewrite(&text) {
        Ok(None) => {
            session.ui.status(&Document::from(Line::new().plain("lobu.toml has no old spellings.")));
            Ok(())
        }
        Ok(Some(rewritten)) => {
            replace(directory, &rewritten).map_err(|error| {
                CommandError::new(ErrorKind::Unexpected, format!("lobu.toml could not be written: {}", error.kind()))
            })?;
            session.ui.status(&Document::from(Line::new().plain("lobu.toml was rewritten in today's spelling.")));
            Ok(())
        }
        Err(error) => Err(invalid(&error)),
    }
}

/// Replaces lobu.toml at once: a sibling is written, flushed and renamed over it, with the old file's mode.
fn replace(directory: &ProjectDirectory, text: &str) -> std::io::Result<()> {
    let handle = directory.handle();
    let permissions = handle.metadata(ProjectDirectory::FILE)?.permissions();
    let sibling = format!(".{}.{}.tmp", ProjectDirectory::FILE, std::process::id());
    let written = (|| {
        let mut file = handle.open_with(&sibling, OpenOptions::new().write(true).create_new(true))?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(permissions)?;
        file.sync_all()?;
        handle.rename(&sibling, handle, ProjectDirectory::FILE)
    })();
    if written.is_err() {
        // The old file is as it was; a leftover would only confuse.
        drop(handle.remove_file(&sibling));
    }
    written
}
