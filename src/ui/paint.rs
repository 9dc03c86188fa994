use crate::render::document::{Document, Flow, Line, Span, Style, line};
use crate::render::text_safety::{SafeText, sanitise};

/// Turns a document into the text to write, with or without color, its prose wrapped to so many columns.
pub fn paint(document: &Document, color: bool, columns: Option<usize>) -> String {
    let mut out = String::new();
    for line in document.lines() {
        match (line.flow(), columns) {
            (Flow::Prose(hanging), Some(columns)) => {
                for line in wrapped(line, columns, &line!("{}", SafeText::spaces(hanging))) {
                    paint_line(&line, color, &mut out);
                }
            }
            (Flow::Gutter(column), Some(columns)) => {
                let bar = line!("{}{}  ", SafeText::spaces(column), Style::Dim.of(SafeText::literal("│")));
                for line in wrapped(line, columns, &bar) {
                    paint_line(&line, color, &mut out);
                }
            }
            _ => paint_line(line, color, &mut out),
        }
    }
    out
}

/// Turns one line into text without a line break at its end.
pub(super) fn paint_open(line: &Line, color: bool) -> String {
    let mut out = String::new();
    paint_line(line, color, &mut out);
    out.truncate(out.trim_end_matches('\n').len());
    out
}

fn paint_line(line: &Line, color: bool, out: &mut String) {
    for span in line.pieces() {
        match codes(span.style).filter(|_| color) {
            Some(codes) => {
                out.push_str("\u{1b}[");
                out.push_str(codes);
                out.push('m');
                out.push_str(span.text.as_str());
                out.push_str("\u{1b}[0m");
            }
            None => out.push_str(span.text.as_str()),
        }
    }
    out.push('\n');
}

/// The parameters of the SGR sequence: the eight basic colors only, which every theme keeps readable.
fn codes(style: Style) -> Option<&'static str> {
    match style {
        Style::Plain => None,
        Style::Create => Some("32"),
        Style::Update => Some("33"),
        Style::Remove => Some("31"),
        Style::Unchanged | Style::Dim => Some("2"),
        Style::Drift | Style::Note | Style::Hint => Some("36"),
        Style::Attention => Some("1;35"),
        Style::Error => Some("1;31"),
        Style::Warning => Some("1;33"),
        Style::Bold => Some("1"),
    }
}

/// Breaks a line at its spaces so that it fits, each further line behind a beginning; a word that is too long stays whole.
///
/// Spaces at the start of the line stay, those at a break go.
fn wrapped(line: &Line, columns: usize, hanging: &Line) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut current = Line::new();
    let mut used = 0;
    let mut has_word = false;
    for chunk in chunks(line.spans()) {
        if has_word && used + chunk.gap + chunk.width() > columns {
            lines.push(current);
            current = hanging.clone();
            used = hanging.width();
        } else {
            current = current.text(chunk.gap_style, SafeText::spaces(chunk.gap));
            used += chunk.gap;
        }
        used += chunk.width();
        has_word = true;
        for span in chunk.word {
            current = current.text(span.style, span.text);
        }
    }
    lines.push(current);
    lines
}

/// A word, which may be made of several styles, and the spaces before it.
#[derive(Default)]
struct Chunk {
    gap: usize,
    gap_style: Style,
    word: Vec<Span>,
}

impl Chunk {
    fn width(&self) -> usize {
        self.word.iter().map(|span| span.text.width()).sum()
    }
}

fn chunks(spans: &[Span]) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut current = Chunk::default();
    for span in spans {
        for (position, part) in span.text.as_str().split(' ').enumerate() {
            if position > 0 {
                if !current.word.is_empty() {
                    chunks.push(std::mem::take(&mut current));
                }
                current.gap += 1;
                current.gap_style = span.style;
            }
            if !part.is_empty() {
                // A word may start with a mark that stood on a space before, so it is looked at again.
                current.word.push(Span { text: sanitise(part), style: span.style });
            }
        }
    }
    if !current.word.is_empty() {
        chunks.push(current);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::render::document::line;

    use super::*;

    #[test]
    fn styles_become_bytes_only_with_color() {
        let document = Document::from(line!("{}agent {}", Style::Create.of("+ "), Style::Bold.of("a\u{1b}[0m")));
        insta::assert_snapshot!(paint(&document, true, None).replace('\u{1b}', "ESC"), @r"ESC[32m+ ESC[0magent ESC[1ma\u{1b}[0mESC[0m");
        insta::assert_snapshot!(paint(&document, false, None), @r"+ agent a\u{1b}[0m");
    }

    #[test]
    fn only_prose_is_wrapped() {
        let line = line!("one two three four five");
        let document = Document::new().line(line.clone()).line(line.prose(2));
        insta::assert_snapshot!(paint(&document, false, Some(12)), @r"
        one two three four five
        one two
          three four
          five
        ");
    }

    #[test]
    fn a_line_that_wrapping_starts_is_no_command() {
        let document = Document::from(line!("a word and ::error::x").prose(0));
        insta::assert_snapshot!(paint(&document, false, Some(12)), @r"
        a word and
        \u{3a}:error::x
        ");
    }

    proptest! {
        #[test]
        fn without_color_there_is_no_control_but_line_breaks(text in "(?s).{0,60}", columns in 0_usize..40) {
            let document = Document::from(Style::Error.line(&text).prose(3));
            let painted = paint(&document, false, Some(columns));
            prop_assert!(!painted.chars().any(|c| c.is_control() && c != '\n'));
            prop_assert!(!painted.lines().any(|line| line.trim_start().starts_with("::")));
        }
    }

    fn text(line: &Line, columns: usize, hanging: usize) -> String {
        wrapped(line, columns, &line!("{}", SafeText::spaces(hanging)))
            .iter()
            .map(|line| line.to_plain() + "\n")
            .collect()
    }

    #[test]
    fn words_of_several_styles_stay_together() {
        let line = line!("see {}-apply, please", Style::Bold.of("lobu"));
        insta::assert_snapshot!(text(&line, 12, 4), @r"
        see
            lobu-apply,
            please
        ");
    }

    #[test]
    fn long_words_and_leading_spaces_stay() {
        let line = line!("  a https://example.com/a/long/path end");
        insta::assert_snapshot!(text(&line, 10, 2), @r"
          a
          https://example.com/a/long/path
          end
        ");
        assert_eq!(text(&Line::new(), 10, 2), "\n");
        assert_eq!(text(&line!("fits in here"), 12, 2), "fits in here\n");
    }

    #[test]
    fn a_text_of_megabytes_is_wrapped() {
        let words = "word ".repeat(400_000);
        let lines = wrapped(&line!("{}", &words), 79, &line!("  "));
        // Sixteen words on the first line, and for its indentation fifteen on each other.
        assert_eq!(lines.len(), 1 + (400_000_usize - 16).div_ceil(15));
    }

    #[test]
    fn wide_characters_count_twice() {
        let line = line!("日本 日本 日本");
        assert_eq!(text(&line, 9, 0), "日本 日本\n日本\n");
    }
}
