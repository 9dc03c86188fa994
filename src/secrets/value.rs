use zeroize::Zeroizing;

use super::memory;

/// The text of a secret: no `Display`, `Debug`, `Serialize`, `Clone` or `PartialEq`, and wiped when dropped.
///
/// It cannot be shown:
///
/// ```compile_fail
/// let value = lobu::secrets::SecretValue::new("x");
/// format!("{value}");
/// ```
///
/// ```compile_fail
/// let value = lobu::secrets::SecretValue::new("x");
/// format!("{value:?}");
/// ```
///
/// nor copied, compared or written as JSON:
///
/// ```compile_fail
/// let value = lobu::secrets::SecretValue::new("x");
/// let other: lobu::secrets::SecretValue = value.clone();
/// ```
///
/// ```compile_fail
/// lobu::secrets::SecretValue::new("x") == lobu::secrets::SecretValue::new("x");
/// ```
///
/// ```compile_fail
/// serde_json::to_string(&lobu::secrets::SecretValue::new("x"));
/// ```
///
/// and nobody outside reads its text:
///
/// ```compile_fail
/// lobu::secrets::expose::expose(&lobu::secrets::SecretValue::new("x"));
/// ```
///
/// ```compile_fail
/// lobu::secrets::SecretValue::new("x").text();
/// ```
///
/// What can be done with one compiles:
///
/// ```
/// assert!(!lobu::secrets::SecretValue::new("x").is_empty());
/// ```
pub struct SecretValue(Zeroizing<String>);

/// How many bytes a value may have.
pub const LONGEST_VALUE: usize = 64 * 1024;

/// Why a value is not sent to an org.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueProblem {
    /// It is what a server shows in place of a value, or a reference to one.
    Placeholder,
    /// It has more than 64 KiB.
    TooLong,
}

/// What makes a value look like one that was not meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// Three base64url parts: a token that expires, often one of a login.
    Jwt,
    /// The text `$NAME`, or `${…}` or `$(…)` in it: nothing is expanded here.
    Expansion,
    /// A text in backticks, which other readers of `.env` take for quotes.
    Backticks,
    /// Blanks or line breaks around it.
    Blanks,
    /// A ciphertext or a reference of another tool.
    Foreign,
}

impl SecretValue {
    /// Takes a text; what it was copied from is the caller's to wipe.
    pub fn new(text: impl Into<String>) -> Self {
        Self::from_wiped(Zeroizing::new(text.into()))
    }

    /// Takes a text that is wiped already when it is dropped, without copying it.
    pub fn from_wiped(text: Zeroizing<String>) -> Self {
        memory::protect();
        Self(text)
    }

    /// Whether nothing is there, which counts as missing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether two values are the same text.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }

    /// Why it is not to be sent; none if nothing speaks against it.
    pub fn problem(&self) -> Option<ValueProblem> {
        if self.0.len() > LONGEST_VALUE {
            return Some(ValueProblem::TooLong);
        }
        let placeholder = ["lobu_secret_", "***", "secret://"].iter().any(|start| self.0.starts_with(start));
        placeholder.then_some(ValueProblem::Placeholder)
    }

    /// Whether a person should look at it before it is sent.
    pub fn suspicion(&self) -> Option<Suspicion> {
        if is_jwt(&self.0) {
            return Some(Suspicion::Jwt);
        }
        if is_foreign(&self.0) {
            return Some(Suspicion::Foreign);
        }
        if has_expansion(&self.0) {
            return Some(Suspicion::Expansion);
        }
        if self.0.len() > 1 && self.0.starts_with('`') && self.0.ends_with('`') {
            return Some(Suspicion::Backticks);
        }
        (self.0.trim().len() < self.0.len()).then_some(Suspicion::Blanks)
    }

    /// How many bytes it takes as a JSON text, with its quotes.
    pub fn json_length(&self) -> usize {
        let escaped = |byte: u8| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
            0..0x20 => 6,
            _ => 1,
        };
        2 + self.0.bytes().map(escaped).sum::<usize>()
    }

    /// A second value with the same text, for the one reader of the environment that must give its own away.
    pub(super) fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

fn is_jwt(text: &str) -> bool {
    let base64url = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text.starts_with("eyJ") && text.split('.').count() == 3 && text.split('.').all(base64url)
}

