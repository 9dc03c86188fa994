use std::io;

#[cfg(unix)]
use super::hidden_terminal::HiddenTerminal;

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

    /// Whether more comes within a moment than line breaks, as it does when lines are pasted; it is thrown away. Only
    /// between [`Keyboard::hide`] and [`Keyboard::show`].
    fn has_more(&mut self) -> bool;
}

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
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

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

    #[test]
    fn control_c_and_control_d_interrupt() {
        for key in [console::Key::CtrlC, console::Key::Char('\u{3}'), console::Key::Char('\u{4}')] {
            assert_eq!(translated(&key), Key::Interrupt);
        }
        assert_eq!(translated(&console::Key::Char('y')), Key::Char('y'));
        assert_eq!(translated(&console::Key::ArrowUp), Key::Other);
    }
}
