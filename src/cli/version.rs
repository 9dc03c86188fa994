//! `lobu --version --verbose`: what the program was built from.

use std::ffi::OsString;

use crate::render::document::{Document, Style, line};

/// Whether more than the version is asked for, behind a `--version` that was found.
pub(super) fn is_verbose(arguments: &[OsString]) -> bool {
    let typed = arguments.iter().skip(1).filter_map(|argument| argument.to_str()).take_while(|word| *word != "--");
    let is_short = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('v');
    typed.into_iter().any(|word| word == "--verbose" || is_short(word))
}

/// The version, the commit, the target triple, the features and the compiler.
pub(super) fn verbose() -> Document {
    let features = [("fault-points", cfg!(feature = "fault-points"))];
    let features: Vec<&str> = features.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| *name).collect();
    let features = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
    let known = |text: &'static str| if text.is_empty() { "unknown" } else { text };
    let row = |label: &'static str, text: &str| line!("{}{}", Style::Dim.of(label), text);
    Document::new()
        .line(line!("lobu {}", env!("CARGO_PKG_VERSION")))
        .line(row("commit    ", known(env!("LOBU_BUILD_COMMIT"))))
        .line(row("target    ", known(env!("LOBU_BUILD_TARGET"))))
        .line(row("features  ", &features))
        .line(row("compiler  ", known(env!("LOBU_BUILD_COMPILER"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbose_is_asked_for_by_either_flag() {
        for (typed, expected) in [
            ("lobu --version --verbose", true),
            ("lobu -V -v", true),
            ("lobu -vV", true),
            ("lobu -Vv", true),
            ("lobu --version", false),
            ("lobu -V -- -v", false),
            ("lobu -V --no-verify", false),
        ] {
            let words: Vec<OsString> = typed.split(' ').map(OsString::from).collect();
            assert_eq!(is_verbose(&words), expected, "{typed}");
        }
    }
}
