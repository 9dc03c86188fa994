//! What is demanded before anything is read, asked or sent.

use std::process::Stdio;
use std::time::{Duration, Instant};

use lobu::server::Role;

use super::site::{Site, document, flat};
use crate::support::terminal::Terminal;

const VALUE: &str = "value-that-is-not-shown";

/// Runs a push that must end with this code and send nothing, and gives what it says on one line.
#[track_caller]
fn refused(site: &Site, arguments: &[&str], code: i32) -> String {
    let output = site.run(&[&["push"], arguments].concat());
    output.expect_code(code);
    assert!(!output.everything().contains(VALUE), "{output}");
    site.expect_untouched();
    flat(&output.everything())
}

fn site() -> Site {
    Site::new(&format!("FOO={VALUE}\n"))
}

#[test]
fn a_push_that_cannot_ask_needs_its_flags() {
    let site = site();
    let table = [
        (&["FOO"][..], "cannot prompt: not a terminal"),
        (&["FOO"], "To skip the prompts, add --yes; to preview, --dry-run."),
        (&["FOO", "--no-input"], "cannot prompt"),
        (&["FOO", "--yes-rotate"], "To skip the prompts, add --yes;"),
        (&["FOO", "--json"], "--json asks no questions: add --yes, or --dry-run"),
        (&["FOO", "--json", "--rotate"], "add --yes-rotate (and --yes for missing secrets), or --dry-run"),
        (&["FOO", "--json", "--rotate", "--yes"], "--json asks no questions: add --yes-rotate"),
        (&["FOO", "--from-stdin"], "--from-stdin asks no questions: add --yes, or --dry-run"),
        (&["FOO", "--from-stdin", "--rotate", "--yes"], "--from-stdin asks no questions: add --yes-rotate"),
    ];
    for (arguments, expected) in table {
        let told = refused(&site, arguments, 2);
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}

#[test]
fn a_rotation_that_cannot_ask_needs_its_own_flag() {
    let site = Site::new("FOO=old\n");
    site.run(&["push", "FOO", "--yes"]).expect_code(0);
    site.env.write(".env", format!("FOO={VALUE}\n"));
    site.served.counter.reset();
    let output = site.run(&["push", "FOO", "--rotate", "--yes"]);
    output.expect_code(2);
    assert!(flat(&output.stderr).contains("To skip the prompts, add --yes-rotate;"), "{output}");
    assert_eq!((site.writes(), site.stored("FOO").as_deref()), (0, Some("old")));
}

#[test]
fn stdin_is_not_read_before_the_flags_are_there() {
    let site = site();
    let mut command = site.env.command();
    command.args(site.arguments(&["push", "FOO", "--from-stdin"]));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    // Nothing is written and the pipe stays open: who reads it waits for ever.
    let _open = child.stdin.take();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        if started.elapsed() > Duration::from_secs(30) {
            drop(child.kill());
            panic!("it reads stdin");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(2));
}

#[test]
fn stdin_on_a_terminal_is_refused() {
    let site = site();
    let arguments = site.arguments(&["push", "FOO", "--from-stdin", "--yes"]);
    let (code, screen) = Terminal::start(&site.env, &arguments, "").end();
    assert_eq!(code, Some(2), "{screen}");
    assert!(flat(&screen).contains("error: --from-stdin: stdin is a terminal; nothing was sent"), "{screen}");
    site.expect_untouched();
}

#[test]
fn stdin_that_cannot_be_used_is_told_without_its_text() {
    let site = site();
    let too_long = vec![b'A'; 40 << 20];
    for (input, expected) in [
        (format!("FOO={VALUE}\nBAR \"{VALUE}\n").into_bytes(), "--> stdin:2 1 error error: --from-stdin: "),
        (format!("FOO=\"{VALUE}\n").into_bytes(), "--> stdin:1 1 error error: --from-stdin: "),
        (b"FOO=\xff\n".to_vec(), "it is not UTF-8"),
        (Vec::new(), "there is no name in it"),
        (too_long, "error: --from-stdin: it is larger than"),
    ] {
        let (code, stdout, stderr) = site.run_with(&input, &["push", "FOO", "--from-stdin", "--yes"]);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(flat(&stderr).contains(expected), "{stderr}");
        assert!(!format!("{stdout}{stderr}").contains(VALUE), "{stderr}");
    }
    site.expect_untouched();
}

#[test]
fn a_push_has_one_source() {
    let site = site();
    let sources = [&["--from-dotenv"][..], &["--from-file", ".env"], &["--from-stdin"], &["--from-process", "FOO"]];
    for (at, one) in sources.iter().enumerate() {
        for other in sources.iter().skip(at + 1) {
            let told = refused(&site, &[&["--yes"], *one, *other].concat(), 2);
            assert!(told.contains("cannot be used with"), "{told}");
        }
    }
}

#[test]
fn without_a_project_names_or_the_whole_file_must_be_asked_for() {
    let site = site();
    let told = refused(&site, &["--yes"], 2);
    assert!(told.contains("there is no lobu.toml that would say which secrets are needed; nothing was sent"), "{told}");
}

#[test]
fn a_project_with_errors_stops_a_push() {
    let site = site();
    site.env.write("lobu.toml", format!("[agents.triage]\nname = \"{VALUE}\n"));
    refused(&site, &["FOO", "--yes"], 2);
}

#[test]
fn a_push_that_one_request_cannot_carry_is_refused_before_any_question() {
    let many: Vec<_> = (0..1_001).map(|at| format!("KEY_{at}=value\n")).collect();
    let site = Site::new(&many.concat());
    let output = site.run(&["push", "--all"]);
    output.expect_code(2);
    let told = flat(&output.stderr);
    assert!(told.contains("1001 secrets to send, and one push can send at most 1000"), "{told}");
    assert!(told.contains("Nothing was sent. Push in parts") && !told.contains("not a terminal"), "{told}");
    site.expect_untouched();
}

#[test]
fn a_push_is_measured_as_it_is_sent() {
    // A source may have 8 MiB, and so may a request, in which a quote takes two bytes.
    let lines = |count: usize| -> String {
        (0..count).map(|at| format!("KEY_{at}='{}'\n", "\"".repeat(60 * 1024))).collect::<Vec<_>>().concat()
    };
    let site = Site::new(&lines(80));
    let told = refused(&site, &["--all"], 2);
    assert!(told.contains("the request would be larger than 8 MiB, the limit of one push"), "{told}");
    site.env.write(".env", lines(150));
    let told = refused(&site, &["--all", "--yes"], 2);
    assert!(told.contains("8 MiB") && !told.contains("one push"), "{told}");
    site.env.write(".env", lines(60));
    site.run(&["push", "--all", "--yes"]).expect_code(0);
    assert_eq!((site.audit().len(), site.stored("KEY_0").map(|value| value.len())), (60, Some(60 * 1024)));
}

/// An error is a document too.
#[test]
fn a_refusal_says_so_in_json() {
    let mut site = site();
    let output = site.run(&["push", "ABSENT", "--yes", "--json"]);
    output.expect_code(2);
    assert_eq!(document(&output)["error"]["kind"], "usage", "{output}");
    site.become_one(Role::Member, "mcp:read mcp:write mcp:admin");
    for arguments in
        [&["push", "FOO", "--yes", "--json"][..], &["list", "--json"], &["delete", "FOO", "--yes", "--json"]]
    {
        let output = site.run(arguments);
        output.expect_code(4);
        assert_eq!(document(&output)["error"]["kind"], "forbidden", "{output}");
    }
    site.expect_untouched();
}

#[test]
fn a_jwt_is_warned_of_where_nobody_is_asked() {
    let site = Site::new("FOO=eyJhbGciOi.eyJzdWIi.c2ln\nBAR=${OTHER}\n");
    let output = site.run(&["push", "--all", "--yes"]);
    output.expect_code(0);
    let told = flat(&output.stderr);
    assert!(told.contains("warning: FOO looks like a JWT, a token that expires"), "{output}");
    assert!(told.contains("warning: BAR has $NAME, ${NAME} or $(command) in it"), "{output}");
    assert_eq!(site.audit(), ["create BAR", "create FOO"]);
}

#[test]
fn who_is_no_admin_can_neither_list_nor_push() {
    for (role, scope) in [(Role::Member, "mcp:read mcp:write mcp:admin"), (Role::Admin, "mcp:read mcp:write")] {
        let mut site = site();
        site.become_one(role, scope);
        for arguments in [
            &["push", "FOO", "--yes"][..],
            &["push", "FOO", "--dry-run"],
            &["push", "FOO", "--yes", "--if-supported"],
            &["list"],
            &["list", "--json"],
            &["delete", "FOO", "--yes"],
        ] {
            let output = site.run(arguments);
            output.expect_code(4);
            let told = flat(&output.everything());
            assert!(told.contains("Secrets need the role owner or admin in the org"), "{output}");
            assert!(told.contains("[forbidden_") || told.contains("[insufficient_scope]"), "{output}");
            assert!(!told.contains(VALUE), "{output}");
        }
        site.expect_untouched();
    }
}

#[test]
fn who_is_no_member_can_do_nothing() {
    let mut site = site();
    site.env.env("LOBU_API_TOKEN", "owl_pat_0123456789012345678901234567890123456789");
    let output = site.run(&["push", "FOO", "--yes"]);
    output.expect_code(4);
    assert!(flat(&output.stderr).contains("Set LOBU_API_TOKEN to a token of this server"), "{output}");
    site.expect_untouched();
}
