//! From the texts of a new project to its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::commands::Session;
use crate::commands::interrupts::Interrupts;
use crate::desired::desired_state;
use crate::error::{CommandError, ErrorKind};
use crate::init::{FileChange, NewFile, TakenFiles, around, changes, schema_line, with_around};
use crate::model::{SecretName, Severity, counted, plural};
use crate::project::config::ReadOptions;
use crate::project::directory::{Expected, OpenError, ProjectDirectory, WriteError};
use crate::project::{Project, read_project};
use crate::render::document::{Document, Style, line};
use crate::render::json::PRINTED;
use crate::schema::ALL;

/// What is to be written.
pub(super) struct NewProject {
    changes: Vec<FileChange>,
    /// Whether it can't be applied before the org has values of secrets.
    pub(super) needs_values: bool,
}

/// What was written.
pub(super) struct Written {
    /// Paths, and whether the file was there before.
    files: BTreeMap<String, bool>,
}

/// Decides what is written for a project of these files: it has to be valid, and nothing may be overwritten.
pub(super) fn prepare(session: &Session, path: &Path, files: Vec<NewFile>) -> Result<NewProject, CommandError> {
    let place = Place::open(path)?;
    let files: Vec<NewFile> = files
        .into_iter()
        .map(|file| match &*file.path {
            ProjectDirectory::FILE => NewFile { text: schema_line(&file.text), ..file },
            _ => file,
        })
        .collect();
    // First, since files that are there would make the new project another one.
    place.changes(files.clone())?;
    let project = check(session, &place.directory, &files)?;
    // An apply never sends the keys of providers.
    let needs_values = desired_state(&project).all_references().iter().any(|reference| reference.provider.is_none());
    let around = around_of(&project);
    let all = place.changes(with_around(files, around))?;
    place.check_writable(&all)?;
    Ok(NewProject { changes: all, needs_values })
}

/// What is written so that these files are below a directory.
pub(super) fn prepare_files(path: &Path, files: Vec<NewFile>) -> Result<NewProject, CommandError> {
    let place = Place::open(path)?;
    let changes = place.changes(files)?;
    place.check_writable(&changes)?;
    Ok(NewProject { changes, needs_values: false })
}

/// What belongs around a project that is there.
pub(super) fn prepare_around(path: &Path) -> Result<NewProject, CommandError> {
    let place = Place::open(path)?;
    let (project, _) = read_project(&ALL, &place.directory, ReadOptions::default());
    let around = project.as_ref().map(around_of).unwrap_or_default();
    let mut changes = place.changes(around)?;
    let text = place.directory.read_text(ProjectDirectory::FILE, place.directory.limits().lobu_toml)?;
    if let Some(before) = text.filter(|text| schema_line(text) != *text) {
        let after = schema_line(&before);
        changes.push(FileChange { path: ProjectDirectory::FILE.to_owned(), before: Some(before), after });
    }
    Ok(NewProject { changes, needs_values: false })
}

const NOTHING_WRITTEN: &str = "nothing was written";

fn around_of(project: &Project) -> Vec<NewFile> {
    let secrets: BTreeSet<SecretName> = desired_state(project).references().into_keys().collect();
    let schema = |name: &str| PRINTED.iter().find(|schema| schema.name == name).map(|schema| (schema.text)());
    let models = schema("models").filter(|_| project.config.memory_enabled());
    around(&secrets, &schema("lobu-toml").unwrap_or_default(), models.as_deref())
}

/// Where the project comes to be; an empty directory stands in for one that does not exist yet.
struct Place {
    directory: ProjectDirectory,
    _stand_in: Option<tempfile::TempDir>,
}

