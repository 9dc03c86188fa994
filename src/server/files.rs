//! Files that only their owner can read: made with their mode, never through a symlink.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::error::StoreError;

/// How the names of temporary files start.
pub(super) const TEMPORARY: &str = ".lobu-";

/// Key and token files are a line; anything longer is something else.
const SMALL_FILE_LIMIT: u64 = 4096;

/// Makes the directory of a file if it is missing (0700), checks it, and gives the file's path with every link in it
/// resolved.
///
/// A directory that exists keeps its mode, since it may be the user's own project; one in which any other user may put
/// files is refused.
pub(super) fn prepare_parent(file: &Path) -> Result<PathBuf, StoreError> {
    let name = file
        .file_name()
        .ok_or_else(|| StoreError::UnsafePath { path: file.to_owned(), reason: "it does not name a file" })?;
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_directory(parent)?;
    let parent = parent.canonicalize().map_err(|source| StoreError::io("resolve", parent, source))?;
    check_directory(&parent)?;
    Ok(parent.join(name))
}

/// Gives a sibling of a file, with more text at the end of its name.
pub(super) fn sibling(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Checks a file that may exist: a plain file of our own, its mode narrowed to 0600. Gives its length, if it exists.
///
/// It is not opened: closing any handle on a SQLite file drops the locks that this process holds on it.
pub(super) fn check_existing(path: &Path) -> Result<Option<u64>, StoreError> {
    let refuse = |reason| Err(StoreError::UnsafePath { path: path.to_owned(), reason });
    let metadata = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::io("look at", path, source)),
    };
    if metadata.is_symlink() {
        return refuse("it is a symbolic link");
    }
    if !metadata.is_file() {
        return refuse("it is not a plain file");
    }
    narrow(path, &metadata)?;
    Ok(Some(metadata.len()))
}

/// Makes a new, empty file (0600); fails if anything has that name.
pub(super) fn create_new(path: &Path) -> Result<File, StoreError> {
    private_options().create_new(true).open(path).map_err(|source| StoreError::io("create", path, source))
}

/// What a SQLite file starts with.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Refuses a path before anything is made beside it: what is no plain file of our own, and what is no database.
pub(super) fn check_database_path(path: &Path, lock: &Path) -> Result<(), StoreError> {
    let Some(length) = check_existing(path)? else { return Ok(()) };
    // With a lock beside it, it was opened as a database before, and may be open in this very process.
    if length == 0 || lock.symlink_metadata().is_ok() {
        return Ok(());
    }
    let failed = |source| StoreError::io("read", path, source);
    let mut start = Vec::new();
    let file = private_options().write(false).open(path).map_err(failed)?;
    file.take(16).read_to_end(&mut start).map_err(failed)?;
    if start == SQLITE { Ok(()) } else { Err(StoreError::NotOurs { path: path.to_owned() }) }
}

/// Opens a file for locking, making it (0600) if it is missing.
pub(super) fn open_lock(path: &Path) -> Result<File, StoreError> {
    check_existing(path)?;
    private_options().create(true).open(path).map_err(|source| StoreError::io("open", path, source))
}

/// Reads a small file of our own; `None` if it does not exist.
pub(super) fn read_small(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    if check_existing(path)?.is_none() {
        return Ok(None);
    }
    read_at_most(path).map(Some)
}

/// Reads a small file as it is: its mode is not narrowed. `None` if it does not exist.
pub(super) fn peek_small(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => read_at_most(path).map(Some),
        Ok(_) => Err(StoreError::UnsafePath { path: path.to_owned(), reason: "it is not a plain file" }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::io("look at", path, source)),
    }
}

fn read_at_most(path: &Path) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let failed = |source| StoreError::io("read", path, source);
    let file = private_options().write(false).open(path).map_err(failed)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(256));
    file.take(SMALL_FILE_LIMIT).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Writes a small file at once (0600): it is there in full or not at all, and an existing one stays.
pub(super) fn write_small_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let failed = |source| StoreError::io("write", path, source);
    // Made with 0600 by the library.
    let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(parent).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(path).map(drop).map_err(|error| failed(error.error))
}

#[cfg(unix)]
fn private_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    // Bits of O_NOFOLLOW and O_NONBLOCK fit an i32 everywhere.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600).custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    options
}

