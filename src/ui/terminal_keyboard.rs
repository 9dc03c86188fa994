//! The keyboard of a terminal, also while something is typed that nobody may see.

use std::fmt;
use std::io;

use super::{Answer, Key, Keyboard, TextCheck};

#[cfg(unix)]
use hidden::HiddenTerminal;

/// The keyboard of the terminal that stdin is.
pub(super) struct TerminalKeyboard {
    /// The terminal while it is hidden.
    #[cfg(unix)]
    hidden: Option<HiddenTerminal>,
    /// Whether the terminal is asked to mark what is pasted.
    #[cfg(unix)]
    marks_pastes: bool,
}

impl TerminalKeyboard {
    /// The keyboard of a terminal that knows control sequences, unless it is a dumb one.
    pub(super) fn new(is_dumb: bool) -> Self {
        #[cfg(not(unix))]
        let _ = is_dumb;
        Self {
            #[cfg(unix)]
            hidden: None,
            #[cfg(unix)]
            marks_pastes: !is_dumb,
        }
    }
}

impl Keyboard for TerminalKeyboard {
    fn flush(&mut self) {
        // Where it does not work the worst is an answer that was typed too early, to a question that has no dangerous default.
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
    }

    fn key(&mut self) -> Key {
        #[cfg(unix)]
        if let Some(hidden) = &mut self.hidden {
            return hidden.keys().key();
        }
        // The raw form hands out Ctrl-C as a key; the other raises the signal and leaves the question half answered.
        match console::Term::stderr().read_key_raw() {
            Ok(key) => translated(&key),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Key::Other,
            // The terminal was closed.
            Err(_) => Key::Interrupt,
        }
    }

    fn confirm(&mut self, prompt: &str, needs_enter: bool) -> Answer {
        let terminal = console::Term::stderr();
        let asked = if needs_enter {
            // Not its own question with Enter, which takes the last `y` of any word for a yes.
            let question = dialoguer::Input::<String>::with_theme(&YesOrNo).with_prompt(prompt).allow_empty(true);
            let is_answer = |text: &String| answer_of(text).map(drop).ok_or("answer y, n or q");
            question.validate_with(is_answer).interact_text_on(&terminal).map(|text| answer_of(&text))
        } else {
            let question = dialoguer::Confirm::new().with_prompt(prompt).default(false);
            question.interact_on_opt(&terminal).map(|answer| match answer {
                Some(true) => Some(Answer::Yes),
                Some(false) => Some(Answer::No),
                None => Some(Answer::Quit),
            })
        };
        answered(&terminal, asked).map_or(Answer::Interrupted, |answer| answer.unwrap_or(Answer::No))
    }

    fn text(&mut self, prompt: &str, default: &str, check: TextCheck<'_>) -> Option<String> {
        let terminal = console::Term::stderr();
        let question = dialoguer::Input::<String>::new().with_prompt(prompt).default(default.to_owned());
        answered(&terminal, question.validate_with(|text: &String| check(text)).interact_text_on(&terminal))
    }

    fn one_of(&mut self, prompt: &str, lines: &[String]) -> Option<usize> {
        let terminal = console::Term::stderr();
        let question = dialoguer::Select::new().with_prompt(prompt).items(lines).default(0);
        answered(&terminal, question.interact_on_opt(&terminal)).flatten()
    }

    fn any_of(&mut self, prompt: &str, lines: &[String]) -> Option<Vec<usize>> {
        let terminal = console::Term::stderr();
        let question = dialoguer::MultiSelect::new().with_prompt(prompt).items(lines);
        answered(&terminal, question.interact_on_opt(&terminal)).flatten()
    }

    #[cfg(unix)]
    fn hide(&mut self) -> bool {
        // The library hides a key while it waits for it. What is pasted comes faster than that, and is hidden only if the
        // terminal stays as it is from the first key to the last.
        self.hidden = HiddenTerminal::new(self.marks_pastes);
        self.hidden.is_some()
    }

    #[cfg(not(unix))]
    fn hide(&mut self) -> bool {
        false
    }

    fn show(&mut self) {
        #[cfg(unix)]
        drop(self.hidden.take());
    }

    #[cfg(unix)]
    fn has_more(&mut self) -> bool {
        self.hidden.as_mut().is_some_and(|hidden| hidden.keys().has_more())
    }

    #[cfg(not(unix))]
    fn has_more(&mut self) -> bool {
        false
    }
}

/// The answer; none after Ctrl-C, whose signal the process handles, or if the terminal was closed.
fn answered<T>(terminal: &console::Term, asked: dialoguer::Result<T>) -> Option<T> {
    if asked.is_err() {
        // The library leaves the cursor hidden.
        drop(terminal.show_cursor());
        drop(terminal.write_line(""));
    }
    asked.ok()
}

