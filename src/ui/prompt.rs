use zeroize::Zeroizing;

use crate::error::CommandError;
use crate::render::document::{Document, Line, Style, line};
use crate::render::text_safety::{SafeText, sanitise};

use super::terminal::Ui;
use super::{Answer, Key, Keyboard, TextCheck};

/// How many bytes are taken of what is typed unseen; the caller tells what is too long by the byte more.
const LONGEST_HIDDEN: usize = 64 * 1024 + 1;

/// One of the answers to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The key, lower case.
    pub key: char,
    /// The word, which may be typed too.
    pub word: &'static str,
    /// What it does, shown for `?`.
    pub help: &'static str,
}

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// The key of the choice.
    Key(char),
    /// Ctrl-C, Ctrl-D, or the terminal is gone.
    Interrupted,
}

impl Chosen {
    /// The key; to quit or to interrupt ends the command, which says what was not done.
    pub fn or_end(self, outcome: &str) -> Result<char, CommandError> {
        match self {
            Self::Key('q') => Err(CommandError::quit().and(outcome)),
            Self::Key(key) => Ok(key),
            Self::Interrupted => Err(CommandError::interrupted().and(outcome)),
        }
    }
}

/// Why nothing came of what was typed unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiddenError {
    /// Ctrl-C, Ctrl-D, the terminal is gone, or the process was told to end.
    Interrupted,
    /// More than one line came, and the terminal does not tell what is pasted: a part of it is not the value.
    Lines,
    /// It is not UTF-8.
    NotUtf8,
}

/// Asks questions; exists only where somebody can answer them ([`Ui::prompter`]).
pub struct Prompter<'a> {
    ui: &'a Ui,
}

impl Ui {
    /// Who asks questions, if somebody can answer them.
    pub fn prompter(&self) -> Option<Prompter<'_>> {
        self.can_prompt().then_some(Prompter { ui: self })
    }
}

impl Prompter<'_> {
    /// Asks a question of yes or no, answered with Enter; Enter alone is no.
    ///
    /// What was typed before the question is thrown away.
    pub fn confirm(&self, question: &Document) -> Answer {
        self.yes_or_no(question, true)
    }

    /// The same where one key is enough.
    pub fn confirm_key(&self, question: &Document) -> Answer {
        self.yes_or_no(question, false)
    }

    /// Asks for a text of one line; Enter alone is the default, and what the check refuses is asked again.
    ///
    /// What was typed before the question is thrown away.
    pub fn text(&self, question: &Document, default: &str, check: TextCheck<'_>) -> Option<String> {
        self.below(question, |keyboard, prompt| keyboard.text(prompt, default, check))
    }

    /// Lets choose one of several lines with the arrow keys: its position.
    ///
    /// What was typed before the question is thrown away.
    pub fn one_of(&self, question: &Document, lines: &[String]) -> Option<usize> {
        let lines = safe(lines);
        self.below(question, |keyboard, prompt| keyboard.one_of(prompt, &lines))
    }

    /// Lets choose any number of lines with the arrow keys and the space bar: their positions, in order.
    ///
    /// What was typed before the question is thrown away.
    pub fn any_of(&self, question: &Document, lines: &[String]) -> Option<Vec<usize>> {
        let lines = safe(lines);
        self.below(question, |keyboard, prompt| keyboard.any_of(prompt, &lines))
    }

    fn below<T>(&self, question: &Document, ask: impl FnOnce(&mut dyn Keyboard, &str) -> T) -> T {
        let prompt = self.ui.prompt_below(question);
        self.ui.with_keyboard(|keyboard| {
            keyboard.flush();
            ask(keyboard, &prompt)
        })
    }

    fn yes_or_no(&self, question: &Document, needs_enter: bool) -> Answer {
        self.below(question, |keyboard, prompt| keyboard.confirm(prompt, needs_enter))
    }

    /// Asks a question that one key answers, without Enter; Enter alone means the first of the answers.
    ///
    /// What was typed before the question is thrown away. Any other key lists the answers and asks again.
    pub fn press(&self, question: &Document, choices: &[Choice]) -> Chosen {
        self.ui.with_keyboard(|keyboard| {
            loop {
                self.ask(question, choices);
                keyboard.flush();
                let key = keyboard.key();
                let found = match key {
                    Key::Interrupt => {
                        self.ui.echo("\n");
                        return Chosen::Interrupted;
                    }
                    Key::Enter => choices.first(),
                    Key::Char(c) => choices.iter().find(|choice| choice.key == c.to_ascii_lowercase()),
                    _ => None,
                };
                if let Some(choice) = found {
                    self.ui.echo(choice.word);
                    self.ui.echo("\n");
                    return Chosen::Key(choice.key);
                }
                self.ui.echo("\n");
                self.ui.question(&help(choices));
            }
        })
    }

    /// Asks for a text of which nothing is shown, not even stars.
    ///
    /// It ends at Enter. What the terminal marks as pasted comes whole, without a line break at its end; lines that are not
    /// marked are refused, since nobody knows where they end. Of what is longer than 64 KiB more than 64 KiB are given. The
    /// buffer never grows and is wiped. However it ends, by a signal or a panic too, the terminal is as it was.
    pub fn hidden(&self, question: &Document) -> Result<Zeroizing<String>, HiddenError> {
        self.ui.with_keyboard(|keyboard| {
            if !keyboard.hide() {
                return Err(HiddenError::Interrupted);
            }
            let hidden = Hidden(keyboard);
            let mut question = question.clone();
            question.push(Line::new());
            self.ui.open_question(&question);
            let text = read_hidden(hidden.0);
            self.ui.echo("\n");
            text
        })
    }

    fn ask(&self, question: &Document, choices: &[Choice]) {
        let mut question = question.clone();
        question.push(hint(choices));
        self.ui.open_question(&question);
    }
}

