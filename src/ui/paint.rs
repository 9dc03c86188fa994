use crate::render::document::{Document, Flow, Line, Style};

use super::wrap::wrapped;

/// Turns a document into the text to write, with or without colour, its prose wrapped to so many columns.
pub fn paint(document: &Document, color: bool, columns: Option<usize>) -> String {
    let mut out = String::new();
    for line in document.lines() {
        match (line.flow(), columns) {
            (Flow::Prose(hanging), Some(columns)) => {
                for line in wrapped(line, columns, hanging) {
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

/// The parameters of the SGR sequence: the eight basic colours only, which every theme keeps readable.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn styles_become_bytes_only_with_colour() {
        let document =
            Document::from(Line::new().literal(Style::Create, "+ ").plain("agent ").foreign(Style::Bold, "a\u{1b}[0m"));
        insta::assert_snapshot!(paint(&document, true, None).replace('\u{1b}', "ESC"), @r"ESC[32m+ ESC[0magent ESC[1ma\u{1b}[0mESC[0m");
        insta::assert_snapshot!(paint(&document, false, None), @r"+ agent a\u{1b}[0m");
    }

    #[test]
    fn only_prose_is_wrapped() {
        let line = Line::new().plain("one two three four five");
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
        let document = Document::from(Line::new().foreign(Style::Plain, "a word and ::error::x").prose(0));
        insta::assert_snapshot!(paint(&document, false, Some(12)), @r"
        a word and
        \u{3a}:error::x
        ");
    }

    proptest! {
        #[test]
        fn without_colour_there_is_no_control_but_line_breaks(text in "(?s).{0,60}", columns in 0_usize..40) {
            let document = Document::from(Line::new().foreign(Style::Error, &text).prose(3));
            let painted = paint(&document, false, Some(columns));
            prop_assert!(!painted.chars().any(|c| c.is_control() && c != '\n'));
            prop_assert!(!painted.lines().any(|line| line.trim_start().starts_with("::")));
        }
    }
}
