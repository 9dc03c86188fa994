use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::lines;
use super::node::runs;
use super::style::Style;
use super::syntax::Block;
use crate::edit::{TextEdit, apply_edits};

/// What is to become of a text: edits, and blocks that go or come.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) edits: Vec<TextEdit>,
    pub(super) removed: BTreeSet<usize>,
    /// New blocks behind a block.
    pub(super) behind: BTreeMap<usize, Vec<String>>,
    /// New blocks directly before a block.
    pub(super) before: BTreeMap<usize, Vec<String>>,
}

/// The text and its blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'s> {
    pub(super) text: &'s str,
    pub(super) blocks: &'s [Block],
    pub(super) style: &'s Style,
}

impl Output {
    /// All as edits. Those at one place are in the order in which their texts follow each other.
    pub(super) fn assemble(mut self, ground: Ground<'_>) -> Vec<TextEdit> {
        let mut edits = std::mem::take(&mut self.edits);
        let removed: Vec<usize> = self.removed.iter().copied().collect();
        for run in runs(&removed) {
            let anchors = run.start.saturating_sub(1)..run.end;
            let new: Vec<String> = anchors.filter_map(|block| self.behind.remove(&block)).flatten().collect();
            edits.extend(ground.without(&run, &new));
        }
        for (block, new) in &self.behind {
            edits.extend(ground.insertion(*block, &new.join(ground.style.gap())));
        }
        for (block, new) in &self.before {
            let gap = ground.style.gap();
            let text = format!("{}{gap}", new.join(gap));
            edits.extend(ground.blocks.get(*block).map(|block| TextEdit::insert(block.extent.start, text)));
        }
        joined(edits)
    }
}

/// Sorts edits, and joins those that overlap, so that carrying them out is the same in any order.
fn joined(mut edits: Vec<TextEdit>) -> Vec<TextEdit> {
    // What is put in at a place belongs to what is before it.
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut result: Vec<TextEdit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match result.last_mut() {
            Some(last) if edit.range.start < last.range.end => {
                last.range.end = last.range.end.max(edit.range.end);
                last.text.push_str(&edit.text);
            }
            _ => result.push(edit),
        }
    }
    result
}

/// Lets a text that does not end with a line break end without one after its edits, too.
pub(super) fn settle_end(text: &str, edits: &mut Vec<TextEdit>) {
    if text.ends_with('\n') || text.len() <= lines::first(text) {
        return;
    }
    while let Some(mut last) = edits.pop_if(|edit| edit.range.end == text.len()) {
        last.text.truncate(last.text.trim_end_matches(['\r', '\n']).len());
        let is_behind = |edit: &&mut TextEdit| last.text.is_empty() && edit.range.end == last.range.start;
        if let Some(before) = edits.last_mut().filter(is_behind) {
            before.range.end = text.len();
            continue;
        }
        if last.text.is_empty() {
            let kept = text.get(..last.range.start).unwrap_or_default();
            last.range.start = kept.trim_end_matches(['\r', '\n']).len();
        }
        edits.push(last);
        return;
    }
}

