use std::ops::Range;
use std::sync::Arc;

use crate::edit::lines::Lines;
use crate::edit::node::{self, Format};

/// TOML, as a format of trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TomlFormat;

impl Format for TomlFormat {
    type Written = Written;
    type Member = ();
}

/// A value of a TOML document.
pub type Node = node::Node<TomlFormat>;
/// What a value of a TOML document is.
pub type Data = node::Data<TomlFormat>;
/// The members of a table.
pub type Map = node::Map<TomlFormat>;
/// A member of a table.
pub type Entry = node::Entry<TomlFormat>;

/// How a value is written in TOML.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The pair whose value this is.
    pub(super) pair: Option<Arc<Pair>>,
    pub(super) form: Form,
}

/// The form of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    Scalar,
    /// Elements in brackets.
    Array {
        commas: Vec<usize>,
    },
    /// Pairs in braces.
    Inline {
        pairs: Vec<Arc<Pair>>,
        commas: Vec<usize>,
    },
    /// A table of headers and dotted keys.
    Table(Parts),
    /// Elements written as `[[…]]`.
    Tables,
}

/// What a table of headers and dotted keys is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Parts {
    /// The block with its own header.
    pub(super) header: Option<usize>,
    /// Its own block and those of the tables in it, in file order.
    pub(super) blocks: Vec<usize>,
    /// Pairs with dotted keys that lead through it, and how many of their keys lead to it.
    pub(super) dotted: Vec<(Arc<Pair>, usize)>,
}

/// One `[table]` or `[[element]]` with the pairs below it. The first one of a document has no header.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) header: Option<Header>,
    pub(super) pairs: Vec<Arc<Pair>>,
    pub(super) extent: Extent,
}

/// Where a block's parts begin and end.
#[derive(Debug, Default)]
pub(super) struct Extent {
    /// The start of the comments directly above the header, or of the header's line.
    pub(super) start: usize,
    /// The end of its last line, with comments that follow directly.
    pub(super) end: usize,
    /// Where the next block starts.
    pub(super) next: usize,
}

#[derive(Debug)]
pub(super) struct Header {
    pub(super) is_element: bool,
    pub(super) keys: Vec<Name>,
    pub(super) span: Range<usize>,
}

/// `a.b = …`
#[derive(Debug, PartialEq)]
pub(super) struct Pair {
    /// The block that it is a line of; none for one in braces.
    pub(super) block: Option<usize>,
    pub(super) keys: Vec<Name>,
    pub(super) equals: usize,
    pub(super) value: Range<usize>,
}

/// One step of a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

impl Pair {
    /// From its first key to the end of its value.
    pub(super) fn span(&self) -> Range<usize> {
        self.keys.first().map_or(self.equals, |name| name.span.start)..self.value.end
    }

    /// What stands between key and value. Spaces that align columns count as one.
    pub(super) fn equals_sign(&self) -> Option<&'static str> {
        let key_end = self.keys.last()?.span.end;
        let (before, after) = (self.equals > key_end, self.value.start > self.equals + 1);
        Some(match (before, after) {
            (true, true) => " = ",
            (true, false) => " =",
            (false, true) => "= ",
            (false, false) => "=",
        })
    }
}

impl Parts {
    /// Whether the table is written by dotted keys alone, or with headers of inner tables.
    pub(super) fn is_dotted(&self) -> bool {
        self.header.is_none() && !self.dotted.is_empty()
    }
}

impl Node {
    pub(super) fn new(span: Range<usize>, data: Data, form: Form) -> Self {
        Self { span, data, written: Written { pair: None, form } }
    }

    /// A table of headers and dotted keys without any part yet.
    pub(super) fn table() -> Self {
        Self::new(0..0, Data::Map(Map::default()), Form::Table(Parts::default()))
    }

    /// Where it is written as one value; none for what headers and dotted keys make up.
    pub(super) fn value_span(&self) -> Option<Range<usize>> {
        match self.written.form {
            Form::Scalar | Form::Array { .. } | Form::Inline { .. } => Some(self.span.clone()),
            Form::Table(_) | Form::Tables => None,
        }
    }

    /// What it is made of if it is a table of headers and dotted keys.
    pub(super) fn parts(&self) -> Option<&Parts> {
        match &self.written.form {
            Form::Table(parts) => Some(parts),
            _ => None,
        }
    }

    /// All blocks that it is made of, in file order.
    pub(super) fn blocks(&self) -> Vec<usize> {
        match &self.written.form {
            Form::Table(parts) => parts.blocks.clone(),
            Form::Tables => self.list().unwrap_or_default().iter().flat_map(Self::blocks).collect(),
            _ => Vec::new(),
        }
    }

    /// All pairs that it is made of and that are not in blocks of its own.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &Pair> {
        let dotted = self.parts().map(|parts| parts.dotted.as_slice()).unwrap_or_default();
        self.written.pair.iter().chain(dotted.iter().map(|(pair, _)| pair)).map(AsRef::as_ref)
    }
}

/// Joins positions of blocks that follow each other.
pub(super) fn runs(blocks: &[usize]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for block in blocks {
        match runs.last_mut() {
            Some(run) if run.end == *block => run.end += 1,
            _ => runs.push(*block..*block + 1),
        }
    }
    runs
}

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
