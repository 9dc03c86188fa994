use super::change::YamlPatchError;
use super::plan::{Elements, Fate, Members};
use super::render::{Holder, flow, flow_entry};
use super::tree::{Extent, List, Map, Node};
use super::write::{Position, Writer};

/// The parts of a collection in brackets or braces.
struct Parts {
    extents: Vec<Extent>,
    /// The positions of those that are not removed, in order.
    left: Vec<usize>,
    open: usize,
    close: usize,
}

impl Parts {
    fn is_removed(&self, position: usize) -> bool {
        self.left.binary_search(&position).is_err()
    }

    /// The position of the first part from a position on that is not removed.
    fn next_left(&self, from: usize) -> Option<usize> {
        self.left.get(self.left.partition_point(|position| *position < from)).copied()
    }

    fn get(&self, position: usize) -> Option<Extent> {
        self.extents.get(position).copied()
    }
}

impl Writer<'_> {
    pub(super) fn flow_members(&mut self, node: &Node, map: &Map, members: &Members) -> Result<(), YamlPatchError> {
        // A pair without braces, as in `[a: b]`, has no room for a change.
        if !self.lines.rest(node.start).starts_with('{') {
            return Err(YamlPatchError::Unsupported { line: node.line });
        }
        for (at, fate) in &members.fates {
            if let (Fate::Changed(plan), Some(entry)) = (fate, map.entries.get(*at)) {
                let inside = Position { indicator: entry.colon, holder: Holder::Root, in_flow: true };
                self.node(&entry.value, plan, inside)?;
            }
        }
        let extents = map.extents();
        let left = (0..extents.len()).filter(|at| !members.is_removed(*at)).collect();
        let parts = Parts { extents, left, open: node.start + 1, close: node.end.saturating_sub(1) };
        self.remove_flow_parts(&parts);
        let added: Vec<String> = members.added.iter().map(|(key, content)| flow_entry(key, content)).collect();
        self.append_flow_parts(&parts, &added);
        Ok(())
    }

    pub(super) fn flow_elements(
        &mut self,
        node: &Node,
        list: &List,
        elements: &Elements,
    ) -> Result<(), YamlPatchError> {
        for (at, fate) in &elements.fates {
            if let (Fate::Changed(plan), Some(element)) = (fate, list.elements.get(*at)) {
                let inside = Position { indicator: None, holder: Holder::Root, in_flow: true };
                self.node(&element.node, plan, inside)?;
            }
        }
        let extents = list.extents();
        let left = (0..extents.len()).filter(|at| !elements.is_removed(*at)).collect();
        let parts = Parts { extents, left, open: node.start + 1, close: node.end.saturating_sub(1) };
        self.remove_flow_parts(&parts);
        let mut appended = Vec::new();
        for (at, contents) in &elements.inserted {
            match parts.next_left(*at).and_then(|next| parts.get(next)) {
                Some(next) => {
                    let parts: Vec<String> = contents.iter().map(flow).collect();
                    self.insert(next.start, format!("{}, ", parts.join(", ")));
                }
                None => appended.extend(contents.iter().map(flow)),
            }
        }
        self.append_flow_parts(&parts, &appended);
        Ok(())
    }

    fn remove_flow_parts(&mut self, parts: &Parts) {
        let mut position = 0;
        while let Some(first) = parts.get(position) {
            if !parts.is_removed(position) {
                position += 1;
                continue;
            }
            let end = parts.next_left(position).unwrap_or(parts.extents.len());
            let removed = parts.extents.get(position..end).unwrap_or_default();
            let before = position.checked_sub(1).and_then(|before| parts.get(before));
            match (parts.get(end), before) {
                (Some(next), _) => self.remove_run(removed, first.start, next.start),
                (None, Some(before)) => self.remove_last_run(removed, before.end),
                (None, None) => self.remove_run(removed, parts.open, parts.close),
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

    fn append_flow_parts(&mut self, parts: &Parts, added: &[String]) {
        if added.is_empty() {
            return;
        }
        let Some(last) = parts.left.last().and_then(|last| parts.get(*last)) else {
            let end = if self.has_comment(parts.open, parts.close) { parts.open } else { parts.close };
            self.replace_range(parts.open, end, added.join(", "));
            return;
        };
        let comma = self.comma_end(last.end);
        let line_end = self.lines.line_end(last.end);
        if !self.lines.starts_line(last.start) || line_end >= parts.close {
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
