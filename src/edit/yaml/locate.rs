use std::collections::HashMap;
use std::ops::Range;

use granit_parser::ScalarStyle;

use super::lines::{Lines, is_blank};
use super::parse::is_flow;
use super::tree::{Element, Entry, Kind, List, Map, Node};

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
        self.properties(node);
        let from = node.properties.as_ref().map_or(from, |properties| properties.end.max(from));
        let is_empty = node.is_empty();
        match &mut node.kind {
            Kind::Scalar(scalar) if matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded) => {
                let header = self.header(from);
                node.end = self.block_text_end(&header, node.start..node.end);
                node.start = header.start;
                scalar.header = Some(header);
            }
            Kind::Scalar(_) if is_empty => {
                node.start = from;
                node.end = from;
            }
            Kind::Scalar(_) | Kind::Alias(_) => {}
            Kind::List(list) if is_flow(list.style) => self.flow_list(list, node.start),
            Kind::List(list) => {
                // The event of a list that is not indented stands behind the first dash; `from` does not.
                let Range { start, end } = self.block_list(list, from, node.start);
                (node.start, node.end) = (start, end);
            }
            Kind::Map(map) => {
                let end = self.map(map);
                if let Some(first) = map.entries.first().filter(|_| !is_flow(map.style) || !self.is_braced(node.start))
                {
                    node.start = first.start;
                    node.end = end;
                }
            }
        }
    }

    fn is_braced(&self, start: usize) -> bool {
        self.lines.rest(start).starts_with('{')
    }

    fn properties(&self, node: &mut Node) {
        let Some(anchor) = self.anchors.get(&node.anchor) else { return };
        let both = node
            .properties
            .take()
            .map_or_else(|| anchor.clone(), |tag| tag.start.min(anchor.start)..tag.end.max(anchor.end));
        node.properties = Some(both);
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

    fn flow_list(&self, list: &mut List, start: usize) {
        let mut from = start + 1;
        for element in &mut list.elements {
            self.node(&mut element.node, from);
            from = element.node.end;
        }
    }

    fn block_list(&self, list: &mut List, from: usize, event: usize) -> Range<usize> {
        let mut at = self.lines.skip_trivia(from);
        // Before an implicit document may stand what is not trivia.
        if !self.lines.rest(at).starts_with('-') {
            at = event;
        }
        let mut start = at;
        for (position, element) in list.elements.iter_mut().enumerate() {
            at = self.element(element, at);
            if position == 0 {
                start = element.dash.unwrap_or(start);
            }
        }
        start..at
    }

    fn element(&self, element: &mut Element, from: usize) -> usize {
        let dash = self.lines.skip_trivia(from);
        element.dash = self.lines.rest(dash).starts_with('-').then_some(dash);
        self.node(&mut element.node, dash + 1);
        element.node.end
    }

    fn map(&self, map: &mut Map) -> usize {
        let mut end = 0;
        for entry in &mut map.entries {
            self.entry(entry);
            end = entry.end();
        }
        end
    }

    fn entry(&self, entry: &mut Entry) {
        let key = entry.key.start;
        self.node(&mut entry.key, key);
        entry.start = self.entry_start(entry.key.outer_start());
        let colon = self.lines.skip_trivia(entry.key.end);
        entry.colon = self.lines.rest(colon).starts_with(':').then_some(colon + 1);
        self.node(&mut entry.value, entry.colon.unwrap_or(entry.key.end));
    }

    /// A `?` may stand before the key.
    fn entry_start(&self, key: usize) -> usize {
        let Some(before) = self.lines.before(self.lines.before_blanks(key)).strip_suffix('?') else { return key };
        let is_indicator = before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', ',', '{', '[', '\u{FEFF}']);
        if is_indicator { before.len() } else { key }
    }
}

/// Where the anchored values of a document are.
pub(super) fn anchor_paths(root: &Node) -> HashMap<usize, Vec<usize>> {
    let mut paths = HashMap::new();
    collect(root, &mut Vec::new(), &mut paths);
    paths
}

fn collect(node: &Node, path: &mut Vec<usize>, paths: &mut HashMap<usize, Vec<usize>>) {
    if node.anchor != 0 {
        paths.insert(node.anchor, path.clone());
    }
    for (position, child) in (0..).map_while(|position| Some((position, node.child(position)?))) {
        path.push(position);
        collect(child, path, paths);
        path.pop();
    }
}
