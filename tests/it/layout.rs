//! Where things of this repository are: what a reader may rely on and no compiler checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file of the repository with an ending, but for what was built and what a fuzzer collected.
fn files(ending: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    collect(root, root, ending, &mut found);
    found
}

fn collect(root: &Path, directory: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory can be read") {
        let entry = entry.expect("an entry can be read");
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if entry.file_type().expect("its type is known").is_dir() {
            if !name.starts_with('.') && name != "target" && path != root.join("fuzz/corpus") {
                collect(root, &path, ending, found);
            }
        } else if path.extension().is_some_and(|end| end == ending) {
            found.push(path.strip_prefix(root).expect("it is below the root").to_owned());
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: PathBuf| (path.clone(), fs::read_to_string(root.join(path)).expect("a source is UTF-8"));
    files("rs").into_iter().map(read).collect()
}

#[test]
fn every_snapshot_file_is_in_one_directory_and_used_once() {
    let call = concat!("assert_snapshot_file", "!(");
    let mut used = BTreeSet::new();
    for (path, text) in sources() {
        for arguments in text.split(call).skip(1) {
            let name = arguments.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
            let name = name.unwrap_or_else(|| panic!("{}: the name is no literal", path.display()));
            let file = Path::new("snapshots").join(format!("{name}.snap"));
            assert!(used.insert(file), "{}: {name} is the name of another snapshot", path.display());
        }
    }
    assert_eq!(files("snap").into_iter().collect::<BTreeSet<_>>(), used);
}

/// `.ci/run` finds the tests that it runs only where `../shared` is, or with tools that it installs, by these reasons.
#[test]
fn a_test_is_ignored_for_a_known_reason() {
    const REASONS: [&str; 8] = [
        "needs ../shared",
        "needs curl and jq",
        "needs maturin and uv",
        "needs node and npm",
        "needs taplo",
        "needs zsh",
        "needs fish",
        "a process of the test below",
    ];
    let attribute = concat!("#[", "ignore");
    let mut found = BTreeSet::new();
    for (path, text) in sources() {
        for line in text.lines().filter(|line| line.contains(attribute)) {
            let reason = line.trim().strip_prefix(attribute).and_then(|rest| rest.strip_prefix(" = \""));
            let reason = reason.and_then(|rest| rest.strip_suffix("\"]")).unwrap_or_default();
            assert!(REASONS.contains(&reason), "{}: {line}", path.display());
            found.insert(reason.to_owned());
        }
    }
    assert_eq!(found.len(), REASONS.len());
}

/// A reader copies a command from a line of its own; what the code says of a command in prose names only the verb.
#[test]
fn no_message_has_a_command_between_its_words() {
    // Texts for files, for the reference, and for other programs.
    const OTHER_TEXTS: [&str; 6] = [
        "src/doctor/check.rs",
        "src/error.rs",
        "src/env.rs",
        "src/pull/compose.rs",
        "src/commands/pull/source.rs",
        "src/render/json/",
    ];
    let quoted = concat!("`", "lobu ");
    let mut found = Vec::new();
    for (path, text) in sources() {
        let name = path.display().to_string();
        let is_other = !name.starts_with("src/") || OTHER_TEXTS.iter().any(|other| name.starts_with(other));
        if is_other || name.contains("/tests") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//") && line.contains(quoted));
        found.extend(lines.map(|line| format!("{name}: {}", line.trim())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
