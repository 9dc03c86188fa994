//! Long texts folded: at their end, or around what differs.

use super::text_safety::{SafeText, char_width};

/// What stands for what is left out.
const MARK: &str = "…";

/// How many characters around a difference are shown.
const AROUND: usize = 12;

/// How many columns before the end a text is rather cut at a space.
const NEAR_END: usize = 16;

/// The beginning of a text that fits into so many columns, at the end of a word where one is near; a quoted text stays quoted.
pub(super) fn fold_end(text: &SafeText, columns: usize) -> SafeText {
    if text.width() <= columns {
        return text.clone();
    }
    let quote = if text.as_str().len() > 1 && text.as_str().starts_with('"') && text.as_str().ends_with('"') {
        "\""
    } else {
        ""
    };
    let (kept, _) = text.cut(columns.saturating_sub(2 + quote.len()));
    let near = kept.width().saturating_sub(NEAR_END);
    let word = kept.as_str().rfind(' ').filter(|at| {
        *at > 0 && kept.as_str().get(..*at).is_some_and(|kept| kept.chars().map(char_width).sum::<usize>() >= near)
    });
    let kept = match word {
        Some(at) => kept.characters(0, kept.as_str().get(..at).unwrap_or_default().chars().count()),
        None => kept,
    };
    kept.then(&SafeText::literal(" ")).then(&SafeText::literal(MARK)).then(&SafeText::literal(quote))
}

/// Two texts that differ, each within so many columns where that is possible: what both begin and end with is left out but for a
/// few characters, and never less than the mark itself takes.
pub(super) fn fold_around(before: &SafeText, after: &SafeText, columns: usize) -> [SafeText; 2] {
    let texts = [before, after];
    if texts.iter().all(|text| text.width() <= columns) {
        return texts.map(SafeText::clone);
    }
    let [one, other]: [Vec<char>; 2] = texts.map(|text| text.as_str().chars().collect());
    let same_start = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let shorter = one.len().min(other.len());
    let same_end = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    let same_end = same_end.min(shorter - same_start);
    let start = same_start.saturating_sub(AROUND);
    [(before, one), (after, other)]
        .map(|(text, characters)| window(text, &characters, start, characters.len() - same_end + AROUND, columns))
}

/// A part of a text, with a mark at either end that is left out.
fn window(text: &SafeText, characters: &[char], start: usize, end: usize, columns: usize) -> SafeText {
    // A mark takes two columns, so fewer characters are rather shown.
    let start = if start <= 2 { 0 } else { start };
    let end = if end + 2 >= characters.len() { characters.len() } else { end };
    let before = if start > 0 { "… " } else { "" };
    let room = columns.saturating_sub(4).max(2 * AROUND);
    let mut used = 0;
    let fits = characters.iter().take(end).skip(start).take_while(|c| {
        used += char_width(**c);
        used <= room
    });
    let length = fits.count();
    let length = if start + length + 2 >= characters.len() { characters.len() - start } else { length };
    let after = if start + length < characters.len() { " …" } else { "" };
    SafeText::literal(before).then(&text.characters(start, length)).then(&SafeText::literal(after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text_safety::sanitise;
    use super::*;

    fn end(text: &str, columns: usize) -> String {
        fold_end(&sanitise(text), columns).as_str().to_owned()
    }

    fn around(before: &str, after: &str) -> [String; 2] {
        fold_around(&sanitise(before), &sanitise(after), 40).map(|text| text.as_str().to_owned())
    }

    #[test]
    fn the_end_is_folded_at_a_word_and_quotes_stay() {
        assert_eq!(end("\"one two three\"", 15), "\"one two three\"");
        assert_eq!(end("\"one two three\"", 14), "\"one two …\"");
        assert_eq!(end("abcdefghijkl", 10), "abcdefgh …");
        assert_eq!(end("日本日本日本", 9), "日本日 …");
    }

    #[test]
    fn a_long_pair_is_folded_around_what_differs() {
        let long = |middle: &str| format!("\"{}{middle}{}\"", "a".repeat(100), "b".repeat(100));
        assert_eq!(around(&long("x"), &long("y")), ["… aaaaaaaaaaaaxbbbbbbbbbbbb …", "… aaaaaaaaaaaaybbbbbbbbbbbb …"]);
        assert_eq!(around(&long(""), &long("y")), ["… aaaaaaaaaaaabbbbbbbbbbbb …", "… aaaaaaaaaaaaybbbbbbbbbbbb …"]);
        assert_eq!(around("short", "shirt"), ["short", "shirt"]);
    }

    proptest! {
        #[test]
        fn what_differs_is_printed_differently(
            start in "[a ]{0,60}", one in "[ab…é \u{301}]{0,60}", other in "[ab…é \u{301}]{0,60}", rest in "[a ]{0,60}",
            columns in 0_usize..60,
        ) {
            let text = |middle: &str| sanitise(&format!("\"{start}{middle}{rest}\""));
            let (before, after) = (text(&one), text(&other));
            prop_assume!(before != after);
            let [before, after] = fold_around(&before, &after, columns);
            prop_assert_ne!(before, after);
        }

        #[test]
        fn no_mark_stands_for_less_than_it_takes(text in "[ab ]{0,80}", columns in 12_usize..60) {
            let whole = sanitise(&text);
            let folded = fold_end(&whole, columns);
            prop_assert!(folded.width() <= columns);
            prop_assert!(folded == whole || folded.width() < whole.width());
        }
    }
}
