use std::borrow::Cow;

use toml_parser::Source;
use toml_parser::decoder::ScalarKind;
use toml_parser::parser::{Event, EventKind, RecursionGuard};

use super::read::DEEPEST;

/// One part of the path to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<'t> {
    Key(Cow<'t, str>),
    /// An element of a list, by a number that no other element of the document has.
    Element(u32),
}

/// Visits every header and every string of a document by its path, without making a tree.
///
/// It is for what must be fast, and for texts that may be broken: what cannot be read is passed over. A header has no string.
pub fn scan(text: &str, visit: &mut dyn FnMut(&[Step<'_>], Option<&str>)) {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut scanner = Scanner { source, visit, path: Vec::new(), open: Vec::new(), header: 0, elements: 0 };
    let mut receive = |event: Event| scanner.receive(event);
    toml_parser::parser::parse_document(&tokens, &mut RecursionGuard::new(&mut receive, DEEPEST), &mut ());
}

struct Scanner<'t, 'v> {
    source: Source<'t>,
    visit: &'v mut dyn FnMut(&[Step<'_>], Option<&str>),
    path: Vec<Step<'t>>,
    /// The lists and inline tables around.
    open: Vec<Open>,
    /// How much of the path is the header's.
    header: usize,
    elements: u32,
}

/// A list or an inline table that has begun.
struct Open {
    is_list: bool,
    /// How long the path to it is.
    length: usize,
}

impl Scanner<'_, '_> {
    fn receive(&mut self, event: Event) {
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.open.clear();
                self.path.clear();
                self.header = 0;
            }
            EventKind::StdTableClose => self.head(),
            EventKind::ArrayTableClose => {
                self.push_element();
                self.head();
            }
            EventKind::InlineTableOpen => self.open(false),
            EventKind::ArrayOpen => self.open(true),
            EventKind::InlineTableClose | EventKind::ArrayClose => {
                self.open.pop();
                self.back();
            }
            EventKind::SimpleKey => {
                let mut key = Cow::Borrowed("");
                if let Some(raw) = self.source.get(event) {
                    raw.decode_key(&mut key, &mut ());
                }
                self.path.push(Step::Key(key));
            }
            EventKind::Scalar => self.scalar(&event),
            // A key whose value is missing ends with its line.
            EventKind::Newline => self.back(),
            _ => {}
        }
    }

    fn head(&mut self) {
        self.header = self.path.len();
        (self.visit)(&self.path, None);
    }

    fn open(&mut self, is_list: bool) {
        self.begin();
        self.open.push(Open { is_list, length: self.path.len() });
    }

    fn scalar(&mut self, event: &Event) {
        self.begin();
        let mut text = Cow::Borrowed("");
        let kind = self.source.get(event).map(|raw| raw.decode_scalar(&mut text, &mut ()));
        if kind == Some(ScalarKind::String) {
            (self.visit)(&self.path, Some(&text));
        }
        self.back();
    }

    /// A value begins: in a list it is an element.
    fn begin(&mut self) {
        if self.open.last().is_some_and(|open| open.is_list) {
            self.back();
            self.push_element();
        }
    }

    fn push_element(&mut self) {
        self.elements = self.elements.saturating_add(1);
        self.path.push(Step::Element(self.elements));
    }

    /// Goes back to what is around the next key or value.
    fn back(&mut self) {
        self.path.truncate(self.open.last().map_or(self.header, |open| open.length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let step = |step: &Step<'_>| match step {
            Step::Key(key) => key.to_string(),
            Step::Element(number) => format!("#{number}"),
        };
        scan(text, &mut |path, text| {
            let path: Vec<String> = path.iter().map(step).collect();
            found.push(format!("{}={}", path.join("/"), text.unwrap_or("header")));
        });
        found
    }

    #[test]
    fn strings_have_their_paths() {
        let text = "a.b = 'x'\nn = 1\n[t.'u v']\nlist = ['x', { y = \"z\\u0041\", w = ['k'] },\n  'l', 2]\nc = { d.e = 'f' }\n\
                    [[t.s]]\nid = '1'\n[[t.s]]\nid = '2'\n[t.s.sub]\nk = 'v'\n";
        let expected = [
            "a/b=x",
            "t/u v=header",
            "t/u v/list/#1=x",
            "t/u v/list/#2/y=zA",
            "t/u v/list/#2/w/#3=k",
            "t/u v/list/#4=l",
            "t/u v/c/d/e=f",
            "t/s/#6=header",
            "t/s/#6/id=1",
            "t/s/#7=header",
            "t/s/#7/id=2",
            "t/s/sub=header",
            "t/s/sub/k=v",
        ];
        assert_eq!(scanned(text), expected);
    }

    #[test]
    fn what_is_broken_is_passed_over() {
        assert_eq!(scanned("[a]\nb =\nc = 'x'\n[d\n[f]\ng = 'y'\n").last().unwrap(), "f/g=y");
        assert!(scanned("[a]\nb =\nc = 'x'\n").contains(&"a/c=x".to_owned()));
        assert_eq!(scanned(""), [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_broken(text in "[\\[\\]{}=,.'\"a\n #\\\\]{0,60}") {
            scanned(&text);
        }
    }
}
