use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, Tag};

use super::scalar;
use super::written::{Anchoring, Data, Entry, Map, Member, Node, Spot, Style, Written};
use super::{Problem, ProblemKind};

/// What one YAML stream may cost, so that a small file cannot become a large tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlLimits {
    /// How deep lists and mappings may be nested, aliases expanded.
    pub depth: usize,
    /// How many aliases, and how many anchors, there may be.
    pub aliases: usize,
    /// How many values there may be, aliases expanded. A file of full size holds fewer.
    pub nodes: usize,
    /// How many bytes of text aliases may repeat.
    pub repeated_bytes: usize,
}

impl YamlLimits {
    /// The limits of files of a project.
    pub const DEFAULT: Self = Self { depth: 32, aliases: 100, nodes: 500_000, repeated_bytes: 4 * 1024 * 1024 };
}

/// The documents of a YAML text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stream {
    /// The documents that are complete, an empty one as null.
    pub documents: Vec<Document>,
    /// What is wrong, in order. If there is anything, the documents are not all that the text says.
    pub problems: Vec<Problem>,
    /// Whether reading ended before the text.
    pub(super) is_cut: bool,
    /// Where the anchors stand, by the parser's numbers.
    pub(super) anchors: HashMap<usize, Range<usize>>,
}

/// One document of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its value.
    pub root: Node,
    /// The end of its `---`, or where its content starts.
    pub(super) start: usize,
}

/// After so many problems the rest would tell nothing new.
const PROBLEMS: usize = 20;

/// Reads a YAML text within its limits. A syntax error ends it; keys and numbers that cannot be are all told.
pub fn read(text: &str, limits: &YamlLimits) -> Stream {
    counted(text, limits).0
}

/// A text as it is read, and how many values that took, with those that anchors keep and aliases repeat.
pub(super) fn counted(text: &str, limits: &YamlLimits) -> (Stream, usize) {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: true,
        // Ours is narrower and counts aliases; this one bounds what the scanner itself keeps.
        flow_nesting_limit: limits.depth.saturating_add(1),
        block_nesting_limit: limits.depth.saturating_add(1),
    };
    let mut builder = Builder::new(limits);
    for next in Parser::new_from_str_with_options(text, options) {
        let step = match next {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => {
                let kind = match error.kind() {
                    granit_parser::ErrorKind::RecursionLimitExceeded => ProblemKind::TooDeep { limit: limits.depth },
                    kind => ProblemKind::of_scanner(kind),
                };
                let problem = Problem { spot: mark(error.marker().line(), error.marker().col()), kind };
                Err(builder.behind_bracket(text, error.marker().byte_offset()).unwrap_or(problem))
            }
        };
        let is_broken = step.is_err();
        builder.stream.problems.extend(step.err());
        if is_broken || builder.stream.problems.len() >= PROBLEMS {
            builder.stream.is_cut = true;
            break;
        }
    }
    (builder.stream, builder.work)
}

fn spot(span: &Span) -> Spot {
    mark(span.start.line(), span.start.col())
}

fn mark(line: usize, column: usize) -> Spot {
    Spot {
        line: u32::try_from(line).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1),
    }
}

struct Builder<'l> {
    limits: &'l YamlLimits,
    stream: Stream,
    open: Vec<Frame>,
    anchored: HashMap<usize, Anchored>,
    start: usize,
    root: Option<Node>,
    /// The last list or mapping in brackets: where it starts, and where it ends in bytes.
    bracketed: Option<(Spot, usize)>,
    aliases: usize,
    anchor_count: usize,
    nodes: usize,
    repeated: usize,
    work: usize,
}

/// A list or mapping that is not closed yet.
struct Frame {
    node: Node,
    parts: Parts,
}

enum Parts {
    Elements(Vec<Node>),
    Members { map: Map, key: Option<Node> },
}

struct Anchored {
    node: Node,
    weight: Weight,
}

/// What an alias costs.
#[derive(Default)]
struct Weight {
    nodes: usize,
    bytes: usize,
    height: usize,
}

impl Weight {
    fn of(node: &Node) -> Self {
        let mut weight = Self { nodes: 1, ..Self::default() };
        match &node.data {
            Data::Text(text) => weight.bytes = text.len(),
            Data::List(elements) => elements.iter().for_each(|element| weight.add(&Self::of(element))),
            Data::Map(map) => {
                for entry in map.entries() {
                    weight.bytes = weight.bytes.saturating_add(entry.name().len());
                    weight.add(&Self::of(&entry.value));
                }
            }
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::Other(_) => {}
        }
        if matches!(node.data, Data::List(_) | Data::Map(_)) {
            weight.height += 1;
        }
        weight
    }

    fn add(&mut self, part: &Self) {
        self.nodes = self.nodes.saturating_add(part.nodes);
        self.bytes = self.bytes.saturating_add(part.bytes);
        self.height = self.height.max(part.height);
    }
}

