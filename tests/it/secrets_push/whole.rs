//! All of a push or nothing of it, and how few requests it takes.

use std::time::{Duration, Instant};

use lobu::server::{Database, Store};

use super::site::{Site, audit, flat, stored};
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::listener::{Listener, Reply};

#[test]
fn a_process_that_dies_before_the_commit_has_written_nothing() {
    let env = TestEnv::new();
    env.write(".env", "ONE=value-1\nTWO=value-2\n");
    let arguments = ["secrets", "push", "--all", "--yes", "--rotate", "--yes-rotate", "-c", "local"];
    let dying = || {
        let output = env.command().args(arguments).env("LOBU_FAULT", "die:secrets-before-commit").output();
        let output = output.expect("the binary starts");
        assert_eq!(output.status.code(), None, "it was killed: {}", String::from_utf8_lossy(&output.stderr));
    };
    let look = || {
        let store = Store::open(&Database::File(env.local_database())).expect("the database can be opened");
        (["ONE", "TWO"].map(|name| stored(&store, name)), audit(&store))
    };
    dying();
    assert_eq!(look(), ([None, None], vec![]));

    let again = env.lobu(arguments);
    again.expect_code(0);
    assert!(again.stdout.contains("Push complete. 2 created."), "{again}");
    let whole = look();
    assert_eq!(
        whole,
        ([Some("value-1".into()), Some("value-2".into())], vec!["create ONE".into(), "create TWO".into()])
    );

    // A rotation and a create in one request: neither.
    env.write(".env", "ONE=value-3\nNEW=value-4\nTWO=value-2\n");
    dying();
    assert_eq!(look(), whole);
    env.lobu(arguments).expect_code(0);
    let (values, rows) = look();
    assert_eq!(values, [Some("value-3".to_owned()), Some("value-2".to_owned())]);
    assert_eq!(rows.get(2..), Some(&["create NEW".to_owned(), "rotate ONE".to_owned()][..]));
}

#[test]
fn a_push_without_a_yes_makes_no_file() {
    let env = TestEnv::new();
    env.write(".env", "ONE=value-1\n");
    for more in [&[][..], &["--dry-run"], &["--dry-run", "--json"]] {
        let arguments = ["secrets", "push", "ONE", "-c", "local"];
        let output = env.lobu(arguments.iter().chain(more));
        output.expect_code(if more.is_empty() { 2 } else { 0 });
        assert_eq!(std::fs::read_dir(env.home()).expect("HOME").count(), 0, "{output}");
    }
}

#[test]
fn a_hundred_keys_take_two_reads_and_one_write() {
    let lines: Vec<_> = (0..100).map(|at| format!("KEY_{at}=value-{at}\n")).collect();
    let site = Site::new(&lines.concat());
    let output = site.run(&["push", "--all", "--yes"]);
    output.expect_code(0);
    assert!(output.stdout.contains("Push complete. 100 created."), "{output}");
    let counter = &site.served.counter;
    assert!(counter.reads() <= 2 && counter.writes() == 1, "{} reads, {} writes", counter.reads(), counter.writes());
    assert_eq!(site.audit().len(), 100);

    counter.reset();
    let output = site.run(&["push", "--all", "--yes"]);
    output.expect_code(0);
    assert!(output.stdout.contains("Nothing to push."), "{output}");
    assert!(counter.reads() <= 2 && counter.writes() == 0, "{} reads, {} writes", counter.reads(), counter.writes());
}

/// Pushes to a listener that lists no secret and then answers the write so; gives the output and how often it was sent.
#[track_caller]
fn push_to(write: Reply) -> (CommandOutput, usize) {
    let list = Reply::http("200 X\r\ncontent-type: application/json", "[]");
    let listener = Listener::start(vec![list, write]);
    let mut env = TestEnv::new();
    env.env("LOBU_API_TOKEN", "owl_pat_0123456789").env("LOBU_ORG", "dev").write(".env", "ONE=value-1\nTWO=value-2\n");
    let output = env.lobu(["secrets", "push", "--all", "--yes", "--url", &format!("http://{}", listener.address())]);
    assert!(!output.everything().contains("value-"), "{output}");
    let sent = listener.received().iter().filter(|request| request.starts_with("POST ")).count();
    (output, sent)
}

#[test]
fn a_push_whose_answer_is_lost_is_not_sent_again() {
    let json = |head: &str, body: &str| Reply::http(&format!("{head} X\r\ncontent-type: application/json"), body);
    for write in [
        Reply::Bytes(b"HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{".to_vec()),
        Reply::Bytes(Vec::new()),
        json("500", r#"{"error":{"code":"internal","message":"value-1"}}"#),
        json("200", r#"{"results":[]}"#),
        Reply::http("504 X\r\ncontent-type: text/html", "<html>value-1"),
    ] {
        let (output, sent) = push_to(write);
        output.expect_code(5);
        let told = flat(&output.stderr);
        assert!(told.contains("the answer was lost: either all 2 secrets were written, or none"), "{output}");
        assert!(told.contains("To check what is missing: lobu secrets push --dry-run"), "{output}");
        assert_eq!(sent, 1, "{output}");
    }
}

#[test]
fn a_push_that_is_refused_says_so() {
    let coded = |status: &str, code: &str| {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"you sent value-1"}}}}"#);
        Reply::http(&format!("{status} X\r\ncontent-type: application/json"), &body)
    };
    for (status, code, exit) in
        [("403", "forbidden_role", 4), ("401", "invalid_token", 4), ("400", "invalid_value", 3), ("409", "in_use", 3)]
    {
        let (output, sent) = push_to(coded(status, code));
        output.expect_code(exit);
        assert!(flat(&output.stderr).contains(&format!("answered {status} [{code}]")), "{output}");
        assert_eq!(sent, 1, "{output}");
    }
    let elsewhere = Reply::http("307 X\r\nlocation: http://localhost:9/", "");
    let (output, sent) = push_to(elsewhere);
    output.expect_code(3);
    assert!(flat(&output.stderr).contains("was redirected to http://localhost:9, which is not followed"), "{output}");
    assert_eq!(sent, 1);
}

