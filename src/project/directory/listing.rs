use super::ReadError;

/// What a directory of the project holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its entries, sorted by UTF-16 code unit.
    pub entries: Vec<Entry>,
    /// What cannot even be an entry.
    pub problems: Vec<ReadError>,
}

/// An entry of a directory of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// What it is, symlinks followed; or why that cannot be told. Whoever wants the entry reports the error.
    pub kind: Result<EntryKind, ReadError>,
}

/// What an entry is, symlinks followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    Directory,
    /// Anything else, which reading refuses.
    Other,
}

impl Entry {
    pub fn is_directory(&self) -> bool {
        self.kind == Ok(EntryKind::Directory)
    }
}

/// Sorts as the existing client does: by UTF-16 code unit.
pub(super) fn sort(entries: &mut [Entry]) {
    entries.sort_by(|left, right| left.name.encode_utf16().cmp(right.name.encode_utf16()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sorted_by_utf16_code_unit() {
        let mut entries = ["\u{FF5E}", "\u{1F600}", "b", "B", "a-b", "ab"]
            .map(|name| Entry { name: name.to_owned(), kind: Ok(EntryKind::File) });
        sort(&mut entries);
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["B", "a-b", "ab", "b", "\u{1F600}", "\u{FF5E}"]);
    }
}
