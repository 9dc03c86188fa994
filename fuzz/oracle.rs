//! What holds for every `.env` text: for the fuzz target, and for its seeds as an ordinary test.

use std::collections::BTreeMap;

use lobu::project::dotenv::{self, Dotenv};

type Values = BTreeMap<String, String>;

/// Checks a text.
///
/// # Panics
///
/// If anything does not hold.
pub(crate) fn check(text: &str) {
    let expected = read_simply(text);
    match dotenv::parse(text) {
        Err(problems) => {
            assert_eq!(expected, None, "refused, but every line is understood");
            check_problems(text, &problems);
            assert!(dotenv::set(text, "A", "x").is_err() && dotenv::remove(text, "A").is_err());
        }
        Ok(found) => {
            let lines: BTreeMap<String, u32> =
                found.names().map(|name| (name.to_owned(), found.line(name).expect("a name has a line"))).collect();
            let values = values(found);
            assert_eq!(expected.as_ref(), Some(&values), "two readers differ");
            check_rewritten(&values);
            for name in values.keys().take(3).map(String::as_str).chain(["NEW_NAME"]) {
                check_remove(text, &values, name, lines.get(name).copied());
                // A value of the text's own characters: whatever is hard to quote is in it.
                let middle = text.chars().skip(text.chars().count() / 2).take(64).collect::<String>();
                for value in [text, middle.as_str(), "x", ""] {
                    check_set(text, &values, name, value, lines.get(name).copied());
                }
            }
        }
    }
}

fn values(dotenv: Dotenv) -> Values {
    dotenv.into_values().into_iter().map(|(name, value)| (name, value.to_string())).collect()
}

fn read(text: &str) -> Values {
    values(dotenv::parse(text).expect("an edited text is understood"))
}

/// Problems come in order, at lines of the text, in words that are the same for every text.
fn check_problems(text: &str, problems: &[dotenv::Problem]) {
    const WORDS: [&str; 9] = [
        "expected `NAME=value`",
        "the name before `=` can contain only letters, digits and `_`, and cannot start with a digit",
        "duplicate name: the first is on line N",
        "unclosed quote",
        "only a comment may follow the closing quote",
        "the value contains a NUL character; check that the file is UTF-8 text",
        "the value contains a carriage return that is not part of a line end",
        "the value is longer than 64 KiB",
        "and N more",
    ];
    assert!((1..=21).contains(&problems.len()));
    let last = u32::try_from(text.split('\n').count()).expect("few lines");
    let mut before = 0;
    for problem in problems {
        assert!(before < problem.line && problem.line <= last, "line {} of {last}", problem.line);
        before = problem.line;
        let words = match &problem.kind {
            dotenv::ProblemKind::Duplicate { first } => {
                assert!(*first >= 1 && *first < problem.line);
                problem.kind.to_string().replace(&first.to_string(), "N")
            }
            dotenv::ProblemKind::More { count } => {
                assert!(*count >= 1 && *count <= last && before == problems.last().map_or(0, |last| last.line));
                "and N more".to_owned()
            }
            kind => kind.to_string(),
        };
        assert!(WORDS.contains(&words.as_str()), "{words}");
    }
}

/// All entries written anew read back as the same.
fn check_rewritten(expected: &Values) {
    let mut text = String::new();
    for (name, value) in expected {
        text = dotenv::set(&text, name, value).expect("what was read can be written").to_string();
    }
    assert_eq!(read(&text), *expected);
    assert_eq!(text.lines().count(), expected.len(), "an entry is a line");
}

/// The lines before an entry, byte for byte.
fn before(text: &str, line: u32) -> String {
    text.split_inclusive('\n').take(usize::try_from(line).expect("small") - 1).collect()
}

fn check_remove(text: &str, all: &Values, name: &str, line: Option<u32>) {
    let removed = dotenv::remove(text, name).expect("the text is understood");
    let Some(line) = line else {
        assert!(removed.is_none());
        return;
    };
    let removed = removed.expect("the name is there");
    let mut expected = all.clone();
    expected.remove(name);
    assert_eq!(read(&removed), expected);
    let mark = if line == 1 && text.starts_with('\u{FEFF}') { "\u{FEFF}".to_owned() } else { before(text, line) };
    let rest = removed.strip_prefix(mark.as_str()).expect("what stands before it stays");
    assert!(text.ends_with(rest), "what stands after it stays");
}