#[test]
fn a_push_that_is_interrupted_while_it_reads_sends_nothing() {
    for name in ["INT", "TERM"] {
        let listener = Listener::start(vec![Reply::Silence]);
        let mut env = TestEnv::new();
        env.env("LOBU_API_TOKEN", "owl_pat_0123456789").env("LOBU_ORG", "dev").write(".env", "ONE=value-1\n");
        let running =
            env.start(["secrets", "push", "ONE", "--yes", "--url", &format!("http://{}", listener.address())]);
        let started = Instant::now();
        while listener.received().first().is_none_or(String::is_empty) {
            assert!(started.elapsed() < Duration::from_secs(30), "nothing is asked");
            std::thread::sleep(Duration::from_millis(5));
        }
        let status = std::process::Command::new("kill").args([format!("-{name}"), running.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
        let output = running.wait();
        output.expect_code(130);
        assert!(output.stderr.contains("interrupted; nothing was sent"), "{output}");
        assert!(listener.received().iter().all(|request| request.starts_with("GET ")), "{output}");
    }
}

#[test]
fn what_the_project_uses_is_pushed_and_the_rest_of_the_file_is_not() {
    let site = Site::new("BOT=value-b\nTRACKER=value-t\nUNUSED=value-u\nGIVEN=value-g\n");
    site.env.write("agents/triage/SOUL.md", "Steer.\n").write(
        "lobu.toml",
        "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n\n\
         [[agents.triage.platforms]]\ntype = \"telegram\"\nconfig = { botToken = \"$BOT\", chatId = \"$ABSENT\" }\n\n\
         [agents.triage.skills.mcp.tracker]\nurl = \"https://tracker.example/\"\n\
         headers = { Authorization = \"$TRACKER\" }\n",
    );
    let output = site.run(&["push", "GIVEN", "--yes"]);
    output.expect_code(0);
    // The fingerprints are others each time.
    let shown = output.stdout.lines().map(|line| match line.split_once("  created") {
        Some((row, _)) => format!("{}XXXX  created\n", row.trim_end_matches(|c: char| c.is_ascii_hexdigit())),
        None => format!("{line}\n"),
    });
    insta::assert_snapshot!(shown.collect::<String>().replace(site.served.url(), "URL"), @r"
    Secrets of org dev on URL (context url), values from .env
      ! ABSENT   missing from .env and the org  (used by triage/telegram.chatId)
      + BOT      (create, source=.env, used by triage/telegram.botToken)
      + GIVEN    (create, source=.env)
      + TRACKER  (create, source=.env, used by triage/mcp.tracker.headers.Authorization)
    Push: 3 to create, 1 missing.
      + BOT      XXXX  created
      + GIVEN    XXXX  created
      + TRACKER  XXXX  created
    Push complete. 3 created.
    ");
    assert_eq!(site.audit(), ["create BOT", "create GIVEN", "create TRACKER"]);
}

#[test]
fn an_interrupted_push_waits_for_what_is_in_flight_and_reports() {
    let result = r#"{"results":[{"name":"FOO","fingerprint":"a3f1","action":"create","ref":"secret://dev/user/FOO"}]}"#;
    for signal in ["INT", "TERM"] {
        let Reply::Bytes(answer) = Reply::http("200 OK\r\ncontent-type: application/json", result) else {
            panic!("an HTTP answer is bytes");
        };
        let list = Reply::http("200 OK\r\ncontent-type: application/json", "[]");
        let listener = Listener::start(vec![list, Reply::Late(Duration::from_millis(800), answer)]);
        let mut env = TestEnv::new();
        env.env("LOBU_API_TOKEN", "owl_pat_made_up");
        env.write(".env", "FOO=value-1\n");
        let url = format!("http://{}", listener.address());
        let running = env.start(["secrets", "push", "FOO", "--yes", "--org", "dev", "--url", &url]);
        let started = Instant::now();
        while !listener.received().iter().any(|request| request.contains("value-1")) {
            assert!(started.elapsed() < Duration::from_secs(30), "nothing is sent");
            std::thread::sleep(Duration::from_millis(5));
        }
        let kill = std::process::Command::new("kill").args([format!("-{signal}"), running.id().to_string()]).status();
        assert!(kill.expect("kill runs").success());
        let output = running.wait();
        output.expect_code(130);
        assert!(output.stdout.contains("Push complete. 1 created."), "{output}");
        assert!(output.stderr.contains("interrupted; the report says what was done"), "{output}");
    }
}
