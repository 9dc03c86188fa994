use crate::pull::FileWrite;
use crate::render::document::{Document, Line, Style};
use crate::render::prose_diff::plural;

use super::closing::file;

/// What was written: the count where everything was, else file by file what was and what was not.
pub fn report(written: &[FileWrite], planned: &[FileWrite], is_complete: bool) -> Document {
    if is_complete {
        let line = Line::new().literal(Style::Bold, "Pull complete: ").count(written.len());
        return Document::from(line.text(Style::Plain, plural(written.len(), " file written.", " files written.")));
    }
    let mut document = Document::from(Line::new().literal(Style::Bold, "Written:"));
    if written.is_empty() {
        document.push(Line::new().plain("  nothing"));
    }
    document.extend(written.iter().map(|write| file(write).indented(2)));
    let rest: Vec<&FileWrite> = planned.iter().filter(|write| !written.contains(write)).collect();
    if !rest.is_empty() {
        document.push(Line::new().literal(Style::Bold, "Not written:"));
        document.extend(rest.into_iter().map(|write| file(write).indented(2)));
    }
    document
}
