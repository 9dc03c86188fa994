use std::collections::HashMap;
use std::ops::Range;

use super::written::{Data, Entry, Map, Node, Style};
use crate::edit::lines::{Lines, is_blank};

/// Finds what the events do not tell: where dashes, colons and the headers of block texts stand, and where a value ends
/// before the blank lines and comments that follow it.
pub(super) struct Locator<'t> {
    pub(super) lines: Lines<'t>,
    /// Where the anchors stand.
    pub(super) anchors: &'t HashMap<usize, Range<usize>>,
}

impl Locator<'_> {
    /// Locates a value and its parts; `from` is the end of what leads to it: a `:`, `-` or `---`.
    pub(super) fn node(&self, node: &mut Node, from: usize) {
        if node.is_alias() {
            return;
        }
        self.properties(node);
        let from = node.properties().map_or(from, |properties| properties.end.max(from));
        let is_empty = node.is_empty();
        let style = node.written.style;
        match &mut node.data {
            Data::List(elements) if style == Style::Flow => self.flow_list(elements, node.span.start),
            // The event of a list that is not indented stands behind the first dash; `from` does not.
            Data::List(elements) => node.span = self.block_list(elements, from, node.span.start),
            Data::Map(map) => {
                let end = self.map(map);
                let is_braced = style == Style::Flow && self.lines.rest(node.span.start).starts_with('{');
                if let Some(first) = map.entries().first().filter(|_| !is_braced) {
                    node.span = first.written.start..end;
                }
            }
            _ if matches!(style, Style::Literal | Style::Folded) => {
                let header = self.header(from);
                node.span = header.start..self.block_text_end(&header, node.span.clone());
                node.written.header = Some(header);
            }
            _ if is_empty => node.span = from..from,
            _ => {}
        }
    }

    fn properties(&self, node: &mut Node) {
        let Some(anchoring) = &mut node.written.anchoring else { return };
        let Some(anchor) = self.anchors.get(&anchoring.anchor) else { return };
        let tag = anchoring.properties.take().unwrap_or_else(|| anchor.clone());
        anchoring.properties = Some(tag.start.min(anchor.start)..tag.end.max(anchor.end));
    }

    fn header(&self, from: usize) -> Range<usize> {
        let start = self.lines.skip_trivia(from);
        let rest = self.lines.rest(start);
        start..start + rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len())
    }

    /// The end of the last line that counts. The event may reach into the indentation of the line after it.
    fn block_text_end(&self, header: &Range<usize>, content: Range<usize>) -> usize {
        let text = self.lines.slice(content.clone());
        let keeps = self.lines.slice(header.clone()).contains('+');
        let length = if keeps {
            let last = text.rfind(['\n', '\r']).map_or(0, |found| found + 1);
            let whole = if is_blank(text.get(last..).unwrap_or_default()) { last } else { text.len() };
            let whole = text.get(..whole).unwrap_or_default();
            whole.strip_suffix("\r\n").or_else(|| whole.strip_suffix(['\n', '\r'])).unwrap_or(whole).len()
        } else {
            text.trim_end_matches([' ', '\t', '\n', '\r']).len()
        };
        let end = if length == 0 && !keeps { header.end } else { (content.start + length).max(header.end) };
        self.lines.line_end(end)
    }

    fn flow_list(&self, elements: &mut [Node], start: usize) {
        let mut from = start + 1;
        for element in elements {
            self.node(element, from);
            from = element.span.end;
        }
    }

    fn block_list(&self, elements: &mut [Node], from: usize, event: usize) -> Range<usize> {
        let mut at = self.lines.skip_trivia(from);
        // Before an implicit document may stand what is not trivia.
        if !self.lines.rest(at).starts_with('-') {
            at = event;
        }
        let mut start = at;
        for (position, element) in elements.iter_mut().enumerate() {
            let dash = self.lines.skip_trivia(at);
            element.written.dash = self.lines.rest(dash).starts_with('-').then_some(dash);
            self.node(element, dash + 1);
            at = element.span.end;
            if position == 0 {
                start = element.written.dash.unwrap_or(start);
            }
        }
        start..at
    }

    fn map(&self, map: &mut Map) -> usize {
        let mut end = 0;
        for entry in map.entries_mut() {
            self.entry(entry);
            end = entry.extent().end;
        }
        end
    }

    fn entry(&self, entry: &mut Entry) {
        let key = entry.key.span.start;
        self.node(&mut entry.key, key);
        entry.written.start = self.entry_start(entry.key.outer_start());
        let colon = self.lines.skip_trivia(entry.key.span.end);
        entry.written.colon = self.lines.rest(colon).starts_with(':').then_some(colon + 1);
        self.node(&mut entry.value, entry.written.colon.unwrap_or(entry.key.span.end));
    }

    /// A `?` may stand before the key.
    fn entry_start(&self, key: usize) -> usize {
        let Some(before) = self.lines.before(self.lines.before_blanks(key)).strip_suffix('?') else { return key };
        let is_indicator = before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', ',', '{', '[', '\u{FEFF}']);
        if is_indicator { before.len() } else { key }
    }
}
