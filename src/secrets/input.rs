//! Reading what holds secrets: at most so many bytes, into buffers that never grow and are wiped.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// Why a source gave no text. It holds nothing of what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// More came than is taken.
    #[error("it is larger than {} MiB", limit >> 20)]
    TooLong {
        /// How many bytes are taken.
        limit: usize,
    },
    /// It is not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// The system refuses.
    #[error("{}", unreadable(*.0))]
    Unreadable(io::ErrorKind),
}

fn unreadable(reason: io::ErrorKind) -> String {
    match reason {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        other => format!("it can't be read: {other}"),
    }
}

/// Reads stdin to its end.
pub fn read_stdin(limit: usize) -> Result<Zeroizing<String>, InputError> {
    read(&mut io::stdin().lock(), limit)
}

/// Reads a file that the command line names: wherever it lies, also a pipe. A project names none of these, so nothing is
/// guarded against but its size.
pub fn read_file(path: &Path, limit: usize) -> Result<Zeroizing<String>, InputError> {
    let mut file = File::open(path).map_err(|error| InputError::Unreadable(error.kind()))?;
    read(&mut file, limit)
}

fn read(source: &mut impl Read, limit: usize) -> Result<Zeroizing<String>, InputError> {
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
        return Err(InputError::TooLong { limit });
    }
    let text = std::str::from_utf8(buffer.get(..filled).unwrap_or_default()).map_err(|_| InputError::NotUtf8)?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_read_up_to_the_limit() {
        let read = |text: &[u8]| read(&mut &*text, 4).map(|text| text.to_string());
        assert_eq!(read(b""), Ok(String::new()));
        assert_eq!(read(b"a\nb\n"), Ok("a\nb\n".to_owned()));
        assert_eq!(read(b"a\nb\nc"), Err(InputError::TooLong { limit: 4 }));
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
            read(&mut Broken, 4).map(|text| text.to_string()),
            Err(InputError::Unreadable(io::ErrorKind::IsADirectory))
        );
    }
}
