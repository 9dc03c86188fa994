//! What a project says, offline.

use serde_json::Value;

use crate::support::env::{CommandOutput, TestEnv};
use crate::support::schema::checked;

/// A project with something from every kind of place.
const LOBU_TOML: &str = r#"
[agents.desk]
name = "Desk"
dir = "./agents/desk"
providers = [{ id = "anthropic", model = "claude-sonnet-4-5", key = "$KEY" }, { id = "openai", key = "literal-key-Zq8" }]
platforms = [
  { type = "telegram", config = { chatId = "-1", botToken = "literal-token-Zq8" } },
  { type = "slack", id = "adopted", config = {} },
]

[agents.desk.network]
allowed = [
  "repairs.example",
  "files.parts.example",
]

[agents.desk.skills.mcp]
bare = {}

[memory]
enabled = true
org = "dev"
"#;

const SKILL: &str = "---
name: parts
network:
  allow: [\"*.parts.example\"]
mcpServers:
  catalog:
    url: https://catalog.example/mcp
---

Look parts up.
";

const WATCHER: &str = "type: watcher
slug: late
name: Late
schedule: \"0 6 * * *\"
prompt: Look
extraction_schema: {type: object, properties: {}}
";

fn desk() -> TestEnv {
    let env = TestEnv::new();
    env.write("lobu.toml", LOBU_TOML).write("agents/desk/SOUL.md", "Be kind.\n\nAnd brief.\n");
    env.write("skills/parts/SKILL.md", SKILL).write("models/late.yaml", WATCHER);
    env
}

fn shown(env: &TestEnv, selectors: &[&str]) -> CommandOutput {
    let output = env.lobu([&["show"], selectors].concat());
    output.expect_code(0);
    assert!(!output.everything().contains("Zq8"), "{output}");
    output
}

#[test]
fn every_entry_has_its_origin() {
    let expected = r#"  agent desk                                                         lobu.toml:2
      name                   "Desk"                                  lobu.toml:3
  settings desk
      SOUL.md                3 lines: "Be kind." …           agents/desk/SOUL.md
      providers[anthropic]                                           lobu.toml:5
                             model "claude-sonnet-4-5"                    line 5
                             key $KEY                                     line 5
      providers[openai]                                              lobu.toml:5
                             key (hidden)                                 line 5
      network.allowed        repairs.example, files.parts.example   lobu.toml:12
                             *.parts.example                         skill parts
      skills.mcp.bare        {}                                     lobu.toml:18
      skills.mcp.catalog     url "https://catalog.example/mcp"       skill parts
      skills/parts/SKILL.md  1 line: "Look parts up."                    line 10
                             network.allow *.parts.example                line 4
                             mcpServers {id: "catalog", url: …            line 5
      modelSelection         {mode: "auto"}                              default
  platform desk/desk-telegram                                        lobu.toml:7
      id                     "desk-telegram"                             default
      type                   "telegram"                              lobu.toml:7
      config.botToken        (hidden)                                lobu.toml:7
      config.chatId          "-1"                                    lobu.toml:7
  platform desk/adopted                                              lobu.toml:8
      id                     "adopted"                               lobu.toml:8
      type                   "slack"                                 lobu.toml:8
      config                 {}                                      lobu.toml:8

  watcher late                                                models/late.yaml:2
      agent                  "desk"                                      default
      name                   "Late"                           models/late.yaml:3
      schedule               "0 6 * * *"                      models/late.yaml:4
      prompt                 "Look"                           models/late.yaml:5
      extraction_schema      {properties: {}, type: …         models/late.yaml:6
      sources                {name: "content"}                           default
      notification_channel   "canvas"                                    default
      notification_priority  "normal"                                    default
      min_cooldown_seconds   0                                           default
"#;
    assert_eq!(shown(&desk(), &[]).stdout, expected);
}

#[test]
fn selectors_select_as_in_a_plan() {
    let env = desk();
    let heads = |selectors: &[&str]| -> Vec<String> {
        let output = shown(&env, selectors);
        let heads = output.stdout.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        heads.map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect()
    };
    let of_agent = ["agent desk", "settings desk", "platform desk/desk-telegram", "platform desk/adopted"];
    assert_eq!(heads(&["agent/desk"]), of_agent);
    assert_eq!(heads(&["agent/d*"]), of_agent);
    assert_eq!(heads(&["platform/desk/ad?pted", "watcher/*"]), ["platform desk/adopted", "watcher late"]);
    let output = env.lobu(["show", "settings/desk", "settings/disk", "agent/x*"]);
    output.expect_code(2);
    assert!(
        output.stdout.is_empty() && output.stderr.contains("nothing in the project matches settings/disk, agent/x*")
    );
    let output = env.lobu(["show", "desk"]);
    output.expect_code(2);
    assert!(output.stderr.contains("`desk` is not a selector"), "{output}");
    let env = TestEnv::new();
    env.write("lobu.toml", "[agents]\n");
    assert_eq!(shown(&env, &[]).stdout, "The project declares no resources.\n");
}

#[test]
fn full_shows_long_values_whole() {
    let env = desk();
    let policy = "Never send a customer's address, phone number or repair history to a host that is not ours.";
    env.write("lobu.toml", format!("{LOBU_TOML}\n[agents.desk.egress]\njudge_model = \"{policy}\"\n"));
    let folded = shown(&env, &["settings/desk"]);
    assert!(!folded.stdout.contains("And brief.") && !folded.stdout.contains("not ours."), "{folded}");
    let whole = shown(&env, &["settings/desk", "--full"]);
    assert!(whole.stdout.contains("        │ And brief.\n") && whole.stdout.contains("not ours.\""), "{whole}");
}

/// The entry of a path.
fn entry<'document>(document: &'document Value, resource: usize, path: &str) -> &'document Value {
    let fields = document["resources"][resource]["fields"].as_array().expect("entries");
    fields.iter().find(|field| field["path"] == path).unwrap_or_else(|| panic!("{path}: {document:#}"))
}

#[test]
fn the_json_says_the_same() {
    let output = shown(&desk(), &["--json", "settings/desk", "platform/desk/desk-telegram", "watcher/late"]);
    let document = checked("show", &output.stdout);
    let keys: Vec<String> = document["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .map(|one| format!("{}/{}", one["kind"], one["id"]))
        .collect();
    assert_eq!(keys, ["\"settings\"/\"desk\"", "\"platform\"/\"desk/desk-telegram\"", "\"watcher\"/\"late\""]);
    assert_eq!(
        (&document["resources"][1]["file"], &document["resources"][1]["line"]),
        (&"lobu.toml".into(), &7.into())
    );
    let origin = |file: Value, line: Value, skill: Value, default: bool| serde_json::json!({"file": file, "line": line, "skill": skill, "layer": null, "default": default});
    let own = origin("lobu.toml".into(), 12.into(), Value::Null, false);
    let skill = origin("skills/parts/SKILL.md".into(), Value::Null, "parts".into(), false);
    let allowed = entry(&document, 0, "networkConfig.allowedDomains");
    assert_eq!(allowed["value"], serde_json::json!(["repairs.example", "files.parts.example", ".parts.example"]));
    assert_eq!((&allowed["origin"], &allowed["file_path"]), (&own, &"network.allowed".into()));
    let elements = allowed["elements"].as_array().expect("elements");
    assert_eq!(elements.iter().map(|element| &element["origin"]).collect::<Vec<_>>(), [&own, &own, &skill]);
    assert_eq!(entry(&document, 0, "mcpServers.catalog.url")["origin"], skill);
    let soul = entry(&document, 0, "soulMd");
    assert_eq!(soul["value"], "Be kind.\n\nAnd brief.");
    assert_eq!(soul["origin"], origin("agents/desk/SOUL.md".into(), Value::Null, Value::Null, false));
    let default = origin(Value::Null, Value::Null, Value::Null, true);
    for (resource, path) in
        [(0, "modelSelection"), (1, "id"), (2, "agent"), (2, "notification_channel"), (2, "sources")]
    {
        assert_eq!(entry(&document, resource, path)["origin"], default, "{path}");
    }
    assert_eq!(entry(&document, 2, "min_cooldown_seconds")["value"], 0);
    let key = entry(&document, 0, "installedProviders.anthropic.key");
    assert_eq!((&key["value"], &key["sensitive"]), (&"$KEY".into(), &false.into()));
    for (resource, path) in [(0, "installedProviders.openai.key"), (1, "config.botToken")] {
        let hidden = entry(&document, resource, path);
        assert_eq!((&hidden["value"], &hidden["sensitive"]), (&Value::Null, &true.into()), "{path}");
    }
    let states = [(0, "installedProviders.openai", "entry"), (0, "soulMd", "set")];
    for (resource, path, state) in states {
        assert_eq!(entry(&document, resource, path)["state"], state, "{path}");
    }
    let error = checked("show", &desk().lobu(["show", "--json", "settings/disk"]).expect_code(2).stdout);
    assert_eq!(error["error"]["kind"], "usage");
}
