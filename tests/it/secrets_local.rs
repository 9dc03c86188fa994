//! `lobu secrets local` through the real binary: what it writes, what it refuses, and that no value is ever seen.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::env::{CommandOutput, TestEnv};
use crate::support::terminal::{Terminal, wait_until_reading};

/// A value that must stand in `.env` and nowhere else.
const SENTINEL: &str = "SENTINELhunter2x7";

const SET: [&str; 4] = ["secrets", "local", "set", "DEPLOY_TOKEN"];

fn test_project() -> TestEnv {
    let env = TestEnv::new();
    env.write("lobu.toml", "[agents]\n");
    env
}

/// Runs `lobu` with a text on stdin.
#[track_caller]
fn piped(env: &TestEnv, arguments: &[&str], input: &[u8]) -> CommandOutput {
    let output = env.pipe(arguments, input);
    assert!(!output.everything().contains(SENTINEL), "{output}");
    output
}

/// Adds the messages of a refusal.
#[track_caller]
fn add(messages: &mut String, name: &str, output: &CommandOutput) {
    let stderr = output.expect_code(2).redacted().stderr;
    writeln!(messages, "## {name}\n{stderr}").expect("writing to memory");
}

fn mode(env: &TestEnv) -> u32 {
    fs::metadata(env.project().join(".env")).expect("a file").permissions().mode() & 0o7777
}

/// The names of everything below the temporary directory whose content has the sentinel.
fn holders(env: &TestEnv) -> Vec<String> {
    let mut found = Vec::new();
    let mut directories = vec![env.path().to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                directories.push(path);
            } else if String::from_utf8_lossy(&fs::read(&path).expect("a file")).contains(SENTINEL) {
                found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
    }
    found
}

