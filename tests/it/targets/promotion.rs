//! The same commit in staging and then in production: two servers, one project, and the secrets of each where they belong.

use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::{ExistingServer, Options, RecordedRequest, owner_token};

const VALUES: [(&str, &str); 2] = [("staging", "value-of-staging-7d1c"), ("production", "value-of-production-92aa")];

struct Story {
    env: TestEnv,
    servers: [ExistingServer; 2],
}

impl Story {
    fn new() -> Self {
        let servers = [ExistingServer::start(Options::g2()), ExistingServer::start(Options::g2())];
        let env = TestEnv::new();
        let [staging, production] = servers.each_ref().map(ExistingServer::url);
        env.write("SOUL.md", "You help.\n").write(
            "lobu.toml",
            format!(
                r#"[agents.desk]
name = "Desk"
dir = "."
[[agents.desk.platforms]]
type = "telegram"
config = {{ botToken = "$BOT_TOKEN", chatId = "-100" }}
[agents.desk.skills.mcp.repairs]
url = "https://repairs.staging.example/mcp"
headers = {{ Authorization = "$REPAIRS_TOKEN" }}

[agents.pilot]
name = "Pilot"
dir = "."
targets = ["staging"]

[targets.staging]
url = "{staging}"
org = "dev"
env_file = "staging.env"

[targets.production]
url = "{production}"
org = "dev"
env_file = "production.env"
protected = true
[targets.production.agents.desk]
platforms = [{{ type = "telegram", config.chatId = "-200" }}]
skills.mcp.repairs.url = "https://repairs.example/mcp"
"#
            ),
        );
        for (target, value) in VALUES {
            env.write(&format!("{target}.env"), format!("BOT_TOKEN={value}-bot\nREPAIRS_TOKEN={value}-repairs\n"));
        }
        Self { env, servers }
    }

    /// Runs for a target, as its own CI job does: with the server and the token of that one only.
    fn run(&self, target: usize, arguments: &[&str]) -> CommandOutput {
        let mut env = self.env.clone();
        env.env("LOBU_SERVER_URL", self.servers[target].url()).env("LOBU_API_TOKEN", owner_token("dev"));
        env.lobu(arguments.iter().copied().chain(["-t", VALUES[target].0]))
    }

    fn plan(&self, target: usize) -> serde_json::Value {
        let plan = self.run(target, &["plan", "--json"]);
        plan.expect_code(0);
        serde_json::from_str(&plan.stdout).expect("JSON")
    }

    /// How many resources a plan would write.
    fn left(&self, target: usize) -> u64 {
        let summary = &self.plan(target)["summary"];
        summary["create"].as_u64().expect("a number") + summary["update"].as_u64().expect("a number")
    }

    /// Everything that a server was ever sent.
    fn received(&self, target: usize) -> String {
        let told = |request: &RecordedRequest| {
            let body = String::from_utf8_lossy(&request.body);
            format!("{} {:?} {body}", request.path, request.headers)
        };
        self.servers[target].requests().iter().map(told).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn the_same_commit_goes_to_staging_and_then_to_production() {
    let story = Story::new();
    story.run(0, &["apply", "--yes"]).expect_code(0);
    assert_eq!(story.left(0), 0, "staging converges");
    assert_eq!(story.servers[1].requests().len(), 0, "production was not even asked");
    let plan = story.plan(1);
    let id = plan["plan_id"].as_str().expect("an id").to_owned();
    let chat = plan["changes"]
        .as_array()
        .expect("rows")
        .iter()
        .flat_map(|row| row["fields"].as_array().expect("fields").clone());
    let chat = chat.into_iter().find(|field| field["file_path"] == "config.chatId").expect("the field");
    assert_eq!(
        (chat["after"].as_str(), chat["declared_in"]["table"].as_str()),
        (Some("-200"), Some("targets.production"))
    );
    story.run(1, &["apply", "--yes", "--expect", &id]).expect_code(0);
    assert_eq!(story.left(1), 0, "production converges");
    // A target says nothing of the other: staging is as it was.
    assert_eq!(story.left(0), 0);
    for (target, (_, own)) in VALUES.iter().enumerate() {
        let other = VALUES[1 - target].1;
        let received = story.received(target);
        assert!(received.contains(own), "the server got its own values");
        assert!(!received.contains(other), "and none of the other's");
    }
    let received = story.received(1);
    assert!(received.contains("repairs.example/mcp") && !received.contains("repairs.staging.example"));
    assert!(!received.contains("pilot"), "what is in staging only was not spoken of");
}
