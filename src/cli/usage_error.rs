//! What clap says of a command line that it does not take: with a hint for flags and verbs of other tools, and without repeating
//! what was typed where that may be a value, behind `lobu secrets` or `lobu login`.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::env::Environment;
use crate::error::exit;
use crate::render::ci;
use crate::render::document::{Document, Style, line};
use crate::render::text_safety::sanitise;
use crate::ui::Ui;

use super::command_line::OutputOptions;
use super::hints::{self, Instead};
use super::version;

/// What stands in the place of a word that is not repeated.
const STAND_IN: &str = "…";

/// Shows an error of clap's, or the help that was asked for, which is an error to it; its exit code for usage is ours too.
pub(super) fn show(error: Error, arguments: &[OsString]) -> ExitCode {
    let ui = Ui::new(OutputOptions::default().resolved(&Environment::of_process()));
    if error.kind() == ErrorKind::DisplayVersion && version::is_verbose(arguments) {
        ui.product(&version::verbose());
        return ExitCode::from(exit::DONE);
    }
    let error = if is_about_secrets(arguments) { without_values(error) } else { error };
    let error = visible(error);
    let is_usage = !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    // Nothing is left to tell it to if the stream is closed.
    drop(error.print());
    if is_usage {
        ui.annotate(|| ci::usage(&sentence(&error)));
    }
    let instead = instead(&error, arguments);
    if let Some(Instead { advice, commands }) = instead {
        let mut document = Document::from(line!("{}{}", Style::Hint.of("help: "), advice).prose(6));
        document.extend(commands.iter().map(|command| Style::Bold.line(*command).indented(2)));
        ui.notice(&document);
    }
    ExitCode::from(if is_usage { exit::USAGE } else { exit::DONE })
}

/// Makes what was typed visible, so that a line break in it can't begin a line of a CI log.
fn visible(mut error: Error) -> Error {
    let texts = error.context().filter_map(|(kind, value)| {
        let shown = match value {
            ContextValue::String(text) => ContextValue::String(sanitise(text).as_str().to_owned()),
            ContextValue::Strings(texts) => {
                ContextValue::Strings(texts.iter().map(|text| sanitise(text).as_str().to_owned()).collect())
            }
            // Advice that repeats it.
            ContextValue::StyledStrs(texts) => {
                let is_shown = |text: &&StyledStr| sanitise(&text.to_string()).as_str() == text.to_string();
                ContextValue::StyledStrs(texts.iter().filter(is_shown).cloned().collect())
            }
            _ => return None,
        };
        Some((kind, shown))
    });
    for (kind, shown) in texts.collect::<Vec<_>>() {
        error.insert(kind, shown);
    }
    error
}

/// What is wrong, without the usage and the advice below it.
fn sentence(error: &Error) -> String {
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}

/// What to type in place of what is wrong.
pub(super) fn instead(error: &Error, arguments: &[OsString]) -> Option<Instead> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            text(ContextKind::InvalidSubcommand).and_then(|verb| hints::of_verb(arguments, verb))
        }
        ErrorKind::UnknownArgument => {
            let is_flag = text(ContextKind::InvalidArg).is_some_and(|word| word.starts_with('-'));
            hints::of_flag(arguments).or_else(|| if is_flag { None } else { hints::of_word(arguments) })
        }
        _ => None,
    }
}

/// Whether the words of a command line are about secrets or tokens.
fn is_about_secrets(arguments: &[OsString]) -> bool {
    arguments.iter().skip(1).any(|argument| argument == "secrets" || argument == "login")
}

/// Takes out of an error what was typed, unless it can only be a flag or a mistyped verb.
fn without_values(mut error: Error) -> Error {
    let has_suggestion = error.get(ContextKind::SuggestedSubcommand).is_some();
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        let Some(ContextValue::String(typed)) = error.get(kind) else { continue };
        let shown = match kind {
            ContextKind::InvalidArg => flag(typed),
            ContextKind::InvalidSubcommand if has_suggestion || hints::of_verb(&[], typed).is_some() => {
                Some(typed.clone())
            }
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

    use crate::cli::Cli;

    use super::*;

    #[track_caller]
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
    fn what_was_typed_begins_no_line() {
        for line in ["lobu plan\n::error::x", "lobu plan --x\n::error::x", "lobu plan -t=a --on\u{1b}[2J=##[group]"] {
            let arguments = line.split(' ').map(OsString::from);
            let error = visible(Cli::try_parse_from(arguments).unwrap_err());
            let text = error.to_string();
            assert!(!text.contains("\n::") && !text.contains("##[") && !text.contains('\u{1b}'), "{text}");
            assert!(!sentence(&error).contains("Usage"), "{text}");
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
