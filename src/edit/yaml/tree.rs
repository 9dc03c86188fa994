use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ScalarStyle, StructureStyle};

use crate::edit::Content;

/// One document of a stream.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// The end of its `---`, or where its content starts.
    pub(super) start: usize,
    pub(super) root: Node,
    /// Where the anchored values are: positions of children, from the root on.
    pub(super) anchors: HashMap<usize, Vec<usize>>,
}

/// A value with its place in the text. Offsets are bytes.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Where the value starts, after its anchor and tag.
    pub(super) start: usize,
    /// Where it ends, without the line break and the comment that follow.
    pub(super) end: usize,
    /// Its anchor and tag, if it has any.
    pub(super) properties: Option<Range<usize>>,
    pub(super) anchor: usize,
    /// From 1, as is the column.
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Scalar(Scalar),
    Alias(usize),
    List(List),
    Map(Map),
}

#[derive(Debug, Clone)]
pub(super) struct Scalar {
    /// Nothing if the text is no value, such as `.nan`, or its tag says something else than the core schema.
    pub(super) meaning: Option<Content>,
    /// The text if it is no value.
    pub(super) meaningless: Option<String>,
    pub(super) style: ScalarStyle,
    /// The `|` or `>` with what belongs to it.
    pub(super) header: Option<Range<usize>>,
}

#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) style: StructureStyle,
    pub(super) elements: Vec<Element>,
}

#[derive(Debug, Clone)]
pub(super) struct Element {
    /// Where the `-` stands in a block list.
    pub(super) dash: Option<usize>,
    pub(super) node: Node,
}

#[derive(Debug, Clone)]
pub(super) struct Map {
    pub(super) style: StructureStyle,
    pub(super) entries: Vec<Entry>,
    /// The entries by their keys.
    pub(super) index: HashMap<String, usize>,
    /// Whether a key stands twice, merges, or is not a text.
    pub(super) odd_keys: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Node,
    /// The key if it is a text.
    pub(super) name: Option<String>,
    /// Where a `?` or the key starts.
    pub(super) start: usize,
    /// The end of the `:`, if there is one.
    pub(super) colon: Option<usize>,
    pub(super) value: Node,
}

/// The extent of an element or entry in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Document {
    /// The value with an anchor.
    pub(super) fn anchored(&self, anchor: usize) -> Option<&Node> {
        self.anchors.get(&anchor)?.iter().try_fold(&self.root, |node, child| node.child(*child))
    }
}

impl Node {
    /// Where the value or its anchor or tag starts.
    pub(super) fn outer_start(&self) -> usize {
        self.properties.as_ref().map_or(self.start, |properties| properties.start.min(self.start))
    }

    /// Whether nothing is written where the value is, which means null.
    pub(super) fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.style == ScalarStyle::Plain && self.start == self.end,
            _ => false,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(Scalar { meaning: Some(Content::Null), .. }))
    }

    /// A plain scalar without any text, which means null.
    pub(super) fn empty(at: usize, line: u32, column: u32) -> Self {
        let style = ScalarStyle::Plain;
        let kind = Kind::Scalar(Scalar { meaning: Some(Content::Null), meaningless: None, style, header: None });
        Self { start: at, end: at, properties: None, anchor: 0, line, column, kind }
    }

    /// Whether it is a list or mapping in block style.
    pub(super) fn is_block_collection(&self) -> bool {
        match &self.kind {
            Kind::List(list) => list.style == StructureStyle::Block,
            Kind::Map(map) => map.style == StructureStyle::Block,
            _ => false,
        }
    }

    /// Whether it is a list or mapping in flow style that holds something.
    pub(super) fn is_filled_flow(&self) -> bool {
        match &self.kind {
            Kind::List(list) => list.style == StructureStyle::Flow && !list.elements.is_empty(),
            Kind::Map(map) => map.style == StructureStyle::Flow && !map.entries.is_empty(),
            _ => false,
        }
    }

    /// A child by its position, where keys and values of a mapping take turns.
    pub(super) fn child(&self, position: usize) -> Option<&Self> {
        match &self.kind {
            Kind::List(list) => list.elements.get(position).map(|element| &element.node),
            Kind::Map(map) => {
                let entry = map.entries.get(position / 2)?;
                Some(if position.is_multiple_of(2) { &entry.key } else { &entry.value })
            }
            Kind::Scalar(_) | Kind::Alias(_) => None,
        }
    }

    /// The line of the first anchor, alias or tag in the value.
    pub(super) fn reference(&self) -> Option<u32> {
        if self.properties.is_some() || matches!(self.kind, Kind::Alias(_)) {
            return Some(self.line);
        }
        (0..).map_while(|position| self.child(position)).find_map(Self::reference)
    }
}

impl List {
    pub(super) fn extents(&self) -> Vec<Extent> {
        let extent = |element: &Element| Extent {
            start: element.dash.unwrap_or_else(|| element.node.outer_start()),
            end: element.node.end,
        };
        self.elements.iter().map(extent).collect()
    }
}

impl Map {
    pub(super) fn extents(&self) -> Vec<Extent> {
        self.entries.iter().map(|entry| Extent { start: entry.start, end: entry.end() }).collect()
    }
}

impl Entry {
    pub(super) fn end(&self) -> usize {
        self.value.end.max(self.key.end).max(self.colon.unwrap_or(0))
    }
}
