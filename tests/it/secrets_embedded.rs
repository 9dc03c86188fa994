//! Apply on an embedded org, which has the secrets API: references go in, and the names must be there first.

use std::collections::BTreeMap;

use lobu::server::StoredSecret;
use serde_json::json;

use crate::support::embedded::{Served, put_secrets};
use crate::support::env::TestEnv;
use crate::support::project::desired_of;
use crate::support::site::made_up_values;

/// The names of fixtures/projects/everything that apply uses; those of its providers are not among them.
const USED: [&str; 8] = [
    "BERTHS_CLIENT_ID",
    "BERTHS_CLIENT_SECRET",
    "BERTHS_TOKEN",
    "CHART_LICENCE",
    "HARBOUR_DISCORD_PUBLIC_KEY",
    "HARBOUR_SLACK_SIGNING",
    "HARBOUR_SLACK_TOKEN",
    "HARBOUR_TELEGRAM_TOKEN",
];

fn everything() -> (TestEnv, BTreeMap<String, String>) {
    let mut env = TestEnv::new();
    env.copy_fixture("everything");
    let values = made_up_values(&env.read("lobu.toml"));
    for (name, value) in &values {
        env.env(name, value.clone());
    }
    (env, values.into_iter().filter(|(name, _)| USED.contains(&name.as_str())).collect())
}

#[test]
fn names_that_the_org_lacks_are_all_told_and_nothing_is_written() {
    let (env, values) = everything();
    assert_eq!(values.len(), USED.len());
    let output = env.lobu(["apply", "--yes", "-c", "local"]);
    output.expect_code(2);
    // Wrapped to the width of the output.
    let told = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(&format!("lobu secrets push -c local --from-process {}", USED.join(" "))), "{output}");
    assert!(values.values().all(|value| !output.everything().contains(value)), "{output}");
    assert_eq!(std::fs::read_dir(env.home()).expect("HOME").count(), 0, "{output}");

    // One that is missing is enough, and the others are not told.
    let but_one = values.iter().filter(|(name, _)| *name != "BERTHS_TOKEN");
    put_secrets(&env.local_database(), "dev", &but_one.map(|(name, value)| (name.clone(), value.clone())).collect());
    let output = env.lobu(["apply", "--yes", "-c", "local", "--org", "dev"]);
    output.expect_code(2);
    let told = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("lobu secrets push -c local --org dev --from-process BERTHS_TOKEN"), "{output}");
    assert!(!output.stderr.contains("CHART_LICENCE"), "{output}");
}

#[tokio::test]
async fn an_org_that_has_the_names_is_sent_references_and_no_value() {
    let (env, values) = everything();
    put_secrets(&env.local_database(), "dev", &values);
    env.lobu(["apply", "--yes", "-c", "local", "--org", "dev"]).expect_code(0);
    let again = env.lobu(["plan", "-c", "local", "--org", "dev"]);
    again.expect_code(0);
    assert!(again.stdout.contains("Nothing to apply"), "{again}");

    let served = Served::database(&env.local_database()).await;
    let reader = served.reader("dev");
    assert_eq!(reader.missing(&desired_of(&env.project())).await, [""; 0]);
    let reference = |name: &str| json!(format!("secret://dev/user/{name}"));
    let servers = reader.settings("harbour").await["mcpServers"].take();
    let berths = &servers["berths"];
    assert_eq!(berths["headers"]["Authorization"], reference("BERTHS_TOKEN"), "{servers}");
    assert_eq!(berths["oauth"]["clientId"], reference("BERTHS_CLIENT_ID"), "{servers}");
    assert_eq!(berths["oauth"]["clientSecret"], reference("BERTHS_CLIENT_SECRET"), "{servers}");
    for (name, value) in &values {
        let stored = served.store.stored_secret("dev", StoredSecret::User { name }).expect("the store can be read");
        assert_eq!(stored.expect("a value").as_slice(), value.as_bytes(), "{name}");
        for ending in ["", "-wal", "-shm", ".key", ".lock"] {
            let file = format!("{}{ending}", env.local_database().display());
            let bytes = std::fs::read(file).unwrap_or_default();
            assert!(!bytes.windows(value.len()).any(|part| part == value.as_bytes()), "{name} in {ending}");
        }
    }
}
