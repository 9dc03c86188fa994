use super::change::YamlPatchError;
use super::plan::{Elements, Fate, Members, Plan};
use super::render::{Holder, Look, flow};
use super::replace::fits_flow;
use super::tree::{Extent, Kind, List, Map, Node};
use super::write::{Position, Writer};
use crate::edit::Content;

/// The lines of the parts of a block collection.
struct Parts {
    extents: Vec<Extent>,
    /// The positions of those that are not removed, in order.
    left: Vec<usize>,
    /// Whether comments directly above a part go with it.
    with_comments: bool,
    /// The end of what stands before the first part.
    before: usize,
}

impl Parts {
    fn get(&self, position: usize) -> Option<Extent> {
        self.extents.get(position).copied()
    }

    fn is_removed(&self, position: usize) -> bool {
        self.left.binary_search(&position).is_err()
    }

    /// The last part before a position that is not removed.
    fn last_left(&self, before: usize) -> Option<usize> {
        let count = self.left.partition_point(|position| *position < before);
        self.left.get(count.checked_sub(1)?).copied()
    }

    fn previous_end(&self, position: usize) -> usize {
        position.checked_sub(1).and_then(|previous| self.get(previous)).map_or(self.before, |extent| extent.end)
    }
}

impl Writer<'_> {
    pub(super) fn block_members(
        &mut self,
        node: &Node,
        map: &Map,
        members: &Members,
        position: Position,
    ) -> Result<(), YamlPatchError> {
        let column = self.lines.column(node.start);
        for (at, fate) in &members.fates {
            let (Fate::Changed(plan), Some(entry)) = (fate, map.entries.get(*at)) else { continue };
            if entry.colon.is_none() {
                return Err(YamlPatchError::Unsupported { line: entry.key.line });
            }
            let inside = Position { indicator: entry.colon, holder: Holder::Key(column), in_flow: false };
            self.node(&entry.value, plan, inside)?;
        }
        let extents = map.extents();
        let left = (0..extents.len()).filter(|at| !members.is_removed(*at)).collect();
        let before = position.indicator.unwrap_or(node.start);
        let parts = Parts { extents, left, with_comments: false, before };
        let Some(last) = parts.last_left(usize::MAX) else {
            self.empty_block(node, &parts, &Content::Table(Vec::new()), position);
            return Ok(());
        };
        self.remove_parts(&parts);
        let (Some(extent), Some(sibling)) = (parts.get(last), map.entries.get(last)) else { return Ok(()) };
        let end = self.lines.line_end(extent.end);
        let look = self.look(end, column);
        let mut lines = String::new();
        for (key, content) in &members.added {
            look.new_line(&mut lines, column);
            lines.push_str(&look.sibling_entry(&sibling.value, key, content, column));
        }
        self.put_lines(end, end, lines);
        Ok(())
    }

    pub(super) fn block_elements(
        &mut self,
        node: &Node,
        list: &List,
        elements: &Elements,
        position: Position,
    ) -> Result<(), YamlPatchError> {
        let column = self.lines.column(node.start);
        let elements = &self.with_first_replaced(node, list, elements);
        for (at, fate) in &elements.fates {
            let Some(element) = list.elements.get(*at) else { continue };
            let Some(dash) = element.dash else { return Err(YamlPatchError::Unsupported { line: element.node.line }) };
            if let Fate::Changed(plan) = fate {
                let inside = Position { indicator: Some(dash + 1), holder: Holder::Dash(column), in_flow: false };
                self.node(&element.node, plan, inside)?;
            }
        }
        let extents = list.extents();
        let left = (0..extents.len()).filter(|at| !elements.is_removed(*at)).collect();
        let before = position.indicator.unwrap_or(node.start);
        let parts = Parts { extents, left, with_comments: true, before };
        if parts.last_left(usize::MAX).is_none() {
            self.empty_block(node, &parts, &Content::List(Vec::new()), position);
            return Ok(());
        }
        self.remove_parts(&parts);
        for (at, contents) in &elements.inserted {
            self.insert_elements(list, &parts, *at, contents, column);
        }
        Ok(())
    }

    /// Lets a new element take the place of a removed first one if something else stands before that in its line.
    fn with_first_replaced(&self, node: &Node, list: &List, elements: &Elements) -> Elements {
        let mut elements = elements.clone();
        if !elements.is_removed(0) || self.lines.starts_line(node.start) {
            return elements;
        }
        let left = (0..list.elements.len()).find(|at| !elements.is_removed(*at)).unwrap_or(0);
        let before: Vec<usize> = elements.inserted.range(..=left).map(|(at, _)| *at).collect();
        let mut contents =
            before.iter().filter_map(|at| elements.inserted.remove(at)).flatten().collect::<Vec<_>>().into_iter();
        if let Some(first) = contents.next() {
            elements.fates.insert(0, Fate::Changed(Plan::Set(first)));
            elements.inserted.insert(1, contents.collect());
        }
        elements
    }

    /// Takes all parts away and says that there are none.
    fn empty_block(&mut self, node: &Node, parts: &Parts, nothing: &Content, position: Position) {
        let is_map = matches!(node.kind, Kind::Map(_));
        match position.indicator {
            // Of several documents, one of which nothing is left could vanish and so renumber the others.
            _ if position.holder == Holder::Root && is_map && self.is_only_document => self.remove_parts(parts),
            Some(indicator) if position.holder != Holder::Root && self.lines.line_end(indicator) < node.start => {
                self.insert(indicator, format!(" {}", flow(nothing)));
                self.remove_parts(parts);
            }
            _ => self.replace(node, nothing, position),
        }
    }

    fn remove_parts(&mut self, parts: &Parts) {
        let first = self.remove_first(parts);
        let mut run: Option<(usize, usize)> = None;
        for position in first..parts.extents.len() {
            let Some(extent) = parts.get(position).filter(|_| parts.is_removed(position)) else { continue };
            let top = self.top(parts, position, extent);
            let above = self.lines.previous_line_end(top);
            run = match run {
                Some((start, end)) if above == Some(self.lines.line_end(end)) => Some((start, extent.end)),
                other => {
                    self.remove_lines(other);
                    Some((top, extent.end))
                }
            };
        }
        self.remove_lines(run);
    }

    /// Takes lines away, with the break before them: what is put in at their end comes after the line before them.
    fn remove_lines(&mut self, lines: Option<(usize, usize)>) {
        let Some((start, end)) = lines else { return };
        let is_careful = self.caution.minds_blank_lines;
        let line_end = if is_careful { self.lines.after_blank_lines(end) } else { end };
        let line_end = self.lines.line_end(line_end);
        let next = self.lines.next_line(line_end);
        match self.lines.previous_line_end(start) {
            // A blank line above the end of the file keeps its break.
            Some(before) if is_careful && next.is_none() && self.lines.line_start(before) == before => {
                self.remove(start, line_end);
            }
            Some(before) => self.remove(before, line_end),
            None => self.remove(start, next.unwrap_or(line_end)),
        }
    }

    /// The start of the first line of a part.
    fn top(&self, parts: &Parts, position: usize, extent: Extent) -> usize {
        if parts.with_comments {
            self.lines.attached_comments(extent.start, parts.previous_end(position))
        } else {
            self.lines.line_start(extent.start)
        }
    }

    /// Takes away the first part if something else stands before it in its line, and tells which part is next.
    fn remove_first(&mut self, parts: &Parts) -> usize {
        let Some(first) = parts.get(0).filter(|first| parts.is_removed(0) && !self.lines.starts_line(first.start))
        else {
            return 0;
        };
        let left = (1..parts.extents.len()).find(|position| !parts.is_removed(*position)).unwrap_or(1);
        let Some(next) = parts.get(left) else { return 0 };
        let has_comment = |position: usize| {
            let (before, extent) = (parts.previous_end(position), parts.get(position));
            extent.is_some_and(|extent| self.lines.slice(self.lines.line_end(before)..extent.start).contains('#'))
        };
        if (1..=left).any(has_comment) {
            // Comments stay where they are, and so does the dash before them.
            let end = self.lines.line_end(first.end);
            self.remove(self.lines.before_blanks(first.start), end);
            return 1;
        }
        self.remove(first.start, next.start);
        left
    }

    fn insert_elements(&mut self, list: &List, parts: &Parts, at: usize, contents: &[Content], column: usize) {
        let before = parts.last_left(at);
        let Some(sibling) = list.elements.get(before.unwrap_or(0)) else { return };
        let write =
            |look: Look| contents.iter().map(move |content| look.sibling_element(&sibling.node, content, column));
        if let Some(extent) = before.and_then(|before| parts.get(before)) {
            let end = self.lines.line_end(extent.end);
            self.put_elements(end, write, column);
            return;
        }
        let Some(first) = parts.get(0) else { return };
        let is_own_line = self.lines.starts_line(first.start);
        let top = if is_own_line { self.top(parts, 0, first) } else { first.start };
        match self.lines.previous_line_end(top).filter(|_| is_own_line) {
            Some(end) => self.put_elements(end, write, column),
            None => self.insert_before(top, first.start, write(self.look(first.end, column)), column),
        }
    }

    fn put_elements<I: Iterator<Item = String>>(&mut self, end: usize, write: impl Fn(Look) -> I, column: usize) {
        let look = self.look(end, column);
        let mut lines = String::new();
        for element in write(look) {
            look.new_line(&mut lines, column);
            lines.push_str(&element);
        }
        self.put_lines(end, end, lines);
    }

    /// Puts elements before the first one where no line is above it, or something else before it in its line.
    fn insert_before(&mut self, top: usize, first: usize, elements: impl Iterator<Item = String>, column: usize) {
        let look = self.look(first, column);
        let mut lines = String::new();
        for element in elements {
            lines.push_str(&element);
            look.new_line(&mut lines, column);
        }
        self.insert(top, lines);
    }
}

impl Look {
    /// An entry in the style of the one before it.
    fn sibling_entry(self, sibling: &Node, key: &str, content: &Content, column: usize) -> String {
        if is_like(sibling, content) {
            let entry = self.entry(key, &Content::Table(Vec::new()), column);
            return format!("{}{}", entry.strip_suffix("{}").unwrap_or(&entry), flow(content));
        }
        self.entry(key, content, column)
    }

    /// An element in the style of one beside it.
    fn sibling_element(self, sibling: &Node, content: &Content, column: usize) -> String {
        if is_like(sibling, content) {
            return format!("- {}", flow(content));
        }
        self.element(content, column)
    }
}

/// Whether a value fits between brackets or braces, and its sibling stands between the same.
fn is_like(sibling: &Node, content: &Content) -> bool {
    let is_same_kind =
        matches!((&sibling.kind, content), (Kind::Map(_), Content::Table(_)) | (Kind::List(_), Content::List(_)));
    is_same_kind && sibling.is_filled_flow() && fits_flow(content)
}
