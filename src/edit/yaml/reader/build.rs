use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::scalar;
use super::{Data, Entry, Node, Problem, ProblemKind, Spot, YamlLimits};

/// The documents of a YAML text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stream {
    /// The documents that are complete, an empty one as null.
    pub documents: Vec<Node>,
    /// What is wrong, in order. If there is anything, the documents are not all that the text says.
    pub problems: Vec<Problem>,
}

/// After so many problems the rest would tell nothing new.
const PROBLEMS: usize = 20;

/// Reads a YAML text within its limits. A syntax error ends it; keys and numbers that cannot be are all told.
pub fn parse(text: &str, limits: &YamlLimits) -> Stream {
    let options = granit_parser::options! {
        emit_comments: false,
        // Ours is narrower and counts aliases; this one bounds what the scanner itself keeps.
        flow_nesting_limit: limits.depth.saturating_add(1),
        block_nesting_limit: limits.depth.saturating_add(1),
    };
    let mut builder = Builder::new(limits);
    for next in Parser::new_from_str_with_options(text, options) {
        let step = match next {
            Ok((event, span)) => builder.event(event, spot(&span)),
            Err(error) => {
                let kind = match error.kind() {
                    granit_parser::ErrorKind::RecursionLimitExceeded => ProblemKind::TooDeep { limit: limits.depth },
                    kind => ProblemKind::of_scanner(kind),
                };
                Err(Problem { spot: mark(error.marker().line(), error.marker().col()), kind })
            }
        };
        if let Err(problem) = step {
            builder.stream.problems.push(problem);
            break;
        }
        if builder.stream.problems.len() >= PROBLEMS {
            break;
        }
    }
    builder.stream
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
    anchors: HashMap<usize, Anchored>,
    root: Option<Node>,
    aliases: usize,
    anchor_count: usize,
    nodes: usize,
    repeated: usize,
}

/// A list or mapping that is not closed yet.
struct Frame {
    spot: Spot,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, lines: HashMap<String, u32>, key: Key },
}

