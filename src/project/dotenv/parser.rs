use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

use super::{Problem, ProblemKind};

/// The names and values of a `.env` file. Its debug form shows the names only.
#[derive(Default)]
pub struct Dotenv {
    entries: BTreeMap<String, Entry>,
}

struct Entry {
    value: Zeroizing<String>,
    line: u32,
    place: EntrySpan,
}

/// Where an entry stands in the text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntrySpan {
    /// Its lines, with the last one's line break.
    pub(super) lines: Range<usize>,
    /// The value as it is written, quotes included.
    pub(super) value: Range<usize>,
}

impl Dotenv {
    /// How many bytes a value may have.
    pub const VALUE_LIMIT: usize = 64 * 1024;

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The line of a name, from 1.
    pub fn line(&self, name: &str) -> Option<u32> {
        self.entries.get(name).map(|entry| entry.line)
    }

    /// The value of a name, wiped when it is dropped.
    pub fn value(&self, name: &str) -> Option<&Zeroizing<String>> {
        self.entries.get(name).map(|entry| &entry.value)
    }

    /// Where a name's entry stands in the text.
    pub(super) fn place(&self, name: &str) -> Option<&EntrySpan> {
        self.entries.get(name).map(|entry| &entry.place)
    }

    /// The names with their values.
    pub fn into_values(self) -> BTreeMap<String, Zeroizing<String>> {
        self.entries.into_iter().map(|(name, entry)| (name, entry.value)).collect()
    }
}

impl fmt::Debug for Dotenv {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.entries.keys()).finish()
    }
}

/// How many problems are told one by one: enough to see what a file is, and a file that is none floods nobody.
const MOST_PROBLEMS: usize = 20;

/// Reads a `.env` text; the first 20 lines that are wrong are reported at once, and how many more there are.
///
/// | part | rule |
/// | --- | --- |
/// | name | `[A-Za-z_][A-Za-z0-9_]*`, perhaps after `export`; blanks around it and around `=` do not count |
/// | unquoted | to the line's end or to a `#` after a blank, trimmed; nothing is expanded |
/// | `'…'` | literal, over many lines; CRLF is a line end |
/// | `"…"` | over many lines, with `\"`, `\\` and `\n`; any other `\` stands for itself; CRLF is a line end |
/// | in no value | a null character, or a carriage return that is not part of a line end |
/// | after a quote | nothing, or a comment |
/// | other lines | blank, or a comment from the first `#` on |
pub fn parse(text: &str) -> Result<Dotenv, Vec<Problem>> {
    let mut reader = Reader {
        rest: text.strip_prefix('\u{FEFF}').unwrap_or(text),
        length: text.len(),
        line: 1,
        line_end: 0,
        dotenv: Dotenv::default(),
        problems: Vec::new(),
    };
    while !reader.rest.is_empty() {
        let line = reader.line;
        if let Err(kind) = reader.entry(line) {
            reader.refuse(Problem { line, kind });
        }
    }
    if reader.problems.is_empty() { Ok(reader.dotenv) } else { Err(reader.problems) }
}

