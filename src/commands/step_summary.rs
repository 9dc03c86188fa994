//! The page of a CI run: what a plan or an apply says is appended to the file that GitHub Actions names.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::env::Variable;
use crate::render::ci::step_summary;
use crate::render::document::{Document, Style, line};

use super::Session;

/// Appends a section to the step summary, if there is one. A file that can't be written is a warning: the log has the same.
pub(super) fn append(session: &Session, title: &str, document: impl FnOnce() -> Document) {
    if session.environment.text(Variable::GithubActions) != Some("true") {
        return;
    }
    let Some(path) = session.environment.path(Variable::GithubStepSummary) else { return };
    if let Err(error) = append_to(path, &step_summary(title, &document())) {
        let warning = Style::Warning.of("warning: ");
        session.say(line!("{}the step summary {} can't be written: {}", warning, path.display(), error).prose(2));
    }
}

/// Only a regular file is appended to: a pipe would wait for a reader, and a symlink could lead anywhere.
fn append_to(path: &Path, text: &str) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => return Err(io::Error::other("it is not a regular file")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().append(true).create(true).open(path)?.write_all(text.as_bytes())
}
