//! The embedded org: no alarm where all is well, and a word where something is not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::harness::{document, ending, states};
use crate::support::env::TestEnv;

const LOCAL: [&str; 3] = ["doctor", "-c", "local"];
const LOCAL_JSON: [&str; 4] = ["doctor", "-c", "local", "--json"];

fn healthy() -> TestEnv {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    env
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

fn key(env: &TestEnv) -> std::path::PathBuf {
    env.local_database().with_file_name("local.db.key")
}

#[test]
fn a_healthy_project_on_a_fresh_machine_is_warned_of_nothing() {
    let env = healthy();
    for is_applied in [false, true] {
        let output = env.lobu(LOCAL_JSON);
        output.expect_code(0);
        assert_eq!(ending(&output, "warning"), [""; 0], "{output}");
        assert_eq!(ending(&output, "failure"), [""; 0], "{output}");
        assert_eq!(document(&output)["target"]["server"], "embedded");
        assert_eq!(env.local_database().exists(), is_applied, "it makes no file");
        let states = states(&output);
        assert_eq!(states["embedded-integrity"], if is_applied { "ok" } else { "skipped" });
        assert_eq!(states["org-exists"], "ok");
        assert_eq!(states["memory-initialize"], "skipped");
        if !is_applied {
            env.lobu(["apply", "--yes", "-c", "local"]).expect_code(0);
        }
    }
}

#[test]
fn the_report_reads_without_color_in_eighty_columns() {
    let env = healthy();
    let short = env.lobu(LOCAL);
    assert!(short.expect_code(0).stdout.contains("\nok    Embedded org\n"), "{short}");
    assert!(short.stdout.contains("\nskip  Memory endpoint: "), "{short}");
    let output = env.lobu(LOCAL.iter().chain(&["-v"]));
    output.expect_code(0);
    let wide: Vec<&str> =
        output.stdout.lines().filter(|line| line.chars().count() > 80 && !line.contains('/')).collect();
    assert_eq!(wide, [""; 0], "{output}");
    for part in ["\nEmbedded org\n  ok    ", "\n  skip  server-proxy, ", "see: secrets-in-org", "No problems found."] {
        assert!(output.stdout.contains(part), "{part}\n{output}");
    }
    assert!(!output.stdout.contains('\u{1b}'), "{output}");
    assert!(output.stderr.starts_with("project (context local): an embedded org in which no agent runs"), "{output}");
}

#[test]
fn what_is_wrong_with_the_embedded_org_is_told_and_left_as_it_is() {
    let env = healthy();
    env.lobu(["apply", "--yes", "-c", "local"]).expect_code(0);
    mode(&key(&env), 0o644);
    for _ in 0..2 {
        let output = env.lobu(LOCAL_JSON);
        output.expect_code(0);
        assert_eq!(ending(&output, "warning"), ["embedded-modes"], "{output}");
        assert_eq!(states(&output)["org-exists"], "skipped", "opening it would mend it");
    }
    env.lobu(["doctor", "-c", "local", "--deny-warnings"]).expect_code(1);
    let saved = fs::read(key(&env)).expect("a key");
    fs::remove_file(key(&env)).expect("a key");
    let output = env.lobu(LOCAL_JSON);
    output.expect_code(1);
    assert_eq!(ending(&output, "failure"), ["embedded-key"], "{output}");
    assert!(!key(&env).exists(), "no key is made");
    fs::write(key(&env), saved).expect("a key");
    mode(&key(&env), 0o600);
    fs::write(env.local_database(), "not a database, but long enough to have a header".repeat(9)).expect("a file");
    let output = env.lobu(LOCAL_JSON);
    output.expect_code(1);
    assert_eq!(states(&output)["embedded-database"], "failure", "{output}");
    assert!(output.stderr.contains("1 check failed"), "{output}");
}

#[test]
fn what_is_wrong_with_a_project_is_told() {
    let env = healthy();
    let toml = env.read("lobu.toml");
    env.write("lobu.toml", toml.replace("[memory]", "[memory.owletto]"));
    assert_eq!(ending(&env.lobu(LOCAL_JSON), "warning"), ["project-spelling"]);
    env.write("lobu.toml", format!("{toml}nonsense = 1\n"));
    let output = env.lobu(LOCAL_JSON);
    output.expect_code(1);
    assert_eq!(ending(&output, "failure"), ["project-valid"], "{output}");
    env.write("lobu.toml", "[[");
    let output = env.lobu(LOCAL_JSON);
    output.expect_code(1);
    assert_eq!(states(&output)["org-exists"], "skipped", "it may name another org\n{output}");
    let platform = "[[agents.front-desk.platforms]]\ntype = \"telegram\"\nconfig = { botToken = \"$DESK_TOKEN\" }\n";
    env.write("lobu.toml", toml.replace("[agents.librarian]", &format!("{platform}\n[agents.librarian]")));
    let output = env.lobu(LOCAL_JSON);
    output.expect_code(0);
    assert_eq!(ending(&output, "warning"), ["project-values", "secrets-in-org"], "{output}");
    env.write(".env", "DESK_TOKEN=SENTINEL-value\n");
    let output = env.lobu(LOCAL_JSON);
    assert_eq!(ending(&output, "warning"), ["dotenv-mode", "secrets-in-org"], "{output}");
    assert!(!output.everything().contains("SENTINEL"), "{output}");
    env.write(".env", "SENTINEL-line\n");
    let output = env.lobu(LOCAL_JSON);
    assert_eq!(ending(&output, "failure"), ["dotenv-readable"], "{output}");
    assert!(!output.everything().contains("SENTINEL"), "{output}");
}

#[test]
fn without_a_project_and_without_a_target_there_is_nothing_to_alarm_of() {
    let env = TestEnv::new();
    let output = env.lobu(["doctor", "--json"]);
    output.expect_code(0);
    assert_eq!(ending(&output, "note"), ["project-found", "server-target"], "{output}");
    assert_eq!(document(&output)["target"], serde_json::Value::Null);
    let named = env.lobu(["doctor", "-C", ".", "--json"]);
    named.expect_code(1);
    assert_eq!(ending(&named, "failure"), ["project-found"], "{named}");
    env.lobu(["doctor", "--memory-only"]).expect_code(2);
    env.lobu(["doctor", "--memory-only", "-c", "local"]).expect_code(0);
}
