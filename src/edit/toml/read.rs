use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{Event, EventKind, RecursionGuard};
use toml_parser::{Raw, Source, Span as TomlSpan};

use super::written::{Block, Data, Entry, Form, Header, Name, Node, Pair, Parts};
use crate::model::{Number, with_line_feeds};

/// As deep as the document's parser goes.
pub(super) const DEEPEST: u32 = 80;

/// Reads a valid document: its blocks, without their extents, and its tree. None if the blocks contradict each other.
pub(super) fn read(text: &str) -> Option<(Vec<Block>, Node)> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events = Vec::new();
    let mut collect = |event: Event| events.push(event);
    toml_parser::parser::parse_document(&tokens, &mut RecursionGuard::new(&mut collect, DEEPEST), &mut ());
    let mut reader = Reader { source, events: events.iter(), blocks: Vec::new(), root: Node::table() };
    reader.document()?;
    Some((reader.blocks, reader.root))
}

struct Reader<'t, 'e> {
    source: Source<'t>,
    events: std::slice::Iter<'e, Event>,
    blocks: Vec<Block>,
    root: Node,
}

/// A pair with its value.
type ReadPair = (Pair, Node);

impl Reader<'_, '_> {
    fn document(&mut self) -> Option<()> {
        let (mut header, mut pairs, mut keys, mut open) = (None, Vec::new(), Vec::new(), 0);
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => open = event.span().start(),
                kind @ (EventKind::StdTableClose | EventKind::ArrayTableClose) => {
                    let is_element = kind == EventKind::ArrayTableClose;
                    let span = open..event.span().end();
                    let next = Header { is_element, keys: std::mem::take(&mut keys), span };
                    self.block(header.replace(next), std::mem::take(&mut pairs))?;
                }
                EventKind::SimpleKey => keys.push(self.name(event)?),
                EventKind::KeyValSep => {
                    let block = Some(self.blocks.len());
                    pairs.push(self.pair(block, std::mem::take(&mut keys), event)?);
                }
                _ => {}
            }
        }
        self.block(header, pairs)
    }

    fn block(&mut self, header: Option<Header>, pairs: Vec<ReadPair>) -> Option<()> {
        let position = self.blocks.len();
        let table = table_of(&mut self.root, header.as_ref(), position)?;
        let pairs = add_pairs(table, pairs)?;
        self.blocks.push(Block { header, pairs, ..Block::default() });
        Some(())
    }

    fn name(&self, event: &Event) -> Option<Name> {
        let mut text = Cow::Borrowed("");
        self.source.get(event)?.decode_key(&mut text, &mut ());
        Some(Name { text: text.into_owned(), span: range(event) })
    }

    /// The rest of a pair whose `=` has been read.
    fn pair(&mut self, block: Option<usize>, keys: Vec<Name>, equals: &Event) -> Option<ReadPair> {
        while let Some(event) = self.events.next() {
            if let Some(node) = self.value(event)? {
                return Some((Pair { block, keys, equals: equals.span().start(), value: node.span.clone() }, node));
            }
        }
        None
    }

    /// The value that an event begins, if it begins one.
    #[expect(clippy::option_option, reason = "what is no value is passed over, and what is broken ends the reading")]
    fn value(&mut self, event: &Event) -> Option<Option<Node>> {
        let start = event.span().start();
        let node = match event.kind() {
            EventKind::Scalar => {
                Node::new(range(event), scalar(self.source.get(event)?, event.encoding()), Form::Scalar)
            }
            EventKind::ArrayOpen => self.array(start)?,
            EventKind::InlineTableOpen => self.inline_table(start)?,
            _ => return Some(None),
        };
        Some(Some(node))
    }

    fn array(&mut self, start: usize) -> Option<Node> {
        let (mut elements, mut commas) = (Vec::new(), Vec::new());
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::ArrayClose => {
                    let span = start..event.span().end();
                    return Some(Node::new(span, Data::List(elements), Form::Array { commas }));
                }
                EventKind::ValueSep => commas.push(event.span().start()),
                _ => elements.extend(self.value(event)?),
            }
        }
        None
    }

    fn inline_table(&mut self, start: usize) -> Option<Node> {
        let (mut pairs, mut commas, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::InlineTableClose => {
                    let mut table = Node::table();
                    let pairs = add_pairs(&mut table, pairs)?;
                    let span = start..event.span().end();
                    return Some(Node::new(span, table.data, Form::Inline { pairs, commas }));
                }
                EventKind::ValueSep => commas.push(event.span().start()),
                EventKind::SimpleKey => keys.push(self.name(event)?),
                EventKind::KeyValSep => pairs.push(self.pair(None, std::mem::take(&mut keys), event)?),
                _ => {}
            }
        }
        None
    }
}

