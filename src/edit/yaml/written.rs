use std::ops::Range;

use crate::edit::node::{self, Format};
use crate::model::Position;

/// YAML 1.2, as a format of trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YamlFormat;

impl Format for YamlFormat {
    type Written = Written;
    type Member = Member;
}

/// A value of a YAML document. One that an alias repeats has the place of the alias, its parts their own.
pub type Node = node::Node<YamlFormat>;
/// What a value of a YAML document is.
pub type Data = node::Data<YamlFormat>;
/// The members of a mapping.
pub type Map = node::Map<YamlFormat>;
/// A member of a mapping.
pub type Entry = node::Entry<YamlFormat>;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Spot {
    /// The place in a file.
    pub fn within(self, file: &str) -> Position {
        Position { file: file.to_owned(), line: self.line, column: self.column }
    }

    /// The same, so many lines further down: for YAML that is a part of a file.
    #[must_use]
    pub fn down(self, lines: u32) -> Self {
        Self { line: self.line.saturating_add(lines), ..self }
    }
}

/// How a value is written in YAML.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub(super) spot: Spot,
    pub(super) style: Style,
    pub(super) anchoring: Option<Box<Anchoring>>,
    /// The `|` or `>` of a text with what belongs to it, once it is located.
    pub(super) header: Option<Range<usize>>,
    /// Where the `-` of an element of a block list stands, once it is located.
    pub(super) dash: Option<usize>,
}

/// How a member is written in YAML.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Member {
    /// Where a `?` or the key starts, once it is located.
    pub(super) start: usize,
    /// The end of the `:`, if there is one, once it is located.
    pub(super) colon: Option<usize>,
}

/// The style of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
    Block,
    Flow,
}

/// What ties a value to others, or gives it a type of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Anchoring {
    /// The anchor and the tag; that of the anchor once it is located.
    pub(super) properties: Option<Range<usize>>,
    /// The parser's number of the anchor, or 0.
    pub(super) anchor: usize,
    pub(super) is_alias: bool,
}

/// The extent of an element or member in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Written {
    pub(super) fn new(spot: Spot, style: Style) -> Self {
        Self { spot, style, anchoring: None, header: None, dash: None }
    }
}

impl Node {
    /// A value that is not written, in place of one that is.
    pub fn unwritten(spot: Spot, data: Data) -> Self {
        Self { span: 0..0, data, written: Written::new(spot, Style::Plain) }
    }

    /// Nothing, which means null.
    pub(super) fn empty(at: usize, spot: Spot) -> Self {
        Self { span: at..at, ..Self::unwritten(spot, Data::Null) }
    }

    /// Where it starts.
    pub fn spot(&self) -> Spot {
        self.written.spot
    }

    /// The anchor and tag, if it has any.
    pub(super) fn properties(&self) -> Option<&Range<usize>> {
        self.written.anchoring.as_ref().and_then(|anchoring| anchoring.properties.as_ref())
    }

    pub(super) fn is_alias(&self) -> bool {
        self.written.anchoring.as_ref().is_some_and(|anchoring| anchoring.is_alias)
    }

    /// Where the value or its anchor or tag starts.
    pub(super) fn outer_start(&self) -> usize {
        self.properties().map_or(self.span.start, |properties| properties.start.min(self.span.start))
    }

    /// Whether nothing is written where the value is, which means null.
    pub(super) fn is_empty(&self) -> bool {
        self.written.style == Style::Plain && self.span.is_empty()
    }

    pub(super) fn is_collection(&self, style: Style) -> bool {
        matches!(self.data, Data::List(_) | Data::Map(_)) && self.written.style == style && !self.is_alias()
    }

    /// Whether it is a list or mapping in flow style that holds something.
    pub(super) fn is_filled_flow(&self) -> bool {
        self.is_collection(Style::Flow) && self.children().next().is_some()
    }
}

impl Entry {
    /// A member that is not written, in place of a value that is.
    pub fn unwritten(key: &str, value: Node) -> Self {
        let key = Node::unwritten(value.spot(), Data::Text(key.to_owned()));
        Self { key, value, written: Member::default() }
    }

    /// Where its key starts.
    pub fn spot(&self) -> Spot {
        self.key.spot()
    }

    pub(super) fn extent(&self) -> Extent {
        let end = self.value.span.end.max(self.key.span.end).max(self.written.colon.unwrap_or(0));
        Extent { start: self.written.start, end }
    }
}

/// The extents of the elements of a list.
pub(super) fn element_extents(elements: &[Node]) -> Vec<Extent> {
    let start = |node: &Node| node.written.dash.unwrap_or_else(|| node.outer_start());
    elements.iter().map(|node| Extent { start: start(node), end: node.span.end }).collect()
}
