//! Projects as they lie on disk.

use std::path::{Path, PathBuf};

use super::documents::{LOBU_TOML, MODELS, SKILL, found_in, frontmatter, is_of_form, is_yaml, of_file, toml, yaml};

/// How many files of each kind were held to their schemas.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) lobu_toml: usize,
    pub(super) models: usize,
    pub(super) skills: usize,
}

/// Holds every file of a project to its schema: each is accepted exactly if nothing is wrong with its form.
#[track_caller]
pub(super) fn hold(project: &Path, held: &mut Held) {
    let found = found_in(project);
    for path in files(project) {
        let name = path.strip_prefix(project).expect("it is in the project").to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let own = of_file(&found, &name);
        let (schema, documents, count) = if name == "lobu.toml" {
            (&*LOBU_TOML, toml(&text).map(|document| vec![document]), &mut held.lobu_toml)
        } else if name.starts_with("models/") && is_yaml(&name) {
            (&*MODELS, yaml(&text), &mut held.models)
        } else if name.ends_with("/SKILL.md") {
            (&*SKILL, frontmatter(&text).map(|document| vec![document]), &mut held.skills)
        } else {
            continue;
        };
        let Some(documents) = documents else { continue };
        schema.hold(&documents, &own, &format!("{}: {text}", path.display()));
        let is_accepted = documents.iter().all(|document| schema.errors(document).is_empty());
        assert!(is_accepted || !own.is_empty(), "{}", path.display());
        assert!(is_accepted != own.iter().any(is_of_form) || !is_accepted, "{}", path.display());
        *count += 1;
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn the_projects_of_this_repository_are_accepted() {
    let mut held = Held::default();
    for name in ["bundle", "everything", "first-generation", "support-desk"] {
        hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects").join(name), &mut held);
    }
    assert_eq!(held.lobu_toml, 4);
    assert!(held.models > 10 && held.skills > 3, "{held:?}");
}
