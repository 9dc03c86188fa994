//! What `--fix` mends, and that nothing else is touched.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::harness::{document, ending, in_repository};
use crate::support::env::TestEnv;

const CHECK: [&str; 4] = ["doctor", "-c", "local", "--json"];
const FIX: [&str; 5] = ["doctor", "-c", "local", "--json", "--fix"];

#[test]
fn modes_and_gitignore_are_mended_and_told() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    env.lobu(["apply", "--yes", "-c", "local"]).expect_code(0);
    in_repository(&env).write(".env", "ANTHROPIC_API_KEY=SENTINEL\n").write(".gitignore", "target");
    let key = env.local_database().with_file_name("local.db.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).expect("a mode");
    assert_eq!(ending(&env.lobu(CHECK), "warning"), ["dotenv-ignored", "dotenv-mode", "embedded-modes"]);
    let toml = env.read("lobu.toml");
    let output = env.lobu(FIX);
    output.expect_code(0);
    assert_eq!(ending(&output, "warning"), [""; 0], "{output}");
    let mended = document(&output)["mended"].to_string();
    for part in [".env: now", ".gitignore now ignores .env", "local.db.key: now"] {
        assert!(mended.contains(part), "{mended}");
    }
    assert_eq!(env.read(".gitignore"), "target\n.env\n");
    for file in [key, env.project().join(".env")] {
        assert_eq!(fs::metadata(file).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(env.read("lobu.toml"), toml);
    assert!(!output.everything().contains("SENTINEL"), "{output}");
    let again = env.lobu(FIX);
    assert_eq!(document(&again)["mended"], serde_json::json!([]));
    assert_eq!(env.read(".gitignore"), "target\n.env\n");
}

#[test]
fn a_gitignore_is_made_in_a_repository_only() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    let output = env.lobu(["doctor", "--fix", "--offline", "-c", "local"]);
    output.expect_code(0);
    assert!(!env.project().join(".gitignore").exists(), "{output}");
    in_repository(&env);
    let output = env.lobu(["doctor", "--fix", "--offline", "-c", "local"]);
    output.expect_code(0);
    assert_eq!(env.read(".gitignore"), ".env\n");
    assert!(output.stdout.starts_with("Fixed\n  ~ .gitignore created; it ignores .env.\n\nProject\n"), "{output}");
}
