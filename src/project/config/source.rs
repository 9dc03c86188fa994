use std::ops::Range;
use std::sync::OnceLock;

use toml_parser::lexer::TokenKind;

use crate::model::{Excerpt, Position};
use crate::project::excerpt::{self, Opening};

/// Characters are counted once for each block of this many bytes, so that a place in a long line costs no scan of it.
const BLOCK: usize = 512;

/// Longer lines are not excerpted: nobody reads them, and each costs a scan.
const LONGEST_EXCERPT: usize = 1_000;

/// A file's text with what it takes to turn byte offsets into lines, columns and excerpts.
pub(super) struct Source<'t> {
    text: &'t str,
    file: &'t str,
    /// Where each line starts.
    lines: Vec<usize>,
    /// How many characters there are before each block.
    characters: Vec<usize>,
    /// The multi-line strings and their quotation marks, found when the first excerpt is needed.
    multi_line: OnceLock<Vec<(Range<usize>, char)>>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str, file: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        let characters = text
            .as_bytes()
            .chunks(BLOCK)
            .scan(0, |total, block| {
                let before = *total;
                *total += count(block);
                Some(before)
            })
            .collect();
        Self { text, file, lines, characters, multi_line: OnceLock::new() }
    }

    pub(super) fn file(&self) -> &'t str {
        self.file
    }

    pub(super) fn slice(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        let (line, start) = self.line_at(offset);
        let column = self.characters_before(offset).saturating_sub(self.characters_before(start)) + 1;
        Position { file: self.file.to_owned(), line: small(line + 1), column: small(column) }
    }

    /// The masked line at the start of a span; `plain` shows what is marked, for fields that are known and not sensitive.
    pub(super) fn excerpt(&self, span: &Range<usize>, plain: bool) -> Option<Excerpt> {
        let (number, start) = self.line_at(span.start);
        let end = self.lines.get(number + 1).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end)?.trim_end_matches(['\n', '\r']);
        if line.len() > LONGEST_EXCERPT {
            return None;
        }
        let column = self.position(span.start).column;
        let marked_end = span.end.min(start + line.len()).max(span.start);
        let length = self.characters_before(marked_end).saturating_sub(self.characters_before(span.start));
        Some(match (self.opening(start), plain) {
            (Opening::Nothing, true) => excerpt::excerpt_plain(line, column, length),
            (opening, _) => excerpt::mask_continued(line, opening, column, length),
        })
    }

    /// The number, from 0, and the start of the line with a byte.
    fn line_at(&self, offset: usize) -> (usize, usize) {
        let number = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        (number, self.lines.get(number).copied().unwrap_or(0))
    }

    fn characters_before(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let rest = self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or(0) + count(rest)
    }

    fn opening(&self, line_start: usize) -> Opening {
        let strings = self.multi_line.get_or_init(|| multi_line_strings(self.text));
        let next = strings.partition_point(|(span, _)| span.start < line_start);
        match next.checked_sub(1).and_then(|index| strings.get(index)) {
            Some((span, quote)) if span.end > line_start => Opening::String(*quote),
            _ => Opening::Nothing,
        }
    }
}

fn multi_line_strings(text: &str) -> Vec<(Range<usize>, char)> {
    let strings = toml_parser::Source::new(text).lex().filter_map(|token| {
        let quote = match token.kind() {
            TokenKind::MlBasicString => '"',
            TokenKind::MlLiteralString => '\'',
            _ => return None,
        };
        Some((token.span().start()..token.span().end(), quote))
    });
    strings.collect()
}

/// The number of characters that start in these bytes.
fn count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns_in_characters() {
        let text = format!("a\n{}ß = 1\r\nende", "ä".repeat(700));
        let source = Source::new(&text, "f");
        for (needle, line, column) in [("a", 1, 1), ("ß", 2, 701), ("1", 2, 705), ("ende", 3, 1)] {
            let position = source.position(text.find(needle).unwrap());
            assert_eq!((position.line, position.column), (line, column), "{needle}");
        }
        let end = source.position(text.len());
        assert_eq!((end.line, end.column), (3, 5));
    }

    #[test]
    fn lines_inside_multi_line_strings_are_known_as_such() {
        let text = "a = \"\"\"\nhunter2\n\"\"\"\nb = 1\nc = '''\nhunter2";
        let source = Source::new(text, "f");
        let shown = |offset| source.excerpt(&(offset..offset + 1), false).unwrap().line;
        assert_eq!(shown(text.find("hunter2").unwrap()), "…");
        assert_eq!(shown(text.find("b =").unwrap()), "b = 1");
        assert_eq!(shown(text.rfind("hunter2").unwrap()), "…");
    }

    #[test]
    fn empty_texts_have_a_first_line() {
        let source = Source::new("", "f");
        assert_eq!((source.position(0).line, source.position(0).column), (1, 1));
        assert!(source.excerpt(&(0..0), false).is_some());
    }
}
