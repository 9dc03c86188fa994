//! Keys from the bytes of a terminal that is raw, pasted text told apart by its marks (bracketed paste).

use super::Key;

/// What came from a terminal within a tenth of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Byte(u8),
    /// Nothing.
    Quiet,
    /// Nothing, and nothing will: the terminal is gone, or the process is told to end.
    Gone,
}

/// Where bytes come from.
pub(super) trait Bytes {
    /// Waits for a byte, a tenth of a second at most.
    fn next(&mut self) -> Input;
}

/// How many tenths of a second a sequence that has begun may take: over a slow line it comes in pieces.
const SEQUENCE: u32 = 20;

/// How many tenths of a second after a line break tell that it was the last.
const SILENCE: u32 = 3;

/// How many bytes behind a line break are thrown away; who sends more does not paste.
const MOST_REST: usize = 16 * 1024 * 1024;

/// The longest control sequence that is taken for one.
const LONGEST_SEQUENCE: usize = 32;

/// Turns bytes into keys.
pub(super) struct Keys<B> {
    bytes: B,
    /// Bytes that were looked at and are still to be read, the last one first.
    again: Vec<u8>,
    is_pasting: bool,
    /// A line feed is the second half of a line break.
    is_after_return: bool,
}

impl<B: Bytes> Keys<B> {
    pub(super) fn new(bytes: B) -> Self {
        Self { bytes, again: Vec::new(), is_pasting: false, is_after_return: false }
    }

    /// Waits for the next key.
    pub(super) fn key(&mut self) -> Key {
        loop {
            match self.next() {
                Input::Gone => return Key::Interrupt,
                Input::Quiet => {}
                Input::Byte(byte) => {
                    if let Some(key) = self.of(byte) {
                        return key;
                    }
                }
            }
        }
    }

    /// Reads on until nothing came for a moment and throws it away; whether it was anything but line breaks.
    pub(super) fn has_more(&mut self) -> bool {
        let (mut quiet, mut has_more) = (0, false);
        for _ in 0..MOST_REST {
            match self.next() {
                Input::Byte(byte) => {
                    quiet = 0;
                    has_more |= byte != b'\r' && byte != b'\n';
                }
                Input::Quiet => quiet += 1,
                Input::Gone => break,
            }
            if quiet >= SILENCE {
                break;
            }
        }
        has_more
    }

    fn next(&mut self) -> Input {
        self.again.pop().map_or_else(|| self.bytes.next(), Input::Byte)
    }

    /// The next byte of something that has begun, none if it never comes.
    fn next_of_sequence(&mut self) -> Option<u8> {
        for _ in 0..SEQUENCE {
            match self.next() {
                Input::Byte(byte) => return Some(byte),
                Input::Quiet => {}
                Input::Gone => break,
            }
        }
        None
    }

    /// The key that a byte begins, none for the second half of a line break.
    fn of(&mut self, byte: u8) -> Option<Key> {
        let is_second_half = byte == b'\n' && self.is_after_return;
        self.is_after_return = byte == b'\r';
        if is_second_half {
            return None;
        }
        Some(match byte {
            b'\r' | b'\n' => Key::Enter,
            0x1b if self.is_pasting => self.end_of_paste(),
            0x80.. => self.character(byte),
            _ if self.is_pasting => Key::Char(char::from(byte)),
            0x1b => self.sequence(),
            0x03 | 0x04 => Key::Interrupt,
            0x08 | 0x7f => Key::Backspace,
            _ => Key::Char(char::from(byte)),
        })
    }

    /// In pasted text only the mark of its end is a sequence; any other escape stands for itself.
    fn end_of_paste(&mut self) -> Key {
        let mut seen = Vec::new();
        for expected in b"[201~" {
            match self.next_of_sequence() {
                Some(byte) if byte == *expected => seen.push(byte),
                other => {
                    self.again.extend(other);
                    self.again.extend(seen.into_iter().rev());
                    return Key::Char('\u{1b}');
                }
            }
        }
        self.is_pasting = false;
        Key::PasteEnd
    }

