//! What works before a context has an org.

use crate::support::embedded::Served;
use crate::support::env::TestEnv;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_proven_and_says_whose_it_is_and_which_orgs_there_are() {
    let served = Served::in_memory().await;
    let token = served.token().to_owned();
    let env = TestEnv::new();
    env.lobu(["context", "add", "dev", "--url", served.url()]).expect_code(0);
    env.lobu(["context", "use", "dev"]).expect_code(0);

    let output = env.pipe(&["login", "--token-stdin"], format!("wrong-{token}\n").as_bytes());
    output.expect_code(4);
    assert!(!env.home().join(".config/lobu/credentials.json").exists(), "{output}");
    let output = env.pipe(&["login", "--token-stdin"], format!("{token}\n").as_bytes());
    output.expect_code(0);
    assert!(!output.stderr.contains("note: "), "{output}");

    let who = env.lobu(["whoami"]);
    assert!(who.expect_code(0).stdout.contains("user: dev@local\n"), "{who}");
    let orgs = env.lobu(["org", "list"]);
    assert!(orgs.expect_code(0).stdout.contains("  dev  member"), "{orgs}");

    let output = env.pipe(&["login", "--token-stdin", "--force", "--org", "dev"], format!("{token}\n").as_bytes());
    output.expect_code(0);
    let orgs = env.lobu(["org", "list"]);
    assert!(orgs.expect_code(0).stdout.contains("* dev  member"), "{orgs}");
    let listed: serde_json::Value = serde_json::from_str(&env.lobu(["org", "list", "--json"]).stdout).expect("JSON");
    assert_eq!(listed["orgs"][0]["is_current"], true, "{listed}");
    let who: serde_json::Value = serde_json::from_str(&env.lobu(["whoami", "--json"]).stdout).expect("JSON");
    assert_eq!(who["email"], "dev@local", "{who}");
    env.pipe(&["login", "--token-stdin", "--force", "--org", "Not A Slug"], token.as_bytes()).expect_code(2);
}
