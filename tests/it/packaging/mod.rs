//! What is delivered: archives, packages of npm and Python, and an image.
//!
//! All are made of the program under test; none of them builds the release profile.

mod image;
mod npm;
mod release;
mod wheel;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of this repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of this repository.
#[track_caller]
fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The program under test.
fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_lobu"))
}

/// A small program that starts the one under test, where the size would only cost time.
fn starter(directory: &Path) -> PathBuf {
    let path = directory.join("starter");
    let script = format!("#!/bin/sh\nexec '{}' \"$@\"\n", program().display());
    std::fs::write(&path, script).expect("a file");
    run(Command::new("chmod").arg("755").arg(&path));
    path
}

/// Runs a command that must succeed, and gives what it printed.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
