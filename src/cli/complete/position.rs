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
        let Some((flag, value)) = self.flag(text) else { return };
        match value {
            Some((_, value)) if flag.get_id() == "directory" => self.directory = Some(value.into()),
            Some(_) => {}
            None if flag.is_require_equals_set() => {}
            None => self.wants = most_values(flag).map(|most| (flag, most)),
        }
    }

    /// The flag of a word, and its value if the word has one, with what is in front of it.
    ///
    /// Of several short ones in a word the first that takes a value has the rest of the word: `-Cdesk`, `-vC=desk`.
    fn flag<'w>(&self, word: &'w str) -> Option<(&'c Arg, Option<(&'w str, &'w str)>)> {
        let split = |at: usize| word.split_at_checked(at);
        if let Some(long) = word.strip_prefix("--") {
            let name = long.split('=').next().unwrap_or_default();
            let flag = self.command.get_arguments().find(|flag| flag.get_long() == Some(name))?;
            return Some((flag, if name.len() < long.len() { split(name.len() + 3) } else { None }));
        }
        let mut last = None;
        for (position, short) in word.char_indices().skip(1) {
            let flag = self.command.get_arguments().find(|flag| flag.get_short() == Some(short))?;
            let rest = position + short.len_utf8();
            if most_values(flag).is_some() && rest < word.len() {
                let is_equals = word.get(rest..).is_some_and(|rest| rest.starts_with('='));
                return Some((flag, split(rest + usize::from(is_equals))));
            }
            last = Some((flag, None));
        }
        last
    }

    fn next(&self, last: &OsStr) -> Next<'c> {
        let text = last.to_string_lossy();
        let is_flag = !self.is_plain && text.starts_with('-');
        if let (Some((flag, _)), false) = (self.wants, is_flag) {
            return Next::Value(flag, String::new());
        }
        match text.contains('=') {
            true if is_flag => match self.flag(&text).filter(|(flag, _)| most_values(flag).is_some()) {
                Some((flag, Some((name, _)))) => Next::Value(flag, name.to_owned()),
                _ => Next::Flag,
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
