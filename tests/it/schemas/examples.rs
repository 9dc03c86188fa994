//! Blocks of code of README and docs: each is accepted exactly if the reader finds nothing wrong with its form.

use std::path::{Path, PathBuf};

use super::documents::{hold_lobu_toml, hold_model, hold_skill};

fn pages(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
}

/// The blocks of a language in README and docs.
fn blocks(language: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md")];
    pages(&root.join("docs"), &mut found);
    let mut blocks = Vec::new();
    for page in found {
        let text = std::fs::read_to_string(&page).expect("a page is UTF-8");
        let start = format!("```{language}\n");
        let starts = text.split(&start).skip(1);
        blocks.extend(starts.filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())));
    }
    blocks
}

#[test]
fn blocks_of_toml_are_as_the_reader_takes_them() {
    let blocks = blocks("toml");
    let accepted = blocks.iter().filter(|block| hold_lobu_toml(block)).count();
    assert!(blocks.len() > 5 && accepted > 1, "{accepted} of {}", blocks.len());
}

#[test]
fn blocks_of_yaml_are_as_the_reader_takes_them() {
    let blocks = blocks("yaml");
    let accepted = blocks.iter().filter(|block| hold_model(block)).count();
    assert!(accepted >= 3, "{accepted} of {}", blocks.len());
}

#[test]
fn blocks_of_frontmatter_are_as_the_reader_takes_them() {
    let blocks = blocks("markdown");
    let accepted = blocks.iter().filter(|block| hold_skill(block)).count();
    assert!(accepted >= 1, "{accepted} of {}", blocks.len());
}
