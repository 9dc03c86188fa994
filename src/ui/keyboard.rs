use super::Answer;

/// One key that a person pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// The end of the answer.
    Enter,
    /// The last character is taken back.
    Backspace,
    /// Escape: the answer is started anew.
    Escape,
    /// Ctrl-C, Ctrl-D, the terminal is gone, or, while what is typed is hidden, the process is told to end.
    Interrupt,
    /// What follows is pasted: each key stands for a character, Enter for a line break. Only while what is typed is hidden.
    PasteStart,
    /// The end of what is pasted.
    PasteEnd,
    /// Bytes that are no character. Only while what is typed is hidden.
    NotUtf8,
    /// Anything else.
    Other,
}

/// Says what is wrong with a text, as a sentence without a period.
pub type TextCheck<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// Where answers come from.
pub trait Keyboard: Send {
    /// Throws away what was typed before the question was there to be read.
    fn flush(&mut self);

    /// Waits for the next key, which is not echoed.
    fn key(&mut self) -> Key;

    /// Asks for yes or no behind a prompt of one line. Enter alone is no, `q` ends the questions.
    fn confirm(&mut self, prompt: &str, needs_enter: bool) -> Answer;

    /// Asks for a text behind a prompt of one line; what the check refuses is asked again, with its sentence. Enter alone is the
    /// default. None if nobody answers any more.
    fn text(&mut self, prompt: &str, default: &str, check: TextCheck<'_>) -> Option<String>;

    /// Lets choose one of several lines: its position. None if nobody answers any more.
    fn one_of(&mut self, prompt: &str, lines: &[String]) -> Option<usize>;

    /// Lets choose any number of lines: their positions, in order. None if nobody answers any more.
    fn any_of(&mut self, prompt: &str, lines: &[String]) -> Option<Vec<usize>>;

    /// Keeps what is typed between two keys off the screen too, and throws away what was typed before; false if it can't.
    fn hide(&mut self) -> bool;

    /// Ends [`Keyboard::hide`], and throws away what nobody has read.
    fn show(&mut self);

    /// Whether more comes within a moment than line breaks, as it does when lines are pasted; it is thrown away. Only
    /// between [`Keyboard::hide`] and [`Keyboard::show`].
    fn has_more(&mut self) -> bool;
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use crate::ui::terminal_keyboard::answer_of;

    use super::*;

    /// Types a text: `\r` is Enter, `\u{8}` Backspace, `\u{1b}` Escape, `\u{2}` and `\u{3}` the marks of what is pasted,
    /// `\u{fffd}` no character, `\u{7}` a defect; the end is an interrupt.
    pub(in crate::ui) struct Typed {
        keys: VecDeque<char>,
        pub(in crate::ui) is_hidden: Arc<AtomicBool>,
    }

    impl Typed {
        pub(in crate::ui) fn new(text: &str) -> Self {
            Self { keys: text.chars().collect(), is_hidden: Arc::default() }
        }
    }

    impl Keyboard for Typed {
        fn flush(&mut self) {
            // What stands before a form feed was typed before the question.
            while let Some(position) = self.keys.iter().position(|c| *c == '\u{c}') {
                self.keys.drain(..=position);
            }
        }

        #[track_caller]
        fn key(&mut self) -> Key {
            match self.keys.pop_front() {
                None => Key::Interrupt,
                Some('\r') => Key::Enter,
                Some('\u{8}') => Key::Backspace,
                Some('\u{1b}') => Key::Escape,
                Some('\u{2}') => Key::PasteStart,
                Some('\u{3}') => Key::PasteEnd,
                Some('\u{fffd}') => Key::NotUtf8,
                Some('\u{7}') => panic!("a defect"),
                Some(c) => Key::Char(c),
            }
        }

        fn confirm(&mut self, _: &str, needs_enter: bool) -> Answer {
            let mut typed = String::new();
            loop {
                let key = self.key();
                match key {
                    Key::Interrupt => return Answer::Interrupted,
                    Key::Char(c) => typed.push(c),
                    Key::Backspace => drop(typed.pop()),
                    _ => {}
                }
                if needs_enter && key != Key::Enter {
                    continue;
                }
                if let Some(answer) = answer_of(&typed) {
                    return answer;
                }
                typed.clear();
            }
        }

        fn text(&mut self, _: &str, default: &str, check: TextCheck<'_>) -> Option<String> {
            let mut typed = String::new();
            loop {
                match self.key() {
                    Key::Interrupt => return None,
                    Key::Char(c) => typed.push(c),
                    Key::Backspace => drop(typed.pop()),
                    Key::Enter => {
                        let text = if typed.is_empty() { default.to_owned() } else { std::mem::take(&mut typed) };
                        if check(&text).is_ok() {
                            return Some(text);
                        }
                    }
                    _ => {}
                }
            }
        }

        fn one_of(&mut self, prompt: &str, lines: &[String]) -> Option<usize> {
            // A digit stands for the moves to its line.
            self.any_of(prompt, lines).map(|chosen| chosen.first().copied().unwrap_or_default())
        }

        fn any_of(&mut self, _: &str, lines: &[String]) -> Option<Vec<usize>> {
            let mut chosen = Vec::new();
            loop {
                match self.key() {
                    Key::Interrupt => return None,
                    Key::Enter => return Some(chosen),
                    Key::Char(c) => {
                        let position = c.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
                        chosen.extend(position.filter(|position| *position < lines.len()));
                    }
                    _ => {}
                }
            }
        }

        fn hide(&mut self) -> bool {
            self.flush();
            self.is_hidden.store(true, Ordering::SeqCst);
            true
        }

        fn show(&mut self) {
            self.is_hidden.store(false, Ordering::SeqCst);
        }

        fn has_more(&mut self) -> bool {
            self.keys.drain(..).any(|key| key != '\r')
        }
    }
}
