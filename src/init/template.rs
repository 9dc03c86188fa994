use thiserror::Error;

use crate::project::directory::{EntryKind, ProjectDirectory, ReadError, display_path, join};

use super::file::NewFile;

/// Entries of a template that are no part of a project; `.git` is a file in a further working tree.
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
    #[error("`{0}` is a symlink")]
    Link(String),
    #[error("there is no lobu.toml in it")]
    NoProject,
}

/// The files of a directory that serves as a template; lobu.toml is the last one.
///
/// Files with values of secrets are never copied: those whose name says so (`.env`, `.env.production`, `work.env`), and `values`,
/// which lobu.toml names. A symlink is refused, since it may stand for one of them.
pub fn template(directory: &ProjectDirectory, values: &[String]) -> Result<Vec<NewFile>, TemplateError> {
    let mut files = Vec::new();
    collect(directory, ".", 0, &mut files)?;
    let values: Vec<String> = values.iter().map(|path| display_path(path)).collect();
    files.retain(|file| !values.contains(&file.path));
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
        if SKIPPED.contains(&&*entry.name) || has_values(&entry.name) {
            continue;
        }
        let below = if path == "." { entry.name.clone() } else { join(path, &entry.name) };
        if directory.canonical(&below) != below {
            return Err(TemplateError::Link(below));
        }
        match entry.kind? {
            EntryKind::Directory => collect(directory, &below, depth + 1, files)?,
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
    name != ".env.example" && (lower.starts_with(".env") || lower.rsplit_once('.').is_some_and(|(_, end)| end == "env"))
}