impl<'l> Builder<'l> {
    fn new(limits: &'l YamlLimits) -> Self {
        Self {
            limits,
            stream: Stream::default(),
            open: Vec::new(),
            anchored: HashMap::new(),
            start: 0,
            root: None,
            bracketed: None,
            aliases: 0,
            anchor_count: 0,
            nodes: 0,
            repeated: 0,
            work: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), Problem> {
        let spot = spot(span);
        match event {
            Event::DocumentStart(is_explicit, _) => {
                self.root = None;
                let mark = if is_explicit { &span.end } else { &span.start };
                self.start = mark.byte_offset().unwrap_or_default();
            }
            Event::DocumentEnd => {
                let root = self.root.take().unwrap_or_else(|| Node::empty(self.start, spot));
                self.stream.documents.push(Document { root, start: self.start });
                self.anchored.clear();
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(spot, 1)?;
                let data = self.scalar(text, style, tag.as_deref(), spot);
                self.finished(node(span, anchor, style.into(), data))?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.check_tag(tag.as_ref(), "seq", spot);
                self.open(node(span, anchor, style.into(), Data::Null), Parts::Elements(Vec::new()))?;
            }
            Event::MappingStart(style, anchor, tag) => {
                self.check_tag(tag.as_ref(), "map", spot);
                let parts = Parts::Members { map: Map::default(), key: None };
                self.open(node(span, anchor, style.into(), Data::Null), parts)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Alias(id) => self.alias(id, span)?,
            Event::Anchor(id, _) => {
                self.stream.anchors.extend(span.byte_range().map(|range| (id, range)));
            }
            _ => {}
        }
        Ok(())
    }

    /// What a scalar is; one that can't be a value is told, and kept as it is written.
    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>, spot: Spot) -> Data {
        let is_plain = style == ScalarStyle::Plain;
        if is_plain && text == "<<" && tag.is_none() && self.wants_key() {
            self.problem(spot, ProblemKind::MergeKey);
        }
        let resolved = match tag {
            // `!` alone means: not plain.
            Some(tag)
                if tag.handle().is_empty() && tag.suffix() == "!" || tag.handle() == "!" && tag.suffix().is_empty() =>
            {
                Ok(Data::Text(text.as_ref().to_owned()))
            }
            Some(tag) => match tag.core_suffix() {
                Some(core) => scalar::resolve_tagged(&text, core),
                None => Err(ProblemKind::UnknownTag),
            },
            None if is_plain => scalar::resolve(&text),
            None => Ok(Data::Text(text.as_ref().to_owned())),
        };
        resolved.unwrap_or_else(|kind| {
            self.problem(spot, kind);
            Data::Other(text.into_owned())
        })
    }

    fn check_tag(&mut self, tag: Option<&Cow<'_, Tag>>, wanted: &str, spot: Spot) {
        match tag.map(|tag| tag.core_suffix()) {
            None => {}
            Some(Some(core)) if core == wanted => {}
            Some(Some(_)) => self.problem(spot, ProblemKind::WrongTag),
            Some(None) => self.problem(spot, ProblemKind::UnknownTag),
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Frame { parts: Parts::Members { key: None, .. }, .. }))
    }

    fn problem(&mut self, spot: Spot, kind: ProblemKind) {
        self.stream.problems.push(Problem { spot, kind });
    }

