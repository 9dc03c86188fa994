//! Temporary files of processes that were killed, by the prefix of their names.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How old a temporary file is when nobody can still be writing it.
const OLD: Duration = Duration::from_secs(600);

/// How many names of a directory are looked at: a sweep must not take longer than the work.
const MOST_NAMES: usize = 10_000;

/// Removes files of a directory whose names start so and that were written long ago. What can't be removed stays.
pub fn sweep_leftovers(directory: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten().take(MOST_NAMES) {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix));
        if is_ours && is_old_file(&entry).unwrap_or_default() {
            drop(fs::remove_file(entry.path()));
        }
    }
}

fn is_old_file(entry: &fs::DirEntry) -> io::Result<bool> {
    // Of the entry itself: a symlink is not followed.
    let metadata = entry.metadata()?;
    let age = SystemTime::now().duration_since(metadata.modified()?).unwrap_or_default();
    Ok(metadata.is_file() && age >= OLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_files_of_the_prefix_go() {
        let temporary = tempfile::tempdir().unwrap();
        let make = |name: &str, age: u64| {
            let file = fs::File::create(temporary.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        };
        make(".lobu-old", 3600);
        make(".lobu-new", 1);
        make("other", 3600);
        fs::create_dir(temporary.path().join(".lobu-directory")).unwrap();
        std::os::unix::fs::symlink("other", temporary.path().join(".lobu-link")).unwrap();
        sweep_leftovers(temporary.path(), ".lobu-");
        let mut left: Vec<_> =
            fs::read_dir(temporary.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".lobu-directory", ".lobu-link", ".lobu-new", "other"]);
    }
}
