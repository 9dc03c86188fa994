use super::fragment::Parent;
use super::read::Document;
use super::render::Layout;
use super::written::{Data, Node, Style};
use crate::edit::lines::{Lines, is_blank};
use crate::edit::plan::Plan;
use crate::edit::{Location, PatchError, Refusal, TextEdit};

/// How much deeper nested keys are indented if the file does not show it.
const STEP: usize = 2;

/// What is avoided since a text could be misread because of what surrounds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caution {
    /// Whether texts of several lines are quoted.
    pub(super) quotes_lines: bool,
    /// Whether blank lines go with what is removed above them: they could become a part of a text that keeps its own.
    pub(super) minds_blank_lines: bool,
}

/// Writes plans as edits of the text.
pub(super) struct Writer<'t> {
    pub(super) lines: Lines<'t>,
    pub(super) edits: Vec<TextEdit>,
    pub(super) is_only_document: bool,
    line_break: &'static str,
    step: usize,
    pub(super) caution: Caution,
}

/// What a value stands behind and within.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    /// The end of the `:`, `-` or `---` before it.
    pub(super) indicator: Option<usize>,
    pub(super) parent: Parent,
    /// Whether it is inside of brackets or braces.
    pub(super) in_flow: bool,
}

impl<'t> Writer<'t> {
    pub(super) fn new(lines: Lines<'t>, documents: &[Document], caution: Caution) -> Self {
        let step = documents.iter().find_map(|document| step(lines, &document.root)).unwrap_or(STEP);
        let is_only_document = documents.len() <= 1;
        Self { lines, edits: Vec::new(), is_only_document, line_break: lines.line_break(), step, caution }
    }

    pub(super) fn document(&mut self, document: &Document, plan: &Plan) -> Result<(), PatchError> {
        let site = Site { indicator: Some(document.start), parent: Parent::Root, in_flow: false };
        self.node(&document.root, plan, site)
    }

    /// Writes the first document of a stream that has none.
    pub(super) fn first_document(&mut self, plan: &Plan) {
        let Plan::Replace(content) = plan else { return };
        let end = self.lines.text().len();
        let fragment = self.layout(end, 0).fragment(content, Parent::Root);
        let before = if self.lines.is_line_start(end) { "" } else { self.line_break };
        self.insert(end, format!("{before}{}{}{}", fragment.head, fragment.body, self.line_break));
    }

    pub(super) fn node(&mut self, node: &Node, plan: &Plan, site: Site) -> Result<(), PatchError> {
        let is_flow = node.written.style == Style::Flow;
        match (plan, &node.data) {
            (Plan::Keep, _) => Ok(()),
            (Plan::Replace(content), _) => {
                self.replace(node, content, site);
                Ok(())
            }
            (Plan::Members(members), Data::Map(map)) if is_flow => self.flow_members(node, map, members),
            (Plan::Members(members), Data::Map(map)) => self.block_members(node, map, members, site),
            (Plan::Elements(elements), Data::List(list)) if is_flow => self.flow_elements(node, list, elements),
            (Plan::Elements(elements), Data::List(list)) => self.block_elements(node, list, elements, site),
            _ => Err(unsupported(node)),
        }
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.edits.push(TextEdit::insert(at, text));
        }
    }

    pub(super) fn remove(&mut self, start: usize, end: usize) {
        if start < end {
            self.edits.push(TextEdit::remove(start..end));
        }
    }

    /// Puts lines, each with its break in front, in place of those from an end of a line to another.
    pub(super) fn put_lines(&mut self, start: usize, end: usize, mut lines: String) {
        let end = end.max(start);
        // A blank line that ends the file needs a break of its own.
        if end == self.lines.text().len() && lines.ends_with('\n') {
            lines.push_str(self.line_break);
        }
        if start == end {
            self.insert(start, lines);
        } else if self.lines.slice(start..end) != lines {
            self.replace_range(start, end, &lines);
        }
    }

    /// Replaces a range by a text, except for what both have at their start and end.
    pub(super) fn replace_range(&mut self, start: usize, end: usize, text: &str) {
        self.edits.push(TextEdit::least(self.lines.text(), start..end, text));
    }

    /// How new text is written at the end of a line, for what is indented deeper than a column.
    pub(super) fn layout(&self, at: usize, column: usize) -> Layout {
        let mut next = self.lines.next_line(at);
        let is_blank_line = |start: usize| is_blank(self.lines.slice(start..self.lines.line_end(start)));
        let may_keep = next.is_none_or(|start| self.lines.rest(start).is_empty() || !is_blank_line(start));
        while let Some(start) = next.filter(|start| is_blank_line(*start)) {
            next = self.lines.next_line(start);
        }
        // A comment that is indented deeper would become a part of a text of several lines.
        let follows_comment = next.is_some_and(|start| {
            let line = self.lines.slice(start..self.lines.line_end(start));
            let text = line.trim_start_matches(' ');
            text.starts_with('#') && line.len() - text.len() > column
        });
        Layout {
            line_break: self.line_break,
            step: self.step,
            block_texts: !self.caution.quotes_lines && !follows_comment,
            may_keep,
        }
    }

    pub(super) fn line_break(&self) -> &'static str {
        self.line_break
    }

    pub(super) fn step(&self) -> usize {
        self.step
    }
}

/// A value whose way of writing is read, but has no room for a change.
pub(super) fn unsupported(node: &Node) -> PatchError {
    PatchError { refusal: Refusal::Form, location: Location::Line(node.spot().line) }
}

/// How much deeper the first nested mapping is indented.
fn step(lines: Lines<'_>, node: &Node) -> Option<usize> {
    match &node.data {
        _ if node.is_alias() => None,
        Data::Map(map) if node.written.style == Style::Block => map.entries().iter().find_map(|entry| {
            let is_nested = entry.value.map().is_some() && entry.value.is_collection(Style::Block);
            let deeper = || lines.column(entry.value.span.start).checked_sub(lines.column(entry.written.start));
            let found = if is_nested { deeper().filter(|step| (2..=8).contains(step)) } else { None };
            found.or_else(|| step(lines, &entry.value))
        }),
        Data::List(elements) => elements.iter().find_map(|element| step(lines, element)),
        _ => None,
    }
}
