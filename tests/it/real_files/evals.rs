//! An agent's evals, which are checked and not applied.

use super::harness::{TOML, refused};
use crate::support::env::TestEnv;

#[test]
fn broken_evals_are_errors_and_good_ones_are_counted() {
    let error = refused("agents/desk/evals/ping.yaml", "name: [ping\n");
    assert!(error.contains("agents/desk/evals/ping.yaml:"), "{error}");
    let env = TestEnv::new();
    env.write("lobu.toml", TOML).write("agents/desk/evals/ping.yaml", "name: ping\n");
    env.write("agents/desk/evals/pong.yml", "name: pong\n").write("agents/desk/evals/data.json", "{");
    let plan = env.lobu(["plan", "-c", "local"]);
    assert!(plan.expect_code(0).stdout.contains("2 evals"), "{plan}");
}
