use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

use cap_std::fs::{Dir, Metadata, MetadataExt as _, OpenOptions, OpenOptionsExt as _};

use super::nameless;
use super::siblings::with_sibling;

/// The mode of a file that only its owner may read and write, and nobody else do anything with.
const OWNER_ONLY: u32 = 0o600;

/// The mode of a file that is for everybody, as far as the mask of the process lets it.
const EVERYBODY: u32 = 0o666;

/// The bits of a mode that are kept. A program that is to run as its owner does not stay one when its text is changed, as
/// with any other write.
const KEPT: u32 = 0o777;

/// Who may read and write a file that is staged.
#[derive(Debug, Clone, Copy)]
pub enum Rights<'a> {
    /// Everybody whom the mask of the process leaves the right.
    NewFile,
    /// Its owner, whatever the mask says.
    OwnerOnly,
    /// Those who may read and write the file that it is to replace.
    Like(&'a Metadata),
}

/// The new content of a file, flushed to the disk and not yet in its place; gone when it is dropped.
#[derive(Debug)]
pub struct StagedFile<'a> {
    directory: &'a Dir,
    name: &'a str,
    file: File,
    /// The name it has; none yet where the system has nameless files.
    sibling: Option<String>,
}

impl<'a> StagedFile<'a> {
    /// Writes what a file of a directory is to be, and flushes it.
    ///
    /// Where the system can, the file has no name until it takes its place, so that a killed process leaves nothing; else it
    /// is a sibling that the next lock sweeps.
    pub fn stage(directory: &'a Dir, name: &'a str, rights: Rights<'_>, text: &str) -> io::Result<Self> {
        match nameless::create(directory, rights.at_first()) {
            Some(file) => Self { directory, name, file, sibling: None }.filled(rights, text),
            None => Self::stage_sibling(directory, name, rights, text),
        }
    }

    fn stage_sibling(directory: &'a Dir, name: &'a str, rights: Rights<'_>, text: &str) -> io::Result<Self> {
        let (file, sibling) = with_sibling(name, |sibling| create_new(directory, sibling, rights.at_first()))?;
        Self { directory, name, file, sibling: Some(sibling) }.filled(rights, text)
    }

    fn filled(mut self, rights: Rights<'_>, text: &str) -> io::Result<Self> {
        rights.give(&self.file)?;
        self.file.write_all(text.as_bytes())?;
        self.file.sync_all()?;
        Ok(self)
    }

    /// Puts the file in its place, where nothing may stand yet: else it is [`io::ErrorKind::AlreadyExists`].
    pub fn create(self) -> io::Result<()> {
        let linked = match &self.sibling {
            None => nameless::link(&self.file, self.directory, self.name),
            Some(sibling) => match self.directory.hard_link(sibling, self.directory, self.name) {
                Err(_) if self.is_taken() => Err(io::ErrorKind::AlreadyExists.into()),
                // A file system without hard links; that the name is free could only be looked at.
                Err(_) => return self.replace(),
                linked => linked,
            },
        };
        linked?;
        flush(self.directory);
        Ok(())
    }

    /// Puts the file in its place at once, over what stands there. A symlink of that name would be replaced, never followed.
    ///
    /// After an error what stood there is as it was.
    pub fn replace(mut self) -> io::Result<()> {
        let sibling = match self.sibling.take() {
            Some(sibling) => sibling,
            None => with_sibling(self.name, |sibling| nameless::link(&self.file, self.directory, sibling))?.1,
        };
        let renamed = self.directory.rename(&sibling, self.directory, self.name);
        if renamed.is_err() {
            // It may hold values, so it must not stay.
            self.sibling = Some(sibling);
        }
        renamed?;
        flush(self.directory);
        Ok(())
    }

    fn is_taken(&self) -> bool {
        self.directory.symlink_metadata(self.name).is_ok()
    }
}

impl Drop for StagedFile<'_> {
    fn drop(&mut self) {
        if let Some(sibling) = &self.sibling {
            drop(self.directory.remove_file(sibling));
        }
    }
}

impl Rights<'_> {
    /// The mode that a file is opened with, never wider than the one that it gets.
    fn at_first(self) -> u32 {
        match self {
            Self::NewFile => EVERYBODY,
            Self::OwnerOnly | Self::Like(_) => OWNER_ONLY,
        }
    }

    fn give(self, file: &File) -> io::Result<()> {
        match self {
            Self::NewFile => Ok(()),
            // Whatever the mask of the process took away.
            Self::OwnerOnly => file.set_permissions(std::fs::Permissions::from_mode(OWNER_ONLY)),
            Self::Like(old) => {
                keep_owner(file, old)?;
                file.set_permissions(std::fs::Permissions::from_mode(old.mode() & KEPT))
            }
        }
    }
}

/// Leaves a file to the owner and the group of the one that it replaces, as far as this process may give it away.
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    let new = file.metadata()?;
    let (owner, group) = (Some(old.uid()), Some(old.gid()));
    if (Some(new.uid()), Some(new.gid())) != (owner, group) && fchown(file, owner, group).is_err() {
        drop(fchown(file, None, group));
    }
    Ok(())
}

/// Flushes the names in a directory. Only a power cut could bring an old one back, and some file systems can't flush a
/// directory, so that an error says nothing of use.
pub fn flush(directory: &Dir) {
    drop(directory.open(".").and_then(|directory| directory.sync_all()));
}

fn create_new(directory: &Dir, sibling: &str, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    directory.open_with(sibling, &options).map(cap_std::fs::File::into_std)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn open(path: &Path) -> Dir {
        Dir::open_ambient_dir(path, cap_std::ambient_authority()).unwrap()
    }

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_system_without_nameless_files_gets_siblings() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = open(temporary.path());
        let staged = |text| StagedFile::stage_sibling(&directory, ".env", Rights::OwnerOnly, text).unwrap();
        drop(staged("A=0\n"));
        assert_eq!(names(temporary.path()), [""; 0]);
        staged("A=1\n").create().unwrap();
        assert_eq!(staged("A=2\n").create().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        staged("A=3\n").replace().unwrap();
        assert_eq!(fs::read_to_string(temporary.path().join(".env")).unwrap(), "A=3\n");
        assert_eq!(names(temporary.path()), [".env"]);
    }

    #[test]
    fn what_is_staged_is_seen_only_in_its_place() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = open(temporary.path());
        let staged = StagedFile::stage(&directory, "x.md", Rights::NewFile, "1\n").unwrap();
        // Where the file system has no nameless files it has a name.
        assert_eq!(names(temporary.path()).len(), usize::from(staged.sibling.is_some()));
        drop(staged);
        assert_eq!(names(temporary.path()), [""; 0]);
    }

    #[test]
    fn rights_are_the_same_with_a_name_and_without() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = open(temporary.path());
        let old = temporary.path().join("old");
        fs::write(&old, "").unwrap();
        let plain = fs::metadata(&old).unwrap().permissions().mode() & 0o7777;
        fs::set_permissions(&old, fs::Permissions::from_mode(0o4751)).unwrap();
        let old = directory.metadata("old").unwrap();
        for (rights, expected) in [(Rights::NewFile, plain), (Rights::OwnerOnly, 0o600), (Rights::Like(&old), 0o751)] {
            for staged in [
                StagedFile::stage(&directory, "x.md", rights, "1\n").unwrap(),
                StagedFile::stage_sibling(&directory, "x.md", rights, "1\n").unwrap(),
            ] {
                assert_eq!(staged.file.metadata().unwrap().permissions().mode() & 0o7777, expected, "{rights:?}");
            }
        }
    }
}