impl Place {
    fn open(path: &Path) -> Result<Self, CommandError> {
        match ProjectDirectory::open(path, &[]) {
            Ok(directory) => Ok(Self { directory, _stand_in: None }),
            Err(OpenError::Missing { .. }) => {
                let stand_in = tempfile::tempdir()?;
                Ok(Self { directory: ProjectDirectory::open(stand_in.path(), &[])?, _stand_in: Some(stand_in) })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn check_writable(&self, changes: &[FileChange]) -> Result<(), CommandError> {
        let refusal = changes.iter().find_map(|change| self.directory.check_writable(&change.path).err());
        refusal.map_or(Ok(()), |error| Err(CommandError::from(error).and(NOTHING_WRITTEN)))
    }

    fn changes(&self, files: Vec<NewFile>) -> Result<Vec<FileChange>, CommandError> {
        let limit = self.directory.limits().lobu_toml;
        let read = |path: &str| self.directory.read_text(path, limit);
        let decided = changes(files, read).map_err(|error| CommandError::from(error).and(NOTHING_WRITTEN))?;
        decided.map_err(|TakenFiles(paths)| {
            let (files, exist) = (counted(paths.len(), "file"), plural(paths.len(), "exists", "exist"));
            let message =
                format!("{files} {exist} already with another content: {}; {NOTHING_WRITTEN}", listed(&paths));
            CommandError::new(ErrorKind::WouldOverwrite, message).hint("Move them, or create the project elsewhere.")
        })
    }
}

fn listed(paths: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = paths.iter().take(SHOWN).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    match paths.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// Reads the project as if it were written: one without errors.
fn check(session: &Session, directory: &ProjectDirectory, files: &[NewFile]) -> Result<Project, CommandError> {
    let texts = files.iter().map(|file| (file.path.clone(), Some(file.text.clone()))).collect();
    let (project, mut found) = read_project(&ALL, &directory.with_overlay(texts)?, ReadOptions::default());
    found.retain(|found| found.severity == Severity::Error);
    session.show(&found, directory.location());
    match project {
        Some(project) if found.is_empty() => Ok(project),
        _ => {
            let errors = counted(found.len(), "error");
            let message = format!("the new project would have {errors}; {NOTHING_WRITTEN}");
            Err(CommandError::new(ErrorKind::InvalidProject, message))
        }
    }
}

impl NewProject {
    /// Writes the files, lobu.toml last, until an interrupt; so many were written before.
    pub(super) fn write(self, path: &Path, interrupts: &Interrupts, before: usize) -> Result<Written, CommandError> {
        let directory = ProjectDirectory::create(path)?;
        let mut files = BTreeMap::new();
        for change in self.changes {
            let so_far = before + files.len();
            if interrupts.has_happened() {
                return Err(ended(so_far, CommandError::interrupted()));
            }
            let one = write_one(&directory, &change).map_err(CommandError::from);
            one.map_err(|error| ended(so_far, error))?;
            files.insert(change.path, change.before.is_some());
        }
        Ok(Written { files })
    }
}

fn write_one(directory: &ProjectDirectory, change: &FileChange) -> Result<(), WriteError> {
    let expected = change.before.as_deref().map_or(Expected::Nothing, Expected::Text);
    directory.write_file(&change.path, expected, &change.after)
}

fn ended(written: usize, error: CommandError) -> CommandError {
    if written == 0 {
        return error.and(NOTHING_WRITTEN);
    }
    let (files, were) = (counted(written, "file"), plural(written, "was", "were"));
    error.and(format!("{files} {were} written before; run it again to write the rest"))
}

impl Written {
    pub(super) fn count(&self) -> usize {
        self.files.len()
    }

    /// Says which files there are now.
    pub(super) fn report(&self, directory: &str) -> Document {
        let count = counted(self.files.len(), "file");
        if self.files.is_empty() {
            return Document::from(line!("{} has all files already.", Style::Bold.of(directory)));
        }
        let mut document = Document::from(line!("Wrote {} in {}:", count, Style::Bold.of(directory)));
        for (path, was_there) in &self.files {
            let added = if *was_there { "  (lines added)" } else { "" };
            document.push(line!("  {}{}", path, added));
        }
        document
    }
}
