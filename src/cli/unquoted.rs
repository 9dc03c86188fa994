//! What was typed behind `lobu secrets` or `lobu login` may be a value: clap's own errors would repeat it.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, Error};

use super::moved;

/// What stands in the place of a word that is not repeated.
const STAND_IN: &str = "…";

/// Whether the words of a command line are about secrets or tokens.
pub(super) fn is_about_secrets(arguments: &[OsString]) -> bool {
    arguments.iter().skip(1).any(|argument| argument == "secrets" || argument == "login")
}

/// Takes out of an error what was typed, unless it can only be a flag or a mistyped verb.
pub(super) fn without_values(mut error: Error) -> Error {
    let has_suggestion = error.get(ContextKind::SuggestedSubcommand).is_some();
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        let Some(ContextValue::String(typed)) = error.get(kind) else { continue };
        let shown = match kind {
            ContextKind::InvalidArg => flag(typed),
            ContextKind::InvalidSubcommand if has_suggestion || moved::hint(typed).is_some() => Some(typed.clone()),
            _ => None,
        };
        error.insert(kind, ContextValue::String(shown.unwrap_or_else(|| STAND_IN.to_owned())));
    }
    error
}

/// The name of a flag, and of a known one what clap says of its value: `--from-file <PATH>`.
fn flag(typed: &str) -> Option<String> {
    let (name, rest) = typed.split_once([' ', '=']).unwrap_or((typed, ""));
    let is_flag =
        name.starts_with('-') && name.len() <= 32 && name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase());
    let known = if rest.starts_with('<') { typed } else { name };
    is_flag.then(|| known.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::Cli;
    use super::*;

    fn shown(line: &str) -> String {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        assert!(is_about_secrets(&arguments));
        without_values(Cli::try_parse_from(arguments).unwrap_err()).to_string()
    }

    #[test]
    fn what_may_be_a_value_is_not_repeated() {
        for line in [
            "lobu secrets push --from-stdin=hunter2",
            "lobu secrets push --yes=hunter2",
            "lobu secrets push FOO --value=hunter2",
            "lobu secrets push FOO -hunter2",
            "lobu secrets push --color hunter2",
            "lobu secrets list hunter2",
            "lobu secrets hunter2",
            "lobu secrets local hunter2",
            "lobu secrets local list hunter2",
            "lobu secrets list --hunter2-is-the-value-of-this-very-long-flag",
        ] {
            assert!(!shown(line).contains("hunter2"), "{line}\n{}", shown(line));
        }
    }

    #[test]
    fn mistyped_flags_and_verbs_are() {
        for (line, word) in [
            ("lobu secrets push --form-file x", "'--form-file'"),
            ("lobu secrets psh", "'psh'"),
            ("lobu secrets push --from-file", "--from-file <PATH>"),
        ] {
            assert!(shown(line).contains(word), "{line}\n{}", shown(line));
        }
    }
}
