//! Sources that are broken where the value stands, and programs that fail while they hold it.

use serde_json::json;

use super::scenario::{Scenario, Sent, play};
use super::sentinels::{FOREIGN, VALUE};
use super::stage::dotenv;

#[test]
fn a_broken_env_file_is_told_by_its_line() {
    let push = |name: &'static str| Scenario::push(name, &["--yes"]).sent(Sent::Nothing);
    play(&[
        push("no name").source(".env", format!("FOO=1\n{VALUE}\n")).ends(2, ".env:2"),
        push("an unclosed quote").source(".env", format!("FOO='{VALUE}\n")).ends(2, ".env:1"),
        push("something behind a quote").source(".env", format!("FOO='1' {VALUE}\n")).ends(2, ".env:1"),
        push("a bad name").source(".env", format!("{VALUE}=1\n")).ends(2, ".env:1"),
        push("twice").source(".env", dotenv("FOO", VALUE) + &dotenv("FOO", VALUE)).ends(2, ".env:2"),
        push("not UTF-8").source(".env", [dotenv("FOO", VALUE).as_bytes(), b"BAR=\xff\n"].concat()).ends(2, "UTF-8"),
        push("no value for a name").source(".env", dotenv("OTHER", VALUE)).ends(0, "FOO").sent(Sent::Reads),
        push("too long").source(".env", dotenv("FOO", &VALUE.repeat(1100))).ends(2, ".env:1"),
        push("another one in the environment").env("FOO", FOREIGN).ends(2, "FOO"),
    ]);
}

#[test]
fn broken_stdin_is_told_by_its_line() {
    let push = |name: &'static str| Scenario::push(name, &["--from-stdin", "--yes"]).sent(Sent::Nothing);
    play(&[
        Scenario::push("well", &["--from-stdin", "--yes"]).stdin(dotenv("FOO", VALUE)).ends(0, "FOO"),
        push("no name").stdin(format!("FOO=1\n{VALUE}")).ends(2, "stdin:2"),
        push("an unclosed quote").stdin(format!("FOO='{VALUE}")).ends(2, "stdin:1"),
        push("not UTF-8").stdin([VALUE.as_bytes(), b"\xff"].concat()).ends(2, "not UTF-8"),
    ]);
}

#[test]
fn a_broken_file_is_told_by_line_and_column() {
    let push = |name: &'static str| Scenario::push(name, &["--from-file", "secrets.json", "--yes"]).sent(Sent::Nothing);
    let text = json!({"FOO": VALUE}).to_string();
    let member = text.trim_matches(['{', '}']);
    play(&[
        Scenario::push("well", &["--from-file", "secrets.json", "--yes"]).source("secrets.json", &text).ends(0, "FOO"),
        push("a stray quote").source("secrets.json", format!("{{\"FOO\": \"{VALUE}\"}}")).ends(2, "line 1, column"),
        push("no object").source("secrets.json", json!([VALUE]).to_string()).ends(2, "line 1"),
        push("only a text").source("secrets.json", json!(VALUE).to_string()).ends(2, "line 1"),
        push("a list in place of a text")
            .source("secrets.json", json!({"FOO": [VALUE]}).to_string())
            .ends(2, "not a string: FOO"),
        push("cut").source("secrets.json", text.trim_end_matches("\"}")).ends(2, "line 1, column"),
        push("twice").source("secrets.json", format!("{{{member},{member}}}")).ends(2, "duplicate: FOO"),
        Scenario::push("a dotenv file elsewhere", &["--from-file", "prod.env", "--yes"])
            .source("prod.env", format!("FOO=\"{}\n", VALUE.replace('"', "\\\"")))
            .ends(2, "prod.env:1")
            .sent(Sent::Nothing),
    ]);
}

#[test]
fn the_process_environment_is_a_source() {
    play(&[Scenario::push("well", &["--yes", "--from-process", "FOO"])
        .source("empty", "")
        .env("FOO", VALUE)
        .env("UNNAMED", FOREIGN)
        .ends(0, "FOO")]);
}

#[test]
fn a_program_that_fails_with_the_values_in_hand_shows_its_place() {
    let push = |name: &'static str| Scenario::push(name, &["--yes"]).sent(Sent::Nothing);
    play(&[
        push("panic").env("LOBU_FAULT", "panic:secrets-read").ends(1, "defect at src/"),
        push("abort").env("LOBU_FAULT", "die:secrets-read").ends(None, ""),
        Scenario::push("panic, from stdin", &["--yes", "--from-stdin"])
            .sent(Sent::Nothing)
            .env("LOBU_FAULT", "panic:secrets-read")
            .stdin(dotenv("FOO", VALUE))
            .ends(1, "defect at src/"),
    ]);
}

#[test]
fn local_values_go_to_the_env_file_and_nowhere_else() {
    let local = |name: &'static str, arguments: &[&str]| {
        Scenario::new(name, &[&["secrets", "local"], arguments].concat()).sent(Sent::Nothing)
    };
    play(&[
        local("set", &["set", "FOO"]).stdin(format!("{VALUE}\n")).ends(0, "FOO"),
        local("set, new file", &["set", "FOO"]).without_env_file().stdin(VALUE).ends(0, "FOO"),
        local("set, not UTF-8", &["set", "FOO"]).stdin([VALUE.as_bytes(), b"\xff"].concat()).ends(2, "not UTF-8"),
        local("set, too long", &["set", "FOO"]).stdin(VALUE.repeat(2000)).ends(2, "64 KiB"),
        local("set in a broken file", &["set", "BAR"])
            .source(".env", format!("FOO='{VALUE}\n"))
            .stdin(VALUE)
            .ends(2, ".env:1"),
        local("list", &["list"]).ends(0, "FOO"),
        local("delete", &["delete", "FOO"]).ends(0, "FOO"),
    ]);
}
