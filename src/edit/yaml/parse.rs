use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, StructureStyle};

use super::lines::Lines;
use super::locate::{Locator, anchor_paths};
use super::meaning;
use super::tree::{Document, Element, Entry, Kind, List, Map, Node, Scalar};
use crate::edit::Content;

/// Reads the documents of a text, or nothing if it is not YAML.
pub(super) fn parse(text: &str) -> Option<Vec<Document>> {
    let options = granit_parser::options! { emit_comments: false, emit_anchor_events: true };
    let mut builder = Builder::default();
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.ok()?;
        builder.event(event, &span)?;
    }
    let locator = Locator { lines: Lines::new(text), anchors: &builder.anchors };
    let mut documents = builder.documents;
    for document in &mut documents {
        locator.node(&mut document.root, document.start);
        document.anchors = anchor_paths(&document.root);
    }
    Some(documents)
}

#[derive(Default)]
struct Builder {
    documents: Vec<Document>,
    /// Where the anchors themselves stand.
    anchors: HashMap<usize, Range<usize>>,
    start: usize,
    root: Option<Node>,
    open: Vec<Frame>,
}

/// A collection that is not closed yet, with the key that waits for its value.
struct Frame {
    node: Node,
    key: Option<Node>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: &Span) -> Option<()> {
        match event {
            Event::DocumentStart(explicit, _) => {
                let mark = if explicit { &span.end } else { &span.start };
                self.start = mark.byte_offset()?;
            }
            Event::DocumentEnd => {
                let (line, column) = spot(&span.start);
                let root = self.root.take().unwrap_or_else(|| Node::empty(self.start, line, column));
                self.documents.push(Document { start: self.start, root, anchors: HashMap::new() });
            }
            Event::Scalar(text, style, anchor, tag) => {
                let meaning = meaning::of_scalar(&text, style, tag.as_deref());
                let meaningless = meaning.is_none().then(|| text.into_owned());
                let kind = Kind::Scalar(Scalar { meaning, meaningless, style, header: None });
                self.finished(node(span, anchor, kind)?);
            }
            Event::Alias(id) => self.finished(node(span, 0, Kind::Alias(id))?),
            Event::SequenceStart(style, anchor, _) => {
                self.open(node(span, anchor, Kind::List(List { style, elements: Vec::new() }))?);
            }
            Event::MappingStart(style, anchor, _) => {
                let map = Map { style, entries: Vec::new(), index: HashMap::new(), odd_keys: false };
                self.open(node(span, anchor, Kind::Map(map))?);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span.end.byte_offset()?),
            Event::Anchor(id, _) => {
                self.anchors.insert(id, span.byte_range()?);
            }
            _ => {}
        }
        Some(())
    }

    fn open(&mut self, node: Node) {
        self.open.push(Frame { node, key: None });
    }

    fn close(&mut self, end: usize) {
        if let Some(mut frame) = self.open.pop() {
            frame.node.end = end;
            self.finished(frame.node);
        }
    }

    fn finished(&mut self, node: Node) {
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut frame.node.kind {
            Kind::List(list) => list.elements.push(Element { dash: None, node }),
            Kind::Map(map) => match frame.key.take() {
                None => frame.key = Some(node),
                Some(key) => map.take(key, node),
            },
            Kind::Scalar(_) | Kind::Alias(_) => {}
        }
    }
}

impl Map {
    fn take(&mut self, key: Node, value: Node) {
        let name = key_name(&key);
        match &name {
            Some(name) => {
                let before = self.index.insert(name.clone(), self.entries.len());
                self.odd_keys |= before.is_some();
            }
            None => self.odd_keys = true,
        }
        self.entries.push(Entry { start: key.start, colon: None, name, key, value });
    }
}

fn key_name(key: &Node) -> Option<String> {
    let Kind::Scalar(scalar) = &key.kind else { return None };
    match &scalar.meaning {
        Some(Content::Text(name)) if name == "<<" && scalar.style == ScalarStyle::Plain => None,
        Some(Content::Text(name)) => Some(name.clone()),
        _ => None,
    }
}

fn node(span: &Span, anchor: usize, kind: Kind) -> Option<Node> {
    let range = span.byte_range()?;
    let properties = span.tag_span().and_then(|tag| tag.byte_range());
    let (line, column) = spot(&span.start);
    Some(Node { start: range.start, end: range.end, properties, anchor, line, column, kind })
}

fn spot(mark: &Marker) -> (u32, u32) {
    let line = u32::try_from(mark.line()).unwrap_or(u32::MAX).max(1);
    (line, u32::try_from(mark.col()).unwrap_or(u32::MAX).saturating_add(1))
}

/// Whether a collection stands in brackets or braces.
pub(super) fn is_flow(style: StructureStyle) -> bool {
    style == StructureStyle::Flow
}
