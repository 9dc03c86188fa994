use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use cap_std::fs::{Dir, File, FileType, FileTypeExt};
use zeroize::Zeroizing;

use super::listing::{self, Entry, EntryKind, Listing};
use super::open::{self, Access, AllowedDirectory, OpenDirectory, OpenFile, ReadMetadata};
use super::overlay::{Lookup, Overlay, ReadCache};
use super::{FileKind, OpenError, ReadError, display_path, join};
use crate::project::limits::Limits;

/// The handle of a project's directory.
///
/// It is opened once by path; everything else is resolved beneath it, so that no path of an untrusted project leads out
/// of it. What a symlink or `..` reaches outside is refused, unless it lies in a directory that the command line
/// allows. Without such directories nothing but the handle is ever asked.
#[derive(Debug)]
pub struct ProjectDirectory {
    pub(super) directory: Dir,
    pub(super) location: PathBuf,
    pub(super) allowed: Vec<AllowedDirectory>,
    pub(super) limits: Limits,
    pub(super) files: AtomicUsize,
    pub(super) overlay: Overlay,
    pub(super) read_cache: ReadCache,
}

impl ProjectDirectory {
    /// The name of the file that makes a directory a project.
    pub const FILE: &'static str = "lobu.toml";

    /// The name of the file with values beside it.
    pub const DOTENV: &'static str = ".env";

    /// Opens the directory that `-C` names, and those that `--allow-path` names.
    pub fn open(path: &Path, allowed: &[PathBuf]) -> Result<Self, OpenError> {
        let directory = open::open_ambient(path)?;
        let allowed = allowed.iter().map(|path| AllowedDirectory::open(path)).collect::<Result<_, _>>()?;
        let limits = Limits::default();
        let (location, files, overlay) = (path.to_owned(), AtomicUsize::new(0), Overlay::default());
        Ok(Self { directory, location, allowed, limits, files, overlay, read_cache: ReadCache::default() })
    }

    /// Opens the directory of a new project; makes it, and those above it, if need be.
    pub fn create(path: &Path) -> Result<Self, OpenError> {
        match Self::open(path, &[]) {
            Err(OpenError::Missing { .. }) => {
                std::fs::create_dir_all(path).map_err(|error| open::open_error(path, &error))?;
                Self::open(path, &[])
            }
            opened => opened,
        }
    }

    /// Opens the nearest directory with a lobu.toml, from the given one upwards.
    pub fn find(start: &Path, allowed: &[PathBuf]) -> Result<Self, OpenError> {
        let has_file = |directory: &&Path| directory.join(Self::FILE).symlink_metadata().is_ok();
        match start.ancestors().find(has_file) {
            Some(directory) => Self::open(directory, allowed),
            None => Err(OpenError::NoProject { start: start.display().to_string() }),
        }
    }