    fn count(&mut self, spot: Spot, nodes: usize) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(nodes);
        let limit = self.limits.nodes;
        if self.nodes > limit {
            return Err(Problem { spot, kind: ProblemKind::TooManyValues { limit } });
        }
        self.work = self.work.saturating_add(nodes);
        Ok(())
    }

    fn check_depth(&self, spot: Spot, more: usize) -> Result<(), Problem> {
        let limit = self.limits.depth;
        if self.open.len().saturating_add(more) > limit {
            return Err(Problem { spot, kind: ProblemKind::TooDeep { limit } });
        }
        Ok(())
    }

    fn open(&mut self, node: Node, parts: Parts) -> Result<(), Problem> {
        self.count(node.spot(), 1)?;
        self.check_depth(node.spot(), 1)?;
        self.open.push(Frame { node, parts });
        Ok(())
    }

    fn close(&mut self, span: &Span) -> Result<(), Problem> {
        let Some(Frame { mut node, parts }) = self.open.pop() else { return Ok(()) };
        node.data = match parts {
            Parts::Elements(elements) => Data::List(elements),
            Parts::Members { map, .. } => Data::Map(map),
        };
        node.span.end = span.end.byte_offset().unwrap_or(node.span.start);
        if node.written.style == Style::Flow {
            self.bracketed = Some((node.spot(), node.span.end));
        }
        self.finished(node)
    }

    /// Why reading ends at a byte, if only blanks are between it and a closing bracket.
    fn behind_bracket(&self, text: &str, at: Option<usize>) -> Option<Problem> {
        let (spot, end) = self.bracketed?;
        let is_behind = text.get(end..at?)?.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        let follows =
            text.get(at?..)?.starts_with(|next: char| !matches!(next, '\n' | '\r' | '#' | ',' | ']' | '}' | ':'));
        (is_behind && follows || text.get(end..)?.starts_with(", ") && at? <= end.saturating_add(1))
            .then_some(Problem { spot, kind: ProblemKind::AfterBracket })
    }

    fn alias(&mut self, id: usize, span: &Span) -> Result<(), Problem> {
        let spot = spot(span);
        let limit = self.limits.aliases;
        self.aliases += 1;
        if self.aliases > limit {
            return Err(Problem { spot, kind: ProblemKind::TooManyAliases { limit } });
        }
        let Some(anchored) = self.anchored.get(&id) else {
            return Err(Problem { spot, kind: ProblemKind::RecursiveAlias });
        };
        let (nodes, bytes, height) = (anchored.weight.nodes, anchored.weight.bytes, anchored.weight.height);
        self.count(spot, nodes)?;
        self.check_depth(spot, height)?;
        self.repeated = self.repeated.saturating_add(bytes);
        let limit = self.limits.repeated_bytes;
        if self.repeated > limit {
            return Err(Problem { spot, kind: ProblemKind::TooMuchRepeated { limit } });
        }
        let data = self.anchored.get(&id).map_or(Data::Null, |anchored| anchored.node.data.clone());
        let mut node = node(span, 0, Style::Plain, data);
        node.written.anchoring = Some(Box::new(Anchoring { is_alias: true, ..Anchoring::default() }));
        self.finished(node)
    }

    fn finished(&mut self, node: Node) -> Result<(), Problem> {
        let anchor = node.written.anchoring.as_ref().map_or(0, |anchoring| anchoring.anchor);
        if anchor != 0 {
            let limit = self.limits.aliases;
            self.anchor_count += 1;
            if self.anchor_count > limit {
                return Err(Problem { spot: node.spot(), kind: ProblemKind::TooManyAliases { limit } });
            }
            let weight = Weight::of(&node);
            self.work = self.work.saturating_add(weight.nodes);
            self.anchored.insert(anchor, Anchored { weight, node: node.clone() });
        }
        match self.open.last_mut().map(|frame| &mut frame.parts) {
            None => self.root = Some(node),
            Some(Parts::Elements(elements)) => elements.push(node),
            Some(Parts::Members { map, key }) => {
                if let Some(key) = key.take() {
                    let written = Member { start: key.span.start, colon: None };
                    map.push(Entry { key, value: node, written });
                    return Ok(());
                }
                let problem = key_problem(&node, map);
                if problem.is_some() || is_unclear_key(&node) {
                    map.set_unclear();
                }
                self.stream.problems.extend(problem);
                *key = Some(node);
            }
        }
        Ok(())
    }
}

/// Why a mapping can't have a key behind those that it has.
fn key_problem(key: &Node, map: &Map) -> Option<Problem> {
    let kind = match key.text() {
        None => ProblemKind::KeyIsNotText { found: key.kind() },
        Some(name) => ProblemKind::DuplicateKey { first: map.entry(name)?.spot().line },
    };
    Some(Problem { spot: key.spot(), kind })
}

/// Whether a key that is a text stands for something else: a merge, or what an alias repeats.
fn is_unclear_key(key: &Node) -> bool {
    key.is_alias() || (key.written.style == Style::Plain && key.text() == Some("<<"))
}

fn node(span: &Span, anchor: usize, style: Style, data: Data) -> Node {
    let properties = span.tag_span().and_then(|tag| tag.byte_range());
    let is_tied = anchor != 0 || properties.is_some();
    let anchoring = is_tied.then(|| Box::new(Anchoring { properties, anchor, is_alias: false }));
    let written = Written { anchoring, ..Written::new(spot(span), style) };
    Node { span: span.byte_range().unwrap_or_default(), data, written }
}

impl From<ScalarStyle> for Style {
    fn from(style: ScalarStyle) -> Self {
        match style {
            ScalarStyle::Plain => Self::Plain,
            ScalarStyle::SingleQuoted => Self::SingleQuoted,
            ScalarStyle::DoubleQuoted => Self::DoubleQuoted,
            ScalarStyle::Literal => Self::Literal,
            ScalarStyle::Folded => Self::Folded,
        }
    }
}

impl From<StructureStyle> for Style {
    fn from(style: StructureStyle) -> Self {
        match style {
            StructureStyle::Flow => Self::Flow,
            StructureStyle::Block => Self::Block,
        }
    }
}
