use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::project::directory::join;

/// How long a name from a server may be as a file name, in characters.
const LONGEST: usize = 64;

/// Names that some systems keep for devices, with any ending.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The names of one directory, unique under case folding.
#[derive(Debug, Default)]
pub(super) struct FileNames {
    taken: BTreeSet<String>,
}

/// A name for a new file or directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileName {
    pub(super) name: String,
    /// Whether it is made from a hash, since the wanted name is none for a file or is taken.
    pub(super) is_made_up: bool,
}

impl FileNames {
    /// Starts with the names that are there.
    pub(super) fn new(taken: impl IntoIterator<Item = String>) -> Self {
        Self { taken: taken.into_iter().map(|name| name.to_lowercase()).collect() }
    }

    /// A free name for one that a server gave.
    pub(super) fn name(&mut self, wanted: &str) -> FileName {
        let is_made_up = !is_file_name(wanted) || !self.taken.insert(wanted.to_lowercase());
        let name = if is_made_up { self.made_up(wanted) } else { wanted.to_owned() };
        FileName { name, is_made_up }
    }

    fn made_up(&mut self, wanted: &str) -> String {
        let digest = Sha256::digest(wanted.as_bytes());
        let mut name = "unnamed-".to_owned();
        for byte in digest.iter().take(4) {
            let _infallible = write!(name, "{byte:02x}");
        }
        let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
        let found = std::iter::once(name.clone()).chain(numbered).find(|name| self.taken.insert(name.clone()));
        // There is always a free number; the fallback is for the type checker.
        found.unwrap_or(name)
    }
}

/// Whether a name may be one of a file: `^[A-Za-z0-9][A-Za-z0-9._ -]{0,63}$`, and nothing that some system can't keep apart.
fn is_file_name(name: &str) -> bool {
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let rest = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b' ' | b'-'));
    starts && rest && name.len() <= LONGEST && !name.ends_with(['.', ' ']) && !is_reserved(name)
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let is_port = port.is_some_and(|number| matches!(number.as_bytes(), [digit] if digit.is_ascii_digit()));
    RESERVED.contains(&stem.as_str()) || is_port
}

/// The name of the directories that hold skills.
pub(super) const SKILLS: &str = "skills";

/// The file of a skill in its directory.
pub(super) const FILE: &str = "SKILL.md";

/// What a directory holds, directories with a `/` at their end, for names that are free there.
pub type Listing<'pull> = &'pull dyn Fn(&str) -> Vec<String>;

/// The names of new files, by directory.
pub(super) struct Names<'pull> {
    listing: Listing<'pull>,
    by_directory: BTreeMap<String, FileNames>,
}

impl<'pull> Names<'pull> {
    pub(super) fn new(listing: Listing<'pull>) -> Self {
        Self { listing, by_directory: BTreeMap::new() }
    }

    /// What a directory holds.
    pub(super) fn list(&self, directory: &str) -> Vec<String> {
        (self.listing)(directory).into_iter().map(|name| name.trim_end_matches('/').to_owned()).collect()
    }

    /// Whether something stands in the way of a skill by the name of an entry; a directory without a `SKILL.md` does not.
    fn is_in_the_way(&self, directory: &str, entry: &str) -> bool {
        let Some(name) = entry.strip_suffix('/') else { return true };
        directory_name(directory) != SKILLS || self.list(&join(directory, name)).iter().any(|name| name == FILE)
    }

    /// Takes a name of a directory that may be there already.
    pub(super) fn take(&mut self, directory: &str, name: &str) {
        self.of(directory, "").name(name);
    }

    fn of(&mut self, directory: &str, end: &str) -> &mut FileNames {
        if !self.by_directory.contains_key(directory) {
            let taken = (self.listing)(directory).into_iter().filter(|entry| self.is_in_the_way(directory, entry));
            let name = |entry: String| {
                let name = entry.trim_end_matches('/');
                name.strip_suffix(end).unwrap_or(name).to_owned()
            };
            let names = FileNames::new(taken.map(name));
            self.by_directory.insert(directory.to_owned(), names);
        }
        self.by_directory.entry(directory.to_owned()).or_default()
    }

    /// A name that is free in a directory, for a name of the org; and whether it had to be made up.
    pub(super) fn free(&mut self, directory: &str, wanted: &str, end: &str) -> (String, bool) {
        let found = self.of(directory, end).name(wanted);
        (found.name, found.is_made_up)
    }
}

/// The last step of a path.
fn directory_name(directory: &str) -> &str {
    directory.rsplit('/').next().unwrap_or(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_kept() {
        let mut names = FileNames::default();
        for name in ["triage", "pr-review", "A b.c_d", "9", &"x".repeat(64), "console", "com", "com10"] {
            assert_eq!(names.name(name), FileName { name: name.to_owned(), is_made_up: false });
        }
    }

    #[test]
    fn what_is_no_name_of_a_file_gets_one() {
        let mut names = FileNames::default();
        let table = [
            "",
            ".",
            "..",
            "../x",
            "/etc/passwd",
            "a/b",
            "a\\b",
            ".hidden",
            "-x",
            "a\nb",
            "a\u{202E}b",
            "é",
            "x.",
            "x ",
            "CON",
            "nul.txt",
            "Com1",
            "lpt9.log",
            &"x".repeat(65),
            &"y".repeat(1 << 20),
        ];
        for wanted in table {
            let found = names.name(wanted);
            assert!(found.is_made_up && is_file_name(&found.name) && found.name.starts_with("unnamed-"), "{wanted}");
        }
    }

    #[test]
    fn names_are_unique_under_case_folding() {
        let mut names = FileNames::new(["Readme".to_owned()]);
        assert!(names.name("readme").is_made_up);
        assert!(!names.name("Ops").is_made_up);
        let other = names.name("oPS");
        assert!(other.is_made_up && other.name != names.name("oPS").name);
    }
}
