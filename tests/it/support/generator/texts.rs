//! Texts that have to survive every file format and the wire.

use proptest::prelude::*;
use proptest::sample::select;

/// The secrets that projects refer to.
pub(super) const VARIABLES: [&str; 6] =
    ["BOT_TOKEN", "SIGNING_SECRET", "HEADER_VALUE", "CLIENT_ID", "CLIENT_SECRET", "X9_"];

const WORDS: [&str; 18] = [
    "plain",
    "two words",
    "\"quoted\"",
    "it's",
    "back\\slash",
    "tab\there",
    "grüße",
    "日本語",
    "🧺",
    "# not a comment",
    "key: value",
    "- dash",
    "{braces} [brackets]",
    "$NOT_A_REFERENCE here",
    "100%",
    "a\u{301}ccent",
    "<b>&amp;</b>",
    "never paste sk-0123456789abcdef0123 here",
];

/// A short text without blanks around it, never blank.
pub(super) fn line() -> BoxedStrategy<String> {
    prop_oneof![
        3 => select(WORDS.to_vec()).prop_map(str::to_owned),
        1 => proptest::collection::vec(select(WORDS.to_vec()), 2..4).prop_map(|words| words.join(" ")),
    ]
    .boxed()
}

/// A text of some lines, without blanks around it, never blank.
pub(super) fn prose() -> BoxedStrategy<String> {
    let ending = select(vec!["\n", "\n\n", "\r\n"]);
    (select(vec!["# Title", "Be kind.", "***Bold*** start", "🧺"]), proptest::collection::vec((ending, line()), 0..4))
        .prop_map(|(first, rest)| rest.iter().fold(first.to_owned(), |text, (ending, line)| text + ending + line))
        .boxed()
}

/// A domain of a list, as people write them.
pub(super) fn domain() -> BoxedStrategy<String> {
    select(vec!["a.example", "B.Example", "*.c.example", ".d.example", " e.example ", "/^f[0-9]+$/"])
        .prop_map(str::to_owned)
        .boxed()
}