/// Lines that no name in them can break.
fn safe(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| sanitise(line).as_str().to_owned()).collect()
}

/// A keyboard that hides what is typed until this is dropped.
struct Hidden<'k>(&'k mut dyn Keyboard);

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        self.0.show();
    }
}

fn read_hidden(keyboard: &mut dyn Keyboard) -> Result<Zeroizing<String>, HiddenError> {
    // A character has at most four bytes.
    let mut text = Zeroizing::new(String::with_capacity(LONGEST_HIDDEN + 4));
    let mut is_pasting = false;
    loop {
        let character = match keyboard.key() {
            Key::PasteStart => {
                is_pasting = true;
                continue;
            }
            Key::PasteEnd => {
                is_pasting = false;
                continue;
            }
            Key::Enter if is_pasting => '\n',
            Key::Char(character) if is_pasting => character,
            Key::Enter if keyboard.has_more() => return Err(HiddenError::Lines),
            Key::Enter => {
                if text.ends_with('\n') {
                    text.pop();
                }
                return Ok(text);
            }
            Key::Interrupt => return Err(HiddenError::Interrupted),
            Key::NotUtf8 => return Err(HiddenError::NotUtf8),
            Key::Backspace => {
                text.pop();
                continue;
            }
            Key::Escape => {
                text.clear();
                continue;
            }
            Key::Char(character) if !character.is_control() || character == '\t' => character,
            Key::Char(_) | Key::Other => continue,
        };
        if text.len() < LONGEST_HIDDEN {
            text.push(character);
        }
    }
}

/// The answers in brackets, what Enter means first and in capitals: `[N/y/q/?]`.
fn hint(choices: &[Choice]) -> Line {
    let mut text = SafeText::literal("[");
    for (position, choice) in choices.iter().enumerate() {
        let key = if position == 0 { choice.key.to_ascii_uppercase() } else { choice.key };
        text = text.then(&sanitise(key.encode_utf8(&mut [0; 4]))).then(&SafeText::literal("/"));
    }
    Style::Dim.line(text.then(&SafeText::literal("?]")))
}

