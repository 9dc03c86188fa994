use std::ops::Range;

use super::written::{Block, Extent};
use crate::edit::lines::Lines;

/// Gives every block of a document its extent.
pub(super) fn measure(lines: Lines<'_>, blocks: &mut [Block]) {
    let text_end = lines.text().len();
    let headers: Vec<Option<usize>> = blocks
        .iter()
        .skip(1)
        .map(|block| block.header.as_ref().map(|header| lines.line_start(header.span.start)))
        .chain([None])
        .collect();
    let mut block_start = lines.start();
    for (block, next_header) in blocks.iter_mut().zip(headers) {
        let own_end = statements_end(lines, block);
        let gap: Vec<Range<usize>> = lines.within(own_end..next_header.unwrap_or(text_end)).collect();
        let is_blank = |line: &&Range<usize>| lines.is_blank_line((*line).clone());
        let is_filled = |line: &&Range<usize>| !is_blank(line);
        let next = match next_header {
            Some(header) => gap.iter().rev().take_while(is_filled).last().map_or(header, |line| line.start),
            None => text_end,
        };
        let in_front = || gap.iter().filter(|line| line.start < next);
        let last = if block.header.is_none() && block.pairs.is_empty() {
            in_front().rfind(is_filled)
        } else {
            in_front().take_while(is_filled).last()
        };
        let end = last.map_or(own_end, |line| line.end);
        // Comments at the end of a file are nobody's.
        let rest = gap.iter().find(|line| next_header.is_none() && line.start >= end && is_filled(line));
        let next = rest.map_or(next, |line| line.start);
        block.extent = Extent { start: block_start, end, next };
        block_start = next;
    }
}

fn statements_end(lines: Lines<'_>, block: &Block) -> usize {
    let last_pair = block.pairs.last().map(|pair| pair.value.end);
    let header = block.header.as_ref().map(|header| header.span.end);
    last_pair.or(header).map_or(lines.start(), |at| lines.after_line(at))
}
