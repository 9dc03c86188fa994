use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{Arg, Command, ValueHint};

use crate::cli::help::command;
use crate::commands::complete::{Names, Place};
use crate::env::{Environment, working_directory};
use crate::error::exit;
use crate::render::completions::Completions;
use crate::ui::{Options, Ui};

use super::position::{Next, Position, position};

/// The word that no person types: everything behind it is a command line that is being typed.
const WORD: &str = "__complete";

/// The command line that a shell asks about.
pub(in crate::cli) struct Asked {
    pub(super) words: Vec<OsString>,
}

/// Takes `__complete SHELL -- WORD…`; none for any other command line.
pub(in crate::cli) fn asked(arguments: &[OsString]) -> Option<Asked> {
    let [_, word, shell, dashes, words @ ..] = arguments else { return None };
    if word != WORD || dashes != "--" {
        return None;
    }
    Some(Asked { words: if shell == "bash" { joined(words) } else { words.to_vec() } })
}

/// Bash breaks words at `=`: what is behind one is a word of its own to it, and so is the sign.
fn joined(words: &[OsString]) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let is_last = at + 1 == words.len();
        let is_sign = word == "=" && joined.last().is_some_and(|flag| flag.to_string_lossy().starts_with("--"));
        if !is_sign {
            joined.push(word.clone());
        } else if is_last {
            joined.push(OsString::new());
        }
    }
    joined
}

/// Prints what may stand at the end, and no error: who types is not asked about the project.
pub(in crate::cli) fn answer(asked: &Asked) -> ExitCode {
    let environment = Environment::of_process();
    let ui = Ui::new(Options::default());
    if let Ok(here) = working_directory() {
        ui.product_completions(&completions(&asked.words, &environment, &here));
    }
    ExitCode::from(exit::DONE)
}

/// Finds what may stand in the place of the last word.
pub(super) fn completions(words: &[OsString], environment: &Environment, here: &Path) -> Completions {
    let root = command(true);
    let at = position(&root, words);
    // A word that is not Unicode begins no name.
    let typed = words.last().map_or(Some(""), |word| word.to_str());
    let Some(typed) = typed else { return Completions::default() };
    let place = Place { environment, working_directory: here, directory: at.directory.as_deref().map(Path::new) };
    let mut found = Completions::default();
    match &at.next {
        Next::Flag => add_flags(at.command, typed, &mut found),
        Next::Value(flag, before) => {
            let typed = typed.strip_prefix(before.as_str()).unwrap_or_default();
            return values(&at, flag, before, typed, &place);
        }
        Next::Word(argument) => {
            if let Some(argument) = argument {
                found = values(&at, argument, "", typed, &place);
            }
            if at.takes_verb {
                add_verbs(at.command, typed, &mut found);
            }
        }
    }
    found
}

fn add_verbs(command: &Command, typed: &str, found: &mut Completions) {
    let shown = command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help");
    for verb in shown.filter(|verb| verb.get_name().starts_with(typed)) {
        let says = verb.get_about().map(ToString::to_string);
        found.add(verb.get_name(), says.as_deref());
    }
}

fn add_flags(command: &Command, typed: &str, found: &mut Completions) {
    for flag in command.get_arguments().filter(|flag| !flag.is_positional() && !flag.is_hide_set()) {
        let name = match (flag.get_long(), flag.get_short()) {
            (Some(long), _) => format!("--{long}"),
            (None, Some(short)) => format!("-{short}"),
            (None, None) => continue,
        };
        if name.starts_with(typed) {
            let says = flag.get_help().map(ToString::to_string);
            found.add(&name, says.as_deref());
        }
    }
}

/// The values of an argument: those that it has, paths, or names.
fn values(at: &Position<'_>, argument: &Arg, before: &str, typed: &str, place: &Place<'_>) -> Completions {
    if argument.is_hide_set() {
        return Completions::default();
    }
    match argument.get_value_hint() {
        ValueHint::DirPath => return Completions::directories(),
        ValueHint::AnyPath if value_name(argument) == "DIR" => return Completions::directories(),
        ValueHint::AnyPath | ValueHint::FilePath => return Completions::files(),
        _ => {}
    }
    let mut found = Completions::default();
    for value in argument.get_possible_values().iter().filter(|value| !value.is_hide_set()) {
        if value.get_name().starts_with(typed) {
            let says = value.get_help().map(ToString::to_string);
            found.add(&format!("{before}{}", value.get_name()), says.as_deref());
        }
    }
    if let Some(names) = names_of(&at.path, argument.get_id().as_str()) {
        place.names(names, typed).iter().for_each(|name| found.add(&format!("{before}{name}"), None));
    }
    found
}

fn value_name(argument: &Arg) -> &str {
    argument.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str())
}

/// Which names an argument of a verb takes, if any.
pub(super) fn names_of(path: &str, id: &str) -> Option<Names> {
    Some(match (path, id) {
        (_, "selectors" | "resend_secrets") => Names::Selectors,
        (_, "target" | "diff_targets") => Names::Targets,
        (_, "context") | ("context use" | "context remove" | "context add", "name") => Names::Contexts,
        ("secrets push" | "secrets delete" | "secrets local delete", "names")
        | ("secrets set" | "secrets local set", "name")
        | (_, "from_process" | "rotate") => Names::Secrets,
        ("explain", "path") => Names::Keys,
        _ => return None,
    })
}