    /// Opens the directory that is given, below the working directory, else the nearest one with a lobu.toml.
    pub fn given_or_nearest(
        working_directory: &Path,
        given: Option<&Path>,
        allowed: &[PathBuf],
    ) -> Result<Self, OpenError> {
        match given {
            Some(given) => Self::open(&working_directory.join(given), allowed),
            None => Self::find(working_directory, allowed),
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same directory, in which some files have another text, or are gone.
    ///
    /// Nothing is written. A file that has several names, by symlinks, is one file under each of them.
    pub fn with_overlay(&self, files: BTreeMap<String, Option<String>>) -> io::Result<Self> {
        let allowed = self.allowed.iter().map(AllowedDirectory::try_clone).collect::<io::Result<_>>()?;
        Ok(Self {
            directory: self.directory.try_clone()?,
            location: self.location.clone(),
            allowed,
            limits: self.limits.clone(),
            files: AtomicUsize::new(0),
            overlay: Overlay::new(files.into_iter().map(|(path, text)| (self.canonical(&path), text)).collect()),
            read_cache: self.read_cache.clone(),
        })
    }

    /// The same directory, of which each text is read once: who reads it again gets what was read before.
    ///
    /// What is decided from a project and what is written over are then the same texts, whatever is saved meanwhile.
    #[must_use]
    pub fn with_read_cache(self) -> Self {
        Self { read_cache: ReadCache::enabled(), ..self }
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

    /// The limits of everything that is read here.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Where the directory lies on this machine, for the line that names the project.
    pub fn location(&self) -> &Path {
        &self.location
    }

    /// The directory itself, for writes beneath it.
    pub fn handle(&self) -> &Dir {
        &self.directory
    }

    /// Reads a text file of at most `limit` bytes, none if there is none.
    pub fn read_text(&self, path: &str, limit: u64) -> Result<Option<String>, ReadError> {
        match self.covered(path) {
            Lookup::Unknown => {}
            Lookup::Missing => return Ok(None),
            Lookup::Found(text) if text.len() as u64 > limit => {
                return Err(ReadError::TooLarge { path: display_path(path), limit });
            }
            Lookup::Found(text) => return Ok(Some(text)),
        }
        let text = self.read_on_disk(path, limit)?;
        self.read_cache.insert(path, text.as_deref());
        Ok(text)
    }

    /// What the overlay says of a text, else what was read before.
    fn covered(&self, path: &str) -> Lookup<String> {
        let over = if self.overlay.is_empty() { Lookup::Unknown } else { self.overlay.text(&self.canonical(path)) };
        match over {
            Lookup::Unknown => self.read_cache.text(path),
            Lookup::Missing => Lookup::Missing,
            Lookup::Found(text) => Lookup::Found(text.to_owned()),
        }
    }

    fn read_on_disk(&self, path: &str, limit: u64) -> Result<Option<String>, ReadError> {
        let Some((mut file, size)) = self.open_regular(path, limit)? else { return Ok(None) };
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
        let mut bounded = Read::by_ref(&mut file).take(limit.saturating_add(1));
        bounded.read_to_end(&mut bytes).map_err(|error| open::read_error(path, &error))?;
        if bytes.len() as u64 > limit {
            return Err(ReadError::TooLarge { path: display_path(path), limit });
        }
        String::from_utf8(bytes).map(Some).map_err(|error| not_utf8(path, error.as_bytes(), &error.utf8_error()))
    }

    /// Reads a text file that holds secrets: one buffer of the right size, wiped when it is dropped.
    pub fn read_secret_text(&self, path: &str, limit: u64) -> Result<Option<Zeroizing<String>>, ReadError> {
        let Some((mut file, size)) = self.open_regular(path, limit)? else { return Ok(None) };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        // One byte more than the size, so that a file that grew is noticed instead of cut.
        let mut buffer = Zeroizing::new(vec![0; size.saturating_add(1)]);
        let read = fill(&mut file, &mut buffer).map_err(|error| open::read_error(path, &error))?;
        if read > size {
            return Err(ReadError::Changed { path: display_path(path) });
        }
        let bytes = buffer.get(..read).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(Zeroizing::new(text.to_owned()))),
            Err(error) => Err(not_utf8(path, bytes, &error)),
        }
    }

    /// Looks what a path is, symlinks followed; none if there is nothing.
    pub fn kind(&self, path: &str) -> Result<Option<EntryKind>, ReadError> {
        if !self.overlay.is_empty() {
            match self.overlay.kind(&self.canonical(path)) {
                Lookup::Unknown => {}
                Lookup::Missing => return Ok(None),
                Lookup::Found(kind) => return Ok(Some(kind)),
            }
        }
        Ok(self.access(&ReadMetadata, path)?.map(|metadata| entry_kind(metadata.file_type())))
    }

    /// Whether a path leads out of the project directory, allowed or not.
    pub fn leaves(&self, path: &str) -> bool {
        self.directory.metadata(path).is_err_and(|error| open::is_escape(&error))
    }

    /// Lists a directory, sorted by UTF-16 code unit; none if there is none.
    pub fn list(&self, path: &str) -> Result<Option<Listing>, ReadError> {
        let on_disk = self.list_on_disk(path)?;
        if self.overlay.is_empty() { Ok(on_disk) } else { Ok(self.overlay.listing(&self.canonical(path), on_disk)) }
    }

    fn list_on_disk(&self, path: &str) -> Result<Option<Listing>, ReadError> {
        let Some(found) = self.access(&OpenDirectory, path)? else { return Ok(None) };
        let (mut entries, mut problems) = (Vec::new(), Vec::new());
        for entry in found {
            if entries.len() >= self.limits.files {
                return Err(ReadError::TooManyFiles { limit: self.limits.files });
            }
            let entry = entry.map_err(|error| open::read_error(path, &error))?;
            let Ok(name) = entry.file_name().into_string() else {
                problems.push(ReadError::NameNotUtf8 { directory: display_path(path) });
                continue;
            };
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.followed(&join(path, &name)),
                Ok(kind) => Ok(entry_kind(kind)),
                Err(error) => Err(open::read_error(&join(path, &name), &error)),
            };
            entries.push(Entry { name, kind });
        }
        listing::sort(&mut entries);
        problems.dedup();
        Ok(Some(Listing { entries, problems }))
    }

    fn followed(&self, path: &str) -> Result<EntryKind, ReadError> {
        self.kind(path)?.ok_or_else(|| ReadError::DanglingSymlink { path: display_path(path) })
    }

