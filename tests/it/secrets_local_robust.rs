//! `lobu secrets local` when something comes between: other writers, kills, signals, pasted lines, files of nothing but mistakes.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::env::TestEnv;
use crate::support::note;
use crate::support::terminal::{Terminal, wait_until_reading};

/// A value that must stand in `.env` and nowhere else.
const SENTINEL: &str = "SENTINELhunter2x7";

const SET: [&str; 4] = ["secrets", "local", "set", "DEPLOY_TOKEN"];

const QUESTION: &str = "(input is hidden):";

fn test_project() -> TestEnv {
    let env = TestEnv::new();
    env.write("lobu.toml", "[agents]\n");
    env
}

fn names(env: &TestEnv) -> Vec<String> {
    let entries = fs::read_dir(env.project()).expect("a directory");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Starts `lobu` with a pipe on stdin, which is the caller's to write.
fn waiting(env: &TestEnv, arguments: &[&str]) -> Child {
    let mut command = env.command();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the binary starts")
}

#[track_caller]
fn signal(process: u32, name: &str) {
    let status = std::process::Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(status.expect("kill runs").success());
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let env = test_project();
    let mut running: Vec<Child> =
        (0..20).map(|number| waiting(&env, &["secrets", "local", "set", &format!("K{number}")])).collect();
    for (number, child) in running.iter_mut().enumerate() {
        let mut stdin = child.stdin.take().expect("a pipe");
        write!(stdin, "v{number}").expect("a pipe takes a value");
    }
    for mut child in running {
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
    let text = env.read(".env");
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    let mut expected: Vec<_> = (0..20).map(|number| format!("K{number}=v{number}")).collect();
    expected.sort();
    assert_eq!(lines, expected);
    assert_eq!(names(&env), [".env", "lobu.toml"]);
}

#[test]
fn what_a_killed_run_left_behind_is_swept() {
    for arguments in [&SET[..], &["secrets", "local", "delete", "A"]] {
        let env = test_project();
        env.write(".env", "A=1\n");
        let leftover = format!("A=1\nB={SENTINEL}\n");
        env.write(".env.4711.0.tmp", &leftover).write(".env.1.15.tmp", &leftover);
        env.write(".env.mine.0.tmp", "").write(".env.1.0.tmp.bak", "").write("x.env.1.0.tmp", "");
        env.pipe(arguments, b"v").expect_code(0);
        assert_eq!(names(&env), [".env", ".env.1.0.tmp.bak", ".env.mine.0.tmp", "lobu.toml", "x.env.1.0.tmp"]);
    }
}

#[test]
fn a_signal_at_any_time_leaves_the_old_file_or_the_new_and_nothing_else() {
    for (round, name) in ["TERM", "INT", "KILL"].iter().cycle().take(30).enumerate() {
        let env = test_project();
        env.write(".env", "A=1\n");
        let mut child = waiting(&env, &SET);
        child.stdin.take().expect("a pipe").write_all(SENTINEL.as_bytes()).expect("a pipe takes a value");
        std::thread::sleep(Duration::from_micros(700 * u64::try_from(round).expect("small")));
        signal(child.id(), name);
        child.wait().expect("it ends");
        let text = env.read(".env");
        assert!(text == "A=1\n" || text == format!("A=1\nDEPLOY_TOKEN={SENTINEL}\n"), "{text}");
        if *name != "KILL" {
            assert_eq!(names(&env), [".env", "lobu.toml"]);
        }
    }
}

#[test]
fn pasted_lines_come_whole_where_the_terminal_marks_them() {
    let env = test_project();
    let mut terminal = Terminal::start(&env, &SET, "");
    terminal.wait_for(QUESTION);
    terminal.wait_for("\u{1b}[?2004h");
    wait_until_reading();
    for piece in ["\u{1b}[200~-----BEGIN\r", SENTINEL, "\r\t\u{3}x\n", "-----END\r\u{1b}[20", "1~", "\r"] {
        terminal.press(piece);
        std::thread::sleep(Duration::from_millis(60));
    }
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("\u{1b}[?2004l") && !screen.contains(SENTINEL), "{screen}");
    let written = format!("DEPLOY_TOKEN=\"-----BEGIN\\n{SENTINEL}\\n\t\u{3}x\\n-----END\"\n");
    assert_eq!(env.read(".env"), written);
}

#[test]
fn pasted_lines_without_marks_are_refused_and_not_cut() {
    for pause in [0, 60, 200] {
        let env = test_project();
        let mut terminal = Terminal::start(&env, &SET, "");
        terminal.wait_for(QUESTION);
        wait_until_reading();
        for line in ["-----BEGIN\r", "SENTINELhunter2x7\r", "-----END\r"] {
            terminal.press(line);
            std::thread::sleep(Duration::from_millis(pause));
        }
        let (code, screen) = terminal.end();
        assert_eq!(code, Some(2), "{screen}");
        assert!(screen.contains("the value has more than one line; nothing was written"), "{screen}");
        assert!(!screen.contains("BEGIN") && !screen.contains(SENTINEL) && !screen.contains("END"), "{screen}");
        assert!(!env.project().join(".env").exists());
    }
}

#[test]
fn a_signal_at_the_question_gives_the_terminal_back() {
    for name in ["INT", "TERM", "HUP"] {
        let env = test_project();
        let mut terminal = Terminal::start(&env, &SET, "");
        terminal.wait_for(QUESTION);
        wait_until_reading();
        terminal.press(SENTINEL);
        wait_until_reading();
        assert!(!terminal.echoes(), "the value is typed unseen");
        signal(terminal.id(), name);
        terminal.wait_for("nothing was written");
        let started = Instant::now();
        while terminal.is_running() {
            assert!(started.elapsed() < Duration::from_secs(20), "{}", terminal.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(terminal.echoes(), "after SIG{name} the terminal is as it was");
        let (code, screen) = terminal.end();
        assert_eq!(code, Some(130), "SIG{name}\n{screen}");
        assert!(screen.contains("\u{1b}[?2004l") && !screen.contains(SENTINEL), "{screen}");
        assert!(!env.project().join(".env").exists());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_waits_for_a_secret_is_protected_already() {
    let limit = |process: &str| {
        let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap_or_default();
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default();
        line.split_whitespace().skip(4).take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    if limit("self") == ["0", "0"] {
        note("skipped: no process here may write a core file");
        return;
    }
    for arguments in [&SET[..], &["secrets", "push", "FOO", "--from-stdin", "--dry-run", "--url", "http://localhost:1"]]
    {
        let env = test_project();
        let mut command = env.command();
        // A value in the environment is a secret already.
        command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary starts");
        let started = Instant::now();
        while limit(&child.id().to_string()) != ["0", "0"] {
            assert!(started.elapsed() < Duration::from_secs(10), "{arguments:?} waits for stdin and can be dumped");
            assert_eq!(child.try_wait().expect("a child can be waited for"), None, "{arguments:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().expect("it runs");
        child.wait().expect("it ends");
    }
}

#[test]
fn a_file_of_nothing_but_mistakes_is_told_shortly() {
    let flood = "x\n".repeat(800_000);
    let env = test_project();
    env.write(".env", &flood).write("other.env", &flood);
    let push = ["secrets", "push", "--all", "--dry-run", "-c", "local"];
    let commands: [&[&str]; 4] = [
        &["secrets", "local", "list"],
        &SET,
        &[&push[..], &["--from-file", "other.env"]].concat(),
        &[&push[..], &["--from-stdin"]].concat(),
    ];
    for arguments in commands {
        let output = env.pipe(arguments, flood.as_bytes());
        output.expect_code(2);
        assert!(output.stderr.len() < 4096, "{arguments:?} said {} bytes", output.stderr.len());
        assert_eq!(output.stderr.matches("error: expected `NAME=value`\n").count(), 20, "{output}");
        assert!(output.stderr.contains("note: and 799980 more lines are wrong\n"), "{output}");
    }
}
