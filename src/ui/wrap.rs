use crate::render::document::{Line, Span, Style};
use crate::render::text_safety::{SafeText, sanitise};

/// Breaks a line at its spaces so that it fits, its further lines indented; a word that is too long stays whole.
///
/// Spaces at the start of the line stay, those at a break go.
pub(super) fn wrapped(line: &Line, columns: usize, hanging: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut current = Line::new();
    let mut used = 0;
    let mut has_word = false;
    for chunk in chunks(line.spans()) {
        if has_word && used + chunk.gap + chunk.width() > columns {
            lines.push(current);
            current = Line::new().text(Style::Plain, SafeText::spaces(hanging));
            used = hanging;
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
    use super::*;

    fn text(line: &Line, columns: usize, hanging: usize) -> String {
        wrapped(line, columns, hanging).iter().map(|line| line.to_plain() + "\n").collect()
    }

    #[test]
    fn words_of_several_styles_stay_together() {
        let line = Line::new().plain("see ").literal(Style::Bold, "lobu").plain("-apply, please");
        insta::assert_snapshot!(text(&line, 12, 4), @r"
        see
            lobu-apply,
            please
        ");
    }

    #[test]
    fn long_words_and_leading_spaces_stay() {
        let line = Line::new().plain("  a https://example.com/a/long/path end");
        insta::assert_snapshot!(text(&line, 10, 2), @r"
          a
          https://example.com/a/long/path
          end
        ");
        assert_eq!(text(&Line::new(), 10, 2), "\n");
        assert_eq!(text(&Line::new().plain("fits in here"), 12, 2), "fits in here\n");
    }

    #[test]
    fn a_text_of_megabytes_is_no_more_work_than_its_words() {
        let words = "word ".repeat(400_000);
        let started = std::time::Instant::now();
        let lines = wrapped(&Line::new().foreign(Style::Plain, &words), 79, 2);
        assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
        // Sixteen words on the first line, and for its indentation fifteen on each other.
        assert_eq!(lines.len(), 1 + (400_000_usize - 16).div_ceil(15));
    }

    #[test]
    fn wide_characters_count_twice() {
        let line = Line::new().plain("日本 日本 日本");
        assert_eq!(text(&line, 9, 0), "日本 日本\n日本\n");
    }
}
