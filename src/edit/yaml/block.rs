use super::fragment::Parent;
use super::parts::{ListPlan, Parts};
use super::render::{Layout, fits_flow, flow};
use super::writer::{Site, Writer, unsupported};
use super::written::{Data, Entry, Extent, Map, Node, element_extents};
use crate::edit::plan::{Elements, Members, Plan, Treatment};
use crate::edit::{Content, PatchError};

/// The lines of the parts of a block collection.
struct Block {
    parts: Parts,
    /// Whether comments directly above a part go with it.
    with_comments: bool,
    /// The end of what stands before the first part.
    before: usize,
}

impl Block {
    fn previous_end(&self, position: usize) -> usize {
        let previous = position.checked_sub(1).and_then(|previous| self.parts.get(previous));
        previous.map_or(self.before, |extent| extent.end)
    }
}

impl Writer<'_> {
    pub(super) fn block_members(
        &mut self,
        node: &Node,
        map: &Map,
        members: &Members,
        site: Site,
    ) -> Result<(), PatchError> {
        let column = self.lines.column(node.span.start);
        for (at, treatment) in &members.treatments {
            let Some(entry) = map.entries().get(*at) else { continue };
            match treatment {
                Treatment::Removed => {}
                Treatment::Changed(plan) if entry.written.colon.is_some() => {
                    let parent = Parent::Key(column);
                    let inside = Site { indicator: entry.written.colon, parent, in_flow: false };
                    self.node(&entry.value, plan, inside)?;
                }
                Treatment::Changed(_) | Treatment::Unwrapped => return Err(unsupported(&entry.key)),
            }
        }
        let parts = Parts::of_members(map.entries().iter().map(Entry::extent).collect(), members);
        let before = site.indicator.unwrap_or(node.span.start);
        let block = Block { parts, with_comments: false, before };
        let Some(last) = block.parts.last_left(usize::MAX) else {
            self.empty_block(node, &block, &Content::Table(Vec::new()), site);
            return Ok(());
        };
        self.remove_parts(&block);
        let (Some(extent), Some(sibling)) = (block.parts.get(last), map.entries().get(last)) else { return Ok(()) };
        let end = self.lines.line_end(extent.end);
        let layout = self.layout(end, column);
        let mut lines = String::new();
        for (key, content) in &members.added {
            layout.new_line(&mut lines, column);
            lines.push_str(&layout.sibling_entry(&sibling.value, key, content, column));
        }
        self.put_lines(end, end, lines);
        Ok(())
    }

    pub(super) fn block_elements(
        &mut self,
        node: &Node,
        list: &[Node],
        elements: &Elements,
        site: Site,
    ) -> Result<(), PatchError> {
        let column = self.lines.column(node.span.start);
        let plan = ListPlan::of(elements, list.len()).ok_or_else(|| unsupported(node))?;
        let plan = self.with_first_replaced(node, list, plan);
        for (at, treatment) in &plan.treatments {
            let Some(element) = list.get(*at) else { continue };
            let Some(dash) = element.written.dash else { return Err(unsupported(element)) };
            match treatment {
                Treatment::Removed => {}
                Treatment::Changed(plan) => {
                    let inside = Site { indicator: Some(dash + 1), parent: Parent::Dash(column), in_flow: false };
                    self.node(element, plan, inside)?;
                }
                Treatment::Unwrapped => return Err(unsupported(element)),
            }
        }
        let parts = Parts::of_elements(element_extents(list), &plan);
        let block = Block { parts, with_comments: true, before: site.indicator.unwrap_or(node.span.start) };
        if block.parts.left.is_empty() {
            self.empty_block(node, &block, &Content::List(Vec::new()), site);
            return Ok(());
        }
        self.remove_parts(&block);
        for (at, contents) in &plan.inserted {
            self.insert_elements(list, &block, *at, contents, column);
        }
        Ok(())
    }

    /// Lets a new element take the place of a removed first one if something else stands before that in its line.
    fn with_first_replaced(&self, node: &Node, list: &[Node], mut plan: ListPlan) -> ListPlan {
        if !plan.is_removed(0) || self.lines.starts_line(node.span.start) {
            return plan;
        }
        let left = (0..list.len()).find(|at| !plan.is_removed(*at)).unwrap_or(0);
        let mut new = plan.inserted.remove(&left).unwrap_or_default().into_iter();
        if let Some(first) = new.next() {
            plan.treatments.insert(0, Treatment::Changed(Plan::Replace(first)));
            plan.inserted.insert(1, new.collect());
        }
        plan
    }

    /// Takes all parts away and says that there are none.
    fn empty_block(&mut self, node: &Node, block: &Block, nothing: &Content, site: Site) {
        let is_map = node.map().is_some();
        match site.indicator {
            // Of several documents, one of which nothing is left could vanish and so renumber the others.
            _ if site.parent == Parent::Root && is_map && self.is_only_document => self.remove_parts(block),
            Some(indicator) if site.parent != Parent::Root && self.lines.line_end(indicator) < node.span.start => {
                self.insert(indicator, format!(" {}", flow(nothing)));
                self.remove_parts(block);
            }
            _ => self.replace(node, nothing, site),
        }
    }

    fn remove_parts(&mut self, block: &Block) {
        let first = self.remove_first(block);
        let mut run: Option<(usize, usize)> = None;
        for position in first..block.parts.extents.len() {
            let Some(extent) = block.parts.get(position).filter(|_| block.parts.is_removed(position)) else { continue };
            let top = self.top(block, position, extent);
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
    fn top(&self, block: &Block, position: usize, extent: Extent) -> usize {
        if block.with_comments {
            self.lines.attached_comments(extent.start, block.previous_end(position))
        } else {
            self.lines.line_start(extent.start)
        }
    }

    /// Takes away the first part if something else stands before it in its line, and tells which part is next.
    fn remove_first(&mut self, block: &Block) -> usize {
        let Some(first) =
            block.parts.get(0).filter(|first| block.parts.is_removed(0) && !self.lines.starts_line(first.start))
        else {
            return 0;
        };
        let left = (1..block.parts.extents.len()).find(|position| !block.parts.is_removed(*position)).unwrap_or(1);
        let Some(next) = block.parts.get(left) else { return 0 };
        let has_comment = |position: usize| {
            let (before, extent) = (block.previous_end(position), block.parts.get(position));
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

    fn insert_elements(&mut self, list: &[Node], block: &Block, at: usize, contents: &[Content], column: usize) {
        let before = block.parts.last_left(at);
        let Some(sibling) = list.get(before.unwrap_or(0)) else { return };
        let write =
            |layout: Layout| contents.iter().map(move |content| layout.sibling_element(sibling, content, column));
        if let Some(extent) = before.and_then(|before| block.parts.get(before)) {
            let end = self.lines.line_end(extent.end);
            self.put_elements(end, write, column);
            return;
        }
        let Some(first) = block.parts.get(0) else { return };
        let is_own_line = self.lines.starts_line(first.start);
        let top = if is_own_line { self.top(block, 0, first) } else { first.start };
        match self.lines.previous_line_end(top).filter(|_| is_own_line) {
            Some(end) => self.put_elements(end, write, column),
            None => self.insert_before(top, first.start, write(self.layout(first.end, column)), column),
        }
    }

    fn put_elements<I: Iterator<Item = String>>(&mut self, end: usize, write: impl Fn(Layout) -> I, column: usize) {
        let layout = self.layout(end, column);
        let mut lines = String::new();
        for element in write(layout) {
            layout.new_line(&mut lines, column);
            lines.push_str(&element);
        }
        self.put_lines(end, end, lines);
    }

    /// Puts elements before the first one where no line is above it, or something else before it in its line.
    fn insert_before(&mut self, top: usize, first: usize, elements: impl Iterator<Item = String>, column: usize) {
        let layout = self.layout(first, column);
        let mut lines = String::new();
        for element in elements {
            lines.push_str(&element);
            layout.new_line(&mut lines, column);
        }
        self.insert(top, lines);
    }
}

impl Layout {
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
        matches!((&sibling.data, content), (Data::Map(_), Content::Table(_)) | (Data::List(_), Content::List(_)));
    is_same_kind && sibling.is_filled_flow() && fits_flow(content)
}
