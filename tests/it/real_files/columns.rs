//! What known servers refuse of a schema, and later ones accept.

use super::harness::TOML;
use crate::support::env::TestEnv;

#[test]
fn more_table_columns_than_known_servers_take_stop_at_the_plan() {
    let env = TestEnv::new();
    let column = "type: string, x-table-column: true";
    let columns = ["a", "b", "c", "d", "e"].map(|name| format!("    {name}: {{{column}}}\n")).concat();
    env.write("lobu.toml", format!("{TOML}[memory]\nname = \"m\"\n")).write("agents/desk/SOUL.md", "x");
    env.write(
        "models/boat.yaml",
        format!("type: entity\nslug: boat\nname: Boat\nmetadata_schema:\n  properties:\n{columns}"),
    );
    let output = env.lobu(["validate"]);
    assert!(output.expect_code(0).stderr.contains("warning: more than 4 properties"), "{output}");
    let plan = env.lobu(["plan", "-c", "local"]);
    assert!(plan.expect_code(3).everything().contains("at most 4"), "{plan}");
}
