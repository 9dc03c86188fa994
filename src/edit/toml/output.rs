use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::written::{Block, runs};
use crate::edit::lines::Lines;
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
pub(super) struct Source<'s> {
    pub(super) lines: Lines<'s>,
    pub(super) blocks: &'s [Block],
    pub(super) style: &'s Style,
}

/// How a file is written, for what is put into it.
#[derive(Debug)]
pub(super) struct Style {
    pub(super) line_break: &'static str,
    /// Whether there are blank lines between tables.
    pub(super) is_spaced: bool,
    /// What stands between a key and a value, for tables without pairs.
    pub(super) equals: &'static str,
}

impl Style {
    pub(super) fn of(lines: Lines<'_>, blocks: &[Block]) -> Self {
        let gaps = blocks.iter().skip(1).zip(blocks).filter(|(_, before)| before.extent.end > before.extent.start);
        let (mut spaced, mut tight) = (0_usize, 0_usize);
        for (block, before) in gaps {
            if before.extent.end >= block.extent.start { tight += 1 } else { spaced += 1 }
        }
        let first = blocks.iter().filter_map(|block| block.pairs.first()).find_map(|pair| pair.equals_sign());
        Self { line_break: lines.line_break(), is_spaced: spaced >= tight, equals: first.unwrap_or(" = ") }
    }

    /// The blank line between two tables, if the file has such.
    pub(super) fn gap(&self) -> &'static str {
        if self.is_spaced { self.line_break } else { "" }
    }
}

impl Output {
    /// All as edits. Those at one place are in the order in which their texts follow each other.
    pub(super) fn assemble(mut self, source: Source<'_>) -> Vec<TextEdit> {
        let mut edits = std::mem::take(&mut self.edits);
        let removed: Vec<usize> = self.removed.iter().copied().collect();
        for run in runs(&removed) {
            let anchors = run.start.saturating_sub(1)..run.end;
            let new: Vec<String> = anchors.filter_map(|block| self.behind.remove(&block)).flatten().collect();
            edits.extend(source.without(&run, &new));
        }
        for (block, new) in &self.behind {
            edits.extend(source.insertion(*block, &new.join(source.style.gap())));
        }
        for (block, new) in &self.before {
            let gap = source.style.gap();
            let text = format!("{}{gap}", new.join(gap));
            edits.extend(source.blocks.get(*block).map(|block| TextEdit::insert(block.extent.start, text)));
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
pub(super) fn settle_end(lines: Lines<'_>, edits: &mut Vec<TextEdit>) {
    let text = lines.text();
    if text.ends_with('\n') || text.len() <= lines.start() {
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

impl<'s> Source<'s> {
    pub(super) fn get(&self, range: Range<usize>) -> &'s str {
        self.lines.slice(range)
    }

    /// From the first line of a run of blocks to its last one.
    pub(super) fn extent(&self, run: &Range<usize>) -> Option<Range<usize>> {
        let last = self.blocks.get(run.end.checked_sub(1)?)?;
        Some(self.blocks.get(run.start)?.extent.start..last.extent.end)
    }

    fn insertion(&self, behind: usize, new: &str) -> Option<TextEdit> {
        let at = self.blocks.get(behind)?.extent.end;
        let gap = self.style.gap();
        if at > self.lines.start() {
            return Some(self.insert_lines(at, &format!("{gap}{new}")));
        }
        let is_last = self.get(at..self.lines.text().len()).trim().is_empty();
        Some(TextEdit::insert(at, if is_last { new.to_owned() } else { format!("{new}{gap}") }))
    }

    /// Puts whole lines in. Behind a last line without a line break they come without one themselves.
    pub(super) fn insert_lines(&self, at: usize, new: &str) -> TextEdit {
        if self.lines.is_line_start(at) {
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
            if !self.lines.is_line_start(last.extent.end) {
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
        let is_first = self.get(self.lines.start()..start).trim().is_empty();
        let is_last = self.get(end..self.lines.text().len()).is_empty();
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
        let lines = self.lines.within(at..self.lines.text().len());
        lines.take_while(|line| self.lines.is_blank_line(line.clone())).last().map_or(at, |line| line.end)
    }

    /// The blank lines directly before a place, from the nearest on.
    fn blank_lines_before(&self, at: usize) -> Vec<Range<usize>> {
        let mut result = Vec::new();
        let mut end = at;
        while let Some(line_end) = self.lines.previous_line_end(end).filter(|_| self.lines.is_line_start(end)) {
            let start = self.lines.line_start(line_end);
            if !self.lines.is_blank_line(start..end) {
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
        TextEdit::remove(self.lines.line_start(span.start)..self.lines.after_line(span.end))
    }
}
