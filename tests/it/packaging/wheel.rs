//! The wheel, built with the features of the tests, so that nothing is compiled twice, and installed from its file.

use std::path::Path;
use std::process::Command;

use super::{program, root, run, text};

#[test]
#[ignore = "needs maturin and uv"]
fn the_program_is_installed_from_the_wheel_and_starts() {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let out = temporary.path().join("wheels");
    let target = program().ancestors().nth(2).map(Path::to_owned).expect("the directory of builds");
    let mut build = Command::new("maturin");
    build.args([
        "build",
        "--profile",
        "dev",
        "--features",
        "fault-points",
        "--offline",
        "--compatibility",
        "linux",
        "--out",
    ]);
    // A build script of a dependency looks at these, which `cargo test` sets for this process: all would be compiled again.
    for name in ["MANIFEST_DIR", "MANIFEST_LINKS", "PKG_NAME"] {
        build.env_remove(format!("CARGO_{name}"));
    }
    for part in ["MAJOR", "MINOR", "PATCH", "PRE"] {
        build.env_remove(format!("CARGO_PKG_VERSION_{part}"));
    }
    run(build.arg(&out).current_dir(root().join("packaging/python")).env("CARGO_TARGET_DIR", target));
    let wheels: Vec<_> =
        std::fs::read_dir(&out).expect("wheels").map(|entry| entry.expect("an entry").path()).collect();
    let [wheel] = wheels.as_slice() else { panic!("{wheels:?}") };
    let name = wheel.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(name.starts_with(&format!("unpublished_lobu-{}-py3-none-", env!("CARGO_PKG_VERSION"))), "{name}");

    let listed = run(Command::new("python3").args(["-m", "zipfile", "-l"]).arg(wheel));
    assert!(listed.contains(".data/scripts/lobu ") && !listed.contains(".py "), "{listed}");
    let mut uvx = Command::new("uvx");
    uvx.args(["--offline", "--no-config", "--no-index", "--from"]).arg(wheel).args(["lobu", "--version"]);
    let uvx = uvx.current_dir(temporary.path()).env("HOME", temporary.path());
    let version = format!("lobu {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(uvx.env("UV_CACHE_DIR", temporary.path().join("cache"))), version);
}

#[test]
fn no_index_takes_the_wheel() {
    let project = text("packaging/python/pyproject.toml");
    for line in [
        "classifiers = [\"Private :: Do Not Upload\"]",
        "bindings = \"bin\"",
        "dynamic = [\"version\"]",
        "locked = true",
    ] {
        assert!(project.lines().any(|other| other == line), "{line}");
    }
}