impl<'s> Ground<'s> {
    pub(super) fn get(&self, range: Range<usize>) -> &'s str {
        self.text.get(range).unwrap_or_default()
    }

    /// From the first line of a run of blocks to its last one.
    pub(super) fn extent(&self, run: &Range<usize>) -> Option<Range<usize>> {
        let last = self.blocks.get(run.end.checked_sub(1)?)?;
        Some(self.blocks.get(run.start)?.extent.start..last.extent.end)
    }

    fn insertion(&self, behind: usize, new: &str) -> Option<TextEdit> {
        let at = self.blocks.get(behind)?.extent.end;
        let gap = self.style.gap();
        if at > lines::first(self.text) {
            return Some(self.insert_lines(at, &format!("{gap}{new}")));
        }
        let is_last = self.get(at..self.text.len()).trim().is_empty();
        Some(TextEdit::insert(at, if is_last { new.to_owned() } else { format!("{new}{gap}") }))
    }

    /// Puts whole lines in. Behind a last line without a line break they come without one themselves.
    pub(super) fn insert_lines(&self, at: usize, new: &str) -> TextEdit {
        if lines::is_fresh(self.text, at) {
            return TextEdit::insert(at, new);
        }
        let line_break = self.style.line_break;
        TextEdit::insert(at, format!("{line_break}{}", new.strip_suffix(line_break).unwrap_or(new)))
    }

    /// Takes a run of blocks out; new ones take their place.
    fn without(&self, run: &Range<usize>, new: &[String]) -> Option<TextEdit> {
        let (first, last) = (self.blocks.get(run.start)?, self.blocks.get(run.end.checked_sub(1)?)?);
        if !new.is_empty() {
            let mut text = new.join(self.style.gap());
            if !lines::is_fresh(self.text, last.extent.end) {
                text.truncate(text.trim_end_matches(['\r', '\n']).len());
            }
            return Some(TextEdit::replace(first.extent.start..last.extent.end, text));
        }
        if !self.get(last.extent.end..last.extent.next).trim().is_empty() {
            // Comments that stand apart behind the blocks are not theirs.
            return Some(TextEdit::remove(first.extent.start..self.past_blank_lines(last.extent.end)));
        }
        let (mut start, mut end) = (first.extent.start, last.extent.next);
        let blanks_before = self.blank_lines_before(start);
        let blanks_behind = self.blank_lines_before(end);
        let is_first = self.get(lines::first(self.text)..start).trim().is_empty();
        let is_last = self.get(end..self.text.len()).is_empty();
        if is_last && !is_first {
            start = blanks_before.last().map_or(start, |line| line.start);
        } else if blanks_before.is_empty() && !is_first {
            end = blanks_behind.last().map_or(end, |line| line.start);
        } else {
            // Of two gaps the smaller one stays.
            let surplus = blanks_before.len().saturating_sub(blanks_behind.len());
            if surplus > 0 && !blanks_behind.is_empty() {
                start = blanks_before.get(surplus - 1).map_or(start, |line| line.start);
            }
        }
        end = end.max(start);
        Some(TextEdit::remove(start..end))
    }

    /// The place behind the blank lines that follow one.
    fn past_blank_lines(&self, at: usize) -> usize {
        let mut end = at;
        for line in self.get(at..self.text.len()).split_inclusive('\n').take_while(|line| line.trim().is_empty()) {
            end += line.len();
        }
        end
    }

    /// The blank lines directly before a place, from the nearest on.
    fn blank_lines_before(&self, at: usize) -> Vec<Range<usize>> {
        let mut result = Vec::new();
        let mut end = at;
        while end > lines::first(self.text) && lines::is_fresh(self.text, end) {
            let start = lines::start(self.text, end - 1);
            if !lines::is_blank(self.get(start..end)) {
                break;
            }
            result.push(start..end);
            end = start;
        }
        result
    }

    /// The text of a range after edits in order; what they do outside of it does not count.
    pub(super) fn patched(&self, range: &Range<usize>, edits: &[TextEdit]) -> String {
        // One that takes out blank lines in front of the range, too, starts before it.
        let first = edits.partition_point(|edit| edit.range.start < range.start && edit.range.end <= range.start);
        let inside = edits.iter().skip(first).take_while(|edit| edit.range.start <= range.end);
        let shifted: Vec<TextEdit> = inside
            .map(|edit| {
                let start = edit.range.start.saturating_sub(range.start);
                TextEdit::replace(start..edit.range.end.min(range.end) - range.start, edit.text.clone())
            })
            .collect();
        apply_edits(self.get(range.clone()), &shifted)
    }

    /// Takes out the lines of a pair, with its trailing comment.
    pub(super) fn remove_lines(&self, span: &Range<usize>) -> TextEdit {
        TextEdit::remove(lines::start(self.text, span.start)..lines::end(self.text, span.end))
    }
}
