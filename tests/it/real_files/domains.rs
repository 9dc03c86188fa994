//! Domains that match no request.

use super::harness::TOML;
use crate::support::env::TestEnv;

const SKILL: &str = "agents/desk/skills/s/SKILL.md";

#[test]
fn domains_that_match_nothing_are_warnings() {
    let env = TestEnv::new();
    let network = "[agents.desk.network]\nallowed = [\"https://a.example/path\", \"b.example:443\", \"c example\", \"10.0.0.0/8\", \
                   \"*.d.example\", \"/^e$/\", \"*\"]\ndenied = [\"http://f.example\"]\njudge = [\"g.example/x\", {domain = \
                   \"h.example:80\"}]\n";
    env.write("lobu.toml", format!("{TOML}{network}")).write("agents/desk/SOUL.md", "x");
    env.write(
        SKILL,
        "---\nname: s\nnetwork:\n  allow: [https://i.example]\n  deny: [j.example, k.example/]\n---\nText.\n",
    );
    let output = env.lobu(["validate"]);
    output.expect_code(0);
    let flat = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(flat.matches("never matches a request").count(), 9, "{output}");
    for host in ["a", "b", "f", "g", "h", "i", "k"] {
        assert!(output.stderr.contains(&format!("write \"{host}.example\"")), "{host}: {output}");
    }
    env.lobu(["validate", "--deny-warnings"]).expect_code(2);
}
