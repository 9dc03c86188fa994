use std::borrow::Cow;
use std::ops::Range;

use toml_parser::Source;
use toml_parser::parser::{Event, EventKind, RecursionGuard};

use super::scalar::Scalar;

/// As deep as the document's parser goes.
const DEEPEST: u32 = 80;

/// One `[table]` or `[[element]]` with the pairs below it. The first one of a document has no header.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) header: Option<Header>,
    pub(super) pairs: Vec<Pair>,
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
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) keys: Vec<Name>,
    pub(super) equals: usize,
    pub(super) value: Value,
}

/// One step of a key.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

#[derive(Debug)]
pub(super) struct Value {
    pub(super) span: Range<usize>,
    pub(super) kind: ValueKind,
}

#[derive(Debug)]
pub(super) enum ValueKind {
    Scalar(Scalar),
    Array { elements: Vec<Value>, commas: Vec<usize> },
    Table { pairs: Vec<Pair>, commas: Vec<usize> },
}

impl Pair {
    /// From its first key to the end of its value.
    pub(super) fn span(&self) -> Range<usize> {
        self.keys.first().map_or(self.equals, |name| name.span.start)..self.value.span.end
    }
}

/// Splits a valid document into its blocks, without their extents.
pub(super) fn read(text: &str) -> Option<Vec<Block>> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events = Vec::new();
    let mut collect = |event: Event| events.push(event);
    toml_parser::parser::parse_document(&tokens, &mut RecursionGuard::new(&mut collect, DEEPEST), &mut ());
    let mut reader = Reader { source, events: events.iter() };
    reader.blocks()
}

struct Reader<'t, 'e> {
    source: Source<'t>,
    events: std::slice::Iter<'e, Event>,
}

impl Reader<'_, '_> {
    fn blocks(&mut self) -> Option<Vec<Block>> {
        let mut blocks = Vec::new();
        let mut block = Block::default();
        let mut keys = Vec::new();
        let mut open = 0;
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => open = event.span().start(),
                kind @ (EventKind::StdTableClose | EventKind::ArrayTableClose) => {
                    let header = Header {
                        is_element: kind == EventKind::ArrayTableClose,
                        keys: std::mem::take(&mut keys),
                        span: open..event.span().end(),
                    };
                    let next = Block { header: Some(header), ..Block::default() };
                    blocks.push(std::mem::replace(&mut block, next));
                }
                EventKind::SimpleKey => keys.push(self.name(event)?),
                EventKind::KeyValSep => block.pairs.push(self.pair(std::mem::take(&mut keys), event)?),
                _ => {}
            }
        }
        blocks.push(block);
        Some(blocks)
    }

    fn name(&self, event: &Event) -> Option<Name> {
        let mut text = Cow::Borrowed("");
        self.source.get(event)?.decode_key(&mut text, &mut ());
        Some(Name { text: text.into_owned(), span: range(event) })
    }

    /// The rest of a pair whose `=` has been read.
    fn pair(&mut self, keys: Vec<Name>, equals: &Event) -> Option<Pair> {
        while let Some(event) = self.events.next() {
            if let Some(value) = self.value(event) {
                return Some(Pair { keys, equals: equals.span().start(), value });
            }
        }
        None
    }

    fn value(&mut self, event: &Event) -> Option<Value> {
        match event.kind() {
            EventKind::Scalar => {
                let scalar = Scalar::decode(self.source.get(event)?);
                Some(Value { span: range(event), kind: ValueKind::Scalar(scalar) })
            }
            EventKind::ArrayOpen => self.array(event.span().start()),
            EventKind::InlineTableOpen => self.table(event.span().start()),
            _ => None,
        }
    }

    fn array(&mut self, start: usize) -> Option<Value> {
        let (mut elements, mut commas) = (Vec::new(), Vec::new());
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::ArrayClose => {
                    let span = start..event.span().end();
                    return Some(Value { span, kind: ValueKind::Array { elements, commas } });
                }
                EventKind::ValueSep => commas.push(event.span().start()),
                _ => elements.extend(self.value(event)),
            }
        }
        None
    }

    fn table(&mut self, start: usize) -> Option<Value> {
        let (mut pairs, mut commas, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::InlineTableClose => {
                    let span = start..event.span().end();
                    return Some(Value { span, kind: ValueKind::Table { pairs, commas } });
                }
                EventKind::ValueSep => commas.push(event.span().start()),
                EventKind::SimpleKey => keys.push(self.name(event)?),
                EventKind::KeyValSep => pairs.push(self.pair(std::mem::take(&mut keys), event)?),
                _ => {}
            }
        }
        None
    }
}

fn range(event: &Event) -> Range<usize> {
    event.span().start()..event.span().end()
}