struct Reader<'t> {
    rest: &'t str,
    /// The length of the whole text.
    length: usize,
    line: u32,
    /// Where the current line ends, its line break left out.
    line_end: usize,
    dotenv: Dotenv,
    problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    fn refuse(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        } else if let Some(Problem { kind: ProblemKind::More { count }, .. }) = self.problems.last_mut() {
            *count = count.saturating_add(1);
        } else {
            self.problems.push(Problem { line: problem.line, kind: ProblemKind::More { count: 1 } });
        }
    }

    fn next_line(&mut self) -> &'t str {
        let start = self.position();
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        let line = line.strip_suffix('\r').unwrap_or(line);
        self.rest = rest;
        self.line = self.line.saturating_add(1);
        self.line_end = start.saturating_add(line.len());
        line
    }

    fn position(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    /// Where a piece that goes on to the current line's end begins.
    fn start_of(&self, piece: &str) -> usize {
        self.line_end.saturating_sub(piece.len())
    }

    fn entry(&mut self, line: u32) -> Result<(), ProblemKind> {
        let start = self.position();
        let source = self.next_line();
        let trimmed = source.trim_matches(is_blank);
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return Ok(());
        }
        let (name, value) = source.split_once('=').ok_or(ProblemKind::Malformed)?;
        let name = name_of(name);
        // The value is read in any case, so that the lines of a quoted one are not taken for entries.
        let (value, written) = self.value(value)?;
        if !is_name(name) {
            return Err(if name.is_empty() { ProblemKind::Malformed } else { ProblemKind::Name });
        }
        if value.len() > Dotenv::VALUE_LIMIT {
            return Err(ProblemKind::TooLong { limit: Dotenv::VALUE_LIMIT });
        }
        if value.contains('\0') {
            return Err(ProblemKind::Null);
        }
        if value.contains('\r') {
            return Err(ProblemKind::CarriageReturn);
        }
        if let Some(first) = self.dotenv.line(name) {
            return Err(ProblemKind::Duplicate { first });
        }
        let place = EntrySpan { lines: start..self.position(), value: written };
        self.dotenv.entries.insert(name.to_owned(), Entry { value, line, place });
        Ok(())
    }

    /// Reads a value, and where it stands.
    fn value(&mut self, source: &'t str) -> Result<(Zeroizing<String>, Range<usize>), ProblemKind> {
        let source = source.trim_start_matches(is_blank_before(source));
        let start = self.start_of(source);
        if let Some(quoted) = source.strip_prefix('\'') {
            let (value, after) = self.single_quoted(quoted)?;
            check_after_quote(after)?;
            return Ok((value, start..self.start_of(after)));
        }
        if let Some(quoted) = source.strip_prefix('"') {
            let (value, after) = self.double_quoted(quoted)?;
            check_after_quote(after)?;
            return Ok((value, start..self.start_of(after)));
        }
        let value = unquoted(source);
        Ok((Zeroizing::new(value.to_owned()), start..start.saturating_add(value.len())))
    }

    /// Reads on to the closing quote; with what follows it on its line.
    fn single_quoted(&mut self, mut source: &'t str) -> Result<(Zeroizing<String>, &'t str), ProblemKind> {
        // Of the size that it can have at most, so that growing leaves no copies behind.
        let rest = self.rest.find('\'').unwrap_or(self.rest.len());
        let mut value = Zeroizing::new(String::with_capacity(source.len().saturating_add(rest).saturating_add(1)));
        loop {
            if let Some((last, after)) = source.split_once('\'') {
                value.push_str(last);
                return Ok((value, after));
            }
            if self.rest.is_empty() {
                return Err(ProblemKind::UnterminatedQuote);
            }
            value.push_str(source);
            value.push('\n');
            source = self.next_line();
        }
    }

    /// Reads on to the closing quote, with its escapes; with what follows it on its line.
    fn double_quoted(&mut self, mut source: &'t str) -> Result<(Zeroizing<String>, &'t str), ProblemKind> {
        // Of the size that it can have at most, so that growing leaves no copies behind.
        let most = source.len().saturating_add(self.closing_distance()).saturating_add(1);
        let mut value = Zeroizing::new(String::with_capacity(most));
        loop {
            if let Some(after) = unescape(source, &mut value) {
                return Ok((value, after));
            }
            if self.rest.is_empty() {
                return Err(ProblemKind::UnterminatedQuote);
            }
            value.push('\n');
            source = self.next_line();
        }
    }

    /// How far the rest of the text goes on before a quote that nothing escapes.
    fn closing_distance(&self) -> usize {
        let mut escaped = false;
        let closing = |byte: &u8| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        };
        self.rest.as_bytes().iter().position(closing).unwrap_or(self.rest.len())
    }
}

/// Appends a line of a double-quoted value; what follows the closing quote, none if the value goes on.
fn unescape<'t>(line: &'t str, value: &mut String) -> Option<&'t str> {
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Some(characters.as_str()),
            '\\' => {
                let escaped = match characters.clone().next() {
                    Some('n') => Some('\n'),
                    Some(quoted @ ('"' | '\\')) => Some(quoted),
                    _ => None,
                };
                if escaped.is_some() {
                    characters.next();
                }
                value.push(escaped.unwrap_or('\\'));
            }
            _ => value.push(character),
        }
    }
    None
}

fn is_blank(character: char) -> bool {
    character == ' ' || character == '\t'
}

/// Leading blanks do not count, unless a comment follows them: it needs its blank.
fn is_blank_before(source: &str) -> fn(char) -> bool {
    let starts_comment = source.starts_with(is_blank) && source.trim_start_matches(is_blank).starts_with('#');
    if starts_comment { |_| false } else { is_blank }
}

fn unquoted(source: &str) -> &str {
    let comment =
        source.char_indices().zip(source.chars().skip(1)).find(|((_, before), c)| *c == '#' && is_blank(*before));
    let value = comment.map_or(source, |((at, _), _)| source.split_at(at).0);
    value.trim_matches(is_blank)
}

fn name_of(source: &str) -> &str {
    let name = source.trim_matches(is_blank);
    let exported = name.strip_prefix("export").filter(|rest| rest.starts_with(is_blank));
    exported.map_or(name, |rest| rest.trim_start_matches(is_blank))
}

/// Whether a text can stand before `=`.
pub fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn check_after_quote(after: &str) -> Result<(), ProblemKind> {
    let after = after.trim_start_matches(is_blank);
    if after.is_empty() || after.starts_with('#') { Ok(()) } else { Err(ProblemKind::AfterQuote) }
}
