use std::io::{self, Write};

use zeroize::Zeroizing;

/// Writes twice, first to count: into a buffer of exactly the size, so that no outgrown copy of a secret stays behind, and
/// which is wiped when it is dropped.
pub fn exact_buffer(write: impl Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut counter = Counter(0);
    write(&mut counter)?;
    let mut buffer = Zeroizing::new(Vec::with_capacity(counter.0));
    write(&mut *buffer)?;
    Ok(buffer)
}

struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_never_grows() {
        let buffer = exact_buffer(|out| (0..1000).try_for_each(|number| write!(out, "{number},"))).unwrap();
        assert_eq!((buffer.len(), buffer.capacity()), (3890, 3890));
    }
}
