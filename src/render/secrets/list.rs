//! The secrets of an org.

use crate::render::document::{Document, Line, Style};
use crate::render::text_safety::SafeText;
use crate::secrets::Fingerprint;
use crate::wire::SecretRow;

use super::words::{name_columns, updated};

const HEADS: [&str; 4] = ["NAME", "FINGERPRINT", "UPDATED", "SOURCE"];

/// Renders a line a secret, by name, under heads of columns; fingerprints only.
pub fn list(rows: &[SecretRow]) -> Document {
    let names = name_columns(rows.iter().map(|row| row.name.as_str()).chain([HEADS[0]]));
    let line = |style: Style, cells: [&str; 4]| {
        let widths = [names, HEADS[1].len(), "2026-11-22 20:14 UTC".len(), 0];
        cells.into_iter().zip(widths).fold(Line::new(), |line, (cell, width)| {
            let text = crate::render::text_safety::sanitise(cell);
            let space = SafeText::spaces(width.saturating_sub(text.width()) + 2);
            line.text(style, text).text(Style::Plain, space)
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
