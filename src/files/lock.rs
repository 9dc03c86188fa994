use std::fs::{File, TryLockError};
use std::io;
use std::time::{Duration, Instant};

use cap_std::fs::Dir;

use super::siblings;

/// How long to wait before asking for a lock again.
const PAUSE: Duration = Duration::from_millis(5);

/// The right to write in a directory; given back when it is dropped or the process ends.
#[derive(Debug)]
pub struct DirectoryLock {
    _directory: Option<File>,
}

impl DirectoryLock {
    /// Takes the right to write some files of a directory, none while another process has it; sweeps what killed processes
    /// left of theirs.
    ///
    /// Where the directory can't be locked, everybody gets it, and nothing is swept.
    pub fn try_take(directory: &Dir, names: &[&str]) -> io::Result<Option<Self>> {
        // The directory itself, so that no lock file stays behind. It is opened anew: the handle may be one for paths only.
        let Ok(opened) = directory.open(".").map(cap_std::fs::File::into_std) else {
            return Ok(Some(Self { _directory: None }));
        };
        match opened.try_lock() {
            Ok(()) => {
                names.iter().try_for_each(|name| siblings::sweep(directory, name))?;
                Ok(Some(Self { _directory: Some(opened) }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(_)) => Ok(Some(Self { _directory: None })),
        }
    }

    /// The same, but waits for another process for at most some time.
    pub fn take(directory: &Dir, names: &[&str], longest: Duration) -> io::Result<Option<Self>> {
        let started = Instant::now();
        loop {
            let taken = Self::try_take(directory, names)?;
            if taken.is_some() || started.elapsed() >= longest {
                return Ok(taken);
            }
            std::thread::sleep(PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_for_another_process_ends() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = Dir::open_ambient_dir(temporary.path(), cap_std::ambient_authority()).unwrap();
        let take = |longest| DirectoryLock::take(&directory, &["x.md"], longest).unwrap();
        let held = take(Duration::ZERO).unwrap();
        assert!(take(Duration::from_millis(20)).is_none());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| take(Duration::from_secs(60)).is_some());
            drop(held);
            assert!(waiting.join().unwrap());
        });
    }
}
