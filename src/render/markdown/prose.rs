//! Sentences with names of others in them: plain words stay words, everything else becomes code.
//!
//! GitHub makes links of more than Markdown does: of mentions, numbers of issues, addresses, digests of commits, and it draws
//! formulas and emoji. A word is plain if it can be none of these.

use crate::render::document::{Line, Style};
use crate::render::text_safety::sanitise;

use super::code::code_span;

/// The shortest text that may be the digest of a commit.
const SHORTEST_DIGEST: usize = 7;

/// What can stand behind a word.
const PUNCTUATION: [char; 6] = [',', ';', ':', '.', '!', '?'];

/// Writes a sentence.
pub(super) fn of_text(text: &str) -> String {
    let mut words = Words::default();
    words.push_text(sanitise(text).as_str());
    words.written
}

/// Writes a line; what it emphasizes is a name, unless that is all of it, as in a heading.
pub(super) fn of_line(line: &Line) -> String {
    let mut words = Words::default();
    let pieces = line.pieces();
    let is_heading = pieces.iter().all(|span| span.style == Style::Bold);
    for span in pieces {
        match span.style {
            Style::Bold if !is_heading => words.push_name(span.text.as_str()),
            _ => words.push_text(span.text.as_str()),
        }
    }
    words.written
}

#[derive(Default)]
struct Words {
    written: String,
    /// Where the code span at the end begins, while nothing but a space is behind it, and what it says.
    open: Option<(usize, String)>,
    /// Whether that is a name.
    is_name: bool,
}

impl Words {
    fn push_text(&mut self, text: &str) {
        let mut rest = text;
        // What is quoted with backticks is code as a whole.
        while let Some((before, code, after)) = quoted(rest) {
            self.push_words(before);
            self.push_code(code);
            rest = after;
        }
        self.push_words(rest);
    }

    fn push_words(&mut self, text: &str) {
        for (position, word) in text.split(' ').enumerate() {
            if position > 0 && !self.written.is_empty() && !self.written.ends_with(' ') {
                self.written.push(' ');
            }
            if !word.is_empty() {
                self.push_word(word);
            }
        }
    }

    fn push_word(&mut self, word: &str) {
        // Behind a number it could begin a list.
        let is_after_number = is_number(&self.written);
        let is_punctuation = word.chars().all(|c| matches!(c, '(' | ')' | '→' | '…') || PUNCTUATION.contains(&c));
        if is_punctuation {
            return if is_after_number { self.push_code(word) } else { self.push_plain(word) };
        }
        let (open, bare) = match word.strip_prefix('(') {
            Some(bare) if !bare.is_empty() => ("(", bare),
            _ => ("", word),
        };
        let core = bare.trim_end_matches(PUNCTUATION);
        let core = match core.strip_suffix(')') {
            Some(inner) if !inner.contains('(') && !inner.is_empty() => inner.trim_end_matches(PUNCTUATION),
            _ => core,
        };
        let end = bare.strip_prefix(core).unwrap_or_default();
        self.push_plain(open);
        // A number with a full stop or a bracket behind it could begin a list.
        if is_word(core) || is_number(core) && !end.starts_with(['.', ')']) {
            self.push_plain(core);
        } else {
            self.push_code(core);
        }
        self.push_plain(end);
    }

    fn push_plain(&mut self, text: &str) {
        if !text.is_empty() {
            self.written.push_str(text);
            self.open = None;
        }
    }

    /// Adds code that stays apart from code behind a space.
    fn push_name(&mut self, text: &str) {
        self.push_code(text);
        self.is_name = true;
    }

    /// Adds code; code right behind other code, or a space behind it, becomes one span with it.
    fn push_code(&mut self, text: &str) {
        let (start, said) = match self.open.take() {
            Some((start, said)) if !self.written.ends_with(' ') => (start, said + text),
            Some((start, said)) if !self.is_name => (start, format!("{said} {text}")),
            _ => (self.written.len(), text.to_owned()),
        };
        self.written.truncate(start);
        self.written.push_str(&code_span(&said));
        self.is_name = false;
        self.open = Some((start, said));
    }
}

/// The text before, within and after the first pair of backticks that quotes something.
fn quoted(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    let starts = before.is_empty() || before.ends_with([' ', '(']);
    let ends = after.is_empty() || after.starts_with([' ', ')']) || after.starts_with(PUNCTUATION);
    (starts && ends && !code.trim().is_empty()).then_some((before, code, after))
}

/// Letters, with an apostrophe or a hyphen between them.
fn is_word(text: &str) -> bool {
    let is_letters = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_digest = text.len() >= SHORTEST_DIGEST && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split(['\'', '-']).all(is_letters) && !is_digest
}

fn is_number(text: &str) -> bool {
    (1..SHORTEST_DIGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::render::document::line;

    use super::*;

    #[test]
    fn words_stay_and_everything_else_is_code() {
        let table = [
            ("1 setting is only in the org (left as it is)", "1 setting is only in the org (left as it is)"),
            ("pull adds it, --prune removes it", "pull adds it, `--prune` removes it"),
            ("the org's value can't be compared", "the org's value can't be compared"),
            ("beside `a`, another slack platform", "beside `a`, another slack platform"),
            ("write id = \"a\" in lobu.toml.", "write id `= \"a\"` in `lobu.toml`."),
            ("provider openai wants $OPENAI, which (see #1)", "provider openai wants `$OPENAI`, which (see `#1`)"),
            ("@octocat GH-1 octo/cat#2 :tada: www.a.b", "`@octocat GH-1 octo/cat#2 :tada`: `www.a.b`"),
            ("at deadbee and 1234567", "at `deadbee` and `1234567`"),
            ("12) a 3. b 4 c", "`12`) a `3`. b 4 c"),
            ("<b>x</b> *a* _b_ ~c~ a\\b &amp;", "`<b>x</b> *a* _b_ ~c~ a\\b &amp`;"),
            ("`a``b` c`d", "``` `a``b` c`d ```"),
            ("", ""),
            ("! $a → … ? (", "! `$a` → … ? ("),
            ("f() (g()) ((h))", "`f()` (`g())` (`(h))`"),
        ];
        for (text, expected) in table {
            assert_eq!(of_text(text), expected, "{text}");
        }
    }

    #[test]
    fn what_a_line_emphasizes_is_code() {
        let line = line!("{}agent {}: {}", Style::Attention.of("! "), Style::Bold.of("tri age"), "it is there");
        assert_eq!(of_line(&line), "! agent `tri age`: it is there");
        let line = line!("Missing: {} ({})", Style::Bold.of("A_KEY"), "front desk, @x");
        assert_eq!(of_line(&line), "Missing: `A_KEY` (front desk, `@x`)");
        let line = line!("{}{} a", Style::Bold.of("@"), "octo");
        assert_eq!(of_line(&line), "`@`octo a");
        assert_eq!(of_line(&line!("{}{}", 1, ". a")), "1`.` a");
    }
}
