use std::borrow::Cow;
use std::ops::Range;

use toml_parser::Source;
use toml_parser::parser::{Event, EventKind, RecursionGuard};

/// As deep as the document's parser goes.
const DEEPEST: u32 = 80;

/// One part of a document, in file order.
pub(super) enum Statement {
    /// `[a.b]` or `[[a.b]]`, with its brackets.
    Header { span: Range<usize>, keys: Vec<Name> },
    /// `a.b = …`.
    Pair(Pair),
}

/// A key with all its steps.
pub(super) struct Pair {
    pub(super) keys: Vec<Name>,
    /// The value, if it is an inline table.
    pub(super) inline: Option<Inline>,
}

/// One step of a key.
pub(super) struct Name {
    text: String,
    pub(super) span: Range<usize>,
}

/// An inline table.
pub(super) struct Inline {
    pub(super) open: Range<usize>,
    pub(super) close: Range<usize>,
    pub(super) pairs: Vec<Pair>,
    pub(super) commas: Vec<Range<usize>>,
}

impl Statement {
    pub(super) fn is_memory_header(&self) -> bool {
        matches!(self, Self::Header { keys, .. } if matches!(keys.as_slice(), [memory] if memory.is("memory")))
    }
}

impl Name {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }
}

impl Inline {
    pub(super) fn has_trailing_comma(&self) -> bool {
        !self.pairs.is_empty() && self.commas.len() >= self.pairs.len()
    }
}

/// Splits a valid document into its statements.
pub(super) fn read(text: &str) -> Vec<Statement> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events = Vec::new();
    let mut collect = |event: Event| events.push(event);
    toml_parser::parser::parse_document(&tokens, &mut RecursionGuard::new(&mut collect, DEEPEST), &mut ());
    let mut walk = Walk { source, events: events.iter() };
    walk.statements()
}

struct Walk<'t, 'e> {
    source: Source<'t>,
    events: std::slice::Iter<'e, Event>,
}

impl Walk<'_, '_> {
    fn statements(&mut self) -> Vec<Statement> {
        let mut statements = Vec::new();
        let mut keys = Vec::new();
        let mut open = 0;
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => open = event.span().start(),
                EventKind::StdTableClose | EventKind::ArrayTableClose => {
                    let span = open..event.span().end();
                    statements.push(Statement::Header { span, keys: std::mem::take(&mut keys) });
                }
                EventKind::SimpleKey => keys.push(self.name(event)),
                EventKind::KeyValSep => {
                    let inline = self.value();
                    statements.push(Statement::Pair(Pair { keys: std::mem::take(&mut keys), inline }));
                }
                _ => {}
            }
        }
        statements
    }

    fn name(&self, event: &Event) -> Name {
        let mut text = Cow::Borrowed("");
        if let Some(raw) = self.source.get(event) {
            raw.decode_key(&mut text, &mut ());
        }
        Name { text: text.into_owned(), span: range(event) }
    }

    fn value(&mut self) -> Option<Inline> {
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::Scalar => return None,
                EventKind::ArrayOpen => {
                    self.skip_array();
                    return None;
                }
                EventKind::InlineTableOpen => return Some(self.inline(range(event))),
                _ => {}
            }
        }
        None
    }

    fn skip_array(&mut self) {
        let mut depth = 1;
        for event in self.events.by_ref() {
            match event.kind() {
                EventKind::ArrayOpen => depth += 1,
                EventKind::ArrayClose => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn inline(&mut self, open: Range<usize>) -> Inline {
        let mut inline = Inline { close: open.clone(), open, pairs: Vec::new(), commas: Vec::new() };
        let mut keys = Vec::new();
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::InlineTableClose => {
                    inline.close = range(event);
                    return inline;
                }
                EventKind::SimpleKey => keys.push(self.name(event)),
                EventKind::ValueSep => inline.commas.push(range(event)),
                EventKind::KeyValSep => {
                    let value = self.value();
                    inline.pairs.push(Pair { keys: std::mem::take(&mut keys), inline: value });
                }
                _ => {}
            }
        }
        inline
    }
}

fn range(event: &Event) -> Range<usize> {
    event.span().start()..event.span().end()
}
