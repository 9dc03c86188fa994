//! The memory of a process that holds secrets: no picture of it stays behind, and no copy outgrows its buffer.

use std::io::{self, Write};
use std::sync::Once;

use zeroize::Zeroizing;

static PROTECTED: Once = Once::new();

/// Makes the process not dumpable: no core file, and no other process of the user may read its memory.
///
/// A command that reads secrets calls it before it reads anything; the first [`SecretValue`](super::SecretValue) does in any case.
/// It stays so until the process ends. Where the system refuses, the command goes on: the value is no less secret without it.
pub fn protect() {
    PROTECTED.call_once(|| {
        #[cfg(unix)]
        let _refused = rustix::process::setrlimit(
            rustix::process::Resource::Core,
            rustix::process::Rlimit { current: Some(0), maximum: Some(0) },
        );
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let _refused = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    });
}

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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_with_a_secret_is_not_dumpable() {
        let _value = crate::secrets::SecretValue::new("x");
        let behavior = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(behavior, rustix::process::DumpableBehavior::NotDumpable);
        assert_eq!(rustix::process::getrlimit(rustix::process::Resource::Core).current, Some(0));
    }
}
