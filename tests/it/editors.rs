//! What an editor with a TOML language server says of a new project.

use std::process::Command;

use crate::support::env::TestEnv;

/// Whether the server's own check accepts lobu.toml, and what it says.
fn lint(env: &TestEnv, directory: &str) -> (bool, String) {
    let mut command = Command::new("taplo");
    command.args(["lint", "lobu.toml"]).current_dir(env.project().join(directory));
    let output = command.output().expect("taplo runs");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
#[ignore = "needs taplo"]
fn a_language_server_takes_a_new_project_and_points_at_a_misspelt_key() {
    let env = TestEnv::new();
    env.lobu(["init", "own", "--yes", "--platform", "slack", "--memory", "--org", "acme"]).expect_code(0);
    env.lobu(["init", "example", "--yes", "--example", "support-desk"]).expect_code(0);
    for directory in ["own", "example"] {
        let (is_accepted, said) = lint(&env, directory);
        assert!(is_accepted, "{said}");
        let path = format!("{directory}/lobu.toml");
        let text = env.read(&path).replacen("\nname = ", "\nnmae = ", 1);
        env.write(&path, text);
        let (is_accepted, said) = lint(&env, directory);
        assert!(!is_accepted && said.contains("'nmae' was unexpected"), "{said}");
    }
}