#[test]
fn a_value_from_stdin_is_written_for_its_owner_only() {
    let env = test_project();
    let output = piped(&env, &SET, format!("{SENTINEL}\n").as_bytes());
    insta::assert_snapshot!(output.redacted(), @r"
    stdout:

    stderr:
    Set DEPLOY_TOKEN in .env

    exit code: 0
    ");
    assert_eq!(env.read(".env"), format!("DEPLOY_TOKEN={SENTINEL}\n"));
    assert_eq!(mode(&env), 0o600);
    assert_eq!(holders(&env), [".env"]);
    let names: Vec<_> = fs::read_dir(env.project()).expect("a directory").collect();
    assert_eq!(names.len(), 2, "nothing is left beside it: {names:?}");
}

#[test]
fn one_line_break_at_the_end_is_not_of_the_value() {
    let table = [
        ("v", "DEPLOY_TOKEN=v\n"),
        ("v\n", "DEPLOY_TOKEN=v\n"),
        ("v\r\n", "DEPLOY_TOKEN=v\n"),
        ("v\n\n", "DEPLOY_TOKEN=\"v\\n\"\n"),
        (" v\tw ", "DEPLOY_TOKEN=' v\tw '\n"),
        ("-----BEGIN\nabc\n-----END\n", "DEPLOY_TOKEN=\"-----BEGIN\\nabc\\n-----END\"\n"),
        ("\u{fc}'\"\\$x", "DEPLOY_TOKEN=\"\u{fc}'\\\"\\\\$x\"\n"),
    ];
    for (input, written) in table {
        let env = test_project();
        piped(&env, &SET, input.as_bytes()).expect_code(0);
        assert_eq!(env.read(".env"), written, "{input:?}");
    }
}

#[test]
fn the_rest_of_the_file_stays_and_its_mode_is_narrowed() {
    let env = test_project();
    env.write(".env", "# mine\r\nOTHER = 'x' # why\r\nDEPLOY_TOKEN=old # token\r\n");
    fs::set_permissions(env.project().join(".env"), fs::Permissions::from_mode(0o644)).expect("a mode");
    let output = piped(&env, &SET, SENTINEL.as_bytes());
    insta::assert_snapshot!(output.redacted(), @r"
    stdout:

    stderr:
    Others on this machine could open .env; now only its owner can (mode 0600)
    Set DEPLOY_TOKEN in .env

    exit code: 0
    ");
    assert_eq!(env.read(".env"), format!("# mine\r\nOTHER = 'x' # why\r\nDEPLOY_TOKEN={SENTINEL} # token\r\n"));
    assert_eq!(mode(&env), 0o600);
}

#[test]
fn what_is_no_value_is_refused_and_nothing_is_written() {
    let limit = 64 * 1024;
    let cases: [(&str, Vec<u8>); 6] = [
        ("empty", Vec::new()),
        ("a line break", b"\n".to_vec()),
        ("too long", vec![b'x'; limit + 1]),
        ("much too long", vec![b'x'; 4 * limit]),
        ("not UTF-8", [SENTINEL.as_bytes(), b"\xFF"].concat()),
        ("a null character", format!("{SENTINEL}\0").into_bytes()),
    ];
    let mut messages = String::new();
    for (name, input) in cases {
        let env = test_project();
        let output = piped(&env, &SET, &input);
        add(&mut messages, name, &output);
        assert!(!env.project().join(".env").exists(), "{name}");
    }
    insta::assert_snapshot!(messages, @r"
    ## empty
    error: the value is empty; nothing was written
    help: To delete a name:
      lobu secrets local delete NAME

    ## a line break
    error: the value is empty; nothing was written
    help: To delete a name:
      lobu secrets local delete NAME

    ## too long
    error: the value is longer than 64 KiB; nothing was written

    ## much too long
    error: the value is longer than 64 KiB; nothing was written

    ## not UTF-8
    error: the value on stdin: it is not UTF-8; nothing was written

    ## a null character
    error: the value contains a NUL character; it may be UTF-16 text or binary data;
      nothing was written
    ");
    let env = test_project();
    piped(&env, &SET, &vec![b'x'; limit]).expect_code(0);
}

#[test]
fn what_is_no_name_is_refused_without_being_repeated() {
    let mut messages = String::new();
    let given = format!("DEPLOY_TOKEN={SENTINEL}");
    let long = "A".repeat(129);
    let cases: [(&str, &[&str]); 6] = [
        ("lower case", &["deploy_token"]),
        ("with a value", &[&given]),
        ("a setting of our own", &["LOBU_API_TOKEN"]),
        ("too long", &[&long]),
        ("a value behind it", &["DEPLOY_TOKEN", SENTINEL]),
        ("a value like a flag behind it", &["DEPLOY_TOKEN", "--SENTINELhunter2x7"]),
    ];
    for (name, arguments) in cases {
        let env = test_project();
        let output = piped(&env, &[&["secrets", "local", "set"], arguments].concat(), b"x");
        add(&mut messages, name, &output);
        assert!(!env.project().join(".env").exists(), "{name}");
    }
    insta::assert_snapshot!(messages, @r"
    ## lower case
    error: invalid secret name: use only capital letters, digits and `_`, starting
      with a letter
    help: Give the name alone; the value is asked for, or read from stdin.

    ## with a value
    error: invalid secret name: use only capital letters, digits and `_`, starting
      with a letter
    help: Give the name alone; the value is asked for, or read from stdin.

    ## a setting of our own
    error: names that start with LOBU_ are reserved for settings of lobu

    ## too long
    error: the name is longer than 128 characters

    ## a value behind it
    error: a value is never taken from the command line, where others can see it
    help: Nothing was written. Type the value when it is asked for, or pipe it in.

    ## a value like a flag behind it
    error: a value is never taken from the command line, where others can see it
    help: Nothing was written. Type the value when it is asked for, or pipe it in.
    ");
}

#[test]
fn the_old_spelling_is_explained_without_its_value() {
    let output = piped(&test_project(), &["secrets", "set", "DEPLOY_TOKEN", SENTINEL], b"");
    assert!(output.expect_code(2).stderr.contains("lobu secrets local set NAME"), "{output}");
    assert!(!output.everything().contains(SENTINEL), "{output}");
}

#[test]
fn a_file_that_cannot_be_edited_is_left_alone() {
    let mut messages = String::new();
    let broken = format!("A=1\n{SENTINEL}\nB='{SENTINEL}\n");
    for arguments in [&SET[..], &["secrets", "local", "delete", "A"]] {
        let env = test_project();
        env.write(".env", &broken);
        let output = piped(&env, arguments, b"x");
        add(&mut messages, &format!("{} a broken file", arguments[2]), &output);
        assert_eq!(env.read(".env"), broken);

        let env = test_project();
        env.write("elsewhere", "A=1\n");
        symlink("elsewhere", env.project().join(".env")).expect("a symlink");
        let output = piped(&env, arguments, b"x");
        add(&mut messages, &format!("{} a symlink", arguments[2]), &output);
        assert_eq!(env.read("elsewhere"), "A=1\n");

        let env = test_project();
        fs::create_dir(env.project().join(".env")).expect("a directory");
        let output = piped(&env, arguments, b"x");
        add(&mut messages, &format!("{} a directory", arguments[2]), &output);

        let env = test_project();
        env.write(".env", b"A=1\nB=\xFF\n");
        let output = piped(&env, arguments, b"x");
        add(&mut messages, &format!("{} not UTF-8", arguments[2]), &output);
    }
    insta::assert_snapshot!(messages, @r"
    ## set a broken file
    error: expected `NAME=value`
      --> .env:2

    error: unclosed quote
      --> .env:3

    2 errors
    error: the file .env is broken; nothing was written
    help: Fix the lines above first.

    ## set a symlink
    error: the file .env is a symlink, and values are not written through one;
      nothing was written
    help: Edit what it leads to, or put a file in its place.

    ## set a directory
    error: .env is not a regular file; nothing was written

    ## set not UTF-8
    error: `.env` is not UTF-8, line 2; nothing was written

    ## delete a broken file
    error: expected `NAME=value`
      --> .env:2

    error: unclosed quote
      --> .env:3

    2 errors
    error: the file .env is broken; nothing was written
    help: Fix the lines above first.

    ## delete a symlink
    error: the file .env is a symlink, and values are not written through one;
      nothing was written
    help: Edit what it leads to, or put a file in its place.

    ## delete a directory
    error: .env is not a regular file; nothing was written

    ## delete not UTF-8
    error: `.env` is not UTF-8, line 2; nothing was written
    ");
}

#[test]
fn names_are_listed_sorted_without_values() {
    let env = test_project();
    let none = env.lobu(["secrets", "local", "list"]);
    insta::assert_snapshot!(none.redacted(), @r"
    stdout:

    stderr:
    There is no .env in [TEMP]/project.

    exit code: 0
    ");
    env.write(".env", format!("B={SENTINEL}\nexport A='{SENTINEL}'\nEMPTY=\nlower=\"\"\n"));
    let output = piped(&env, &["secrets", "local", "list"], b"");
    insta::assert_snapshot!(output.redacted(), @r"
    stdout:
    A  set
    B  set
    EMPTY  empty
    lower  empty

    stderr:

    exit code: 0
    ");
    env.write(".env", format!("B={SENTINEL}\n{SENTINEL}\n"));
    let output = piped(&env, &["secrets", "local", "list"], b"");
    insta::assert_snapshot!(output.redacted(), @r"
    stdout:

    stderr:
    error: expected `NAME=value`
      --> .env:2

    1 error
    error: the file .env can't be read

    exit code: 2
    ");
}

#[test]
fn names_are_deleted_all_or_none() {
    let env = test_project();
    let text = format!("# mine\nA={SENTINEL} # a\nB=\"{SENTINEL}\n2\"\nC=3\nd=4\n");
    env.write(".env", &text);
    let output =
        piped(&env, &["secrets", "local", "delete", "A", "NOBODY", "C", "NEITHER", "X=SENTINELhunter2x7"], b"");
    insta::assert_snapshot!(output.redacted(), @r"
    stdout:

    stderr:
    error: .env does not have NEITHER, NOBODY, what is no name; nothing was written
    help: To list the names:
      lobu secrets local list

    exit code: 2
    ");
    assert_eq!(env.read(".env"), text);
    let output = piped(&env, &["secrets", "local", "delete", "d", "A", "B", "A"], b"");
    insta::assert_snapshot!(output.redacted(), @r"
    stdout:

    stderr:
    Others on this machine could open .env; now only its owner can (mode 0600)
    Deleted A, B, d from .env

    exit code: 0
    ");
    assert_eq!(env.read(".env"), "# mine\nC=3\n");
    assert_eq!(mode(&env), 0o600);
    assert_eq!(holders(&env), [""; 0]);
    let env = test_project();
    piped(&env, &["secrets", "local", "delete", "A"], b"").expect_code(2);
    assert!(!env.project().join(".env").exists());
}

#[test]
fn the_file_stands_beside_lobu_toml_or_where_one_is() {
    let mut env = test_project();
    env.write("deep/er/x", "").write("other/x", "");
    env.work_in("deep/er");
    piped(&env, &SET, b"1").expect_code(0);
    assert_eq!(env.read(".env"), "DEPLOY_TOKEN=1\n");
    piped(&env, &[&SET[..], &["-C", "../../other"]].concat(), b"2").expect_code(0);
    assert_eq!(env.read("other/.env"), "DEPLOY_TOKEN=2\n");
    piped(&env, &[&SET[..], &["-C", "../../nowhere"]].concat(), b"2").expect_code(2);
    let mut env = TestEnv::new();
    env.write("x/y", "");
    env.work_in("x");
    piped(&env, &SET, b"3").expect_code(0);
    assert_eq!(env.read("x/.env"), "DEPLOY_TOKEN=3\n");
}

#[test]
fn a_file_that_git_would_commit_is_warned_of() {
    let warning = "warning: .env is not ignored by git; add it to .gitignore\n";
    let env = test_project();
    env.write(".git/HEAD", "ref: refs/heads/main\n");
    let output = piped(&env, &SET, b"1");
    assert_eq!(output.expect_code(0).stderr, format!("Set DEPLOY_TOKEN in .env\n{warning}"));
    // A warning is heard with -q too.
    assert_eq!(piped(&env, &[&SET[..], &["-q"]].concat(), b"2").stderr, warning);
    env.write(".gitignore", "/.env\n");
    assert_eq!(piped(&env, &SET, b"1").stderr, "Set DEPLOY_TOKEN in .env\n");
    env.write(".gitignore", "");
    fs::create_dir_all(env.home().join(".config/git")).expect("directories");
    fs::write(env.home().join(".config/git/ignore"), ".env\n").expect("a file");
    assert_eq!(piped(&env, &SET, b"1").stderr, "Set DEPLOY_TOKEN in .env\n");
}

#[test]
fn a_directory_that_cannot_be_written_leaves_the_file_as_it_was() {
    let env = test_project();
    env.write(".env", "A=1\n");
    let read_only = |mode| fs::set_permissions(env.project(), fs::Permissions::from_mode(mode)).expect("a mode");
    read_only(0o500);
    let probe = fs::File::create(env.project().join("probe"));
    if probe.is_ok() {
        crate::support::note("skipped: nothing is forbidden to this user");
        read_only(0o700);
        return;
    }
    let output = piped(&env, &SET, b"1");
    read_only(0o700);
    output.expect_code(1);
    assert_eq!(env.read(".env"), "A=1\n");
}

const QUESTION: &str = "(input is hidden):";

/// Starts `set` on a terminal and waits for its question.
fn asked(env: &TestEnv, typed_ahead: &str) -> Terminal {
    let terminal = Terminal::start(env, &SET, typed_ahead);
    terminal.wait_for(QUESTION);
    terminal
}

#[test]
fn a_value_is_typed_unseen() {
    let env = test_project();
    let mut terminal = asked(&env, "");
    for key in format!("{SENTINEL}!").chars() {
        terminal.press(&key.to_string());
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    terminal.press("\u{7f}");
    wait_until_reading();
    assert_eq!(terminal.screen().split(QUESTION).nth(1).map(str::trim), Some(""), "{}", terminal.screen());
    terminal.press("\r");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("SENT") && !screen.contains('*') && screen.contains("Set "), "{screen}");
    assert_eq!(env.read(".env"), format!("DEPLOY_TOKEN={SENTINEL}\n"));
    assert_eq!((mode(&env), holders(&env)), (0o600, vec![".env".to_owned()]));
}

#[test]
fn a_value_that_is_pasted_is_not_seen_either() {
    let lines = format!("-----BEGIN\r{SENTINEL}\r").repeat(40);
    let table = [
        (SENTINEL.repeat(100), SENTINEL.repeat(100)),
        (format!("\u{1b}[200~{lines}\u{1b}[201~"), lines.replace('\r', "\\n").trim_end_matches("\\n").to_owned()),
    ];
    for (paste, expected) in table {
        let env = test_project();
        let mut terminal = asked(&env, "");
        terminal.press(&format!("{paste}\r"));
        let (code, screen) = terminal.end();
        assert_eq!(code, Some(0), "{screen}");
        assert!(!screen.contains("SENT") && !screen.contains("BEGIN"), "{screen}");
        let written = env.read(".env");
        assert!(written.contains(&expected), "{} of {} bytes", written.len(), expected.len());
    }
}

#[test]
fn what_was_typed_before_the_question_is_no_value() {
    let env = test_project();
    let mut terminal = asked(&env, "early\r");
    wait_until_reading();
    assert!(terminal.is_running(), "{}", terminal.screen());
    terminal.press(&format!("{SENTINEL}\r"));
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(env.read(".env"), format!("DEPLOY_TOKEN={SENTINEL}\n"));
}

#[test]
fn control_c_and_control_d_at_the_question_write_nothing() {
    for keys in ["\u{3}", "\u{4}", "SENTINELhunter2x7\u{3}", "\r"] {
        let env = test_project();
        let mut terminal = asked(&env, "");
        terminal.press(keys);
        let (code, screen) = terminal.end();
        assert_eq!(code, Some(if keys == "\r" { 2 } else { 130 }), "{keys:?}\n{screen}");
        assert!(screen.contains("nothing was written") && !screen.contains(SENTINEL), "{screen}");
        assert!(!env.project().join(".env").exists());
    }
}

#[test]
fn nobody_is_asked_who_may_not_be_asked_or_for_nothing() {
    let env = test_project();
    let (code, screen) = Terminal::start(&env, &[&SET[..], &["--no-input"]].concat(), "").end();
    assert_eq!(code, Some(2), "{screen}");
    assert!(!screen.contains(QUESTION), "{screen}");
    env.write(".env", "broken\n");
    let (code, screen) = Terminal::start(&env, &SET, "").end();
    assert_eq!(code, Some(2), "{screen}");
    assert!(!screen.contains(QUESTION), "{screen}");
}
