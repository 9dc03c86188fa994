use super::fragment::Parent;
use super::parts::{ListPlan, Parts};
use super::render::{flow, flow_entry};
use super::writer::{Site, Writer, unsupported};
use super::written::{Entry, Extent, Map, Node, element_extents};
use crate::edit::PatchError;
use crate::edit::plan::{Elements, Members, Treatment};

/// The parts of a collection in brackets or braces.
struct Bracketed {
    parts: Parts,
    open: usize,
    close: usize,
}

impl Bracketed {
    fn new(node: &Node, parts: Parts) -> Self {
        Self { parts, open: node.span.start + 1, close: node.span.end.saturating_sub(1) }
    }
}

impl Writer<'_> {
    pub(super) fn flow_members(&mut self, node: &Node, map: &Map, members: &Members) -> Result<(), PatchError> {
        // A pair without braces, as in `[a: b]`, has no room for a change.
        if !self.lines.rest(node.span.start).starts_with('{') {
            return Err(unsupported(node));
        }
        for (at, treatment) in &members.treatments {
            let Some(entry) = map.entries().get(*at) else { continue };
            self.flow_part(&entry.value, treatment, entry.written.colon)?;
        }
        let parts = Parts::of_members(map.entries().iter().map(Entry::extent).collect(), members);
        let bracketed = Bracketed::new(node, parts);
        self.remove_flow_parts(&bracketed);
        let added: Vec<String> = members.added.iter().map(|(key, content)| flow_entry(key, content)).collect();
        self.append_flow_parts(&bracketed, &added);
        Ok(())
    }

    pub(super) fn flow_elements(&mut self, node: &Node, list: &[Node], elements: &Elements) -> Result<(), PatchError> {
        let plan = ListPlan::of(elements, list.len()).ok_or_else(|| unsupported(node))?;
        for (at, treatment) in &plan.treatments {
            let Some(element) = list.get(*at) else { continue };
            self.flow_part(element, treatment, None)?;
        }
        let bracketed = Bracketed::new(node, Parts::of_elements(element_extents(list), &plan));
        self.remove_flow_parts(&bracketed);
        let mut appended = Vec::new();
        for (at, contents) in &plan.inserted {
            let next = bracketed.parts.next_left(*at).and_then(|next| bracketed.parts.get(next));
            match next {
                Some(next) => {
                    let texts: Vec<String> = contents.iter().map(flow).collect();
                    self.insert(next.start, format!("{}, ", texts.join(", ")));
                }
                None => appended.extend(contents.iter().map(flow)),
            }
        }
        self.append_flow_parts(&bracketed, &appended);
        Ok(())
    }

    fn flow_part(&mut self, node: &Node, treatment: &Treatment, indicator: Option<usize>) -> Result<(), PatchError> {
        match treatment {
            Treatment::Removed => Ok(()),
            Treatment::Changed(plan) => self.node(node, plan, Site { indicator, parent: Parent::Root, in_flow: true }),
            Treatment::Unwrapped => Err(unsupported(node)),
        }
    }

    fn remove_flow_parts(&mut self, bracketed: &Bracketed) {
        let mut position = 0;
        while let Some(first) = bracketed.parts.get(position) {
            if !bracketed.parts.is_removed(position) {
                position += 1;
                continue;
            }
            let end = bracketed.parts.next_left(position).unwrap_or(bracketed.parts.extents.len());
            let removed = bracketed.parts.extents.get(position..end).unwrap_or_default();
            let before = position.checked_sub(1).and_then(|before| bracketed.parts.get(before));
            match (bracketed.parts.get(end), before) {
                (Some(next), _) => self.remove_run(removed, first.start, next.start),
                (None, Some(before)) => self.remove_last_run(removed, before.end),
                (None, None) => self.remove_run(removed, bracketed.open, bracketed.close),
            }
            position = end;
        }
    }

    /// Takes away parts with all that is around them; only they and their commas go if there are comments.
    fn remove_run(&mut self, removed: &[Extent], start: usize, end: usize) {
        if !self.has_comment(start, end) {
            self.remove(start, end);
            return;
        }
        for extent in removed {
            self.remove(extent.start, self.comma_end(extent.end).unwrap_or(extent.end));
        }
    }

    /// Takes away the last parts with the comma before them. One that follows them stays.
    fn remove_last_run(&mut self, removed: &[Extent], before: usize) {
        let last = removed.last().map_or(before, |extent| extent.end);
        if !self.has_comment(before, last) {
            self.remove(before, last);
            return;
        }
        let mut end = before;
        for extent in removed {
            if let Some(comma) = self.comma_end(end) {
                self.remove(comma - 1, comma);
            }
            self.remove(extent.start, extent.end);
            end = extent.end;
        }
    }

    fn append_flow_parts(&mut self, bracketed: &Bracketed, added: &[String]) {
        if added.is_empty() {
            return;
        }
        let Some(last) = bracketed.parts.left.last().and_then(|last| bracketed.parts.get(*last)) else {
            let end = if self.has_comment(bracketed.open, bracketed.close) { bracketed.open } else { bracketed.close };
            self.replace_range(bracketed.open, end, &added.join(", "));
            return;
        };
        let comma = self.comma_end(last.end);
        let line_end = self.lines.line_end(last.end);
        if !self.lines.starts_line(last.start) || line_end >= bracketed.close {
            self.insert(last.end, format!(", {}", added.join(", ")));
            return;
        }
        // Each part has a line of its own.
        let start = self.lines.slice(self.lines.line_start(last.start)..last.start);
        let new_line = format!("{}{start}", self.line_break());
        let joined = added.join(&format!(",{new_line}"));
        if comma.is_some_and(|comma| comma <= line_end) {
            self.insert(line_end, format!("{new_line}{joined},"));
        } else {
            self.insert(last.end, ",");
            self.insert(line_end, format!("{new_line}{joined}"));
        }
    }

    fn comma_end(&self, end: usize) -> Option<usize> {
        let comma = self.lines.skip_trivia(end);
        self.lines.rest(comma).starts_with(',').then_some(comma + 1)
    }

    /// Whether there may be a comment: a `#` in a text counts, too.
    fn has_comment(&self, start: usize, end: usize) -> bool {
        self.lines.slice(start..end).contains('#')
    }
}