    fn sequence(&mut self) -> Key {
        match self.next() {
            Input::Byte(b'[') => {
                let mut sequence = Vec::new();
                while let Some(byte) = self.next_of_sequence() {
                    sequence.push(byte);
                    if (0x40..=0x7e).contains(&byte) || sequence.len() == LONGEST_SEQUENCE {
                        break;
                    }
                }
                self.is_pasting = sequence == b"200~";
                if self.is_pasting { Key::PasteStart } else { Key::Other }
            }
            Input::Byte(b'O') => {
                self.next_of_sequence();
                Key::Other
            }
            // With the Alt key, or Escape and very fast another: a key of its own in any case.
            Input::Byte(byte) => {
                self.again.push(byte);
                Key::Escape
            }
            Input::Quiet => Key::Escape,
            Input::Gone => Key::Interrupt,
        }
    }

    /// A character of several bytes.
    fn character(&mut self, first: u8) -> Key {
        let length = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return Key::NotUtf8,
        };
        let mut bytes = vec![first];
        while bytes.len() < length {
            match self.next_of_sequence() {
                Some(byte) if byte & 0xc0 == 0x80 => bytes.push(byte),
                other => {
                    self.again.extend(other);
                    return Key::NotUtf8;
                }
            }
        }
        let character = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next());
        character.map_or(Key::NotUtf8, Key::Char)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    struct Script(VecDeque<Input>);

    impl Bytes for Script {
        fn next(&mut self) -> Input {
            self.0.pop_front().unwrap_or(Input::Gone)
        }
    }

    /// Keys of a text, in which `|` is a tenth of a second.
    fn script(text: &[u8]) -> Keys<Script> {
        let input = |byte: &u8| if *byte == b'|' { Input::Quiet } else { Input::Byte(*byte) };
        Keys::new(Script(text.iter().map(input).collect()))
    }

    fn keys(text: &[u8]) -> Vec<Key> {
        let mut keys = script(text);
        let mut found = Vec::new();
        loop {
            match keys.key() {
                Key::Interrupt => return found,
                key => found.push(key),
            }
        }
    }

    #[test]
    fn bytes_become_keys() {
        let table: [(&[u8], &[Key]); 12] = [
            (b"a |b\t", &[Key::Char('a'), Key::Char(' '), Key::Char('b'), Key::Char('\t')]),
            ("ü☃𝄞".as_bytes(), &[Key::Char('ü'), Key::Char('☃'), Key::Char('𝄞')]),
            (b"\xc3|\xbc", &[Key::Char('ü')]),
            (b"\xc3a\xff\xed\xa0\x80", &[Key::NotUtf8, Key::Char('a'), Key::NotUtf8, Key::NotUtf8]),
            (b"\r|\n\n\r\n", &[Key::Enter, Key::Enter, Key::Enter]),
            (b"\x7f\x08", &[Key::Backspace, Key::Backspace]),
            (b"\x1b|a\x1b\x1b|", &[Key::Escape, Key::Char('a'), Key::Escape, Key::Escape]),
            (b"\x1b[A\x1bOB\x1b[1;5C\x1b[3~a", &[Key::Other, Key::Other, Key::Other, Key::Other, Key::Char('a')]),
            (b"a\x03b", &[Key::Char('a')]),
            (b"a\x04b", &[Key::Char('a')]),
            (
                b"\x1b[20|0~\x03\r\n\x7f\x1b[2|01~a",
                &[Key::PasteStart, Key::Char('\u{3}'), Key::Enter, Key::Char('\u{7f}'), Key::PasteEnd, Key::Char('a')],
            ),
            (
                b"\x1b[200~\x1b[20x",
                &[Key::PasteStart, Key::Char('\u{1b}'), Key::Char('['), Key::Char('2'), Key::Char('0'), Key::Char('x')],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(keys(text), expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn what_comes_soon_behind_a_line_break_is_seen_and_thrown_away() {
        for (text, has_more, left) in [
            (&b"|||a"[..], false, Key::Char('a')),
            (b"\n|\r||\r|||a", false, Key::Char('a')),
            (b"||END|\r|x|||a", true, Key::Char('a')),
            (b"", false, Key::Interrupt),
        ] {
            let mut keys = script(text);
            assert_eq!((keys.has_more(), keys.key()), (has_more, left), "{}", String::from_utf8_lossy(text));
        }
    }
}
