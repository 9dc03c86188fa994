use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::project::directory::{Expected, ProjectDirectory, WriteError};

/// A project in a directory that has room beside it.
pub(super) struct TestProject {
    pub(super) temporary: tempfile::TempDir,
    pub(super) directory: ProjectDirectory,
}

impl TestProject {
    pub(super) fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("project");
        fs::create_dir(&root).unwrap();
        let directory = ProjectDirectory::open(&root, &[]).unwrap();
        Self { temporary, directory }
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.temporary.path().join("project").join(path)
    }

    pub(super) fn put(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    pub(super) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(super) fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.path(path)).unwrap().permissions().mode() & 0o7777
    }

    pub(super) fn set_mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn create(&self, path: &str, text: &str) -> Result<(), WriteError> {
        self.directory.write_file(path, Expected::Nothing, text)
    }

    pub(super) fn replace(&self, path: &str, old: &str, text: &str) -> Result<(), WriteError> {
        self.directory.write_file(path, Expected::Text(old), text)
    }

    /// Every path in the directory of the test, in and beside the project, with what `stat` tells of it.
    pub(super) fn tree(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(self.temporary.path(), &mut found);
        found.sort();
        found
    }

    /// Checks that a path is neither written nor removed, and that nothing at all is touched.
    #[track_caller]
    pub(super) fn refuses(&self, path: &str, expected: &WriteError) {
        let before = self.tree();
        assert_eq!(self.directory.check_writable(path), Err(expected.clone()), "{path}");
        for old in [Expected::Nothing, Expected::Text("old")] {
            let error = self.directory.write_file(path, old, "new").unwrap_err();
            // A file that is there where none was expected is seen first.
            assert!(error == *expected || error.code() == "file-changed", "{path}: {error}");
        }
        assert_eq!(self.replace(path, "old", "new"), Err(expected.clone()), "{path}");
        assert_eq!(self.directory.remove_file(path, "old"), Err(expected.clone()), "{path}");
        assert_eq!(self.tree(), before, "{path}");
    }
}

fn collect(path: &Path, found: &mut Vec<String>) {
    let metadata = fs::symlink_metadata(path).unwrap();
    let (seconds, part, changed) = (metadata.mtime(), metadata.mtime_nsec(), metadata.ctime_nsec());
    let (mode, inode) = (metadata.mode(), metadata.ino());
    found.push(format!("{} {mode:o} {inode} {seconds} {part} {changed}", path.display()));
    if metadata.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), found);
        }
    }
}

pub(super) fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub(super) fn shown(path: &str) -> String {
    path.to_owned()
}
