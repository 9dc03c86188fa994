use std::path::Path;

use super::*;
use crate::project::config::{AgentConfig, Spanned};
use crate::schema::ALL;

const EVERYTHING: &str = r#"
[targets.prod]
url = "https://app.example"
org = "acme"
env_file = "prod.env"

[agents.triage]
name = "Triage"
description = ""
dir = "./agents/triage"
guardrails = ["secret-scan"]
guardrails_disabled = []
guardrails_inline = [{ name = "x", limit = 9 }]

[[agents.triage.providers]]
id = "anthropic"
model = "claude"
key = "$ANTHROPIC_API_KEY"

[[agents.triage.providers]]
id = "openai"
secret_ref = "secret://x"
key = ""

[[agents.triage.platforms]]
type = "slack"
name = "ops"
id = "slack-triage-123"
channels = ["T1/C1", "T1/C2"]
[agents.triage.platforms.config]
botToken = "$SLACK_BOT_TOKEN"
signingSecret = " $SLACK_SECRET "
old = ""

[agents.triage.skills.mcp.docs]
type = "streamable-http"
url = "https://docs.example/mcp"
command = "npx"
args = ["-y", "x"]
env = { A = "$MCP_A" }
headers = { Authorization = "Bearer $NOT_ONE", "X-Key" = "$MCP_KEY" }
auth_scope = "user"
[agents.triage.skills.mcp.docs.oauth]
auth_url = "https://a"
token_url = "https://t"
client_id = "$CLIENT"
client_secret = "plain"
scopes = ["a"]
token_endpoint_auth_method = "none"

[agents.triage.skills.mcp.empty]

[agents.triage.network]
allowed = []
denied = ["*.evil.example"]
judge = ["a.example", { domain = "b.example", judge = "strict" }]
judges = { strict = "be strict" }

[agents.triage.egress]
extra_policy = """
no
"""
judge_model = "m"

[agents.triage.tools]
pre_approved = ["/mcp/docs/tools/*", "/mcp/docs/tools/search"]
allowed = ["Read"]
denied = []
strict = false

[agents.triage.preview.slack]
enabled = true
surfaces = ["dm"]
code_ttl_minutes = 5

[agents.triage.worker]
nix_packages = ["jq"]

[memory]
enabled = true
org = "acme"
organization_id = "o1"
name = "Acme"
description = "d"
visibility = "private"
models = " ./types "
data = ""
connectors = ["a", "b"]
"#;

fn listed(list: Option<&Spanned<Vec<Spanned<String>>>>) -> Option<Vec<&str>> {
    list.map(|list| list.value.iter().map(Spanned::<String>::as_str).collect())
}

fn plain_list<'read>(agent: &'read AgentConfig, place: &str) -> Option<Vec<&'read str>> {
    listed(agent.plain.list(place))
}

#[test]
fn every_key_of_both_generations_is_read() {
    let config = config(EVERYTHING);
    let [agent] = config.agents.as_slice() else { panic!() };
    assert_eq!((agent.id.value.as_str(), agent.name.as_str()), ("triage", "Triage"));
    assert_eq!((agent.id.position.line, agent.id.position.column), (7, 9));
    assert_eq!((agent.name.position.line, agent.name.position.column), (8, 8));
    assert_eq!(agent.plain.text("description").map(Spanned::<String>::as_str), Some(""));
    assert_eq!(plain_list(agent, "guardrails"), Some(vec!["secret-scan"]));
    assert_eq!(listed(agent.guardrails_disabled.as_ref()), Some(vec![]));
    let providers = agent.providers.as_ref().unwrap();
    assert_eq!(providers.iter().map(|provider| provider.id.as_str()).collect::<Vec<_>>(), ["anthropic", "openai"]);
    assert_eq!(providers[1].key.as_ref().unwrap().as_str(), "");
    let [platform] = agent.platforms.as_slice() else { panic!() };
    assert_eq!(platform.stable_id(&agent.id.value).as_str(), "slack-triage-123");
    assert_eq!(platform.position.line, 25);
    let keys: Vec<_> = platform.config.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect();
    assert_eq!(keys, [("botToken", "$SLACK_BOT_TOKEN"), ("signingSecret", " $SLACK_SECRET "), ("old", "")]);
    let [docs, empty] = agent.mcp_servers.as_slice() else { panic!() };
    assert_eq!(docs.oauth.as_ref().unwrap().client_secret.as_ref().unwrap().as_str(), "plain");
    assert_eq!((empty.id.as_str(), &empty.url, empty.env.len()), ("empty", &None, 0));
    assert_eq!(plain_list(agent, "network.allowed"), Some(vec![]));
    let judge = &agent.judge.as_ref().unwrap().value;
    assert_eq!((judge[0].judge.is_none(), judge[1].judge.as_ref().unwrap().as_str()), (true, "strict"));
    assert_eq!(agent.plain.texts("network.judges.<name>")[0].value.as_str(), "be strict");
    assert_eq!(agent.plain.text("egress.extra_policy").unwrap().as_str(), "no\n");
    assert_eq!(agent.plain.flag("tools.strict"), Some(false));
    assert_eq!(agent.previews[0].code_ttl_minutes.as_ref().unwrap().value, 5);
    assert_eq!(plain_list(agent, "worker.nix_packages"), Some(vec!["jq"]));
    let [target] = config.targets.as_slice() else { panic!() };
    assert_eq!((target.name.as_str(), target.url.as_ref().unwrap().as_str()), ("prod", "https://app.example"));
}

