use std::collections::BTreeMap;

use crate::edit::yaml;
use crate::model::{Diagnostic, Family, Position, Severity};
use crate::project::conflict::{Content, conflict};
use crate::project::directory::{EntryKind, Listing, ProjectDirectory, ReadError, display_path, join};
use crate::project::misspelled::{directory_in, misspelled};
use crate::project::parallel;
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::project::secret_lines::secret_lines;
use crate::schema::{Resource, Schema};

use super::found::Found;
use super::source::Source;
use super::{cross_check, document};

/// The directory of models where the file names none.
const DEFAULT_DIRECTORY: &str = "./models";

/// The subdirectory of the scripts that watchers name.
const REACTIONS: &str = "reactions";

/// How deep models are looked for in directories that are not read.
const DEPTH: u32 = 8;

/// What the model files of a project declare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Models {
    /// The types, by file and place in it. Types with errors are left out.
    pub resources: Vec<Resource>,
    /// What the files hold and apply does not send, by what it is.
    pub not_applied: BTreeMap<&'static str, usize>,
    /// What is wrong, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the model files of a project: `.yaml` and `.yml`, not recursively.
///
/// `named` is the directory that lobu.toml names, and where; a blank name is none. A missing directory is a warning if
/// it is named, and nothing otherwise. `agents` and `targets` are those that lobu.toml declares.
pub fn read_models(
    schema: &Schema,
    directory: &ProjectDirectory,
    named: Option<(&str, &Position)>,
    agents: &[&str],
    targets: &[&str],
) -> Models {
    let named = named.map(|(path, position)| (path.trim(), position)).filter(|(path, _)| !path.is_empty());
    let path = named.map_or(DEFAULT_DIRECTORY, |(path, _)| path);
    let mut models = Models::default();
    let Listing { entries, problems } = match directory.list(path) {
        Ok(Some(listing)) => listing,
        Ok(None) => {
            let other_case = match named {
                None => directory_in(directory, ".", display_path(path).as_str()),
                Some(_) => None,
            };
            models.diagnostics.extend(other_case.map(|found| misspelled(&found, &display_path(path), Family::Memory)));
            models.diagnostics.extend(named.map(|(path, position)| missing(path, position)));
            return models;
        }
        Err(error) => {
            let mut diagnostic = error.diagnostic(Family::Memory);
            // Where the path is written is where it can be fixed.
            if let Some((_, position)) = named {
                diagnostic.position = Some(position.clone());
            }
            models.diagnostics.push(diagnostic);
            return models;
        }
    };
    models.diagnostics.extend(problems.iter().map(|problem| problem.diagnostic(Family::Memory)));
    let mut files = Vec::new();
    for entry in entries {
        let is_model = is_model(&entry.name);
        let file = join(path, &entry.name);
        match entry.kind {
            Ok(EntryKind::Directory) if entry.name == REACTIONS => {}
            Ok(EntryKind::Directory) if !holds_models(directory, &file, DEPTH) => {}
            Ok(EntryKind::Directory) => models.diagnostics.push(subdirectory(&file)),
            Ok(EntryKind::File | EntryKind::Other) if is_model => files.push(file),
            Ok(_) => models.diagnostics.extend(other_extension(schema, directory, &entry.name, &file)),
            Err(ReadError::DanglingSymlink { .. }) if !is_model => {}
            Err(error) => models.diagnostics.push(error.diagnostic(Family::Memory)),
        }
    }
    let found = parallel::map(&files, |file| read_file(Source { schema, directory, agents, targets }, file));
    models.diagnostics.extend(cross_check::check(&found));
    for file in found {
        take(&mut models, file);
    }
    models.diagnostics.sort();
    models.diagnostics.dedup();
    models
}

fn take(models: &mut Models, found: Found) {
    models.resources.extend(found.resources.into_iter().map(|found| found.resource));
    models.diagnostics.extend(found.diagnostics);
    if found.with_metadata > 0 {
        *models.not_applied.entry("type with `metadata`").or_default() += found.with_metadata;
    }
}

/// Whether a file of the directory of models is read, by its name.
pub(in crate::project) fn is_model(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml")))
}

/// Whether models are somewhere below a directory; of what can't be read nobody knows.
fn holds_models(directory: &ProjectDirectory, path: &str, depth: u32) -> bool {
    let Ok(Some(listing)) = directory.list(path) else { return false };
    listing.entries.iter().any(|entry| match entry.kind {
        Ok(EntryKind::Directory) => depth > 0 && holds_models(directory, &join(path, &entry.name), depth - 1),
        Ok(_) => is_model(&entry.name),
        Err(_) => false,
    })
}

/// The warning of a model whose extension is not read: another case, or JSON that says what a model says.
fn other_extension(schema: &Schema, directory: &ProjectDirectory, name: &str, file: &str) -> Option<Diagnostic> {
    let (stem, extension) = name.rsplit_once('.')?;
    let lower = extension.to_lowercase();
    let wanted = match lower.as_str() {
        "yaml" | "yml" => format!("{stem}.{lower}"),
        "json" => {
            let text = directory.read_text(file, directory.limits().model_file).ok().flatten()?;
            let stream = yaml::read(&text, &directory.limits().yaml);
            let says_so = |document: &yaml::Document| document::is_model(schema, &document.root);
            stream.documents.iter().any(says_so).then(|| format!("{stem}.yaml"))?
        }
        _ => return None,
    };
    Some(misspelled(file, &wanted, Family::Memory))
}

fn missing(path: &str, position: &Position) -> Diagnostic {
    let message = format!("the models directory {} does not exist", quoted(&display_path(path)));
    Diagnostic::new(Severity::Warning, Family::Memory, "models-directory-missing", message).at(position.clone())
}

fn subdirectory(path: &str) -> Diagnostic {
    let message = format!("models in the subdirectory {} are not read", quoted(path));
    Diagnostic::new(Severity::Warning, Family::Memory, "models-subdirectory", message)
        .at(Position::file(path))
        .hint("move its files directly into the models directory, or out of it")
}

fn read_file(source: Source<'_>, file: &str) -> Found {
    let mut found = Found::default();
    let limits = source.directory.limits();
    let text = match source.directory.read_text(file, limits.model_file) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => {
            found.is_broken = true;
            found.diagnostics.push(error.diagnostic(Family::Memory));
            return found;
        }
    };
    if let Some(diagnostic) = conflict(&text, Content::Data, file, Family::Memory) {
        found.is_broken = true;
        found.diagnostics.push(diagnostic);
        return found;
    }
    let stream = yaml::read(&text, &limits.yaml);
    let mut report = Report::new(file, Family::Memory);
    // What is built from a text that is not whole would only lead to more diagnostics.
    if stream.problems.is_empty() {
        for document in &stream.documents {
            document::read(source, &document.root, &mut found, &mut report);
        }
    }
    found.is_broken = !stream.problems.is_empty();
    found.diagnostics = report.into_diagnostics();
    found.diagnostics.extend(secret_lines(&text, file, Family::Memory));
    found.diagnostics.extend(stream.problems.iter().map(|problem| problem.diagnostic(Family::Memory, file, 0)));
    found
}