    /// Opens a regular file and counts it; with its size, which is at most the limit.
    fn open_regular(&self, path: &str, limit: u64) -> Result<Option<(File, u64)>, ReadError> {
        let Some(file) = self.access(&OpenFile, path)? else { return Ok(None) };
        let metadata = file.metadata().map_err(|error| open::read_error(path, &error))?;
        if !metadata.is_file() {
            return Err(ReadError::NotARegularFile {
                path: display_path(path),
                found: file_kind(metadata.file_type()),
            });
        }
        if metadata.len() > limit {
            return Err(ReadError::TooLarge { path: display_path(path), limit });
        }
        if self.files.fetch_add(1, Ordering::Relaxed) >= self.limits.files {
            return Err(ReadError::TooManyFiles { limit: self.limits.files });
        }
        Ok(Some((file, metadata.len())))
    }

    /// Resolves a path beneath the project, else beneath an allowed directory; none if there is nothing.
    fn access<A: Access>(&self, access: &A, path: &str) -> Result<Option<A::Output>, ReadError> {
        // An empty `dir` is the project directory itself.
        let beneath = Path::new(if path.is_empty() { "." } else { path });
        match access.access(&self.directory, beneath) {
            Ok(output) => Ok(Some(output)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.missing(path, beneath),
            Err(error) if open::is_escape(&error) => self.access_allowed(access, path),
            Err(error) => Err(self.explained(path, beneath, &error)),
        }
    }

    /// Nothing is there, or a symlink to nothing: the first may be meant, the second is a mistake.
    fn missing<T>(&self, path: &str, beneath: &Path) -> Result<Option<T>, ReadError> {
        match self.directory.symlink_metadata(beneath) {
            Ok(metadata) if metadata.is_symlink() => Err(ReadError::DanglingSymlink { path: display_path(path) }),
            _ => Ok(None),
        }
    }

    /// A socket cannot be opened at all, so the system's error is explained by a look.
    fn explained(&self, path: &str, beneath: &Path, error: &io::Error) -> ReadError {
        match self.directory.metadata(beneath) {
            Ok(metadata) if metadata.file_type().is_socket() => {
                ReadError::NotARegularFile { path: display_path(path), found: FileKind::Socket }
            }
            _ => open::read_error(path, error),
        }
    }

    fn access_allowed<A: Access>(&self, access: &A, path: &str) -> Result<Option<A::Output>, ReadError> {
        let outside = || ReadError::Outside { path: display_path(path) };
        if self.allowed.is_empty() {
            return Err(outside());
        }
        // The path without symlinks only chooses the directory; the handle still refuses whatever leaves it.
        let (location, is_there) = match resolve(&self.location.join(path)) {
            Ok(found) => found,
            Err(error) => return Err(open::read_error(path, &error)),
        };
        let Some((directory, rest)) = self.allowed.iter().find_map(|allowed| allowed.beneath(&location)) else {
            return Err(outside());
        };
        if !is_there {
            return Ok(None);
        }
        match access.access(directory, rest) {
            Ok(output) => Ok(Some(output)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(open::read_error(path, &error)),
        }
    }
}

/// The path without symlinks, or that of the nearest directory above it that exists; and whether it is the path itself.
fn resolve(path: &Path) -> io::Result<(PathBuf, bool)> {
    let mut failure = io::Error::from(io::ErrorKind::NotFound);
    for (steps, ancestor) in path.ancestors().enumerate() {
        match ancestor.canonicalize() {
            Ok(location) => return Ok((location, steps == 0)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => failure = error,
            Err(error) => return Err(error),
        }
    }
    Err(failure)
}

fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn not_utf8(path: &str, bytes: &[u8], error: &std::str::Utf8Error) -> ReadError {
    let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
    let lines = valid.split(|byte| *byte == b'\n').count();
    ReadError::NotUtf8 { path: display_path(path), line: u32::try_from(lines).unwrap_or(u32::MAX) }
}

fn entry_kind(kind: FileType) -> EntryKind {
    if kind.is_file() {
        EntryKind::File
    } else if kind.is_dir() {
        EntryKind::Directory
    } else {
        EntryKind::Other
    }
}

pub(super) fn file_kind(kind: FileType) -> FileKind {
    if kind.is_dir() {
        FileKind::Directory
    } else if kind.is_fifo() {
        FileKind::Fifo
    } else if kind.is_socket() {
        FileKind::Socket
    } else if kind.is_block_device() || kind.is_char_device() {
        FileKind::Device
    } else {
        FileKind::Other
    }
}