#[test]
fn accessors_answer_for_the_whole_file() {
    let config = config(EVERYTHING);
    assert_eq!(config.org_pin().unwrap().as_str(), "acme");
    let memory = config.memory.as_ref().unwrap();
    assert_eq!(memory.models_directory().path, "./types");
    assert!(memory.models_directory().named_at.is_some());
    assert_eq!((memory.data_directory().path, memory.data_directory().named_at), ("./data", None));
    assert!(config.memory_enabled());
    let found: Vec<_> =
        config.not_applied().into_iter().map(|(what, found)| (what, found.count, found.names.join(" "))).collect();
    let named = |what, count, names: &str| (what, count, names.to_owned());
    assert_eq!(
        found,
        [
            named("agent preview", 1, "triage/slack"),
            named("connector", 2, ""),
            named("platform channel", 2, "T1/C1 T1/C2"),
        ]
    );
    let uses: Vec<_> =
        config.secret_uses().into_iter().map(|it| format!("{} {} {}", it.name, it.place, it.is_provider)).collect();
    assert_eq!(
        uses,
        [
            "ANTHROPIC_API_KEY providers.anthropic.key true",
            "SLACK_BOT_TOKEN platforms.slack-triage-123.botToken false",
            "SLACK_SECRET platforms.slack-triage-123.signingSecret false",
            "MCP_A mcp.docs.env.A false",
            "MCP_KEY mcp.docs.headers.X-Key false",
            "CLIENT mcp.docs.oauth.client_id false",
        ]
    );
}

#[test]
fn agents_keep_the_order_of_the_file() {
    let text = "
[agents.zebra.network]
allowed = []
[agents.alpha]
name = 'A'
dir = 'a'
[agents.zebra]
name = 'Z'
dir = 'z'
[agents.m123]
name = 'M'
dir = 'm'
[[agents.alpha.platforms]]
type = 'telegram'
config = {}
";
    let config = config(text);
    let ids: Vec<_> = config.agents.iter().map(|agent| agent.id.value.as_str()).collect();
    assert_eq!(ids, ["alpha", "zebra", "m123"]);
    assert_eq!(plain_list(&config.agents[1], "network.allowed"), Some(vec![]));
    assert_eq!(config.agents[0].platforms.len(), 1);
}

#[test]
fn dotted_and_inline_forms_read_like_tables() {
    let dotted = config("agents.abc.name = 'A'\nagents.abc.dir = ''\nagents.abc.network.allowed = ['x']\n");
    let inline = config("agents = { abc = { name = 'A', dir = '', network = { allowed = ['x'] }, platforms = [] } }\n");
    for config in [dotted, inline] {
        let agent = &config.agents[0];
        assert_eq!((agent.name.as_str(), agent.dir.as_ref().unwrap().as_str()), ("A", ""));
        assert_eq!(plain_list(agent, "network.allowed"), Some(vec!["x"]));
        assert_eq!((agent.providers.as_ref(), agent.platforms.len()), (None, 0));
    }
}

#[test]
fn what_toml_1_1_allows_is_accepted() {
    let text = "[agents.abc]\nname = \"\\e\\x41\"\ndir = 'a'\nnetwork = {\n  allowed = [], # why\n}\n";
    assert_eq!(config(text).agents[0].name.as_str(), "\u{1b}A");
}

#[test]
fn memory_is_off_only_if_said_so_or_not_there() {
    assert!(!config("[agents]\n").memory_enabled());
    assert!(config("[agents]\n[memory]\n").memory_enabled());
    assert!(!config("[agents]\n[memory]\nenabled = false\n").memory_enabled());
}

#[test]
fn old_memory_tables_are_read_with_one_warning() {
    for table in ["owletto", "lobu"] {
        let text = format!("[agents]\n[memory.{table}]\norg = \"dev\"\nmodels = \"./m\"\n");
        let (config, problems) = read(&ALL, &text, "lobu.toml", ReadOptions::default());
        assert_eq!(codes(&problems), ["~old-memory-table 2:9"]);
        assert_eq!(problems[0].advice().unwrap(), "to rewrite it: lobu validate --fix");
        assert_eq!(config.unwrap().org_pin().unwrap().as_str(), "dev");
    }
}

#[test]
fn two_platforms_of_one_type_may_be_told_apart_by_id() {
    let platform = |id: &str| format!("[[agents.abc.platforms]]\ntype = 'slack'\nid = '{id}'\nconfig = {{}}\n");
    let text = format!("[agents.abc]\nname = 'A'\ndir = 'a'\n{}{}", platform("one"), platform("two"));
    assert_eq!(config(&text).agents[0].platforms.len(), 2);
}

#[test]
#[ignore = "needs ../shared"]
fn the_example_projects_read_without_errors() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut read_files = 0;
    for entry in std::fs::read_dir(&corpus).unwrap() {
        let Ok(text) = std::fs::read_to_string(entry.unwrap().path().join("lobu.toml")) else { continue };
        let (config, problems) = read(&ALL, &text, "lobu.toml", ReadOptions::default());
        assert!(problems.iter().all(|problem| problem.code == "old-memory-table"), "{problems:?}");
        assert_eq!(config.unwrap().agents.len(), 1);
        let fixed = crate::project::fix::rewrite(&text).unwrap().unwrap();
        assert_eq!(fixed, text.replace("[memory.owletto]", "[memory]"));
        read_files += 1;
    }
    assert_eq!(read_files, 8);
}
