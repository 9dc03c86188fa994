use std::ops::Range;

use super::syntax::{Block, Extent};

/// Where a text begins, behind a byte order mark.
pub(super) fn first(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// The start of the line that a place is in.
pub(super) fn start(text: &str, at: usize) -> usize {
    let line = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    line.max(first(text))
}

/// The end of the line that a place is in, with its line break.
pub(super) fn end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length + 1)
}

/// The white space in front of a place in its line; none if something else stands there.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let before = text.get(start(text, at)..at).unwrap_or_default();
    if before.chars().all(|character| matches!(character, ' ' | '\t')) { before } else { "" }
}

/// Whether a place is at the start of a line.
pub(super) fn is_fresh(text: &str, at: usize) -> bool {
    at <= first(text) || text.get(..at).is_some_and(|before| before.ends_with('\n'))
}

/// The lines of a range, each with its range.
pub(super) fn of(text: &str, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = range.start;
    text.get(range).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start..at, line)
    })
}

/// Whether a line holds nothing.
pub(super) fn is_blank(line: &str) -> bool {
    line.trim_matches([' ', '\t', '\r', '\n']).is_empty()
}

/// Gives every block of a document its extent.
pub(super) fn measure(text: &str, blocks: &mut [Block]) {
    let headers: Vec<Option<usize>> = blocks
        .iter()
        .skip(1)
        .map(|block| block.header.as_ref().map(|header| start(text, header.span.start)))
        .chain([None])
        .collect();
    let mut block_start = first(text);
    for (block, next_header) in blocks.iter_mut().zip(headers) {
        let own_end = statements_end(text, block);
        let gap = own_end..next_header.unwrap_or(text.len());
        let lines: Vec<(Range<usize>, &str)> = of(text, gap.clone()).collect();
        let next = match next_header {
            Some(header) => {
                lines.iter().rev().take_while(|(_, line)| !is_blank(line)).last().map_or(header, |(at, _)| at.start)
            }
            None => text.len(),
        };
        let in_front = || lines.iter().filter(|(at, _)| at.start < next);
        let end = if block.header.is_none() && block.pairs.is_empty() {
            in_front().rfind(|(_, line)| !is_blank(line)).map_or(own_end, |(at, _)| at.end)
        } else {
            in_front().take_while(|(_, line)| !is_blank(line)).last().map_or(own_end, |(at, _)| at.end)
        };
        // Comments at the end of a file are nobody's.
        let rest = lines.iter().find(|(at, line)| next_header.is_none() && at.start >= end && !is_blank(line));
        let next = rest.map_or(next, |(at, _)| at.start);
        block.extent = Extent { start: block_start, end, next };
        block_start = next;
    }
}

fn statements_end(text: &str, block: &Block) -> usize {
    let last_pair = block.pairs.last().map(|pair| pair.value.span.end);
    let header = block.header.as_ref().map(|header| header.span.end);
    last_pair.or(header).map_or(first(text), |at| end(text, at))
}
