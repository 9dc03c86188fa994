use super::syntax::{Block, Pair};

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
    pub(super) fn of(text: &str, blocks: &[Block]) -> Self {
        let is_windows = text.find('\n').is_some_and(|at| at > 0 && text.get(at - 1..at) == Some("\r"));
        let gaps = blocks.iter().skip(1).zip(blocks).filter(|(_, before)| before.extent.end > before.extent.start);
        let (mut spaced, mut tight) = (0_usize, 0_usize);
        for (block, before) in gaps {
            let gap = text.get(before.extent.end..block.extent.start).unwrap_or_default();
            if gap.is_empty() { tight += 1 } else { spaced += 1 }
        }
        let first = blocks.iter().filter_map(|block| block.pairs.first()).find_map(equals_of);
        Self {
            line_break: if is_windows { "\r\n" } else { "\n" },
            is_spaced: spaced >= tight,
            equals: first.unwrap_or(" = "),
        }
    }

    /// The blank line between two tables, if the file has such.
    pub(super) fn gap(&self) -> &'static str {
        if self.is_spaced { self.line_break } else { "" }
    }
}

/// What stands between key and value in a pair. Spaces that align columns count as one.
pub(super) fn equals_of(pair: &Pair) -> Option<&'static str> {
    let key_end = pair.keys.last()?.span.end;
    let before = pair.equals > key_end;
    let after = pair.value.span.start > pair.equals + 1;
    Some(match (before, after) {
        (true, true) => " = ",
        (true, false) => " =",
        (false, true) => "= ",
        (false, false) => "=",
    })
}
