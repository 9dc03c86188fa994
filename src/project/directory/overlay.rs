//! Texts that are read in place of what lies on disk, so that a project can be read as it would be after a write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::display_path;
use super::listing::{self, Entry, EntryKind, Listing};

/// Files by path, with their texts; none for one that is gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Overlay {
    files: Texts,
}

/// What an overlay or a cache knows about a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup<T> {
    /// Nothing: the disk has to be asked.
    Unknown,
    /// There is no such file.
    Missing,
    Found(T),
}

/// Texts by path; none for a file that is not there.
type Texts = BTreeMap<String, Option<String>>;

/// The text of each file that was read, if the directory keeps them; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadCache(Option<Arc<Mutex<Texts>>>);

impl ReadCache {
    /// A cache that keeps what is read; the default one keeps nothing.
    pub(super) fn enabled() -> Self {
        Self(Some(Arc::default()))
    }

    /// What a path held when it was first read.
    pub(super) fn text(&self, path: &str) -> Lookup<String> {
        let Some(texts) = &self.0 else { return Lookup::Unknown };
        match texts.lock().unwrap_or_else(PoisonError::into_inner).get(&display_path(path)) {
            None => Lookup::Unknown,
            Some(None) => Lookup::Missing,
            Some(Some(text)) => Lookup::Found(text.clone()),
        }
    }

    /// Keeps what a path held; none for a file that is not there.
    pub(super) fn insert(&self, path: &str, text: Option<&str>) {
        if let Some(texts) = &self.0 {
            let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
            texts.insert(display_path(path), text.map(str::to_owned));
        }
    }
}

impl Overlay {
    /// Makes one of texts by canonical path.
    pub(super) fn new(files: Texts) -> Self {
        Self { files }
    }

    /// Whether the directory is as it is on disk.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What a path holds.
    pub(super) fn text(&self, path: &str) -> Lookup<&str> {
        match self.files.get(&display_path(path)) {
            None => Lookup::Unknown,
            Some(None) => Lookup::Missing,
            Some(Some(text)) => Lookup::Found(text),
        }
    }

    /// What a path is.
    pub(super) fn kind(&self, path: &str) -> Lookup<EntryKind> {
        match self.text(path) {
            Lookup::Found(_) => Lookup::Found(EntryKind::File),
            Lookup::Missing => Lookup::Missing,
            Lookup::Unknown if self.beneath(path).any(|(_, is_there)| is_there) => Lookup::Found(EntryKind::Directory),
            Lookup::Unknown => Lookup::Unknown,
        }
    }

    /// The files beneath a directory, as the rest of their paths, and whether they are there.
    fn beneath(&self, directory: &str) -> impl Iterator<Item = (&str, bool)> {
        let directory = display_path(directory);
        let start = if directory == "." { String::new() } else { format!("{directory}/") };
        let is_there = |text: &Option<String>| text.is_some();
        self.files.iter().filter_map(move |(path, text)| Some((path.strip_prefix(&start)?, is_there(text))))
    }

