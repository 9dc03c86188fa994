//! The story of the existing CLI's own end-to-end test with our binary and our server.

use lobu::org::OrgRead;
use lobu::schema::kinds::AGENT;
use serde_json::Value;

use crate::support::embedded::Served;
use crate::support::env::TestEnv;

#[tokio::test(flavor = "multi_thread")]
async fn from_a_new_context_to_a_converged_org() {
    let served = Served::in_memory().await;
    let token = served.token().to_owned();
    assert!(token.starts_with("owl_pat_"));
    let env = TestEnv::new();
    env.copy_fixture("support-desk");

    env.lobu(["context", "add", "dev", "--url", served.url()]).expect_code(0);
    env.lobu(["context", "use", "dev"]).expect_code(0);
    env.lobu(["org", "use", "dev"]).expect_code(0);

    // A wrong token is refused and a right one kept.
    let output = env.pipe(&["login", "--token-stdin"], format!("wrong-{token}\n").as_bytes());
    output.expect_code(4);
    let output = env.pipe(&["login", "--token-stdin"], format!("{token}\n").as_bytes());
    output.expect_code(0);
    assert!(!output.everything().contains(&token), "{output}");
    let credentials = std::fs::read_to_string(env.home().join(".config/lobu/credentials.json")).expect("a file");
    let credentials: Value = serde_json::from_str(&credentials).expect("JSON");
    assert_eq!(credentials["contexts"]["dev"]["accessToken"], token);
    env.lobu(["whoami"]).expect_code(0);
    let listed = env.lobu(["org", "list"]);
    assert!(listed.expect_code(0).stdout.contains("* dev  member"), "{listed}");

    let plan = env.lobu(["plan"]);
    plan.expect_code(0);
    for row in ["+ agent", "+ platform", "+ entity-type"] {
        assert!(plan.stdout.contains(row), "{row}: {plan}");
    }

    let names = crate::support::site::made_up_values(&env.read("lobu.toml"));
    let dotenv: Vec<_> = names.iter().map(|(name, value)| format!("{name}={value}")).collect();
    env.write(".env", dotenv.join("\n"));
    env.lobu(["secrets", "push", "--yes"]).expect_code(0);

    let applied = env.lobu(["apply", "--yes"]);
    applied.expect_code(0);
    assert!(applied.everything().contains("Apply complete"), "{applied}");

    // Nothing is left to do.
    let again = env.lobu(["plan"]);
    again.expect_code(0);
    let is_change = |line: &&str| line.trim_start().starts_with(['+', '~']);
    assert_eq!(again.stdout.lines().filter(is_change).collect::<Vec<_>>(), [""; 0], "{again}");

    let toml = env.read("lobu.toml");
    env.write("lobu.toml", toml.replace("-1001204", "-1001205"));
    let changed = env.lobu(["plan"]);
    assert!(changed.stdout.contains("~ platform") && changed.stdout.contains("will restart"), "{changed}");

    let agents = served.client().records(AGENT).await.expect("the agents");
    assert!(agents.iter().any(|agent| agent.id == "front-desk"));
}
