use std::io::{self, Read};

use zeroize::Zeroizing;

/// Why stdin gave no text. It holds nothing of what came (U3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputError {
    /// More came than is taken.
    TooLong,
    /// It is not UTF-8.
    NotUtf8,
    /// The system refuses.
    Unreadable(io::ErrorKind),
}

/// Reads stdin to its end: at most `limit` bytes, into buffers that never grow and are wiped (K7).
pub fn read_secret_input(limit: usize) -> Result<Zeroizing<String>, InputError> {
    read_secret(&mut io::stdin().lock(), limit)
}

/// Reads a source to its end, as [`read_secret_input`] reads stdin.
pub fn read_secret(source: &mut impl Read, limit: usize) -> Result<Zeroizing<String>, InputError> {
    // One byte more, so that what is too long is noticed instead of cut.
    let mut buffer = Zeroizing::new(vec![0; limit.saturating_add(1)]);
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(InputError::Unreadable(error.kind())),
        }
    }
    if filled > limit {
        return Err(InputError::TooLong);
    }
    let text = std::str::from_utf8(buffer.get(..filled).unwrap_or_default()).map_err(|_| InputError::NotUtf8)?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_read_up_to_the_limit() {
        let read = |text: &[u8]| read_secret(&mut &*text, 4).map(|text| text.to_string());
        assert_eq!(read(b""), Ok(String::new()));
        assert_eq!(read(b"a\nb\n"), Ok("a\nb\n".to_owned()));
        assert_eq!(read(b"a\nb\nc"), Err(InputError::TooLong));
        assert_eq!(read(b"\xFF"), Err(InputError::NotUtf8));
    }

    #[test]
    fn a_source_that_fails_is_told() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::IsADirectory.into())
            }
        }
        assert_eq!(
            read_secret(&mut Broken, 4).map(|text| text.to_string()),
            Err(InputError::Unreadable(io::ErrorKind::IsADirectory))
        );
    }
}
