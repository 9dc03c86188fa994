//! Orgs that no server can have.

use super::harness::TOML;
use crate::support::env::TestEnv;

#[test]
fn an_org_that_no_server_can_have_is_a_usage_error() {
    let env = TestEnv::new();
    env.write("lobu.toml", TOML).write("agents/desk/SOUL.md", "x");
    for org in ["Dev", "my org"] {
        env.lobu(["plan", "-c", "local", "--org", org]).expect_code(2);
    }
}
