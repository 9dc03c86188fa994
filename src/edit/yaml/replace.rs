use std::ops::Range;

use super::block_text::BlockText;
use super::fragment::{Fragment, Parent};
use super::quote;
use super::render::{fits_flow, flow};
use super::writer::{Site, Writer};
use super::written::{Node, Style};
use crate::edit::Content;

impl Writer<'_> {
    /// Replaces a value as a whole.
    pub(super) fn replace(&mut self, node: &Node, content: &Content, site: Site) {
        if site.in_flow {
            self.replace_in_flow(node, content, site);
            return;
        }
        let fragment = self.fragment(node, content, site);
        match &node.written.header {
            _ if node.is_empty() => self.fill(node, fragment, site),
            Some(header) => self.replace_block_text(node, header, fragment, site),
            None if node.is_collection(Style::Block) && self.is_below(node, site) => {
                self.replace_below(node, fragment, site);
            }
            None => self.replace_inline(node, fragment, content, site),
        }
    }

    fn replace_in_flow(&mut self, node: &Node, content: &Content, site: Site) {
        let text = match content {
            Content::Text(text) => quoted_like(text, node).unwrap_or_else(|| quote::inline(text, true)),
            _ => flow(content),
        };
        match site.indicator {
            _ if !node.is_empty() => self.replace_range(node.span.start, node.span.end, &text),
            Some(indicator) => self.insert(indicator, format!(" {text}")),
            None => self.insert(node.span.end, format!(": {text}")),
        }
    }

    fn fragment(&self, node: &Node, content: &Content, site: Site) -> Fragment {
        let column = site.parent.column().unwrap_or(0);
        let layout = self.layout(node.span.end, column);
        match (content, &node.written.header) {
            (Content::Text(text), Some(header)) => {
                let written = self.block_text(node, header, text, site.parent);
                written.unwrap_or_else(|| Fragment::inline(quote::double(text)))
            }
            (Content::Text(text), None) => match quoted_like(text, node) {
                Some(quoted) => Fragment::inline(quoted),
                None => layout.fragment(content, site.parent),
            },
            _ if node.is_filled_flow() && fits_flow(content) => Fragment::inline(flow(content)),
            _ => layout.fragment(content, site.parent),
        }
    }

    fn block_text(&self, node: &Node, header: &Range<usize>, text: &str, parent: Parent) -> Option<Fragment> {
        if text.is_empty() {
            return None;
        }
        let old = self.lines.slice(self.lines.line_end(header.end)..node.span.end);
        let first = old.split(['\n', '\r']).find(|line| !line.trim_matches([' ', '\t']).is_empty());
        let has_indicator = self.lines.slice(header.clone()).contains(|c: char| c.is_ascii_digit());
        let indent = first.filter(|_| !has_indicator).map(|line| line.len() - line.trim_start_matches(' ').len());
        let block = BlockText {
            indent: indent.unwrap_or_else(|| parent.indent(self.step()).max(1)),
            parent: parent.column(),
            line_break: self.line_break(),
            may_keep: true,
            loose: true,
            folded: node.written.style == Style::Folded,
        };
        block.write(text)
    }

    /// Writes a value where nothing is written yet.
    fn fill(&mut self, node: &Node, fragment: Fragment, site: Site) {
        let at = site.indicator.map_or(node.span.end, |indicator| indicator.max(node.span.end));
        let line_end = self.lines.line_end(at);
        if site.parent == Parent::Root {
            self.put_lines(line_end, line_end, format!("{}{}{}", self.line_break(), fragment.head, fragment.body));
            return;
        }
        self.insert_head(at, &fragment.head);
        self.put_lines(line_end, line_end, fragment.body);
    }

    fn insert_head(&mut self, at: usize, head: &str) {
        if !head.is_empty() {
            self.insert(at, format!(" {head}"));
        }
    }

    fn replace_block_text(&mut self, node: &Node, header: &Range<usize>, fragment: Fragment, site: Site) {
        let line_end = self.lines.line_end(header.end);
        let is_kept = fragment.head.contains('+') && fragment.head.starts_with(['|', '>']);
        if fragment.head.is_empty() {
            self.remove(site.indicator.unwrap_or(header.start), header.end);
        } else if self.lines.slice(header.clone()) != fragment.head {
            self.replace_range(header.start, header.end, &fragment.head);
        }
        // Blank lines that follow would become a part of the text.
        let end = if is_kept { self.lines.after_blank_lines(node.span.end) } else { node.span.end };
        self.put_lines(line_end, end, fragment.body);
    }

    /// Whether a value starts on a line after that of its key or dash.
    fn is_below(&self, node: &Node, site: Site) -> bool {
        let is_below = |indicator| self.lines.line_end(indicator) < node.span.start;
        site.parent != Parent::Root && site.indicator.is_some_and(is_below)
    }

    fn replace_below(&mut self, node: &Node, fragment: Fragment, site: Site) {
        let indicator = site.indicator.unwrap_or(node.span.start);
        self.insert_head(indicator, &fragment.head);
        let (start, end) = (self.lines.line_end(indicator), self.lines.line_end(node.span.end));
        self.put_lines(start, end, fragment.body);
    }

    fn replace_inline(&mut self, node: &Node, fragment: Fragment, content: &Content, site: Site) {
        let Fragment { head, body } = fragment;
        let line_end = self.lines.line_end(node.span.end);
        if head.is_empty() {
            let indicator = site.indicator.unwrap_or(node.span.start);
            let is_below = self.is_below(node, site);
            let start = if is_below { self.lines.line_end(indicator) } else { indicator };
            self.remove(start, node.span.end);
        } else {
            let is_collection =
                matches!(content, Content::List(_) | Content::Table(_)) && !head.starts_with(['[', '{']);
            // A block collection cannot start on the line of a `---`.
            if is_collection && site.parent == Parent::Root && !self.lines.starts_line(node.span.start) {
                let start = self.lines.before_blanks(node.span.start);
                self.replace_range(start, node.span.end, &format!("{}{head}", self.line_break()));
            } else {
                self.replace_range(node.span.start, node.span.end, &head);
            }
        }
        self.put_lines(line_end, line_end, body);
    }
}

/// A text in the quotes of the text that it replaces, if there are such and they hold it.
fn quoted_like(text: &str, old: &Node) -> Option<String> {
    match old.written.style {
        Style::SingleQuoted => quote::single(text),
        Style::DoubleQuoted => Some(quote::double(text)),
        _ => None,
    }
}
