//! The one road from foreign text to anything that is shown.
//!
//! Foreign is whatever comes from a project, an org, the environment or the system. [`SafeText`] can be made only here, and a
//! [`Document`](super::document::Document) takes nothing else, so a forgotten call does not compile.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub use crate::model::with_short_words;

/// How many marks may be stacked on one letter; more of them spill over the neighboring lines.
const MARKS_PER_LETTER: usize = 4;

/// How many spaces a tab takes in a block.
const TAB: &str = "    ";

/// A text without anything that steers a terminal, hides itself or is a command to a CI log.
///
/// It is one line: line breaks are either visible (`\n`) or have split the text before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SafeText(Cow<'static, str>);

impl SafeText {
    /// Takes a text that stands in this program's source.
    pub const fn literal(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// Writes a number in decimal.
    pub fn count(number: usize) -> Self {
        Self(Cow::Owned(number.to_string()))
    }

    /// Makes a run of spaces.
    pub fn spaces(number: usize) -> Self {
        Self(Cow::Owned(" ".repeat(number)))
    }

    /// Repeats a character of this program's source.
    pub fn repeat(text: &'static str, number: usize) -> Self {
        Self(Cow::Owned(text.repeat(number)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many columns of a terminal it takes.
    pub fn width(&self) -> usize {
        UnicodeWidthStr::width(self.as_str())
    }

    /// Appends another safe text.
    #[must_use]
    pub fn then(mut self, other: &Self) -> Self {
        self.0.to_mut().push_str(other.as_str());
        self
    }

    /// The longest beginning that fits into so many columns, and how many characters that leaves out.
    #[must_use]
    pub fn cut(&self, columns: usize) -> (Self, usize) {
        if self.width() <= columns {
            return (self.clone(), 0);
        }
        let mut used = 0;
        let kept = self
            .0
            .chars()
            .take_while(|c| {
                used += char_width(*c);
                used <= columns
            })
            .count();
        (self.characters(0, kept), self.0.chars().count() - kept)
    }

    /// A part, by characters; out of range it is shorter or empty.
    #[must_use]
    pub fn characters(&self, start: usize, length: usize) -> Self {
        // A part may start with a mark that stood on a letter before, so it is looked at again.
        sanitise(&self.0.chars().skip(start).take(length).collect::<String>())
    }
}

/// Makes a text safe to stand within a line: line breaks and tabs are shown as `\n`, `\r`, `\t`.
///
/// What steers or hides becomes `\u{…}`; `##[`, `##word[` and a leading `::` are broken up.
pub fn sanitise(text: &str) -> SafeText {
    SafeText(Cow::Owned(defuse(&visible(text, Layout::Inline))))
}

/// Makes a text of several lines safe, line by line; tabs become four spaces.
///
/// One line break at the end does not make another line, and an empty text has none.
pub fn sanitise_block(text: &str) -> Vec<SafeText> {
    text.lines().map(sanitise_block_line).collect()
}

/// Makes one line of a block safe: as [`sanitise`], but tabs become four spaces.
pub fn sanitise_block_line(line: &str) -> SafeText {
    SafeText(Cow::Owned(defuse(&visible(line, Layout::Block))))
}

/// Makes what a value displays as safe to stand within a line.
pub fn shown(value: &(impl fmt::Display + ?Sized)) -> SafeText {
    sanitise(&value.to_string())
}

/// Makes compact or pretty JSON safe to print without changing what it says: the same characters, as JSON escapes.
///
/// Outside of its strings JSON has none of them but line breaks, which stay.
pub fn sanitise_json(json: &str) -> String {
    let commands: Vec<usize> = command_positions(json);
    let mut out = String::with_capacity(json.len());
    let mut units = [0_u16; 2];
    for (at, c) in json.char_indices() {
        if c != '\n' && is_hidden(c) || commands.binary_search(&at).is_ok() && c == '#' {
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// How many columns a character of a safe text takes.
pub(crate) fn char_width(c: char) -> usize {
    UnicodeWidthChar::width(c).unwrap_or(0)
}

/// Breaks up what a CI log would take as a command.
pub(crate) fn defuse(text: &str) -> String {
    let positions = command_positions(text);
    if positions.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        if positions.binary_search(&at).is_ok() {
            push_escaped(&mut out, c);
        } else {
            out.push(c);
        }
    }
    out
}

/// Where a CI log would see a command, in order: the first colon of a leading `::`, the last `#` before `[` or `word[`.
///
/// GitHub takes `::` after white space too, and `##[` anywhere in a line; others have `##vso[` and `##teamcity[`.
pub(crate) fn command_positions(text: &str) -> Vec<usize> {
    let mut positions = Vec::new();
    let start = text.len() - text.trim_start().len();
    if text.trim_start().starts_with("::") {
        positions.push(start);
    }
    let bytes = text.as_bytes();
    for (bracket, _) in text.match_indices('[') {
        let before = bytes.get(..bracket).unwrap_or_default();
        let word = before.iter().rev().take_while(|byte| is_word_byte(**byte)).count();
        let head = before.get(..bracket - word).unwrap_or_default();
        if head.ends_with(b"##") {
            positions.push(head.len() - 1);
        }
    }
    positions
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Inline,
    Block,
}

fn visible(text: &str, layout: Layout) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = None;
    let mut marks = 0;
    for c in text.chars() {
        match c {
            '\t' if layout == Layout::Block => out.push_str(TAB),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            // Only right behind its character: behind a mark nobody sees what it does.
            '\u{FE0E}' | '\u{FE0F}' if marks == 0 && previous.is_some_and(has_emoji_form) => out.push(c),
            c if is_hidden(c) => push_escaped(&mut out, c),
            c if char_width(c) == 0 => {
                marks += 1;
                if previous.is_some() && marks <= MARKS_PER_LETTER {
                    out.push(c);
                } else {
                    push_escaped(&mut out, c);
                }
                continue;
            }
            c => out.push(c),
        }
        marks = 0;
        previous = Some(c);
    }
    out
}

fn push_escaped(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    _ = write!(out, "\\u{{{:x}}}", u32::from(c));
}

/// Whether a character steers the terminal, changes the order of others, or cannot be seen.
///
/// Controls, line and paragraph separators, bidi controls, zero-width marks, tags, fillers, variation selectors and
/// noncharacters: Unicode's default-ignorable code points, and the controls.
pub fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || matches!(code,
            0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
            | 0xFFF0..=0xFFFB | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
        || code & 0xFFFE == 0xFFFE
}

/// Whether a variation selector after the character chooses between text and emoji, so that people see what it does.
fn has_emoji_form(c: char) -> bool {
    matches!(u32::from(c),
        0xA9 | 0xAE | 0x203C | 0x2049 | 0x2122 | 0x2139 | 0x2190..=0x21FF | 0x2300..=0x23FF | 0x24C2
        | 0x25A0..=0x27BF | 0x2900..=0x297F | 0x2B00..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299 | 0x1F000..=0x1FAFF)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn safe(text: &str) -> String {
        sanitise(text).as_str().to_owned()
    }

    #[test]
    fn what_steers_or_hides_becomes_visible() {
        let table = [
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\0b\u{7f}c\u{9b}d", "a\\u{0}b\\u{7f}c\\u{9b}d"),
            ("user\u{202e}txt.exe", "user\\u{202e}txt.exe"),
            ("a\u{200b}b\u{2066}c\u{feff}", "a\\u{200b}b\\u{2066}c\\u{feff}"),
            ("tag\u{e0041}\u{e007f}", "tag\\u{e0041}\\u{e007f}"),
            ("a\u{2028}b\u{2029}c\u{85}d", "a\\u{2028}b\\u{2029}c\\u{85}d"),
            ("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
            ("soft\u{ad}hyphen \u{3164} \u{fffe}", "soft\\u{ad}hyphen \\u{3164} \\u{fffe}"),
        ];
        for (text, expected) in table {
            assert_eq!(safe(text), expected);
        }
    }

    #[test]
    fn letters_of_every_script_and_emoji_stay() {
        for text in
            ["Ünï cøde", "e\u{301}te\u{301}", "हिन्दी", "日本語", "⚠\u{fe0f} stop", "✅ done", "שלום", "— “quoted”"]
        {
            assert_eq!(safe(text), text);
        }
    }

    #[test]
    fn marks_without_a_letter_and_heaps_of_marks_are_visible() {
        assert_eq!(safe("\u{338}x"), "\\u{338}x");
        assert_eq!(safe(&format!("a{}", "\u{301}".repeat(5))), "a\u{301}\u{301}\u{301}\u{301}\\u{301}");
        assert_eq!(safe("a\u{fe0f}"), "a\\u{fe0f}");
        assert_eq!(safe("⚠\u{fe0f}\u{fe0f}"), "⚠\u{fe0f}\\u{fe0f}");
        assert_eq!(safe("🀀\u{301}\u{fe0f}"), "🀀\u{301}\\u{fe0f}");
    }

    #[test]
    fn commands_to_ci_logs_are_broken_up() {
        let table = [
            ("::error::x", "\\u{3a}:error::x"),
            ("  ::add-mask::x", "  \\u{3a}:add-mask::x"),
            ("a ::error::x", "a ::error::x"),
            ("##[error]x", "#\\u{23}[error]x"),
            ("### [a](b) ###[group]", "### [a](b) ##\\u{23}[group]"),
            ("##vso[task.setvariable]", "#\\u{23}vso[task.setvariable]"),
            ("##[a]##[b]", "#\\u{23}[a]#\\u{23}[b]"),
            ("## heading", "## heading"),
        ];
        for (text, expected) in table {
            assert_eq!(safe(text), expected);
        }
    }

    #[test]
    fn blocks_keep_their_lines_and_columns() {
        let lines: Vec<String> =
            sanitise_block("a\n\n\tb\r\n::x\n").iter().map(|line| line.as_str().to_owned()).collect();
        assert_eq!(lines, ["a", "", "    b", "\\u{3a}:x"]);
        assert_eq!(sanitise_block(""), []);
        assert_eq!(sanitise_block("\n").len(), 1);
    }

    #[test]
    fn parts_are_cut_by_columns() {
        let text = sanitise("日本語abc");
        assert_eq!(text.cut(9), (text.clone(), 0));
        assert_eq!(text.cut(5), (sanitise("日本"), 4));
        assert_eq!(sanitise("e\u{301}x").characters(1, 9).as_str(), "\\u{301}x");
        assert_eq!(sanitise("a ::b").characters(2, 9).as_str(), "\\u{3a}:b");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let json = "{\n  \"a\": \"\u{202e}\u{e0041}\u{7f}##[error] é\"\n}";
        let safe = sanitise_json(json);
        assert_eq!(safe, "{\n  \"a\": \"\\u202e\\udb40\\udc41\\u007f#\\u0023[error] é\"\n}");
        let read = |text| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&safe), read(json));
    }

    fn nasty() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            "[ -~]{0,6}",
            prop::sample::select(vec![
                "::",
                "##[",
                "##vso[",
                "#",
                "[",
                "\u{1b}[2J",
                "\r\n",
                "\n",
                "\t",
                "\u{202e}",
                "\u{200d}",
                "\u{e0020}",
                "\u{fe0f}",
                "⚠",
                "\u{301}",
                " ",
                "\u{2028}",
                "\u{feff}",
                "\u{9b}",
                "\u{85}",
                "\u{a0}",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    fn assert_harmless(text: &str) -> Result<(), TestCaseError> {
        let mut previous = 'x';
        for c in text.chars() {
            let chosen_emoji = matches!(c, '\u{fe0e}' | '\u{fe0f}') && has_emoji_form(previous);
            prop_assert!(!is_hidden(c) || chosen_emoji, "{:?} in {:?}", c, text);
            previous = c;
        }
        prop_assert!(!text.trim_start().starts_with("::"), "{text:?}");
        prop_assert_eq!(command_positions(text), Vec::<usize>::new());
        Ok(())
    }

    proptest! {
        #[test]
        fn nothing_harmful_gets_through(text in nasty()) {
            assert_harmless(sanitise(&text).as_str())?;
            for line in sanitise_block(&text) {
                assert_harmless(line.as_str())?;
            }
        }

        #[test]
        fn sanitising_again_changes_nothing(text in nasty()) {
            let once = sanitise(&text);
            prop_assert_eq!(&sanitise(once.as_str()), &once);
            prop_assert_eq!(&sanitise_block_line(once.as_str()), &once);
        }

        #[test]
        fn plain_text_is_untouched(text in "[a-zA-Z0-9 .,_/-]{0,40}") {
            let safe = sanitise(&text);
            prop_assert_eq!(safe.as_str(), text);
        }

        #[test]
        fn parts_are_harmless(text in nasty(), start in 0_usize..20, length in 0_usize..20, columns in 0_usize..30) {
            let text = sanitise(&text);
            assert_harmless(text.characters(start, length).as_str())?;
            assert_harmless(text.cut(columns).0.as_str())?;
        }

        #[test]
        fn json_strings_survive(text in nasty()) {
            let json = serde_json::to_string(&text).unwrap();
            let safe = sanitise_json(&json);
            prop_assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
            prop_assert!(!safe.chars().any(|c| c != '\n' && is_hidden(c)));
        }
    }
}
