use std::io;

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
    /// Ctrl-C, Ctrl-D, or the terminal is gone.
    Interrupt,
    /// Anything else.
    Other,
}

/// Where answers come from.
pub trait Keyboard: Send {
    /// Throws away what was typed before the question was there to be read.
    fn flush(&mut self);

    /// Waits for the next key, which is not echoed.
    fn key(&mut self) -> Key;

    /// Keeps what is typed between two keys off the screen too, and throws away what was typed before; false if it can't.
    fn hide(&mut self) -> bool;

    /// Ends [`Keyboard::hide`], and throws away what nobody has read.
    fn show(&mut self);

    /// Whether more was typed already, as it is when lines are pasted.
    fn has_more(&mut self) -> bool;
}

/// How long the next piece of what is pasted may take; nobody presses two keys that fast.
#[cfg(unix)]
const PASTING: std::time::Duration = std::time::Duration::from_millis(30);

/// The keyboard of the terminal that stdin is.
#[derive(Default)]
pub(super) struct TerminalKeyboard {
    /// How the terminal was before it was hidden.
    #[cfg(unix)]
    shown: Option<rustix::termios::Termios>,
}

impl Drop for TerminalKeyboard {
    fn drop(&mut self) {
        self.show();
    }
}

impl Keyboard for TerminalKeyboard {
    fn flush(&mut self) {
        // Where it does not work the worst is an answer that was typed too early, to a question that has no dangerous default.
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
    }

    fn key(&mut self) -> Key {
        // The raw form hands out Ctrl-C as a key; the other raises the signal and leaves the question half answered.
        match console::Term::stderr().read_key_raw() {
            Ok(key) => translated(&key),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Key::Other,
            // The terminal was closed.
            Err(_) => Key::Interrupt,
        }
    }

    #[cfg(unix)]
    fn hide(&mut self) -> bool {
        use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

        // The library hides a key while it waits for it. What is pasted comes faster than that, and is hidden only if the
        // terminal stays as it is from the first key to the last: raw, so that Ctrl-C remains a key.
        let Ok(shown) = tcgetattr(io::stdin()) else { return false };
        let mut hidden = shown.clone();
        hidden.make_raw();
        hidden.output_modes = shown.output_modes;
        let is_hidden = tcsetattr(io::stdin(), OptionalActions::Flush, &hidden).is_ok();
        self.shown = is_hidden.then_some(shown);
        is_hidden
    }

    #[cfg(not(unix))]
    fn hide(&mut self) -> bool {
        false
    }

    fn show(&mut self) {
        #[cfg(unix)]
        if let Some(shown) = self.shown.take() {
            // Fails only if the terminal is gone.
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Flush, &shown);
        }
    }

    #[cfg(unix)]
    fn has_more(&mut self) -> bool {
        let is_there = || rustix::io::ioctl_fionread(io::stdin()).is_ok_and(|count| count > 0);
        is_there() || {
            std::thread::sleep(PASTING);
            is_there()
        }
    }

    #[cfg(not(unix))]
    fn has_more(&mut self) -> bool {
        false
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

#[cfg(test)]
pub(super) mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// Types a text: `\r` is Enter, `\u{8}` Backspace, `\u{1b}` Escape; the end is an interrupt.
    pub(in crate::ui) struct Typed(VecDeque<char>);

    impl Typed {
        pub(in crate::ui) fn new(text: &str) -> Self {
            Self(text.chars().collect())
        }
    }

    impl Keyboard for Typed {
        fn flush(&mut self) {
            // What stands before a form feed was typed before the question.
            while let Some(position) = self.0.iter().position(|c| *c == '\u{c}') {
                self.0.drain(..=position);
            }
        }

        fn key(&mut self) -> Key {
            match self.0.pop_front() {
                None => Key::Interrupt,
                Some('\r') => Key::Enter,
                Some('\u{8}') => Key::Backspace,
                Some('\u{1b}') => Key::Escape,
                Some(c) => Key::Char(c),
            }
        }

        fn hide(&mut self) -> bool {
            self.flush();
            true
        }

        fn show(&mut self) {}

        fn has_more(&mut self) -> bool {
            !self.0.is_empty()
        }
    }

    #[test]
    fn control_c_and_control_d_interrupt() {
        for key in [console::Key::CtrlC, console::Key::Char('\u{3}'), console::Key::Char('\u{4}')] {
            assert_eq!(translated(&key), Key::Interrupt);
        }
        assert_eq!(translated(&console::Key::Char('y')), Key::Char('y'));
        assert_eq!(translated(&console::Key::ArrowUp), Key::Other);
    }
}
