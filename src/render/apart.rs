//! Two texts that differ never look alike.

use std::collections::{BTreeMap, BTreeSet};

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::model::Value;

use super::text_safety::char_width;

/// The texts of the other side of a change, by what they look like.
#[derive(Debug, Clone, Default)]
pub(super) struct Apart {
    is_change: bool,
    others: BTreeMap<String, BTreeSet<String>>,
}

impl Apart {
    /// The texts of the other side.
    pub(super) fn from<'text>(texts: impl IntoIterator<Item = &'text str>) -> Self {
        let mut others: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for text in texts.into_iter().filter(|text| !text.is_ascii()) {
            others.entry(composed(text)).or_default().insert(text.to_owned());
        }
        Self { is_change: true, others }
    }

    /// The texts of the other side of a value; its names are texts too.
    pub(super) fn from_value(value: Option<&Value>) -> Self {
        let mut texts = Vec::new();
        if let Some(value) = value {
            collect(value, &mut texts);
        }
        Self::from(texts)
    }

    /// Makes visible in a text what keeps it apart from those of the other side: spaces that are no plain ones, and, where the
    /// other side has a text that looks the same, the marks that make the difference.
    ///
    /// The text is written as `written`, with escapes of its own.
    pub(super) fn escaped(&self, text: &str, written: &str) -> String {
        if !self.is_change || text.is_ascii() {
            return written.to_owned();
        }
        let looks_alike =
            self.others.get(&composed(text)).is_some_and(|others| others.iter().any(|other| other != text));
        let mut out = String::with_capacity(written.len());
        for c in written.chars() {
            let is_space = c.is_whitespace() && !matches!(c, ' ' | '\t' | '\n' | '\r');
            if is_space || looks_alike && !is_stable(c) {
                out.extend(c.escape_unicode());
            } else {
                out.push(c);
            }
        }
        out
    }
}

fn collect<'value>(value: &'value Value, texts: &mut Vec<&'value str>) {
    match value {
        Value::Text(text) => texts.extend(text.literal()),
        Value::List(elements) => elements.iter().for_each(|element| collect(element, texts)),
        Value::Map(members) => members.iter().for_each(|(name, member)| {
            texts.push(name);
            collect(member, texts);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text as it looks: in the canonical composition of Unicode.
pub(super) fn composed(text: &str) -> String {
    const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
    NFC.normalize(text).into_owned()
}

/// Whether a character is the only way to write what it looks like: no mark, and its own composition.
fn is_stable(c: char) -> bool {
    c.is_ascii() || char_width(c) > 0 && composed(c.encode_utf8(&mut [0; 4])).chars().eq([c])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_that_are_no_plain_ones_are_visible_in_changes_only() {
        let text = "a\u{a0}b\u{2003}c\u{3000}d e\tf";
        assert_eq!(Apart::default().escaped(text, text), text);
        assert_eq!(Apart::from([]).escaped(text, text), "a\\u{a0}b\\u{2003}c\\u{3000}d e\tf");
    }

    #[test]
    fn marks_are_visible_where_the_other_side_looks_the_same() {
        let (one, other) = ("caf\u{e9}", "cafe\u{301}");
        assert_eq!(Apart::from([one]).escaped(other, other), "cafe\\u{301}");
        assert_eq!(Apart::from([other]).escaped(one, one), one);
        assert_eq!(Apart::from(["caff\u{e9}"]).escaped(other, other), other);
        assert_eq!(Apart::from([other]).escaped(other, other), other);
        // The sign of a length and the letter, each one character.
        let (sign, letter) = ("10 \u{212b}", "10 \u{c5}");
        assert_ne!(Apart::from([letter]).escaped(sign, sign), Apart::from([sign]).escaped(letter, letter));
        assert_eq!(Apart::from([letter]).escaped(sign, sign), "10 \\u{212b}");
    }
}
