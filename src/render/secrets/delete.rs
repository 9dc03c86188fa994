//! What a delete would do, or did.

use crate::push::Deletion;
use crate::render::document::{Document, Line, Style};

use super::words::{digits, head, name_columns};

/// Renders a row for each secret; the last line says whether they are gone.
pub fn deletions(deletions: &[Deletion], is_done: bool) -> Document {
    let columns = name_columns(deletions.iter().map(|deletion| deletion.name.as_str()));
    let row = |Deletion { name, fingerprint, version: _ }: &Deletion| {
        let line = head(Style::Remove, "-", name.as_str(), columns);
        line.foreign(Style::Plain, digits(fingerprint.as_ref())).indented(2)
    };
    let last = if is_done {
        Line::new().literal(Style::Create, "Deleted ").count(deletions.len()).plain(".")
    } else {
        Line::new().plain("This is a dry run: nothing was deleted.")
    };
    deletions.iter().map(row).collect::<Document>().line(last)
}
