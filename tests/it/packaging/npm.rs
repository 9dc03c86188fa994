//! The npm packages, installed from their files without a network.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use super::{program, root, run, starter};

/// npm without a registry, and with a home of its own.
fn npm(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("HOME", home).env("npm_config_registry", "http://127.0.0.1:1").env("npm_config_offline", "true");
    command.env("npm_config_update_notifier", "false").env("npm_config_audit", "false").env("npm_config_fund", "false");
    command
}

/// The platform of this machine, as the packages name it.
fn platform() -> String {
    run(Command::new("node").args(["-p", "`${process.platform}-${process.arch}`"])).trim().to_owned()
}

/// Makes the packages of a program, and gives their files: the launcher, and the one of this machine.
fn pack(home: &Path, program: &Path) -> [PathBuf; 2] {
    let out = home.join("packages");
    let platform = platform();
    let mut build = Command::new("node");
    build.arg(root().join("packaging/npm/build.mjs")).arg(&out).arg(format!("{platform}={}", program.display()));
    run(&mut build);
    run(npm("npm", home).args(["pack", "--silent", "./lobu", &format!("./{platform}")]).current_dir(&out));
    let version = env!("CARGO_PKG_VERSION");
    [format!("unpublished-lobu-{version}.tgz"), format!("unpublished-lobu-{platform}-{version}.tgz")]
        .map(|name| out.join(name))
}

#[test]
#[ignore = "needs node and npm"]
fn the_program_is_installed_from_files_and_starts() {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let home = temporary.path();
    let stripped = home.join("stripped");
    run(Command::new("strip").arg("-o").arg(&stripped).arg(program()));
    let files = pack(home, &stripped);
    let mut npx = npm("npx", home);
    npx.arg("--yes");
    for file in &files {
        npx.arg("--package").arg(file);
    }
    let version = format!("lobu {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(npx.args(["--", "lobu", "--version"]).current_dir(home)), version);
}

#[test]
#[ignore = "needs node and npm"]
fn the_launcher_hands_on_arguments_streams_and_the_end() {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let home = temporary.path();
    let files = pack(home, &starter(home));
    let project = home.join("project");
    std::fs::create_dir(&project).expect("a directory");
    std::fs::write(project.join("package.json"), "{\"private\": true}").expect("a file");
    run(npm("npm", home).args(["install", "--silent"]).args(&files).current_dir(&project));
    let launcher = project.join("node_modules/.bin/lobu");
    let output = Command::new(&launcher).args(["plan", "-C", "a b"]).current_dir(&project).output().expect("node");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("/a b`"), "{output:?}");

    // A signal that only the launcher gets ends the program too.
    let mut command = Command::new(&launcher);
    command.args(["dev", "--port", "0"]).env("HOME", home).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("node");
    let mut out = child.stdout.take().expect("a pipe");
    let mut byte = [0];
    std::io::Read::read_exact(&mut out, &mut byte).expect("it says that it runs");
    run(Command::new("kill").args(["-TERM", &child.id().to_string()]));
    let status = child.wait().expect("it ends");
    assert!(status.code().is_some(), "{status}");
    // The pipe closes when the program behind the launcher has ended.
    std::io::Read::read_to_end(&mut out, &mut Vec::new()).expect("the pipe closes");

    std::fs::remove_dir_all(project.join(format!("node_modules/unpublished-lobu-{}", platform()))).expect("a package");
    let output = Command::new(&launcher).arg("--version").output().expect("node");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: the package unpublished-lobu-"), "{output:?}");
}

#[test]
#[ignore = "needs node and npm"]
fn nothing_runs_when_they_are_installed_and_none_can_be_published() {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    for file in pack(temporary.path(), &starter(temporary.path())) {
        let manifest = run(Command::new("tar").arg("-xzOf").arg(&file).arg("package/package.json"));
        let manifest: Json = serde_json::from_str(&manifest).expect("JSON");
        assert_eq!((&manifest["private"], &manifest["scripts"]), (&true.into(), &Json::Null), "{manifest}");
        assert_eq!((&manifest["version"], &manifest["dependencies"]), (&env!("CARGO_PKG_VERSION").into(), &Json::Null));
        let listed = run(Command::new("tar").arg("-tzf").arg(&file));
        let mut listed: Vec<&str> = listed.lines().collect();
        listed.sort_unstable();
        let own = if manifest["bin"].is_object() { "package/bin/lobu.js" } else { "package/lobu" };
        let mut expected = ["package/LICENSE", "package/package.json", own];
        expected.sort_unstable();
        assert_eq!(listed, expected);
    }
}