fn check_set(text: &str, all: &Values, name: &str, value: &str, line: Option<u32>) {
    if value.len() > Dotenv::VALUE_LIMIT || value.contains(['\0', '\r']) {
        assert!(dotenv::set(text, name, value).is_err());
        return;
    }
    let edited = dotenv::set(text, name, value).expect("the value can be written");
    let mut expected = all.clone();
    expected.insert(name.to_owned(), value.to_owned());
    assert_eq!(read(&edited), expected);
    assert_eq!(dotenv::set(&edited, name, value).expect("it was written before"), edited, "twice is once");
    let without = dotenv::remove(&edited, name).expect("it is understood").expect("it is there");
    if let Some(line) = line {
        assert!(edited.starts_with(&before(text, line)));
        assert_eq!(Some(without), dotenv::remove(text, name).expect("it is understood"));
    } else {
        let ended = without.strip_prefix(text).expect("what was there stays");
        assert!(["", "\n", "\r\n"].contains(&ended), "only its last line is ended");
    }
}

/// Another reader of the same rules, character by character and as simple as can be; none for a broken text.
fn read_simply(text: &str) -> Option<Values> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n");
    let text = text.strip_suffix('\r').unwrap_or(&text).chars().collect();
    let mut reader = Simple { text, at: 0 };
    let mut found = Values::new();
    while reader.at < reader.text.len() {
        reader.skip_blanks();
        if !reader.is_at_end_of_line() && reader.here() != Some('#') {
            let name = reader.name()?;
            let value = reader.value()?;
            if value.len() > Dotenv::VALUE_LIMIT || value.contains(['\0', '\r']) || found.insert(name, value).is_some()
            {
                return None;
            }
        }
        while !reader.is_at_end_of_line() {
            reader.at += 1;
        }
        reader.at += 1;
    }
    Some(found)
}

struct Simple {
    text: Vec<char>,
    at: usize,
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

impl Simple {
    fn here(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn is_at_end_of_line(&self) -> bool {
        matches!(self.here(), None | Some('\n'))
    }

    fn skip_blanks(&mut self) {
        while self.here().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    /// A name, perhaps after `export`, and its `=`.
    fn name(&mut self) -> Option<String> {
        let mut words = String::new();
        while self.here()? != '=' {
            if self.is_at_end_of_line() {
                return None;
            }
            words.push(self.here()?);
            self.at += 1;
        }
        self.at += 1;
        let words: Vec<&str> = words.split(is_blank).filter(|word| !word.is_empty()).collect();
        let name = match words.as_slice() {
            [name] | ["export", name] => (*name).to_owned(),
            _ => return None,
        };
        let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
        (name.starts_with(is_start) && name.chars().all(|c| is_start(c) || c.is_ascii_digit())).then_some(name)
    }

    fn value(&mut self) -> Option<String> {
        self.skip_blanks();
        match self.here() {
            Some(quote @ ('\'' | '"')) => {
                self.at += 1;
                let value = self.quoted(quote)?;
                self.skip_blanks();
                (self.is_at_end_of_line() || self.here() == Some('#')).then_some(value)
            }
            _ => Some(self.bare()),
        }
    }

    fn bare(&mut self) -> String {
        let mut value = String::new();
        while !self.is_at_end_of_line() {
            if self.here() == Some('#') && is_blank(self.text[self.at - 1]) {
                break;
            }
            value.extend(self.here());
            self.at += 1;
        }
        value.trim_end_matches(is_blank).to_owned()
    }

    /// The text up to the closing quote, and past it.
    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut value = String::new();
        loop {
            let c = self.here()?;
            let next = self.text.get(self.at + 1).copied();
            self.at += 1;
            match (quote, c, next) {
                _ if c == quote => return Some(value),
                ('"', '\\', Some(escaped @ ('"' | '\\' | 'n'))) => {
                    value.push(if escaped == 'n' { '\n' } else { escaped });
                    self.at += 1;
                }
                _ => value.push(c),
            }
        }
    }
}
