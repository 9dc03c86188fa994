//! Source lines for people, with everything that may be a secret masked.
//!
//! Never used for `.env*`, standard input or credentials: those get a line number only.

use crate::model::{Excerpt, has_secret_shape, is_secret_key};

/// Runs of this many token characters are masked, unless they are keys.
const LONGEST_SHOWN_RUN: usize = 11;

/// The longest marked value that is shown where its field is known.
const LONGEST_SHOWN_VALUE: usize = 64;

/// The sign that stands for what is masked.
const MASK: char = '…';

/// What the line before leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Opening {
    /// Nothing: the line starts afresh.
    #[default]
    Nothing,
    /// A multi-line string that ends with three of this quotation mark.
    String(char),
}

/// Masks a line of TOML, YAML or frontmatter: quoted strings, and runs of 12 or more token characters that are no key.
///
/// `column` counts characters from 1 and `length` characters, both in the line as it is; the marker of the result counts
/// in the masked line. The rest of a line behind an unquoted key with a secret's name is masked too, however short.
pub fn mask_line(line: &str, column: u32, length: usize) -> Excerpt {
    Line::new(line, Opening::Nothing).render(column, length)
}

/// The same for a line that starts inside a multi-line string.
pub fn mask_continued(line: &str, opening: Opening, column: u32, length: usize) -> Excerpt {
    Line::new(line, opening).render(column, length)
}

/// The same, but shows what is marked, for a field that is known and not sensitive: an enum, a platform type, an id.
///
/// What is too long for such a field, or has the shape of a credential, is masked nevertheless.
pub fn excerpt_plain(line: &str, column: u32, length: usize) -> Excerpt {
    let mut masked = Line::new(line, Opening::Nothing);
    masked.reveal(column, length);
    masked.render(column, length)
}

/// A line with a decision for each of its characters.
struct Line {
    characters: Vec<char>,
    hidden: Vec<bool>,
}

impl Line {
    fn new(line: &str, opening: Opening) -> Self {
        let characters: Vec<char> = line.chars().collect();
        let hidden = vec![false; characters.len()];
        let mut masked = Self { characters, hidden };
        let start = match opening {
            Opening::Nothing => 0,
            Opening::String(quote) => masked.string_body(0, quote, 3),
        };
        masked.scan(start, opening == Opening::Nothing);
        masked
    }

    fn at(&self, index: usize) -> Option<char> {
        self.characters.get(index).copied()
    }

    fn hide(&mut self, from: usize, to: usize) {
        for hidden in self.hidden.iter_mut().take(to).skip(from) {
            *hidden = true;
        }
    }

    fn text(&self, from: usize, to: usize) -> String {
        self.characters.iter().take(to).skip(from).collect()
    }

    fn skip(&self, from: usize, fulfils: impl Fn(char) -> bool) -> usize {
        let mut index = from;
        while self.at(index).is_some_and(&fulfils) {
            index += 1;
        }
        index
    }

    /// Decides about everything from `start` on; `key_may_follow` says whether a key can stand there.
    fn scan(&mut self, start: usize, mut key_may_follow: bool) {
        let mut index = start;
        while let Some(character) = self.at(index) {
            if key_may_follow && let Some(next) = self.key(index) {
                index = next;
                key_may_follow = false;
                continue;
            }
            match character {
                '"' | '\'' => {
                    index = self.string(index, character);
                    key_may_follow = false;
                }
                '{' | ',' | '#' | '[' => {
                    index += 1;
                    key_may_follow = true;
                }
                '-' if key_may_follow && self.at(index + 1) == Some(' ') => index += 2,
                _ if character.is_whitespace() => index += 1,
                _ if is_token(character) => {
                    index = self.run(index);
                    key_may_follow = false;
                }
                _ => {
                    index += 1;
                    key_may_follow = false;
                }
            }
        }
    }

    /// Hides what stands between quotation marks, also where the closing ones are missing; returns the place behind.
    fn string(&mut self, start: usize, quote: char) -> usize {
        let triple = self.at(start + 1) == Some(quote) && self.at(start + 2) == Some(quote);
        let marks = if triple { 3 } else { 1 };
        self.string_body(start + marks, quote, marks)
    }

    fn string_body(&mut self, start: usize, quote: char, marks: usize) -> usize {
        let mut index = start;
        while let Some(character) = self.at(index) {
            if character == '\\' && quote == '"' {
                index += 2;
                continue;
            }
            if (index..index + marks).all(|place| self.at(place) == Some(quote)) {
                self.hide(start, index);
                return index + marks;
            }
            index += 1;
        }
        self.hide(start, self.characters.len());
        self.characters.len()
    }

