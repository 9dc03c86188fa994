//! The page of a CI run: what a plan or an apply says is appended to the file that GitHub Actions names.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::env::Variable;
use crate::render::document::line;
use crate::render::markdown::{Markdown, STEP_SUMMARY};

use super::Session;

/// Appends a page to the step summary, if there is one. A file that can't be written is a warning: the log has the same.
pub(super) fn append(session: &Session, page: impl FnOnce(usize) -> Markdown) {
    if session.environment.text(Variable::GithubActions) != Some("true") {
        return;
    }
    let Some(path) = session.environment.path(Variable::GithubStepSummary) else { return };
    if let Err(error) = append_to(path, page) {
        session.ui.warning(line!("the step summary {} can't be written: {}", path.display(), error));
    }
}

/// How many bytes GitHub shows of a step; of one that writes more it shows nothing.
const MOST_OF_A_STEP: u64 = 1 << 20;

/// The least room for a page: without it nothing is appended.
const LEAST: usize = 16_384;

/// Only a regular file is appended to: a pipe would wait for a reader, and a symlink could lead anywhere.
fn append_to(path: &Path, page: impl FnOnce(usize) -> Markdown) -> io::Result<()> {
    let length = match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => return Err(io::Error::other("it is not a regular file")),
        Ok(found) => found.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
    // Other commands of the step may have written to it. A blank line keeps their last paragraph out of the heading.
    let start = if length > 0 { "\n" } else { "" };
    let left = MOST_OF_A_STEP.saturating_sub(length).saturating_sub(2);
    let limit = usize::try_from(left).unwrap_or(usize::MAX).min(STEP_SUMMARY);
    if limit < LEAST {
        return Err(io::Error::other("it is as long as GitHub shows"));
    }
    let text = format!("{start}{}", page(limit));
    OpenOptions::new().append(true).create(true).open(path)?.write_all(text.as_bytes())
}
