use thiserror::Error;

use crate::project::directory::{EntryKind, ProjectDirectory, ReadError, join};

use super::file::NewFile;

/// Directories of a template that are no part of a project.
const SKIPPED: [&str; 3] = [".git", "node_modules", "target"];

/// How many files a template may have.
const MOST_FILES: usize = 5_000;

/// How deep its directories may be.
const DEEPEST: usize = 32;

/// Why a directory is no template.
#[derive(Debug, Error)]
pub enum TemplateError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("`{0}` is neither a file nor a directory")]
    Special(String),
    #[error("it has more than {MOST_FILES} files")]
    TooMany,
    #[error("its directories are more than {DEEPEST} deep")]
    TooDeep,
    #[error("there is no lobu.toml in it")]
    NoProject,
}

/// The files of a directory that serves as a template; lobu.toml is the last one.
///
/// Files with values of secrets (`.env`, `.env.production`) are never copied.
pub fn template(directory: &ProjectDirectory) -> Result<Vec<NewFile>, TemplateError> {
    let mut files = Vec::new();
    collect(directory, ".", 0, &mut files)?;
    let position = files.iter().position(|file| file.path == ProjectDirectory::FILE);
    let lobu_toml = files.remove(position.ok_or(TemplateError::NoProject)?);
    files.push(lobu_toml);
    Ok(files)
}

fn collect(
    directory: &ProjectDirectory,
    path: &str,
    depth: usize,
    files: &mut Vec<NewFile>,
) -> Result<(), TemplateError> {
    if depth > DEEPEST {
        return Err(TemplateError::TooDeep);
    }
    let Some(listing) = directory.list(path)? else { return Ok(()) };
    if let Some(problem) = listing.problems.into_iter().next() {
        return Err(problem.into());
    }
    for entry in listing.entries {
        let below = if path == "." { entry.name.clone() } else { join(path, &entry.name) };
        match entry.kind? {
            EntryKind::Directory if SKIPPED.contains(&&*entry.name) => {}
            EntryKind::Directory => collect(directory, &below, depth + 1, files)?,
            EntryKind::File if has_values(&entry.name) => {}
            EntryKind::File => {
                let text = directory.read_text(&below, directory.limits().lobu_toml)?;
                files.extend(text.map(|text| NewFile::whole(below, text)));
            }
            EntryKind::Other => return Err(TemplateError::Special(below)),
        }
        if files.len() > MOST_FILES {
            return Err(TemplateError::TooMany);
        }
    }
    Ok(())
}

fn has_values(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == ".env" || lower.starts_with(".env.") && lower != ".env.example"
}
