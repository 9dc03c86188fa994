use crate::render::document::Document;

use super::lines::items;
use super::page::{Section, Turn, lay_out};
use super::text::Markdown;

/// Writes what became of a plan as a page that fits.
pub fn report(document: &Document, limit: usize) -> Markdown {
    let section =
        Section { head: "", nouns: ("line", "lines"), items: items(document), turns: const { &[Turn::whole(1, 1)] } };
    lay_out(&Markdown::source("### Apply: report\n\n"), &[section], limit, &Markdown::source("the log has all."))
}
