use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

/// Where a command line ends.
#[derive(Debug)]
pub(super) struct Position<'c> {
    /// The command that was typed.
    pub(super) command: &'c Command,
    /// Its words, without the program's.
    pub(super) path: String,
    /// Whether it may be a verb: none stands behind a value.
    pub(super) takes_verb: bool,
    /// The directory of `-C`, if it was given.
    pub(super) directory: Option<OsString>,
    pub(super) next: Next<'c>,
}

/// What may stand there.
#[derive(Debug)]
pub(super) enum Next<'c> {
    /// A verb, or the value of an argument without a name.
    Word(Option<&'c Arg>),
    /// The name of a flag.
    Flag,
    /// A value, behind a part of its word that was typed already: `--color=`.
    Value(&'c Arg, String),
}

/// Finds what the last word of a command line may be. The words are those behind the program's name.
pub(super) fn position<'c>(root: &'c Command, words: &[OsString]) -> Position<'c> {
    let mut walk =
        Walk { command: root, path: Vec::new(), positionals: 0, wants: None, is_plain: false, directory: None };
    let (last, before) = words.split_last().map_or((OsStr::new(""), &[][..]), |(last, before)| (&**last, before));
    for word in before {
        walk.take(word);
    }
    let next = walk.next(last);
    let takes_verb = walk.positionals == 0 && !walk.is_plain;
    Position { command: walk.command, path: walk.path.join(" "), takes_verb, directory: walk.directory, next }
}

struct Walk<'c> {
    command: &'c Command,
    path: Vec<&'c str>,
    /// How many arguments without a name were given.
    positionals: usize,
    /// The flag that takes the next words, and how many at most.
    wants: Option<(&'c Arg, usize)>,
    /// Whether `--` was there, behind which nothing is a flag.
    is_plain: bool,
    directory: Option<OsString>,
}

impl<'c> Walk<'c> {
    fn take(&mut self, word: &OsStr) {
        let text = word.to_string_lossy();
        let is_flag = !self.is_plain && text.len() > 1 && text.starts_with('-');
        match self.wants.take() {
            Some((flag, most)) if !is_flag => {
                if flag.get_id() == "directory" {
                    self.directory = Some(word.to_owned());
                }
                self.wants = most.checked_sub(1).filter(|left| *left > 0).map(|left| (flag, left));
            }
            _ if is_flag && text == "--" => self.is_plain = true,
            _ if is_flag => self.take_flag(&text),
            _ => match self.command.find_subcommand(&*text).filter(|_| self.positionals == 0) {
                Some(verb) => {
                    self.command = verb;
                    self.path.push(verb.get_name());
                }
                None => self.positionals += 1,
            },
        }
    }

    fn take_flag(&mut self, text: &str) {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let Some(flag) = self.flag(name) else { return };
        match value {
            Some(value) if flag.get_id() == "directory" => self.directory = Some(value.into()),
            Some(_) => {}
            None if flag.is_require_equals_set() => {}
            None => self.wants = most_values(flag).map(|most| (flag, most)),
        }
    }

    /// The flag of a name with its hyphens; of several short ones in a word the last.
    fn flag(&self, name: &str) -> Option<&'c Arg> {
        let mut all = self.command.get_arguments();
        if let Some(long) = name.strip_prefix("--") {
            return all.find(|flag| flag.get_long() == Some(long));
        }
        let short = name.chars().last();
        all.find(|flag| flag.get_short() == short)
    }

    fn next(&self, last: &OsStr) -> Next<'c> {
        let text = last.to_string_lossy();
        let is_flag = !self.is_plain && text.starts_with('-');
        if let (Some((flag, _)), false) = (self.wants, is_flag) {
            return Next::Value(flag, String::new());
        }
        match text.split_once('=') {
            Some((name, _)) if is_flag => match self.flag(name).filter(|flag| most_values(flag).is_some()) {
                Some(flag) => Next::Value(flag, format!("{name}=")),
                None => Next::Flag,
            },
            _ if is_flag => Next::Flag,
            _ => {
                let mut all = self.command.get_positionals();
                let next = all
                    .nth(self.positionals)
                    .or_else(|| self.command.get_positionals().last().filter(|last| is_list(last)));
                Next::Word(next)
            }
        }
    }
}

/// How many words a flag takes at most; none where it takes no value.
fn most_values(flag: &Arg) -> Option<usize> {
    let most = flag.get_num_args().map_or(1, |count| count.max_values());
    (flag.get_action().takes_values() && most > 0).then_some(most)
}

/// Whether an argument may be given more than once.
fn is_list(argument: &Arg) -> bool {
    matches!(argument.get_action(), clap::ArgAction::Append)
}