#[cfg(not(unix))]
fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    options
}

#[cfg(unix)]
fn make_directory(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StoreError::io("create", path, source))
}

#[cfg(not(unix))]
fn make_directory(path: &Path) -> Result<(), StoreError> {
    std::fs::create_dir_all(path).map_err(|source| StoreError::io("create", path, source))
}

#[cfg(unix)]
fn check_directory(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt as _;
    const OTHERS_WRITE: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    let metadata = path.metadata().map_err(|source| StoreError::io("look at", path, source))?;
    if metadata.mode() & OTHERS_WRITE != 0 && metadata.mode() & STICKY == 0 {
        let reason = "every user may write to this directory";
        return Err(StoreError::UnsafePath { path: path.to_owned(), reason });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_directory(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// Tells whether others than its owner may do anything with a plain file; false where there is none.
#[cfg(unix)]
pub(super) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o177 != 0)
}

#[cfg(not(unix))]
pub(super) fn is_open_to_others(_path: &Path) -> bool {
    false
}

/// The number of the user as whom this process acts.
pub(super) fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(unix)]
fn narrow(path: &Path, metadata: &std::fs::Metadata) -> Result<(), StoreError> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    if metadata.uid() != own_user() {
        return Err(StoreError::UnsafePath { path: path.to_owned(), reason: "it belongs to another user" });
    }
    if metadata.mode() & 0o177 != 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .map_err(|source| StoreError::io("set the mode of", path, source))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn narrow(_path: &Path, _metadata: &std::fs::Metadata) -> Result<(), StoreError> {
    Ok(())
}

/// How many bytes this user may still write beside a file; none where the system does not tell.
pub(super) fn free_space(file: &Path) -> Option<u64> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(parent).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// How long a process waits for another one that opens the same database.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
/// How long it sleeps before it looks again.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Takes the lock of a file, until its handle is dropped. A process that was stopped while it held the lock is not waited
/// for without end.
pub(super) fn lock(file: &File, path: &Path) -> Result<(), StoreError> {
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_PATIENCE => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy),
            Err(TryLockError::Error(source)) => return Err(StoreError::io("lock", path, source)),
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_missing_directory_is_made_for_its_owner_only() {
        let outer = tempfile::tempdir().unwrap();
        let file = prepare_parent(&outer.path().join("a/b/lobu.db")).unwrap();
        assert_eq!(mode(file.parent().unwrap()), 0o700);
        assert!(file.ends_with("a/b/lobu.db"));
    }

    #[test]
    fn a_directory_that_exists_keeps_its_mode_unless_everyone_may_write_there() {
        let outer = tempfile::tempdir().unwrap();
        let set = |mode| std::fs::set_permissions(outer.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o755);
        prepare_parent(&outer.path().join("lobu.db")).unwrap();
        assert_eq!(mode(outer.path()), 0o755);
        set(0o777);
        assert!(prepare_parent(&outer.path().join("lobu.db")).is_err());
        set(0o700);
    }

    #[test]
    fn links_and_directories_are_refused_and_wide_modes_narrowed() {
        let outer = tempfile::tempdir().unwrap();
        let target = outer.path().join("target");
        std::fs::write(&target, "x").unwrap();
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o644)).unwrap();
        let link = outer.path().join("link");
        symlink(&target, &link).unwrap();
        assert!(matches!(check_existing(&link), Err(StoreError::UnsafePath { .. })));
        assert!(matches!(check_existing(outer.path()), Err(StoreError::UnsafePath { .. })));
        assert!(create_new(&link).is_err());
        assert!(write_small_new(&link, b"y").is_err());
        assert_eq!(check_existing(&target).unwrap(), Some(1));
        assert_eq!(mode(&target), 0o600);
        assert_eq!(check_existing(&outer.path().join("missing")).unwrap(), None);
    }

    #[test]
    fn a_small_file_is_written_once() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("token");
        write_small_new(&path, b"one\n").unwrap();
        assert!(write_small_new(&path, b"two\n").is_err());
        assert_eq!(read_small(&path).unwrap().unwrap().as_slice(), b"one\n");
        assert_eq!(mode(&path), 0o600);
    }
}