/// What a typed answer means; none where it is no answer.
pub(super) fn answer_of(text: &str) -> Option<Answer> {
    Some(match text.trim().to_lowercase().as_str() {
        "" | "n" | "no" => Answer::No,
        "y" | "yes" => Answer::Yes,
        "q" | "quit" => Answer::Quit,
        _ => return None,
    })
}

/// Writes a question of yes or no that is answered with Enter.
struct YesOrNo;

impl dialoguer::theme::Theme for YesOrNo {
    fn format_input_prompt(&self, out: &mut dyn fmt::Write, prompt: &str, _: Option<&str>) -> fmt::Result {
        write!(out, "{prompt} [y/N] ")
    }

    fn format_input_prompt_selection(&self, out: &mut dyn fmt::Write, prompt: &str, answer: &str) -> fmt::Result {
        write!(out, "{prompt} [y/N] {answer}")
    }
}

fn translated(key: &console::Key) -> Key {
    match key {
        console::Key::CtrlC | console::Key::Char('\u{3}' | '\u{4}') => Key::Interrupt,
        console::Key::Enter => Key::Enter,
        console::Key::Backspace => Key::Backspace,
        console::Key::Escape => Key::Escape,
        console::Key::Char(c) => Key::Char(*c),
        console::Key::Tab => Key::Char('\t'),
        _ => Key::Other,
    }
}

#[cfg(unix)]
mod hidden {
    use std::io::{self, Write as _};

    use rustix::termios::{OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
    use zeroize::Zeroizing;

    use crate::ui::Signals;
    use crate::ui::keys::{Bytes, Input, Keys};

    /// How many bytes are taken from the system at once.
    const PIECE: usize = 1024;

    /// A terminal that shows nothing and hands out every key; as it was before when it is dropped.
    pub(super) struct HiddenTerminal {
        keys: Keys<Stdin>,
        shown: Termios,
        marks_pastes: bool,
    }

    impl HiddenTerminal {
        /// Hides what is typed from now on, and throws away what was typed before; none if the terminal can't.
        pub(super) fn new(marks_pastes: bool) -> Option<Self> {
            // From here on a signal is a key like Ctrl-C: it must not end the process before the terminal is put right.
            let signals = Signals::catch();
            let shown = tcgetattr(io::stdin()).ok()?;
            let mut hidden = shown.clone();
            hidden.make_raw();
            hidden.output_modes = shown.output_modes;
            // Reading gives up after a tenth of a second, so that signals and pauses are noticed.
            hidden.special_codes[SpecialCodeIndex::VMIN] = 0;
            hidden.special_codes[SpecialCodeIndex::VTIME] = 1;
            tcsetattr(io::stdin(), OptionalActions::Flush, &hidden).ok()?;
            if marks_pastes {
                write("\u{1b}[?2004h");
            }
            let stdin = Stdin { signals, piece: Zeroizing::new([0; PIECE]), start: 0, end: 0 };
            Some(Self { keys: Keys::new(stdin), shown, marks_pastes })
        }

        pub(super) fn keys(&mut self) -> &mut Keys<Stdin> {
            &mut self.keys
        }
    }

    impl Drop for HiddenTerminal {
        fn drop(&mut self) {
            if self.marks_pastes {
                write("\u{1b}[?2004l");
            }
            // Fails only if the terminal is gone. What nobody has read is thrown away: it is not for the shell.
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.shown);
        }
    }

    /// Tells the terminal something. If that fails nobody sees the question either.
    fn write(sequence: &str) {
        let mut stderr = io::stderr();
        drop(stderr.write_all(sequence.as_bytes()).and_then(|()| stderr.flush()));
    }

    /// The bytes of stdin, without the library's own buffer: it would keep them.
    pub(super) struct Stdin {
        signals: Signals,
        piece: Zeroizing<[u8; PIECE]>,
        start: usize,
        end: usize,
    }

    impl Bytes for Stdin {
        fn next(&mut self) -> Input {
            if self.signals.have_come() {
                return Input::Gone;
            }
            if self.start >= self.end {
                (self.start, self.end) = (0, 0);
                self.end = match rustix::io::read(io::stdin(), &mut self.piece[..]) {
                    // Nothing within the time, or the terminal was closed.
                    Ok(0) if tcgetattr(io::stdin()).is_ok() => return Input::Quiet,
                    Err(rustix::io::Errno::INTR) => return Input::Quiet,
                    Ok(0) | Err(_) => return Input::Gone,
                    Ok(count) => count,
                };
            }
            let byte = self.piece.get(self.start).copied();
            self.start += 1;
            byte.map_or(Input::Quiet, Input::Byte)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_c_and_control_d_interrupt() {
        for key in [console::Key::CtrlC, console::Key::Char('\u{3}'), console::Key::Char('\u{4}')] {
            assert_eq!(translated(&key), Key::Interrupt);
        }
        assert_eq!(translated(&console::Key::Char('y')), Key::Char('y'));
        assert_eq!(translated(&console::Key::ArrowUp), Key::Other);
    }
}
