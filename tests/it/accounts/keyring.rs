//! `--keyring` where there is no keyring: an error that says so, and no file instead.

use serde_json::json;

use super::double::Double;
use crate::support::env::{CommandOutput, TestEnv};

/// A home whose session has no bus, so that no keyring of whoever runs the tests is ever asked.
fn without_bus() -> TestEnv {
    let mut env = TestEnv::new();
    let missing = env.home().join("no-bus").to_string_lossy().into_owned();
    env.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={missing}"));
    env
}

fn files(env: &TestEnv) -> Vec<(String, String)> {
    let directory = env.home().join(".config/lobu");
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let text = std::fs::read_to_string(entry.path()).expect("a text");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    files
}

/// A context whose login cli.json says to be in the keyring.
fn marked(url: &str) -> TestEnv {
    let env = without_bus();
    let directory = env.home().join(".config/lobu");
    std::fs::create_dir_all(&directory).expect("a directory");
    let config = json!({"currentContext": "stage", "contexts": {"stage": {"apiUrl": format!("{url}/api/v1")}}});
    let cli = json!({"version": 1, "contexts": {"stage": {"api_origin": url, "keyring": true, "org": "acme"}}});
    std::fs::write(directory.join("config.json"), config.to_string()).expect("a file");
    std::fs::write(directory.join("cli.json"), cli.to_string()).expect("a file");
    env
}

/// What stderr says, without the breaks of its lines.
fn said(output: &CommandOutput) -> String {
    output.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn expect_no_service(output: &CommandOutput, action: &str) {
    output.expect_code(1);
    let message = format!("error: cannot {action} the keyring: there is no keyring service in this session (");
    let said = said(output);
    assert!(said.contains(&message), "{output}");
    assert!(said.contains("help: Start a keyring service in this session"), "{output}");
}

#[test]
fn a_login_for_a_keyring_that_is_not_there_changes_nothing() {
    let double = Double::start(|_, _, _| None);
    let env = without_bus();
    env.lobu(["context", "add", "stage", "--url", &double.url]).expect_code(0);
    let before = files(&env);
    for arguments in
        [&["login", "-c", "stage", "--keyring"][..], &["login", "-c", "stage", "--keyring", "--token-stdin"]]
    {
        let output = env.pipe(arguments, b"SENTINEL\n");
        expect_no_service(&output, "store the login of the context stage in");
        assert!(said(&output).contains("log in without --keyring"), "{output}");
        assert!(!output.everything().contains("SENTINEL"), "{output}");
    }
    assert_eq!(files(&env), before);
    assert!(double.came().is_empty(), "nothing was asked of the server");
}

#[test]
fn a_marked_context_does_not_fall_back_and_keeps_its_mark() {
    let double = Double::start(|_, _, _| None);
    let env = marked(&double.url);
    env.write("lobu.toml", "[agents.abc]\nname = 'A'\ndir = 'a'\n").write("a/SOUL.md", "x");
    let before = files(&env);
    for arguments in [&["token", "--raw"][..], &["whoami"], &["plan"], &["org", "list"], &["logout"]] {
        let output = env.lobu(arguments);
        expect_no_service(&output, "read the login of the context stage from");
        assert!(said(&output).contains("lobu login -c stage --force"), "{output}");
        assert!(output.stdout.is_empty(), "{output}");
        assert_eq!(files(&env), before, "{arguments:?}");
    }
    assert!(double.came().is_empty(), "nothing was asked of the server");
}

#[test]
fn lists_and_doctor_say_where_the_login_is() {
    let double = Double::start(|_, _, _| None);
    let env = marked(&double.url);
    let listed = env.lobu(["context", "list"]);
    assert!(listed.expect_code(0).stdout.contains("logged in (keyring)"), "{listed}");
    let listed = env.lobu(["context", "list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.expect_code(0).stdout).expect("JSON");
    let contexts = listed["contexts"].as_array().expect("a list");
    let stage = contexts.iter().find(|context| context["name"] == "stage").expect("the context");
    assert_eq!((&stage["is_logged_in"], &stage["login_place"]), (&json!(true), &json!("keyring")));
    let examined = env.lobu(["doctor", "--offline", "--json"]);
    let examined: serde_json::Value = serde_json::from_str(&examined.expect_code(1).stdout).expect("JSON");
    let checks = examined["checks"].as_array().expect("a list");
    let check = checks.iter().find(|check| check["id"] == "keyring-entry").expect("the check");
    assert_eq!(check["state"], "failure");
    assert!(check.to_string().contains("there is no keyring service in this session"), "{check}");
    // A context goes, and what is left in the keyring is said.
    let removed = env.lobu(["context", "remove", "stage"]);
    removed.expect_code(0);
    assert!(said(&removed).contains("are still in the keyring: cannot delete the login"), "{removed}");
}
