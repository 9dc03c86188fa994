use std::fs;
use std::path::{Path, PathBuf};

use super::blocks::{file, text};

fn pages(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut found: Vec<PathBuf> =
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].iter().map(|page| file(page)).collect();
    pages(&file("docs"), &mut found);
    let mut links = 0;
    for page in found {
        let text = fs::read_to_string(&page).expect("a page is UTF-8");
        for rest in text.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            let target = target.split('#').next().unwrap_or_default();
            if target.is_empty() || target.starts_with("https://") {
                continue;
            }
            links += 1;
            let path = page.parent().expect("a page lies somewhere").join(target);
            assert!(path.exists(), "{}: {target} leads nowhere", page.display());
        }
    }
    assert!(links > 10);
}

#[test]
fn the_commands_of_the_readme_are_those_that_are_run() {
    let readme = text("README.md");
    assert!(readme.contains("-C fixtures/projects/support-desk\n") && readme.contains("\n    cargo test\n"));
    assert!(text(".ci/run").contains("tests cargo test --locked --no-fail-fast ||"));
    assert!(text("CONTRIBUTING.md").contains("\n    cargo deny check bans licenses sources\n"));
    // It applies without a value at hand: no reference where apply would need one.
    let project = text("fixtures/projects/support-desk/lobu.toml");
    let references = project.lines().filter(|line| line.contains("\"$"));
    assert!(references.clone().count() > 0 && references.clone().all(|line| line.starts_with("key = ")));
}

#[test]
fn decisions_are_numbered_in_order_and_listed() {
    let index = text("docs/decisions/README.md");
    let mut found = Vec::new();
    pages(&file("docs/decisions"), &mut found);
    let mut names: Vec<String> =
        found.iter().filter_map(|page| Some(page.file_name()?.to_string_lossy().into_owned())).collect();
    names.retain(|name| name != "README.md");
    names.sort();
    for (at, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}-", at + 1)), "{name}");
        assert!(index.contains(&format!("({name})")), "{name} is not in the index");
        let page = text(&format!("docs/decisions/{name}"));
        for part in ["## Context", "## Decision", "## Alternatives", "## Consequences"] {
            assert!(page.contains(part), "{name} has no part {part}");
        }
    }
}