    /// A directory as it is with these files; none if there is none.
    pub(super) fn listing(&self, directory: &str, on_disk: Option<Listing>) -> Option<Listing> {
        let (mut names, mut gone) = (BTreeMap::new(), BTreeSet::new());
        for (rest, is_there) in self.beneath(directory) {
            match (rest.split_once('/'), is_there) {
                (Some((name, _)), true) => drop(names.insert(name, EntryKind::Directory)),
                (None, true) => drop(names.insert(rest, EntryKind::File)),
                (None, false) => drop(gone.insert(rest)),
                (Some(_), false) => {}
            }
        }
        if on_disk.is_none() && names.is_empty() {
            return None;
        }
        let mut listing = on_disk.unwrap_or(Listing { entries: Vec::new(), problems: Vec::new() });
        listing.entries.retain(|entry| !gone.contains(entry.name.as_str()));
        for (name, kind) in names {
            if !listing.entries.iter().any(|entry| entry.name == name) {
                listing.entries.push(Entry { name: name.to_owned(), kind: Ok(kind) });
            }
        }
        listing::sort(&mut listing.entries);
        Some(listing)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::project::directory::ProjectDirectory;

    fn names(directory: &ProjectDirectory, path: &str) -> Option<Vec<String>> {
        let listing = directory.list(path).unwrap()?;
        Some(listing.entries.into_iter().map(|entry| entry.name).collect())
    }

    #[test]
    fn a_file_with_two_names_is_one_file() {
        let temporary = tempfile::tempdir().unwrap();
        fs::create_dir_all(temporary.path().join("common")).unwrap();
        fs::write(temporary.path().join("common/a.md"), "old").unwrap();
        std::os::unix::fs::symlink("common", temporary.path().join("x")).unwrap();
        std::os::unix::fs::symlink("common/a.md", temporary.path().join("b.md")).unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        assert_eq!(directory.canonical("./x//a.md"), "common/a.md");
        assert_eq!(directory.canonical("x/new/file"), "common/new/file");
        assert_eq!(directory.canonical("none/file"), "none/file");
        let files = BTreeMap::from([("x/a.md".to_owned(), Some("new".to_owned()))]);
        let over = directory.with_overlay(files).unwrap();
        for path in ["x/a.md", "common/a.md", "b.md"] {
            assert_eq!(over.read_text(path, 10).unwrap().as_deref(), Some("new"), "{path}");
        }
    }

    #[test]
    fn what_was_read_is_read_again() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("a"), "first").unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap().with_read_cache();
        assert_eq!(directory.read_text("a", 10).unwrap().as_deref(), Some("first"));
        assert_eq!(directory.read_text("b", 10).unwrap(), None);
        fs::write(temporary.path().join("a"), "second").unwrap();
        fs::write(temporary.path().join("b"), "made").unwrap();
        for directory in [&directory, &directory.with_overlay(BTreeMap::new()).unwrap()] {
            assert_eq!(directory.read_text("./a", 10).unwrap().as_deref(), Some("first"));
            assert_eq!(directory.read_text("b", 10).unwrap(), None);
        }
        assert!(directory.read_text("a", 2).is_err());
    }

    #[test]
    fn a_project_is_read_as_it_would_be() {
        let temporary = tempfile::tempdir().unwrap();
        fs::create_dir_all(temporary.path().join("models")).unwrap();
        fs::write(temporary.path().join("models/a.yaml"), "old").unwrap();
        fs::write(temporary.path().join("models/b.yaml"), "kept").unwrap();
        fs::write(temporary.path().join("models/c.yaml"), "gone").unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        let files =
            [("models/a.yaml", Some("new")), ("models/c.yaml", None), ("agents/x/skills/s/SKILL.md", Some("skill"))];
        let files = files.map(|(path, text)| (path.to_owned(), text.map(str::to_owned)));
        let over = directory.with_overlay(BTreeMap::from(files)).unwrap();
        assert_eq!(over.read_text("./models//a.yaml", 10).unwrap().as_deref(), Some("new"));
        assert_eq!(over.read_text("models/b.yaml", 10).unwrap().as_deref(), Some("kept"));
        assert_eq!(over.read_text("models/c.yaml", 10).unwrap(), None);
        assert_eq!(names(&over, "models").unwrap(), ["a.yaml", "b.yaml"]);
        assert_eq!(names(&over, ".").unwrap(), ["agents", "models"]);
        assert_eq!(names(&over, "agents/x/skills").unwrap(), ["s"]);
        assert_eq!(names(&over, "agents/y"), None);
        assert_eq!(over.kind("agents/x").unwrap(), Some(EntryKind::Directory));
        assert_eq!(over.kind("agents/x/skills/s/SKILL.md").unwrap(), Some(EntryKind::File));
        assert_eq!(over.kind("models/c.yaml").unwrap(), None);
        assert!(over.read_text("models/a.yaml", 2).is_err());
        assert_eq!(directory.read_text("models/a.yaml", 10).unwrap().as_deref(), Some("old"));
    }
}
