//! Texts that are read in place of what lies on disk, so that a project can be read as it would be after a write.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use super::listing::{self, Entry, EntryKind, Listing};
use super::{ProjectDirectory, display_path};

/// Files by path, with their texts; none for one that is gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Overlay {
    files: BTreeMap<String, Option<String>>,
}

/// What an overlay says of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Covered<T> {
    /// Nothing: the disk says it.
    No,
    /// There is nothing.
    Gone,
    /// This.
    With(T),
}

impl ProjectDirectory {
    /// The same directory, in which some files have another text, or are gone.
    ///
    /// Nothing is written. A file that has several names, by symlinks, is one file under each of them.
    pub fn overlaid(&self, files: BTreeMap<String, Option<String>>) -> io::Result<Self> {
        let allowed = self.allowed.iter().map(super::open::AllowedDirectory::try_clone).collect::<io::Result<_>>()?;
        Ok(Self {
            directory: self.directory.try_clone()?,
            location: self.location.clone(),
            allowed,
            limits: self.limits.clone(),
            files: AtomicUsize::new(0),
            overlay: Overlay { files: files.into_iter().map(|(path, text)| (self.canonical(&path), text)).collect() },
            remembered: self.remembered.clone(),
        })
    }

    /// The same directory, of which each text is read once: who reads it again gets what was read before.
    ///
    /// What is decided from a project and what is written over are then the same texts, whatever is saved meanwhile.
    #[must_use]
    pub fn remembering(self) -> Self {
        Self { remembered: Some(Arc::default()), ..self }
    }

    /// A path without symlinks, as far as there is something.
    pub fn canonical(&self, path: &str) -> String {
        let shown = display_path(path);
        for ancestor in Path::new(&shown).ancestors().filter(|ancestor| !ancestor.as_os_str().is_empty()) {
            let Ok(real) = self.directory.canonicalize(ancestor) else { continue };
            let rest = Path::new(&shown).strip_prefix(ancestor).unwrap_or(Path::new(""));
            return display_path(&real.join(rest).to_string_lossy());
        }
        shown
    }
}

/// The texts that were read, by path; none for a file that is not there.
pub(super) type Remembered = Option<Arc<Mutex<BTreeMap<String, Option<String>>>>>;

/// What a path held when it was first read.
pub(super) fn recall(remembered: &Remembered, path: &str) -> Covered<String> {
    let Some(texts) = remembered else { return Covered::No };
    match texts.lock().unwrap_or_else(PoisonError::into_inner).get(&display_path(path)) {
        None => Covered::No,
        Some(None) => Covered::Gone,
        Some(Some(text)) => Covered::With(text.clone()),
    }
}

/// Remembers what a path held.
pub(super) fn remember(remembered: &Remembered, path: &str, text: Option<&str>) {
    if let Some(texts) = remembered {
        let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.insert(display_path(path), text.map(str::to_owned));
    }
}

impl Overlay {
    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What a path holds.
    pub(super) fn text(&self, path: &str) -> Covered<&str> {
        match self.files.get(&display_path(path)) {
            None => Covered::No,
            Some(None) => Covered::Gone,
            Some(Some(text)) => Covered::With(text),
        }
    }

    /// What a path is.
    pub(super) fn kind(&self, path: &str) -> Covered<EntryKind> {
        match self.text(path) {
            Covered::With(_) => Covered::With(EntryKind::File),
            Covered::Gone => Covered::Gone,
            Covered::No if self.beneath(path).any(|(_, is_there)| is_there) => Covered::With(EntryKind::Directory),
            Covered::No => Covered::No,
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
        let over = directory.overlaid(files).unwrap();
        for path in ["x/a.md", "common/a.md", "b.md"] {
            assert_eq!(over.read_text(path, 10).unwrap().as_deref(), Some("new"), "{path}");
        }
    }

    #[test]
    fn what_was_read_is_read_again() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("a"), "first").unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap().remembering();
        assert_eq!(directory.read_text("a", 10).unwrap().as_deref(), Some("first"));
        assert_eq!(directory.read_text("b", 10).unwrap(), None);
        fs::write(temporary.path().join("a"), "second").unwrap();
        fs::write(temporary.path().join("b"), "made").unwrap();
        for directory in [&directory, &directory.overlaid(BTreeMap::new()).unwrap()] {
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
        let over = directory.overlaid(BTreeMap::from(files)).unwrap();
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
