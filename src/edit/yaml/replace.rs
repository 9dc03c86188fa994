use std::ops::Range;

use granit_parser::ScalarStyle;

use super::block_text::BlockText;
use super::quote;
use super::render::{Fragment, Holder, flow};
use super::tree::{Kind, Node, Scalar};
use super::write::{Position, Writer};
use crate::edit::Content;

impl Writer<'_> {
    /// Replaces a value as a whole.
    pub(super) fn replace(&mut self, node: &Node, content: &Content, position: Position) {
        if position.in_flow {
            self.replace_in_flow(node, content, position);
            return;
        }
        let fragment = self.fragment(node, content, position);
        match &node.kind {
            _ if node.is_empty() => self.fill(node, fragment, position),
            Kind::Scalar(Scalar { header: Some(header), .. }) => {
                self.replace_block_text(node, header, fragment, position);
            }
            _ if node.is_block_collection() && self.is_below(node, position) => {
                self.replace_below(node, fragment, position);
            }
            _ => self.replace_inline(node, fragment, content, position),
        }
    }

    fn replace_in_flow(&mut self, node: &Node, content: &Content, position: Position) {
        let old = node.style();
        let text = match (content, old) {
            (Content::Text(text), Some(style)) => quoted_as(text, style).unwrap_or_else(|| quote::inline(text, true)),
            _ => flow(content),
        };
        match position.indicator {
            _ if !node.is_empty() => self.replace_range(node.start, node.end, text),
            Some(indicator) => self.insert(indicator, format!(" {text}")),
            None => self.insert(node.end, format!(": {text}")),
        }
    }

    fn fragment(&self, node: &Node, content: &Content, position: Position) -> Fragment {
        let column = position.holder.column().unwrap_or(0);
        let look = self.look(node.end, column);
        match (content, &node.kind) {
            (Content::Text(text), Kind::Scalar(Scalar { header: Some(header), style, .. })) => {
                let written = self.block_text(node, header, *style, text, position.holder);
                written.unwrap_or_else(|| Fragment::inline(quote::double(text)))
            }
            (Content::Text(text), Kind::Scalar(scalar)) => match quoted_as(text, scalar.style) {
                Some(quoted) => Fragment::inline(quoted),
                None => look.fragment(content, position.holder),
            },
            _ if node.is_filled_flow() && fits_flow(content) => Fragment::inline(flow(content)),
            _ => look.fragment(content, position.holder),
        }
    }

    fn block_text(
        &self,
        node: &Node,
        header: &Range<usize>,
        style: ScalarStyle,
        text: &str,
        holder: Holder,
    ) -> Option<Fragment> {
        if text.is_empty() {
            return None;
        }
        let old = self.lines.slice(self.lines.line_end(header.end)..node.end);
        let first = old.split(['\n', '\r']).find(|line| !line.trim_matches([' ', '\t']).is_empty());
        let has_indicator = self.lines.slice(header.clone()).contains(|c: char| c.is_ascii_digit());
        let indent = first.filter(|_| !has_indicator).map(|line| line.len() - line.trim_start_matches(' ').len());
        let block = BlockText {
            indent: indent.unwrap_or_else(|| holder.indent(self.step()).max(1)),
            parent: holder.column(),
            line_break: self.line_break(),
            may_keep: true,
            loose: true,
            folded: style == ScalarStyle::Folded,
        };
        block.write(text)
    }

    /// Writes a value where nothing is written yet.
    fn fill(&mut self, node: &Node, fragment: Fragment, position: Position) {
        let at = position.indicator.map_or(node.end, |indicator| indicator.max(node.end));
        let line_end = self.lines.line_end(at);
        if position.holder == Holder::Root {
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

    fn replace_block_text(&mut self, node: &Node, header: &Range<usize>, fragment: Fragment, position: Position) {
        let line_end = self.lines.line_end(header.end);
        let is_kept = fragment.head.contains('+') && fragment.head.starts_with(['|', '>']);
        if fragment.head.is_empty() {
            self.remove(position.indicator.unwrap_or(header.start), header.end);
        } else if self.lines.slice(header.clone()) != fragment.head {
            self.replace_range(header.start, header.end, fragment.head);
        }
        // Blank lines that follow would become a part of the text.
        let end = if is_kept { self.lines.after_blank_lines(node.end) } else { node.end };
        self.put_lines(line_end, end, fragment.body);
    }

    /// Whether a value starts on a line after that of its key or dash.
    fn is_below(&self, node: &Node, position: Position) -> bool {
        let is_below = |indicator| self.lines.line_end(indicator) < node.start;
        position.holder != Holder::Root && position.indicator.is_some_and(is_below)
    }

    fn replace_below(&mut self, node: &Node, fragment: Fragment, position: Position) {
        let indicator = position.indicator.unwrap_or(node.start);
        self.insert_head(indicator, &fragment.head);
        let (start, end) = (self.lines.line_end(indicator), self.lines.line_end(node.end));
        self.put_lines(start, end, fragment.body);
    }

    fn replace_inline(&mut self, node: &Node, fragment: Fragment, content: &Content, position: Position) {
        let Fragment { head, body } = fragment;
        let line_end = self.lines.line_end(node.end);
        if head.is_empty() {
            let indicator = position.indicator.unwrap_or(node.start);
            let is_below = self.is_below(node, position);
            let start = if is_below { self.lines.line_end(indicator) } else { indicator };
            self.remove(start, node.end);
        } else {
            let is_collection =
                matches!(content, Content::List(_) | Content::Table(_)) && !head.starts_with(['[', '{']);
            // A block collection cannot start on the line of a `---`.
            if is_collection && position.holder == Holder::Root && !self.lines.starts_line(node.start) {
                let start = self.lines.before_blanks(node.start);
                self.replace_range(start, node.end, format!("{}{head}", self.line_break()));
            } else {
                self.replace_range(node.start, node.end, head);
            }
        }
        self.put_lines(line_end, line_end, body);
    }
}

impl Node {
    fn style(&self) -> Option<ScalarStyle> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar.style),
            _ => None,
        }
    }
}

/// A text in the quotes of the text that it replaces, if those hold it.
fn quoted_as(text: &str, style: ScalarStyle) -> Option<String> {
    match style {
        ScalarStyle::SingleQuoted => quote::single(text),
        ScalarStyle::DoubleQuoted => Some(quote::double(text)),
        _ => None,
    }
}

/// Whether a value is a collection without texts of several lines.
pub(super) fn fits_flow(content: &Content) -> bool {
    matches!(content, Content::List(_) | Content::Table(_)) && !has_lines(content)
}

fn has_lines(content: &Content) -> bool {
    match content {
        Content::Text(text) => quote::is_multi_line(text),
        Content::List(elements) => elements.iter().any(has_lines),
        Content::Table(members) => members.iter().any(|(_, value)| has_lines(value)),
        Content::Null | Content::Bool(_) | Content::Number(_) => false,
    }
}