/// Whether a shell or another reader of `.env` would put something in its place: `${…}` and `$(…)` anywhere, and `$NAME` at the
/// beginning or behind what parts words.
fn has_expansion(text: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        let rest = rest.get(1..).unwrap_or_default();
        let closes = |open: char, close: char| {
            rest.strip_prefix(open).and_then(|inside| inside.find(close)).is_some_and(|length| length > 0)
        };
        let letter = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'_';
        let name = rest.bytes().take_while(|byte| letter(byte) || byte.is_ascii_digit()).count();
        let is_name = name > 1 && rest.bytes().next().is_some_and(|first| letter(&first));
        let is_parted = before.chars().next_back().is_none_or(|before| matches!(before, ' ' | '/' | ':' | '=' | ','));
        let ends = rest.get(name..).and_then(|rest| rest.chars().next()).is_none_or(|next| !next.is_alphanumeric());
        closes('{', '}') || closes('(', ')') || is_name && is_parted && ends
    })
}

/// How ciphertexts and references of other tools begin.
const FOREIGN: [&str; 6] = ["ENC[", "encrypted:", "op://", "vault:", "sops:", "bws://"];

fn is_foreign(text: &str) -> bool {
    FOREIGN.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use serde::Serialize;

    use super::*;

    /// Does not compile if a secret value has the trait: the call would then be ambiguous.
    macro_rules! has_no {
        ($bound:path) => {{
            trait Ambiguous<A> {
                #[track_caller]
                fn check() {}
            }
            struct Second;
            impl<T> Ambiguous<()> for T {}
            impl<T: $bound> Ambiguous<Second> for T {}
            <SecretValue as Ambiguous<_>>::check();
        }};
    }

    #[test]
    fn a_value_cannot_be_shown_copied_or_compared() {
        has_no!(Debug);
        has_no!(Display);
        has_no!(Serialize);
        has_no!(Clone);
        has_no!(PartialEq);
    }

    #[test]
    fn placeholders_and_what_is_too_long_are_not_sent() {
        let table = [
            ("hunter2".to_owned(), None),
            (String::new(), None),
            ("lobu_secret_0".to_owned(), Some(ValueProblem::Placeholder)),
            ("***1a2b".to_owned(), Some(ValueProblem::Placeholder)),
            ("secret://dev/user/A".to_owned(), Some(ValueProblem::Placeholder)),
            ("a***".to_owned(), None),
            ("x".repeat(LONGEST_VALUE), None),
            ("x".repeat(LONGEST_VALUE + 1), Some(ValueProblem::TooLong)),
        ];
        for (text, expected) in table {
            assert_eq!(SecretValue::new(text.clone()).problem(), expected, "{}", text.len());
        }
    }

    #[test]
    fn what_looks_unmeant_is_told() {
        let table = [
            ("eyJhbGciOi.eyJzdWIi.c2ln", Some(Suspicion::Jwt)),
            ("eyJhbGciOi.eyJzdWIi", None),
            ("eyJhbGciOi.eyJzdWIi.", None),
            ("a.b.c", None),
            ("https://${HOST}/hook", Some(Suspicion::Expansion)),
            ("$HOME/x", Some(Suspicion::Expansion)),
            ("$(cat /run/secret)", Some(Suspicion::Expansion)),
            ("`quoted`", Some(Suspicion::Backticks)),
            (" padded", Some(Suspicion::Blanks)),
            ("line\n", Some(Suspicion::Blanks)),
            ("ENC[AES256_GCM,data]", Some(Suspicion::Foreign)),
            ("op://vault/item", Some(Suspicion::Foreign)),
            ("x$AB9c!", None),
            ("$OTHER", Some(Suspicion::Expansion)),
            ("${OTHER_1}", Some(Suspicion::Expansion)),
            ("$other", None),
            ("pa$$word", None),
            ("$", None),
            ("${}", None),
            ("$1", None),
        ];
        for (text, expected) in table {
            assert_eq!(SecretValue::new(text).suspicion(), expected, "{text}");
        }
    }

    #[test]
    fn the_length_of_the_json_text_is_exact() {
        for text in ["", "plain", "\"\\\n\r\t\u{8}\u{c}", "\u{1}\u{1f}\u{7f}", "é☃𝄞", "a\0b"] {
            let written = serde_json::to_string(text).unwrap();
            assert_eq!(SecretValue::new(text).json_length(), written.len(), "{written}");
        }
    }
}
