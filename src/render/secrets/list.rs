//! The secrets of an org, and those that a delete takes away.

use crate::model::counted;
use crate::push::Deletion;
use crate::render::document::{Document, Line, Style, line};
use crate::render::text_safety::{SafeText, sanitise};
use crate::secrets::Fingerprint;
use crate::wire::SecretRow;

use super::phrases::{digits, head, name_columns, updated};

const HEADS: [&str; 4] = ["NAME", "FINGERPRINT", "UPDATED", "SOURCE"];

/// Renders a line a secret, by name, under heads of columns; fingerprints only.
pub fn list(rows: &[SecretRow]) -> Document {
    let names = name_columns(rows.iter().map(|row| row.name.as_str()).chain([HEADS[0]]));
    let line = |style: Style, cells: [&str; 4]| {
        let widths = [names, HEADS[1].len(), "2026-11-22 20:14 UTC".len(), 0];
        cells.into_iter().zip(widths).fold(Line::new(), |line, (cell, width)| {
            let text = sanitise(cell);
            let space = SafeText::spaces(width.saturating_sub(text.width()) + 2);
            line!("{}{}{}", line, style.of(text), space)
        })
    };
    let mut document = Document::from(line(Style::Dim, HEADS));
    document.extend(rows.iter().map(|row| {
        let fingerprint = row.fingerprint.as_deref().and_then(Fingerprint::parse);
        let digits = fingerprint.as_ref().map_or("set", Fingerprint::as_str);
        let time = updated(row.updated_at);
        line(Style::Plain, [&row.name, digits, &time, row.source.as_deref().unwrap_or("-")])
    }));
    document
}

/// Renders a row for each secret; the last line says whether they are gone.
pub fn deletions(deletions: &[Deletion], is_done: bool) -> Document {
    let columns = name_columns(deletions.iter().map(|deletion| deletion.name.as_str()));
    let row = |Deletion { name, fingerprint, version: _ }: &Deletion| {
        let head = head(Style::Remove, "-", name.as_str(), columns);
        line!("{}{}", head, digits(fingerprint.as_ref())).indented(2)
    };
    let last = if is_done {
        line!("{}{}.", Style::Create.of("Deleted "), counted(deletions.len(), "secret"))
    } else {
        line!("This is a dry run: nothing was deleted.")
    };
    deletions.iter().map(row).collect::<Document>().line(last)
}