    fn run(&mut self, start: usize) -> usize {
        let end = self.skip(start, is_token);
        if end - start > LONGEST_SHOWN_RUN {
            self.hide(start, end);
        }
        end
    }

    /// Recognizes a bare or dotted key before `=`, `:` or, in a table's header, `]`; returns the place behind it.
    fn key(&mut self, start: usize) -> Option<usize> {
        let end = self.key_path(start)?;
        let sign = self.skip(end, char::is_whitespace);
        let behind = self.at(sign + 1);
        let is_key = match self.at(sign)? {
            // `…==` and a `…=` that ends its line may be base64 rather than keys.
            '=' => behind.is_some_and(|behind| behind != '='),
            ':' => behind.is_none_or(char::is_whitespace),
            ']' => return self.is_header(start, sign).then_some(sign),
            _ => false,
        };
        let name = self.text(start, end);
        if !is_key || has_secret_shape(&name) {
            return None;
        }
        let value = self.skip(sign + 1, char::is_whitespace);
        let bare = self.at(value).is_some_and(|first| !matches!(first, '"' | '\'' | '{' | '[' | '|' | '>'));
        if bare && is_secret_key(name.rsplit('.').next().unwrap_or_default()) {
            self.hide(value, self.characters.len());
            return Some(self.characters.len());
        }
        Some(sign + 1)
    }

    fn key_path(&self, start: usize) -> Option<usize> {
        let mut end = self.skip(start, is_key_character);
        if end == start {
            return None;
        }
        loop {
            let dot = self.skip(end, |c| c == ' ' || c == '\t');
            let next = self.skip(dot + 1, |c| c == ' ' || c == '\t');
            let further = self.skip(next, is_key_character);
            if self.at(dot) != Some('.') || further == next {
                return Some(end);
            }
            end = further;
        }
    }

    /// Whether brackets alone surround the key path, as in `[a.b]` and `[[a.b]]`, but not in an element of an array.
    fn is_header(&self, start: usize, close: usize) -> bool {
        let before: String = self.text(0, start).split_whitespace().collect();
        let behind = self.skip(close, |c| c == ']');
        let rest = self.at(self.skip(behind, char::is_whitespace));
        matches!(before.as_str(), "[" | "[[")
            && behind - close == before.len()
            && rest.is_none_or(|first| first == '#')
            && !has_secret_shape(&self.text(start, close))
            && self.text(start, close).contains('.')
    }

    fn reveal(&mut self, column: u32, length: usize) {
        let start = zero_based(column);
        let end = start.saturating_add(length);
        if length <= LONGEST_SHOWN_VALUE && !has_secret_shape(&self.text(start, end)) {
            for hidden in self.hidden.iter_mut().take(end).skip(start) {
                *hidden = false;
            }
        }
    }

    fn render(&self, column: u32, length: usize) -> Excerpt {
        let marked = zero_based(column)..zero_based(column).saturating_add(length.max(1));
        let mut line = String::new();
        let (mut shown, mut start, mut end) = (0_usize, None, None);
        let mut masking = false;
        for (index, (character, hidden)) in self.characters.iter().zip(&self.hidden).enumerate() {
            if !hidden {
                line.push(*character);
                shown += 1;
            } else if !masking {
                line.push(MASK);
                shown += 1;
            }
            masking = *hidden;
            if marked.contains(&index) {
                start = start.or(Some(shown - 1));
                end = Some(shown);
            }
        }
        let start = start.unwrap_or(shown);
        Excerpt { line, start, length: end.map_or(1, |end| end.saturating_sub(start).max(1)) }
    }
}

fn zero_based(column: u32) -> usize {
    usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX)
}

