//! The smallest project, and how it is refused.

use crate::support::env::TestEnv;

/// A project with one agent.
pub(super) const TOML: &str = "[agents.desk]\nname = \"Desk\"\ndir = \"agents/desk\"\n";

/// Validates the project with one more file, which must be the only error, and gives that error.
#[track_caller]
pub(super) fn refused(path: &str, text: &str) -> String {
    let env = TestEnv::new();
    env.write("lobu.toml", format!("{TOML}[memory]\nname = \"m\"\n"))
        .write("agents/desk/SOUL.md", "x")
        .write(path, text);
    let output = env.lobu(["validate"]);
    output.expect_code(2);
    assert_eq!(output.stderr.matches("error:").count(), 1, "{output}");
    output.stderr.split("error:").nth(1).expect("an error").trim().to_owned()
}