fn help(choices: &[Choice]) -> Document {
    choices
        .iter()
        .map(|choice| {
            let key = sanitise(choice.key.encode_utf8(&mut [0; 4]));
            line!("  {} {}: {}", Style::Bold.of(key), choice.word, choice.help)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::Ordering;

    use crate::ui::keyboard::tests::Typed;
    use crate::ui::output::tests::Memory;
    use crate::ui::{ColorChoice, Options, Streams, Terminals};

    use crate::render::document::line;

    use super::*;

    const CHOICES: [Choice; 3] = [
        Choice { key: 'n', word: "no", help: "leave it as it is" },
        Choice { key: 'y', word: "yes", help: "do it" },
        Choice { key: 'q', word: "quit", help: "do nothing more" },
    ];

    fn asked(typed: &str) -> (Answer, String) {
        let stderr = Memory::default();
        let options = Options { color: ColorChoice::Never, ..Options::default() };
        let streams = Streams { stdout: Box::new(Memory::default()), stderr: Box::new(stderr.clone()) };
        let ui = Ui::with(options, Terminals::all(80), streams, Box::new(Typed::new(typed)));
        let question = Document::from(line!("Apply this to {}?", Style::Bold.of("dev")));
        let answer = ui.prompter().unwrap().confirm(&question);
        (answer, stderr.text())
    }

    fn typed_unseen(typed: &str) -> (Result<String, HiddenError>, String) {
        let stderr = Memory::default();
        let options = Options { color: ColorChoice::Never, ..Options::default() };
        let streams = Streams { stdout: Box::new(Memory::default()), stderr: Box::new(stderr.clone()) };
        let ui = Ui::with(options, Terminals::all(80), streams, Box::new(Typed::new(typed)));
        let text = ui.prompter().unwrap().hidden(&Document::from(line!("Value:")));
        (text.map(|text| text.to_string()), stderr.text())
    }

    #[test]
    fn nothing_of_what_is_typed_unseen_is_shown() {
        let table = [
            ("hunter2\r", Ok("hunter2")),
            ("\r", Ok("")),
            ("hunter2\r\r", Ok("hunter2")),
            ("hunter3\u{8}2\u{1}\r", Ok("hunter2")),
            ("wrong\u{1b}hunter2\r", Ok("hunter2")),
            ("a\tü \r", Ok("a\tü ")),
            ("-----BEGIN\rabc\rEND-----\r", Err(HiddenError::Lines)),
            ("\u{2}-----BEGIN\rabc\u{1}\rEND-----\r\u{3}\r", Ok("-----BEGIN\nabc\u{1}\nEND-----")),
            ("\u{2}a\u{3}b\u{2}c\r\r\u{3}\r", Ok("abc\n")),
            ("\u{2}a\rb\u{3}\rc", Err(HiddenError::Lines)),
            ("too early\r\u{c}hunter2\r", Ok("hunter2")),
            ("hunter\u{fffd}\r", Err(HiddenError::NotUtf8)),
            ("hunter2", Err(HiddenError::Interrupted)),
            ("", Err(HiddenError::Interrupted)),
        ];
        for (typed, text) in table {
            assert_eq!(typed_unseen(typed), (text.map(str::to_owned), "Value: \n".to_owned()), "{typed:?}");
        }
    }

    #[test]
    fn a_defect_gives_the_terminal_back() {
        let keyboard = Typed::new("hunter2\u{7}");
        let is_hidden = Arc::clone(&keyboard.is_hidden);
        let streams = Streams { stdout: Box::new(Memory::default()), stderr: Box::new(Memory::default()) };
        let ui = Ui::with(Options::default(), Terminals::all(80), streams, Box::new(keyboard));
        let ask = || ui.prompter().unwrap().hidden(&Document::new()).is_ok();
        assert!(catch_unwind(AssertUnwindSafe(ask)).is_err());
        assert!(!is_hidden.load(Ordering::SeqCst));
    }

    #[test]
    fn the_buffer_for_what_is_typed_unseen_never_grows() {
        for character in ["x", "ü", "\u{1F600}"] {
            let typed = character.repeat(LONGEST_HIDDEN) + "\r";
            let text = read_hidden(&mut Typed::new(&typed)).unwrap();
            assert!(text.len() > 64 * 1024 && text.capacity() == LONGEST_HIDDEN + 4, "{character}");
        }
    }

    #[test]
    fn answers_are_keys_or_words() {
        let table = [
            ("y\r", Answer::Yes),
            ("Yes\r", Answer::Yes),
            ("n\r", Answer::No),
            ("\r", Answer::No),
            ("q\r", Answer::Quit),
            ("x\u{8}y\r", Answer::Yes),
            ("not really\rn\r", Answer::No),
            ("maybe\ry\r", Answer::Yes),
            ("yes", Answer::Interrupted),
            ("", Answer::Interrupted),
        ];
        for (typed, answer) in table {
            assert_eq!(asked(typed).0, answer, "{typed:?}");
        }
    }

    #[test]
    fn one_key_is_enough_where_that_was_asked_for() {
        let pressed = |typed: &str| {
            let stderr = Memory::default();
            let options = Options { color: ColorChoice::Never, ..Options::default() };
            let streams = Streams { stdout: Box::new(Memory::default()), stderr: Box::new(stderr.clone()) };
            let ui = Ui::with(options, Terminals::all(80), streams, Box::new(Typed::new(typed)));
            let question = Document::from(line!("Create FOO?"));
            let chosen = ui.prompter().unwrap().press(&question, &CHOICES);
            (chosen, stderr.text())
        };
        let table = [
            ("y", Chosen::Key('y')),
            ("Y", Chosen::Key('y')),
            ("\r", Chosen::Key('n')),
            ("xq", Chosen::Key('q')),
            ("y\u{c}n", Chosen::Key('n')),
            ("y\u{c}", Chosen::Interrupted),
            ("", Chosen::Interrupted),
        ];
        for (typed, chosen) in table {
            assert_eq!(pressed(typed).0, chosen, "{typed:?}");
        }
        let shown = pressed("?y").1;
        assert!(shown.starts_with("Create FOO? [N/y/q/?] \n  n no: leave it as it is\n"), "{shown}");
        assert!(shown.ends_with("Create FOO? [N/y/q/?] yes\n"), "{shown}");
    }

    #[test]
    fn what_was_typed_before_the_question_does_not_count() {
        assert_eq!(asked("y\ry\r\u{c}n\r").0, Answer::No);
        assert_eq!(asked("y\r\u{c}").0, Answer::Interrupted);
    }

    #[test]
    fn a_question_that_does_not_fit_is_written_above_its_prompt() {
        let told = |question: Document| {
            let stderr = Memory::default();
            let options = Options { color: ColorChoice::Never, ..Options::default() };
            let streams = Streams { stdout: Box::new(Memory::default()), stderr: Box::new(stderr.clone()) };
            let ui = Ui::with(options, Terminals::all(80), streams, Box::new(Typed::new("")));
            (ui.prompt_below(&question), stderr.text())
        };
        let short = Document::from(line!("Above.")).line(line!("Apply?"));
        assert_eq!(told(short), ("Apply?".to_owned(), "Above.\n".to_owned()));
        let long = "x".repeat(75);
        assert_eq!(told(Document::from(line!("{}", &long))), ("Continue?".to_owned(), format!("{long}\n")));
    }
}
