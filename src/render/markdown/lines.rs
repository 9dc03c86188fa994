//! Lines of a text page as items of lists: what is said of a plan has its words in one place.

use crate::render::document::{Document, Line, Span, line};

use super::page::Item;
use super::text::Markdown;

/// How many characters of a line are shown; messages of servers have any length.
const LONGEST: usize = 2_000;

/// Makes a list of the lines of a document: an indented line belongs to the one before it, and a command is a block that can be
/// copied.
pub(super) fn items(document: &Document) -> Vec<Item> {
    let outermost = document.lines().iter().filter(|line| !is_command(line)).map(indent).min().unwrap_or_default();
    let mut items: Vec<Item> = Vec::new();
    for line in document.lines().iter().filter(|line| line.width() > 0) {
        if is_command(line) {
            items.push(Item::block(Markdown::default().fence("sh", line.to_plain().trim_start())));
            continue;
        }
        let shown = Markdown::default().line(&cut(line)).source_after("\n");
        match items.last_mut().filter(|item| indent(line) > outermost && !item.is_block) {
            Some(item) => {
                item.line.get_or_insert_with(|| item.whole.clone());
                item.whole = std::mem::take(&mut item.whole).source_after("  - ").then(&shown);
            }
            None => items.push(Item::line(Markdown::source("- ").then(&shown))),
        }
    }
    items
}

/// A line as far as it is shown.
fn cut(line: &Line) -> Line {
    let mut left = LONGEST;
    let mut cut = Line::new();
    // The list has marks of its own.
    let is_mark = |span: &Span| matches!(span.text.as_str().trim(), "" | "-");
    for span in line.pieces().into_iter().skip_while(is_mark) {
        let (kept, more) = span.text.cut(left);
        left = left.saturating_sub(kept.width());
        cut = cut.text(span.style, kept);
        if more > 0 {
            return cut.then(line!(" …"));
        }
    }
    cut
}

fn indent(line: &Line) -> usize {
    let text = line.to_plain();
    text.len() - text.trim_start_matches(' ').len()
}

/// Whether a line is a command on its own: pages put it below what it is for.
fn is_command(line: &Line) -> bool {
    let text = line.to_plain();
    text.starts_with("  ") && text.trim_start().starts_with("lobu ")
}
