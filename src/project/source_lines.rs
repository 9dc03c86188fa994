use std::collections::HashMap;

use super::directory::ProjectDirectory;
use crate::model::{Diagnostic, Excerpt};

/// So many diagnostics get their line; a flood of them would read the files for nothing.
const EXCERPTS: usize = 200;

/// Gives the diagnostics of model and skill files their source line, masked by the given function.
///
/// The function takes a line, a column in characters from 1, and a length. No line is taken from outside the project
/// directory, from `.env` files, and where YAML does not parse: there nobody knows what is a value.
pub fn attach_excerpts(
    directory: &ProjectDirectory,
    diagnostics: &mut [Diagnostic],
    mask: impl Fn(&str, u32, usize) -> Excerpt,
) {
    let mut sources: HashMap<String, Option<String>> = HashMap::new();
    for diagnostic in diagnostics.iter_mut().filter(|found| wants_excerpt(found)).take(EXCERPTS) {
        let Some(position) = &diagnostic.position else { continue };
        let source = sources.entry(position.file.clone()).or_insert_with(|| read(directory, &position.file));
        let number = usize::try_from(position.line).unwrap_or(usize::MAX).saturating_sub(1);
        if let Some(line) = source.as_deref().and_then(|text| text.lines().nth(number)) {
            diagnostic.excerpt = Some(mask(line, position.column, 1));
        }
    }
}

fn wants_excerpt(diagnostic: &Diagnostic) -> bool {
    diagnostic.excerpt.is_none()
        && !diagnostic.code.starts_with("yaml-")
        && diagnostic.position.as_ref().is_some_and(|position| position.line > 0 && position.column > 0)
}

fn read(directory: &ProjectDirectory, file: &str) -> Option<String> {
    let limit = match file.rsplit_once('.')? {
        (_, "md") => directory.limits().markdown,
        (_, "yaml" | "yml") => directory.limits().model_file,
        _ => return None,
    };
    // An entry that leads to a directory outside, which the command line may allow, is not read again.
    if file.rsplit('/').any(|step| step.starts_with(".env")) || directory.leaves(file) {
        return None;
    }
    directory.read_text(file, limit).ok()?
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::model::{Family, Position, Severity};

    fn diagnostic(code: &'static str, file: &str, line: u32) -> Diagnostic {
        let position = Position { file: file.to_owned(), line, column: 3 };
        Diagnostic::new(Severity::Error, Family::Memory, code, "x").at(position)
    }

    #[test]
    fn lines_are_taken_from_models_and_skills_of_the_project_only() {
        let temporary = tempfile::tempdir().unwrap();
        let (root, outside) = (temporary.path().join("project"), temporary.path().join("outside"));
        fs::create_dir_all(&root).unwrap();
        fs::create_dir_all(&outside).unwrap();
        for path in [root.join("m.yaml"), root.join(".env.yaml"), root.join("lobu.toml"), outside.join("m.yaml")] {
            fs::write(path, "one\ntwo\n").unwrap();
        }
        std::os::unix::fs::symlink("../outside/m.yaml", root.join("link.yaml")).unwrap();
        let directory = ProjectDirectory::open(&root, std::slice::from_ref(&outside)).unwrap();
        let mut diagnostics = [
            diagnostic("slug-missing", "m.yaml", 2),
            diagnostic("slug-missing", "m.yaml", 3),
            diagnostic("slug-missing", "m.yaml", 0),
            diagnostic("yaml-syntax", "m.yaml", 2),
            diagnostic("slug-missing", ".env.yaml", 2),
            diagnostic("slug-missing", "lobu.toml", 2),
            diagnostic("slug-missing", "link.yaml", 2),
            diagnostic("slug-missing", "../outside/m.yaml", 2),
            diagnostic("slug-missing", "none.yaml", 2),
        ];
        assert!(directory.read_text("link.yaml", 100).unwrap().is_some());
        attach_excerpts(&directory, &mut diagnostics, |line, column, length| Excerpt {
            line: line.to_owned(),
            start: column as usize,
            length,
        });
        let lines: Vec<Option<&str>> =
            diagnostics.iter().map(|found| found.excerpt.as_ref().map(|excerpt| excerpt.line.as_str())).collect();
        assert_eq!(lines, [Some("two"), None, None, None, None, None, None, None, None]);
    }
}