/// The table that the pairs of a block belong to, which takes the block as its own.
fn table_of<'n>(root: &'n mut Node, header: Option<&Header>, position: usize) -> Option<&'n mut Node> {
    let mut table = root;
    table.parts_mut()?.blocks.push(position);
    if let Some(header) = header {
        let (last, parents) = header.keys.split_last()?;
        for name in parents {
            table = descend(table, name)?;
            table.parts_mut()?.blocks.push(position);
        }
        if header.is_element {
            add_element(table, last)?;
        }
        table = descend(table, last)?;
        table.parts_mut()?.blocks.push(position);
        table.span = header.span.clone();
    }
    table.parts_mut()?.header = Some(position);
    Some(table)
}

/// Makes one more element of a list of `[[…]]`, and the list with the first one.
fn add_element(table: &mut Node, name: &Name) -> Option<()> {
    let Data::Map(map) = &mut table.data else { return None };
    if map.get(&name.text).is_none() {
        map.push(member(name, Node::new(0..0, Data::List(Vec::new()), Form::Tables)));
    }
    match &mut map.get_mut(&name.text)?.data {
        Data::List(elements) => elements.push(Node::table()),
        _ => return None,
    }
    Some(())
}

/// The table at a key, made if there is none; the last one of a list.
fn descend<'n>(table: &'n mut Node, name: &Name) -> Option<&'n mut Node> {
    let Data::Map(map) = &mut table.data else { return None };
    if map.get(&name.text).is_none() {
        map.push(member(name, Node::table()));
    }
    let found = map.get_mut(&name.text)?;
    if found.list().is_none() {
        return found.parts().is_some().then_some(found);
    }
    match &mut found.data {
        Data::List(elements) => elements.last_mut(),
        _ => None,
    }
}

/// Adds pairs to a table, each at the end of its dotted key.
fn add_pairs(table: &mut Node, pairs: Vec<ReadPair>) -> Option<Vec<Arc<Pair>>> {
    let mut added = Vec::with_capacity(pairs.len());
    for (pair, mut node) in pairs {
        let pair = Arc::new(pair);
        let (last, parents) = pair.keys.split_last()?;
        let mut parent = &mut *table;
        for (depth, name) in parents.iter().enumerate() {
            parent = descend(parent, name)?;
            parent.parts_mut()?.dotted.push((Arc::clone(&pair), depth + 1));
        }
        let Data::Map(map) = &mut parent.data else { return None };
        node.written.pair = Some(Arc::clone(&pair));
        map.push(member(last, node));
        added.push(pair);
    }
    Some(added)
}

fn member(name: &Name, value: Node) -> Entry {
    let key = Node::new(name.span.clone(), Data::Text(name.text.clone()), Form::Scalar);
    Entry { key, value, written: () }
}

impl Node {
    fn parts_mut(&mut self) -> Option<&mut Parts> {
        match &mut self.written.form {
            Form::Table(parts) => Some(parts),
            _ => None,
        }
    }
}

/// What a value that is neither a list nor a table says.
fn scalar(raw: Raw<'_>, encoding: Option<Encoding>) -> Data {
    // As the project's reader has it: a line end is a line end.
    let text = with_line_feeds(raw.as_str());
    let raw = Raw::new_unchecked(&text, encoding, TomlSpan::new_unchecked(0, text.len()));
    let mut decoded = Cow::Borrowed("");
    let kind = raw.decode_scalar(&mut decoded, &mut ());
    let number = match kind {
        ScalarKind::String => return Data::Text(decoded.into_owned()),
        ScalarKind::Boolean(value) => return Data::Bool(value),
        ScalarKind::DateTime => None,
        ScalarKind::Float => decoded.parse().ok().and_then(|number| Number::from_f64(number).ok()),
        ScalarKind::Integer(radix) => {
            i64::from_str_radix(&decoded, radix.value()).ok().and_then(|number| Number::from_i64(number).ok())
        }
    };
    number.map_or_else(|| Data::Other(decoded.into_owned()), Data::Number)
}

fn range(event: &Event) -> Range<usize> {
    event.span().start()..event.span().end()
}
