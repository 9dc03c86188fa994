//! Tells the program what it is built from, for `lobu --version --verbose`.

#![expect(clippy::disallowed_methods, reason = "a build script is told everything by the environment")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LOBU_COMMIT");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    // In a development build each commit would cost a build of the whole program.
    let commit = match variable("LOBU_COMMIT") {
        given if !given.is_empty() => Some(given),
        _ if variable("PROFILE") == "release" => commit(Path::new(&variable("CARGO_MANIFEST_DIR"))),
        _ => None,
    };
    println!("cargo::rustc-env=LOBU_BUILD_COMMIT={}", commit.filter(|text| is_commit(text)).unwrap_or_default());
    println!("cargo::rustc-env=LOBU_BUILD_TARGET={}", variable("TARGET"));
    println!("cargo::rustc-env=LOBU_BUILD_COMPILER={}", compiler(&variable("RUSTC")).unwrap_or_default());
}

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The commit that is checked out, read from git's files: git itself may not be there, and would look for a repository above.
fn commit(root: &Path) -> Option<String> {
    let directory = git_directory(root)?;
    let head = watched(&directory.join("HEAD"))?;
    // Each commit adds a line, also one on a branch that had no file of its own.
    drop(watched(&directory.join("logs/HEAD")));
    let Some(name) = head.trim().strip_prefix("ref: ") else { return Some(head.trim().to_owned()) };
    // In a worktree the branches are those of the repository.
    let common = match fs::read_to_string(directory.join("commondir")) {
        Ok(path) => directory.join(path.trim()),
        Err(_) => directory,
    };
    if let Some(commit) = watched(&common.join(name)) {
        return Some(commit.trim().to_owned());
    }
    let packed = watched(&common.join("packed-refs"))?;
    let line = packed.lines().find(|line| line.split_once(' ').is_some_and(|(_, found)| found == name))?;
    line.split(' ').next().map(str::to_owned)
}

/// `.git`, or where it leads in a worktree.
fn git_directory(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = fs::read_to_string(&git).ok()?;
    Some(root.join(text.trim().strip_prefix("gitdir: ")?))
}

/// A file whose change makes Cargo run this again. A file that is not there would make it run at every build.
fn watched(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    println!("cargo::rerun-if-changed={}", path.display());
    Some(text)
}

/// What the compiler says of itself.
fn compiler(rustc: &str) -> Option<String> {
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned)
}
