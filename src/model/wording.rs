//! How counts and lists are said in sentences.

use std::borrow::Cow;

/// A number with what it counts: `1 agent`, `2 agents`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", plural(count, "", "s"))
}

/// The word for one, or the word for another number.
pub fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// How many characters a word of an error may have.
const LONGEST_WORD: usize = 100;

/// What is left of a longer one.
const HEAD_OF_WORD: usize = 60;

/// A text of an error with its endless words cut: names and ids that a server or a file made up. Parts of a path are words.
pub fn with_short_words(text: &str) -> Cow<'_, str> {
    let is_between = |character: char| character.is_whitespace() || character == '/';
    if text.split(is_between).all(|word| word.chars().count() <= LONGEST_WORD) {
        return Cow::Borrowed(text);
    }
    let mut short = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_between) {
        let word = piece.trim_end_matches(is_between);
        if word.chars().count() > LONGEST_WORD {
            short.extend(word.chars().take(HEAD_OF_WORD));
            short.push('…');
            short.push_str(piece.strip_prefix(word).unwrap_or_default());
        } else {
            short.push_str(piece);
        }
    }
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endless_words_are_cut_and_paths_are_not() {
        let long = "x".repeat(101);
        let cut = format!("{}…", "x".repeat(60));
        assert_eq!(with_short_words(&format!("agent {long} is wrong")), format!("agent {cut} is wrong"));
        assert_eq!(with_short_words(&format!("/api/{long}/config?")), format!("/api/{cut}/config?"));
        let path = "/a-directory".repeat(50);
        assert_eq!(with_short_words(&path), path);
        assert_eq!(with_short_words(&"ü".repeat(100)), "ü".repeat(100));
    }

    #[test]
    fn one_is_said_otherwise_than_none_and_many() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "agent")), ["0 agents", "1 agent", "2 agents"]);
        assert_eq!([0, 1, 2].map(|count| plural(count, "is", "are")), ["are", "is", "are"]);
    }
}
