use std::fs::{File, TryLockError};
use std::io;
use std::time::{Duration, Instant};

use cap_std::fs::Dir;

use super::siblings;

/// How long to wait before asking for a lock again.
const PAUSE: Duration = Duration::from_millis(5);

/// The right to write in a directory; given back when it is dropped or the process ends.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    _directory: Option<File>,
}

impl DirectoryLock {
    /// Takes the right to write a file of a directory, none while another process has it; sweeps what killed processes left
    /// of theirs.
    ///
    /// Where the directory can't be locked, everybody gets it, and nothing is swept.
    pub(super) fn try_take(directory: &Dir, name: &str) -> io::Result<Option<Self>> {
        // The directory itself, so that no lock file stays behind. It is opened anew: the handle may be one for paths only.
        let Ok(opened) = directory.open(".").map(cap_std::fs::File::into_std) else {
            return Ok(Some(Self { _directory: None }));
        };
        match opened.try_lock() {
            Ok(()) => {
                siblings::sweep(directory, name)?;
                Ok(Some(Self { _directory: Some(opened) }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(_)) => Ok(Some(Self { _directory: None })),
        }
    }

    /// The same, but waits for another process for at most some time.
    pub(super) fn take(directory: &Dir, name: &str, longest: Duration) -> io::Result<Option<Self>> {
        let started = Instant::now();
        loop {
            let taken = Self::try_take(directory, name)?;
            if taken.is_some() || started.elapsed() >= longest {
                return Ok(taken);
            }
            std::thread::sleep(PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ProjectDirectory;
    use super::*;

    #[test]
    fn the_wait_for_another_process_ends() {
        let temporary = tempfile::tempdir().unwrap();
        let project = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        let take = |longest| DirectoryLock::take(project.handle(), "x.md", longest).unwrap();
        let held = take(Duration::ZERO).unwrap();
        assert!(take(Duration::from_millis(20)).is_none());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| take(Duration::from_secs(60)).is_some());
            drop(held);
            assert!(waiting.join().unwrap());
        });
    }
}
