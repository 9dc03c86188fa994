//! `lobu secrets set`: one value, never from the command line.

use crate::support::env::TestEnv;
use crate::support::terminal::Terminal;

const SET: [&str; 5] = ["secrets", "set", "DESK_TOKEN", "-c", "local"];

fn listed(env: &TestEnv) -> serde_json::Value {
    let output = env.lobu(["secrets", "list", "-c", "local", "--json"]);
    output.expect_code(0);
    serde_json::from_str(&output.stdout).expect("JSON")
}

#[test]
fn a_value_is_piped_in_and_replaced_only_with_a_flag() {
    let env = TestEnv::new();
    let output = env.pipe(&SET, b"SENTINEL-one\n\n");
    output.expect_code(0);
    assert!(!output.everything().contains("SENTINEL"), "{output}");
    let first = listed(&env);
    assert_eq!(first["secrets"][0]["name"], "DESK_TOKEN");
    let again = env.pipe(&SET, b"SENTINEL-two\n");
    again.expect_code(2);
    assert_eq!(listed(&env), first, "{again}");
    let rotate: Vec<&str> = SET.iter().copied().chain(["--rotate"]).collect();
    // One line break goes, the other is of the value.
    let same = env.pipe(&rotate, b"SENTINEL-one\n\n");
    same.expect_code(0);
    assert_eq!(listed(&env)["secrets"][0]["fingerprint"], first["secrets"][0]["fingerprint"], "{same}");
    env.pipe(&rotate, b"SENTINEL-two\n").expect_code(0);
    assert_ne!(listed(&env)["secrets"][0]["fingerprint"], first["secrets"][0]["fingerprint"]);
}

#[test]
fn a_value_on_the_command_line_is_refused_and_not_repeated() {
    let env = TestEnv::new();
    for more in ["SENTINEL-value", "--value=SENTINEL", "-SENTINEL"] {
        let output = env.lobu(["secrets", "set", "DESK_TOKEN", more, "-c", "local"]);
        output.expect_code(2);
        assert!(!output.everything().contains("SENTINEL"), "{output}");
    }
    for value in ["", "\n", "***abcd\n"] {
        env.pipe(&SET, value.as_bytes()).expect_code(2);
    }
    env.pipe(&["secrets", "set", "lower", "-c", "local"], b"x\n").expect_code(2);
    assert!(!env.local_database().exists());
}

#[test]
fn a_person_types_it_unseen_and_is_asked_before_one_is_replaced() {
    let env = TestEnv::new();
    env.pipe(&SET, b"first\n").expect_code(0);
    let before = listed(&env);
    let mut terminal = Terminal::start(&env, &SET, "");
    terminal.drive(&[("(input is hidden)", "SENTINEL-typed\r"), ("?]", "n\r")]);
    let screen = terminal.end().1;
    assert!(!screen.contains("SENTINEL"), "{screen}");
    assert_eq!(listed(&env), before);
}
