//! What others on the machine can see of the process while it holds the values.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use crate::support::note;

use super::evidence::Evidence;
use super::recorder::{Recorder, good};
use super::scenario::{Sent, received};
use super::stage::{Noise, Stage};

/// What was seen of a process, and what could not be.
#[derive(Default)]
struct Seen {
    evidence: Evidence,
    refused: Vec<String>,
}

impl Seen {
    /// Reads a file of `/proc/PID`; the process is not dumpable, so that only root may read some.
    #[track_caller]
    fn file(&mut self, process: u32, name: &str) -> Option<Vec<u8>> {
        match fs::read(format!("/proc/{process}/{name}")) {
            Ok(bytes) => {
                self.evidence.add(format!("/proc/PID/{name}"), bytes.as_slice());
                Some(bytes)
            }
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{name}: {error}");
                self.refused.push(name.to_owned());
                None
            }
        }
    }

    /// Where open files lie, and what is in those that no directory has any more.
    fn open_files(&mut self, process: u32) {
        let Ok(entries) = fs::read_dir(format!("/proc/{process}/fd")) else {
            return self.refused.push("fd".to_owned());
        };
        for entry in entries.flatten() {
            let Ok(target) = fs::read_link(entry.path()) else { continue };
            self.evidence.add("the name of an open file", target.as_os_str().as_bytes());
            let is_hidden =
                target.to_string_lossy().contains("(deleted)") || target.to_string_lossy().contains("memfd:");
            if is_hidden && let Ok(bytes) = fs::read(entry.path()) {
                self.evidence.add(format!("the open file {}", target.display()), bytes);
            }
        }
    }
}

/// The processes that a process started and that still run.
fn children(process: u32) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    let stats = entries.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let parent = |stat: &String| {
        // The name in brackets may hold anything.
        let (_, rest) = stat.rsplit_once(") ")?;
        rest.split(' ').nth(1)?.parse::<u32>().ok()
    };
    stats.filter(|stat| parent(stat) == Some(process)).collect()
}

/// What the environment of a process was to hold.
fn expected_environment(command: &Command) -> BTreeSet<Vec<u8>> {
    let pair = |(name, value): (&std::ffi::OsStr, Option<&std::ffi::OsStr>)| {
        Some([name.as_bytes(), b"=", value?.as_bytes()].concat())
    };
    command.get_envs().filter_map(pair).collect()
}

/// A program that leaves a mark when it is started, first of all in the search path.
fn plant(directory: &Path, name: &str) {
    fs::create_dir_all(directory).expect("a directory");
    let program = directory.join(name);
    fs::write(&program, "#!/bin/sh\n: > \"$0.was-started\"\n").expect("a file");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a mode");
}

#[test]
fn arguments_environment_and_children_hold_nothing() {
    if !Path::new("/proc/self/environ").exists() {
        return note("skipped: there is no /proc here");
    }
    let (arrive, arrived) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let recorder = Recorder::start(Arc::new(move |asked| {
        let is_seen = arrive.send(asked.is_push()).is_ok();
        let released = released.lock().expect("no thread panics").recv_timeout(Duration::from_secs(20));
        assert!(is_seen && released.is_ok(), "the test ended");
        good(asked)
    }));
    let mut stage = Stage::new(Noise::Loud);
    let tools = stage.env.home().join("bin");
    for name in ["git", "sh", "ps", "stty"] {
        plant(&tools, name);
    }
    stage.env.env("PATH", tools.display().to_string());
    // A repository that does not ignore .env: a reason to ask git.
    stage.env.write(".git/HEAD", "ref: refs/heads/main\n").write(".git/config", "").write(".git/objects/x", "");
    let url = recorder.url();
    let arguments = ["secrets", "push", "--yes", "--url", &url, "--org", "dev"];
    let mut command = stage.command(&arguments);
    let environment = expected_environment(&command);
    let child = command.spawn().expect("the binary starts");
    for is_push in [false, true] {
        let what = arrived.recv_timeout(Duration::from_secs(60)).expect("a request");
        assert_eq!(what, is_push);
        look(&stage, child.id(), &arguments, &environment);
        release.send(()).expect("the server waits");
    }
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains(".env is not ignored by git"), "{text}");
    received(&recorder.received(), Sent::Value).expect("the value was sent");
    let mut evidence = Evidence::default();
    evidence.add("stdout", output.stdout);
    evidence.add("stderr", output.stderr);
    stage.check("push", evidence, &text);
    let started: Vec<_> = fs::read_dir(&tools).expect("a directory").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(started.len(), 4, "no program was started: {started:?}");
}

#[track_caller]
fn look(stage: &Stage, process: u32, arguments: &[&str], environment: &BTreeSet<Vec<u8>>) {
    let mut seen = Seen::default();
    for name in ["comm", "status"] {
        seen.file(process, name);
    }
    if let Some(bytes) = seen.file(process, "cmdline") {
        let given: Vec<&[u8]> = bytes.split(|byte| *byte == 0).skip(1).collect();
        let expected: Vec<&[u8]> = arguments.iter().copied().chain(["-v", ""]).map(str::as_bytes).collect();
        assert_eq!(given, expected, "the arguments are those of the test");
    }
    seen.open_files(process);
    assert_eq!(children(process), [""; 0], "it starts nothing");
    let evidence = std::mem::take(&mut seen.evidence);
    stage.check("/proc", evidence, "");
    // The environment holds the token and the proxies' password: what the test set, and nothing more.
    if let Some(bytes) = seen.file(process, "environ") {
        let held: BTreeSet<Vec<u8>> =
            bytes.split(|byte| *byte == 0).filter(|pair| !pair.is_empty()).map(<[u8]>::to_vec).collect();
        assert!(held == *environment, "the environment is that of the test");
    }
    if !seen.refused.is_empty() {
        note(&format!("not seen, since only root may look: {}", seen.refused.join(", ")));
    }
}

#[test]
fn children_are_seen() {
    let mut child = Command::new("sleep").arg("30").spawn().expect("sleep runs");
    let own = children(std::process::id());
    drop(child.kill());
    drop(child.wait());
    assert!(own.iter().any(|stat| stat.starts_with(&format!("{} (sleep)", child.id()))), "{own:?}");
}
