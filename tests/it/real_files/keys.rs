//! Keys that public projects carry.

use super::harness::TOML;
use crate::support::env::TestEnv;

#[test]
fn keys_that_never_had_an_effect_are_named_as_such() {
    for (lines, hint) in [
        ("default_schedule_channel = \"x\"", "never had an effect"),
        ("schedules = []", "belongs to a watcher"),
        ("[agents.desk.skills]\nenabled = [\"a\"]", "every skill"),
        ("[memory]\nconfig = \"x\"", "never had an effect"),
        ("[memory.owletto]\nconfig = \"x\"", "never had an effect"),
        ("[connectors]", "`connectors` in `[memory]`"),
    ] {
        let env = TestEnv::new();
        env.write("lobu.toml", format!("{TOML}{lines}\n")).write("agents/desk/SOUL.md", "x");
        let output = env.lobu(["validate"]);
        output.expect_code(2);
        let flat = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(hint), "{lines}: {output}");
        env.lobu(["validate", "--allow-unknown-keys"]).expect_code(0);
    }
}
