//! From composed files to the disk, each whole or not at all.

use crate::commands::interrupts::Interrupts;
use crate::error::{CommandError, ErrorKind};
use crate::project::directory::{Expected, ProjectDirectory, WriteError};
use crate::pull::FileWrite;
use crate::target::argument;

use super::decide::Pulled;
use super::source;

/// What was written, and how it ended.
pub(super) struct Report {
    pub(super) written: Vec<FileWrite>,
    pub(super) result: Result<(), CommandError>,
}

/// Writes the files in their order; the first failure ends it.
pub(super) fn write(pulled: &Pulled, writes: &[FileWrite], interrupts: &Interrupts) -> Report {
    let mut written = Vec::new();
    let result = opened(pulled).and_then(|made| {
        let directory = made.as_ref().unwrap_or(&pulled.source.directory);
        if made.is_some() {
            source::mark(directory).map_err(|error| ended(pulled, &written, &CommandError::from(error)))?;
        }
        for file in writes {
            if interrupts.has_happened() {
                return Err(ended(pulled, &written, &CommandError::interrupted()));
            }
            one(directory, file).map_err(|error| ended(pulled, &written, &CommandError::from(error)))?;
            written.push(file.clone());
        }
        source::unmark(directory).map_err(|error| ended(pulled, &written, &CommandError::from(error)))
    });
    Report { written, result }
}

/// The directory of a new project, made if need be.
fn opened(pulled: &Pulled) -> Result<Option<ProjectDirectory>, CommandError> {
    let Some(init) = &pulled.source.init else { return Ok(None) };
    Ok(Some(ProjectDirectory::create(&init.path)?))
}

fn one(directory: &ProjectDirectory, file: &FileWrite) -> Result<(), WriteError> {
    let expected = file.before.as_deref().map_or(Expected::Nothing, Expected::Text);
    match (&file.after, &file.before) {
        (Some(text), _) => directory.write_file(&file.path, expected, text),
        (None, Some(before)) => directory.remove_file(&file.path, before),
        (None, None) => Ok(()),
    }
}

/// A failure with what was done before it.
fn ended(pulled: &Pulled, written: &[FileWrite], error: &CommandError) -> CommandError {
    let (kind, done) = match (written.len(), error.kind) {
        (0, kind) => (kind, "nothing was written".to_owned()),
        (count, ErrorKind::Interrupted) => (ErrorKind::Interrupted, format!("{count} files were written before")),
        (count, _) => (ErrorKind::PartlyApplied, format!("{count} files were written before")),
    };
    let ended = CommandError::new(kind, format!("{}; {done}", error.error));
    match &pulled.source.init {
        Some(init) if !written.is_empty() => {
            let directory = argument("-C", &init.path.to_string_lossy());
            ended.hint(format!("To complete it:\nlobu pull --all --force{directory}"))
        }
        _ => ended.hint("Run it again: it goes on where it stopped."),
    }
}
