//! What a path of the project may not be.

use std::fs::File;
use std::os::unix::fs::symlink;

use super::harness::{AGENT, Case, SENTINEL, Tree, add, clean, run, run_all};
use crate::support::env::TestEnv;
use crate::support::snapshots::assert_snapshot_file;

const SOUL: &str = "agents/pilot/SOUL.md";

#[test]
fn paths_that_leave_the_project_are_told() {
    let with_dir = |name, dir: &str| Case::new(name, 2).file("lobu.toml", AGENT.replace("./agents/pilot", dir));
    let cases = [
        with_dir("absolute directory", "/etc"),
        with_dir("directory above", "../pilot"),
        with_dir("directory above, hidden in the middle", "./agents/../../pilot"),
        with_dir("directory that is a file", "./lobu.toml"),
        Case::new("prompt that is not UTF-8", 2).file(SOUL, b"caf\xe9 SENTINELhunter2x7\n".to_vec()),
        Case::new("lobu.toml that is not UTF-8", 2).file("lobu.toml", b"# caf\xe9 SENTINELhunter2x7\n".to_vec()),
        Case::new("prompt a little too long", 2).file(SOUL, vec![b'a'; (1 << 20) + 1]),
    ];
    assert_snapshot_file!("agent-directories-and-texts-that-are-refused", run_all(&cases));
}

/// Replaces SOUL.md with what `make` puts there.
#[track_caller]
fn with_soul(name: &'static str, code: i32, make: impl FnOnce(&TestEnv)) -> String {
    let case = Case::new(name, code);
    let env = case.lay_out();
    std::fs::remove_file(env.project().join(SOUL)).expect("the prompt is there");
    make(&env);
    let mut messages = String::new();
    let output = run(&env, &case);
    add(&mut messages, name, output.expect_code(code));
    messages
}

#[test]
fn files_that_are_no_files_of_the_project_are_told() {
    let outside = |env: &TestEnv| {
        let path = env.home().join("secret.md");
        std::fs::write(&path, SENTINEL).expect("a file");
        path
    };
    let soul = |env: &TestEnv| env.project().join(SOUL);
    let mut messages = String::new();
    messages += &with_soul("symlink out of the project", 2, |env| symlink(outside(env), soul(env)).expect("a link"));
    messages += &with_soul("relative symlink out of the project", 2, |env| {
        outside(env);
        symlink("../../../home/secret.md", soul(env)).expect("a link");
    });
    messages += &with_soul("symlink loop", 2, |env| symlink("SOUL.md", soul(env)).expect("a link"));
    messages +=
        &with_soul("symlink inside the project", 0, |env| symlink("../../lobu.toml", soul(env)).expect("a link"));
    messages += &with_soul("dangling symlink", 2, |env| symlink("nowhere.md", soul(env)).expect("a link"));
    messages += &with_soul("directory", 2, |env| std::fs::create_dir(soul(env)).expect("a directory"));
    messages += &with_soul("named pipe", 2, |env| {
        let made = std::process::Command::new("mkfifo").arg(soul(env)).status().expect("mkfifo is everywhere");
        assert!(made.success());
    });
    messages += &with_soul("100 MB", 2, |env| {
        File::create(soul(env)).and_then(|file| file.set_len(100 << 20)).expect("a sparse file");
    });
    assert_snapshot_file!("unreadable-prompt-files", messages);
}

#[test]
fn a_directory_outside_can_be_allowed() {
    let mut messages = String::new();
    for (name, allowed, code) in [("not allowed", false, 2), ("allowed", true, 0)] {
        let case = Case::new(name, code).file("lobu.toml", AGENT.replace("./agents/pilot", "../home/pilot"));
        let env = case.lay_out();
        std::fs::create_dir(env.home().join("pilot")).expect("a directory");
        std::fs::write(env.home().join("pilot/SOUL.md"), "Steer.\n").expect("a file");
        let home = env.home().to_string_lossy().into_owned();
        let mut arguments = vec!["validate"];
        arguments.extend(allowed.then_some(["--allow-path", home.as_str()]).into_iter().flatten());
        let output = env.lobu(&arguments);
        clean(name, &output);
        add(&mut messages, name, output.expect_code(code));
    }
    assert_snapshot_file!("allowed-directory-outside-the-project", messages);
}

#[test]
fn a_project_that_is_not_there_is_told() {
    let env = TestEnv::new();
    env.write("file", "x");
    std::fs::create_dir_all(env.project().join("config/lobu.toml")).expect("directories");
    symlink("loop", env.project().join("loop")).expect("a link");
    let before = Tree::of(env.path());
    let mut messages = String::new();
    for (name, arguments) in [
        ("no lobu.toml here or above", vec![]),
        ("missing directory", vec!["-C", "missing"]),
        ("directory without lobu.toml", vec!["-C", "."]),
        ("a file as directory", vec!["-C", "file"]),
        ("lobu.toml is a directory", vec!["-C", "config"]),
        ("symlink loop as directory", vec!["-C", "loop"]),
        ("missing --allow-path", vec!["-C", ".", "--allow-path", "missing"]),
    ] {
        for verb in [vec!["validate"], vec!["apply", "--yes", "-c", "local"]] {
            let output = env.lobu([verb.clone(), arguments.clone()].concat());
            assert_eq!(output.code, Some(2), "{name}\n{output}");
            clean(name, &output);
            if verb == ["validate"] {
                add(&mut messages, name, &output);
            }
        }
    }
    assert_eq!(Tree::of(env.path()), before);
    assert_snapshot_file!("missing-project", messages);
}