/// What a mapping waits for.
enum Key {
    /// A key.
    Wanted,
    /// The value of this key.
    Found(String, Spot),
    /// A value whose key cannot be, so that it is left out.
    Refused,
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
            Data::Map(entries) => {
                for entry in entries {
                    weight.bytes = weight.bytes.saturating_add(entry.key.len());
                    weight.add(&Self::of(&entry.value));
                }
            }
            Data::Null | Data::Bool(_) | Data::Number(_) => {}
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
            anchors: HashMap::new(),
            root: None,
            aliases: 0,
            anchor_count: 0,
            nodes: 0,
            repeated: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, spot: Spot) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(..) => self.root = None,
            Event::DocumentEnd => {
                let empty = Node { spot, data: Data::Null };
                let document = self.root.take().unwrap_or(empty);
                self.stream.documents.push(document);
                self.anchors.clear();
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(spot, 1)?;
                let data = self.scalar(&text, style, tag.as_deref(), spot);
                self.finished(Node { spot, data }, anchor)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.check_tag(tag.as_ref(), "seq", spot);
                self.open(Frame { spot, anchor, content: Content::List(Vec::new()) })?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.check_tag(tag.as_ref(), "map", spot);
                let content = Content::Map { entries: Vec::new(), lines: HashMap::new(), key: Key::Wanted };
                self.open(Frame { spot, anchor, content })?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::Alias(id) => self.alias(id, spot)?,
            _ => {}
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, spot: Spot) -> Data {
        let is_plain = style == ScalarStyle::Plain;
        if is_plain && text == "<<" && tag.is_none() && self.wants_key() {
            self.problem(spot, ProblemKind::MergeKey);
        }
        let resolved = match tag {
            // `!` alone means: not plain.
            Some(tag)
                if tag.handle().is_empty() && tag.suffix() == "!" || tag.handle() == "!" && tag.suffix().is_empty() =>
            {
                Ok(Data::Text(text.to_owned()))
            }
            Some(tag) => match tag.core_suffix() {
                Some(core) => scalar::resolve_tagged(text, core),
                None => Err(ProblemKind::UnknownTag),
            },
            None if is_plain => scalar::resolve(text),
            None => Ok(Data::Text(text.to_owned())),
        };
        resolved.unwrap_or_else(|kind| {
            self.problem(spot, kind);
            Data::Null
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
        matches!(self.open.last(), Some(Frame { content: Content::Map { key: Key::Wanted, .. }, .. }))
    }

    fn problem(&mut self, spot: Spot, kind: ProblemKind) {
        self.stream.problems.push(Problem { spot, kind });
    }

    fn count(&mut self, spot: Spot, nodes: usize) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(nodes);
        let limit = self.limits.nodes;
        if self.nodes > limit { Err(Problem { spot, kind: ProblemKind::TooManyValues { limit } }) } else { Ok(()) }
    }

    fn check_depth(&self, spot: Spot, more: usize) -> Result<(), Problem> {
        let limit = self.limits.depth;
        if self.open.len().saturating_add(more) > limit {
            return Err(Problem { spot, kind: ProblemKind::TooDeep { limit } });
        }
        Ok(())
    }

    fn open(&mut self, frame: Frame) -> Result<(), Problem> {
        self.count(frame.spot, 1)?;
        self.check_depth(frame.spot, 1)?;
        self.open.push(frame);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Problem> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let data = match frame.content {
            Content::List(elements) => Data::List(elements),
            Content::Map { entries, .. } => Data::Map(entries),
        };
        self.finished(Node { spot: frame.spot, data }, frame.anchor)
    }

    fn alias(&mut self, id: usize, spot: Spot) -> Result<(), Problem> {
        let limit = self.limits.aliases;
        self.aliases += 1;
        if self.aliases > limit {
            return Err(Problem { spot, kind: ProblemKind::TooManyAliases { limit } });
        }
        let Some(anchored) = self.anchors.get(&id) else {
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
        let data = self.anchors.get(&id).map_or(Data::Null, |anchored| anchored.node.data.clone());
        self.finished(Node { spot, data }, 0)
    }

    fn finished(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        if anchor != 0 {
            let limit = self.limits.aliases;
            self.anchor_count += 1;
            if self.anchor_count > limit {
                return Err(Problem { spot: node.spot, kind: ProblemKind::TooManyAliases { limit } });
            }
            self.anchors.insert(anchor, Anchored { weight: Weight::of(&node), node: node.clone() });
        }
        match self.open.last_mut().map(|frame| &mut frame.content) {
            None => self.root = Some(node),
            Some(Content::List(elements)) => elements.push(node),
            Some(Content::Map { entries, lines, key }) => {
                if let Err(problem) = member(entries, lines, key, node) {
                    self.stream.problems.push(problem);
                }
            }
        }
        Ok(())
    }
}

/// Takes the next node of a mapping, a key or a value in turn.
fn member(
    entries: &mut Vec<Entry>,
    lines: &mut HashMap<String, u32>,
    key: &mut Key,
    node: Node,
) -> Result<(), Problem> {
    match std::mem::replace(key, Key::Wanted) {
        Key::Refused => Ok(()),
        Key::Found(name, spot) => {
            entries.push(Entry { key: name, spot, value: node });
            Ok(())
        }
        Key::Wanted => {
            let (spot, found) = (node.spot, node.kind());
            *key = Key::Refused;
            let Data::Text(name) = node.data else {
                return Err(Problem { spot, kind: ProblemKind::KeyIsNotText { found } });
            };
            if let Some(first) = lines.get(&name) {
                return Err(Problem { spot, kind: ProblemKind::DuplicateKey { first: *first } });
            }
            lines.insert(name.clone(), spot.line);
            *key = Key::Found(name, spot);
            Ok(())
        }
    }
}