fn is_key_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// Whether a character may belong to a credential: all but space and what gives TOML and YAML their structure.
fn is_token(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '[' | ']' | '{' | '}' | ',' | '"' | '\'' | '#' | '=')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(line: &str) -> String {
        mask_line(line, 1, 1).line
    }

    #[test]
    fn keys_stay_and_values_go() {
        let table = [
            (r#"name = "Triage""#, r#"name = "…""#),
            ("name = 'Triage'", "name = '…'"),
            (r#"name = """#, r#"name = """#),
            ("enabled = true", "enabled = true"),
            ("[agents.a-very-long-agent-id.network]", "[agents.a-very-long-agent-id.network]"),
            ("[[agents.a-very-long-agent-id.platforms]] # x", "[[agents.a-very-long-agent-id.platforms]] # x"),
            ("code_ttl_minutes_of_it = 5", "code_ttl_minutes_of_it = 5"),
            ("agents.triage.description = 'x'", "agents.triage.description = '…'"),
            (
                r#"config = { botToken = "x", signingSecret = "y" }"#,
                r#"config = { botToken = "…", signingSecret = "…" }"#,
            ),
            (r#"  "a", "b\"c" ]"#, r#"  "…", "…" ]"#),
            ("metadata_schema: {}", "metadata_schema: {}"),
            ("  - relationship_type: x", "  - relationship_type: x"),
        ];
        for (line, masked) in table {
            assert_eq!(shown(line), masked);
        }
    }

    #[test]
    fn secrets_go_wherever_they_stand() {
        let table = [
            ("name = abcdefghijkl", "name = …"),
            ("name = abcdefghijk", "name = abcdefghijk"),
            ("x = 123456:AAbbccdd", "x = …"),
            ("botToken = short", "botToken = …"),
            ("botToken = two words # and more", "botToken = …"),
            ("name = \"no end, not even, here", "name = \"…"),
            ("name = 'x' # abcdefghijklmnop \"q\"", "name = '…' # … \"…\""),
            ("# password: hunter2", "# password: …"),
            ("abcdefghijklmnop", "…"),
            ("c2VjcmV0c2VjcmV0cw==", "…=="),
            ("c2VjcmV0c2VjcmV0c=", "…="),
            ("[\"abc\", abcdefghijklmnop]", "[\"…\", …]"),
            ("[abcdefghijklmnop]", "[…]"),
            ("x = \"\"\"abc", "x = \"\"\"…"),
            ("x = '''abc''' y", "x = '''…''' y"),
        ];
        for (line, masked) in table {
            assert_eq!(shown(line), masked);
        }
        let key = format!("sk-{} = 1", "a1".repeat(10));
        assert_eq!(shown(&key), "… = 1");
    }

    #[test]
    fn lines_inside_strings_are_masked_to_their_end() {
        let masked = |line, quote| mask_continued(line, Opening::String(quote), 1, 1).line;
        assert_eq!(masked("a = b", '"'), "…");
        assert_eq!(masked("hunter2\"\"\" # c", '"'), "…\"\"\" # c");
        assert_eq!(masked("hunter2'''", '\''), "…'''");
    }

    #[test]
    fn the_marker_counts_characters_of_the_masked_line() {
        let line = "é = { a = 'äöü', naem = 'x' }";
        let column = 1 + u32::try_from(line.chars().position(|c| c == 'n').unwrap()).unwrap();
        let excerpt = mask_line(line, column, 4);
        assert_eq!(excerpt.line, "é = { a = '…', naem = '…' }");
        let marked: String = excerpt.line.chars().skip(excerpt.start).take(excerpt.length).collect();
        assert_eq!(marked, "naem");
    }

    #[test]
    fn a_marked_value_shrinks_with_its_mask() {
        let excerpt = mask_line("name = 'abc' # d", 8, 5);
        assert_eq!((excerpt.line.as_str(), excerpt.start, excerpt.length), ("name = '…' # d", 7, 3));
        let behind = mask_line("ab", 9, 4);
        assert_eq!((behind.start, behind.length), (2, 1));
    }

    #[test]
    fn known_fields_are_shown_unless_they_look_like_secrets() {
        let line = "type = 'telegrm' # abcdefghijklmnop";
        assert_eq!(excerpt_plain(line, 8, 9).line, "type = 'telegrm' # …");
        let line = format!("type = 'xoxb-{}'", "1".repeat(20));
        assert_eq!(excerpt_plain(&line, 8, 27).line, "type = '…'");
        let line = format!("type = '{}'", "x".repeat(80));
        assert_eq!(excerpt_plain(&line, 8, 82).line, "type = '…'");
    }

    proptest! {
        #[test]
        fn any_line_is_masked_without_panic_and_marked_inside(line in "\\PC{0,60}", column in 0_u32..80, length in 0_usize..80) {
            let excerpt = mask_line(&line, column, length);
            prop_assert!(excerpt.length >= 1);
            prop_assert!(excerpt.start <= excerpt.line.chars().count());
        }

        #[test]
        fn quoted_secrets_never_show(before in "[a-z =,{#\\[]{0,12}", secret in "[A-Z]{12,20}") {
            let line = format!("{before}\"{secret}\"");
            prop_assert!(!shown(&line).contains(&secret));
        }
    }
}
