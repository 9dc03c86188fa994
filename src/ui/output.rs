use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where the product and the talk go.
pub struct Streams {
    /// The product.
    pub stdout: Box<dyn Write + Send>,
    /// The talk.
    pub stderr: Box<dyn Write + Send>,
}

impl Streams {
    /// The process's own.
    pub fn standard() -> Self {
        Self { stdout: Box::new(io::stdout()), stderr: Box::new(io::stderr()) }
    }
}

/// A stream that remembers its first failure and is silent from then on.
pub(super) struct Sink(Mutex<State>);

struct State {
    writer: Box<dyn Write + Send>,
    used: bool,
    failure: Option<io::Error>,
}

impl Sink {
    pub(super) fn new(writer: Box<dyn Write + Send>) -> Self {
        Self(Mutex::new(State { writer, used: false, failure: None }))
    }

    /// Writes a text in one piece.
    pub(super) fn write(&self, text: &str) {
        let mut state = self.lock();
        if state.failure.is_some() {
            return;
        }
        state.used = true;
        let written = state.writer.write_all(text.as_bytes()).and_then(|()| state.writer.flush());
        state.failure = written.err();
    }

    /// Whether anything was written.
    pub(super) fn is_used(&self) -> bool {
        self.lock().used
    }

    /// Whether the reader has gone or the stream is broken.
    pub(super) fn has_failed(&self) -> bool {
        self.lock().failure.is_some()
    }

    /// The failure, if it is one that somebody has to know about.
    ///
    /// A reader that has seen enough, as `head` does, is none.
    pub(super) fn failure(&self) -> Option<io::Error> {
        let state = self.lock();
        let failure = state.failure.as_ref()?;
        (failure.kind() != io::ErrorKind::BrokenPipe).then(|| io::Error::new(failure.kind(), failure.to_string()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not silence what is still to be said.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;

    /// A stream that tests look into.
    #[derive(Clone, Default)]
    pub(in crate::ui) struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Memory {
        pub(in crate::ui) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A stream that fails.
    pub(in crate::ui) struct Broken(pub(in crate::ui) io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let sink = Sink::new(Box::new(Broken(io::ErrorKind::BrokenPipe)));
        sink.write("a");
        sink.write("b");
        assert!(sink.has_failed());
        assert!(sink.failure().is_none());
    }

    #[test]
    fn a_full_disk_is_one() {
        let sink = Sink::new(Box::new(Broken(io::ErrorKind::StorageFull)));
        sink.write("a");
        assert!(sink.failure().is_some());
    }
}
