//! The archive with its checksums, and the list of what is in the program.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

use super::{root, run, starter, text};

fn release(binary: &Path, out: &Path) -> Output {
    let mut command = Command::new(root().join("packaging/release"));
    command.arg("--binary").arg(binary).arg(out).env("SOURCE_DATE_EPOCH", "1700000000");
    command.output().expect("bash")
}

/// The name of the only file with that ending.
#[track_caller]
fn file(directory: &Path, ending: &str) -> String {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let found: Vec<String> = names.filter(|name| name.ends_with(ending)).collect();
    let [name] = found.as_slice() else { panic!("{ending}: {found:?}") };
    name.clone()
}

#[test]
#[ignore = "needs curl and jq"]
fn a_release_is_an_archive_a_list_of_packages_and_checksums() {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let binary = starter(temporary.path());
    let (first, second) = (temporary.path().join("first"), temporary.path().join("second"));
    for out in [&first, &second] {
        let output = release(&binary, out);
        assert!(output.status.success(), "{output:?}");
    }
    let sums = |out: &Path| std::fs::read_to_string(out.join("SHA256SUMS")).expect("checksums");
    assert_eq!(sums(&first), sums(&second), "the same program makes other bytes");
    assert_eq!(sums(&first).lines().count(), 2);
    run(Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&first));

    let archive = file(&first, ".tar.gz");
    let name = archive.trim_end_matches(".tar.gz");
    let listed = run(Command::new("tar").arg("-tvzf").arg(first.join(&archive)));
    assert!(listed.lines().all(|line| line.contains(" 0/0 ") && line.contains(&format!(" {name}/"))), "{listed}");
    for (mode, path) in [("-rwxr-xr-x", "lobu"), ("-rw-r--r--", "LICENSE"), ("-rw-r--r--", "CHANGELOG.md")] {
        let is_it = |line: &str| line.starts_with(mode) && line.ends_with(&format!(" {name}/{path}"));
        assert!(listed.lines().any(is_it), "{path}\n{listed}");
    }
    for page in
        ["completions/lobu.bash", "completions/lobu.zsh", "completions/lobu.fish", "man/lobu.1", "man/lobu-plan.1"]
    {
        assert!(listed.lines().any(|line| line.ends_with(&format!(" {name}/{page}"))), "{page}\n{listed}");
    }
    // It is what the workflows unpack.
    let unpacked = temporary.path().join("unpacked");
    std::fs::create_dir(&unpacked).expect("a directory");
    let mut tar = Command::new("tar");
    run(tar.arg("-xzf").arg(first.join(&archive)).arg("-C").arg(&unpacked).arg("--strip-components=1"));
    let version = format!("lobu {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(Command::new(unpacked.join("lobu")).arg("--version")), version);

    list_of_packages(
        &serde_json::from_slice(&std::fs::read(first.join(file(&first, ".spdx.json"))).expect("a file")).expect("JSON"),
    );
}

#[track_caller]
fn list_of_packages(list: &Json) {
    assert_eq!((&list["spdxVersion"], &list["SPDXID"]), (&"SPDX-2.3".into(), &"SPDXRef-DOCUMENT".into()));
    assert_eq!(list["creationInfo"]["created"], "2023-11-14T22:13:20Z");
    let packages = list["packages"].as_array().expect("packages");
    let names: BTreeSet<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for name in ["lobu", "clap", "reqwest", "rusqlite", "libsqlite3-sys", "serde_json"] {
        assert!(names.contains(name), "{name}");
    }
    // What only tests and build scripts use is not in the program.
    for name in ["proptest", "insta", "comrak", "cc"] {
        assert!(!names.contains(name), "{name}");
    }
    let locked = text("Cargo.lock");
    for package in packages {
        let sum = package["checksums"][0]["checksumValue"].as_str().unwrap_or_default();
        assert_eq!(sum.len(), 64, "{package}");
        assert!(package["name"] == "lobu" || locked.contains(&format!("checksum = \"{sum}\"")), "{package}");
        assert_ne!(package["licenseDeclared"], "NOASSERTION", "{package}");
    }
    let ids: BTreeSet<&str> = packages.iter().filter_map(|package| package["SPDXID"].as_str()).collect();
    assert_eq!(ids.len(), packages.len());
    let mut reached = BTreeSet::new();
    for relationship in list["relationships"].as_array().expect("relationships") {
        let id = |name: &str| relationship[name].as_str().expect("an identifier");
        assert!(id("spdxElementId") == "SPDXRef-DOCUMENT" || ids.contains(id("spdxElementId")), "{relationship}");
        reached.insert(id("relatedSpdxElement"));
    }
    assert_eq!(reached, ids);
}

#[test]
#[ignore = "needs curl and jq"]
fn another_program_or_a_used_directory_is_refused() {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let refused = |binary: &Path, out: &Path| {
        let output = release(binary, out);
        assert!(!output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let out = temporary.path().join("out");
    assert!(refused(Path::new("/bin/echo"), &out).contains("is not lobu"));
    std::fs::write(out.join("old"), "").expect("a file");
    assert!(refused(&starter(temporary.path()), &out).contains("is not empty"));
}
