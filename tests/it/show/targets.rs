//! The project in one of its targets, and what differs between two of them.

use serde_json::Value;

use crate::support::env::{CommandOutput, TestEnv};
use crate::support::schema::checked;

use super::laws::check_all;

/// A project that differs by target in every place that may.
const LOBU_TOML: &str = r#"
[agents.desk]
name = "Desk"
dir = "./agents/desk"
providers = [{ id = "anthropic", model = "claude-haiku-4-5", key = "$KEY" }]
platforms = [
  { type = "telegram", name = "ops", config = { chatId = "-1", botToken = "literal-token-Zq8" } },
  { type = "slack", config = { channel = "C0" }, targets = ["staging"] },
]

[agents.desk.network]
allowed = ["repairs.example"]

[agents.desk.skills.mcp.repairs]
url = "https://repairs.example/mcp"
headers = { Accept = "a", Authorization = "$TOKEN" }

[agents.lab]
name = "Lab"
dir = "./agents/lab"
targets = ["staging"]

[memory]
org = "dev"

[targets.staging]
url = "https://staging.example"

[targets.production]
url = "https://lobu.example"

[targets.production.agents.desk]
name = "Front desk"
providers = [{ id = "anthropic", model = "claude-sonnet-4-5" }]
platforms = [{ type = "telegram", name = "ops", config.chatId = "-2", config.botToken = "literal-other-Zq8" }]
network.allowed = ["repairs.example", "shop.example"]
egress.extra_policy = "Line one\nLine two"

[targets.production.agents.desk.skills.mcp.repairs]
url = "https://prod.example/mcp"
headers.Authorization = "$PROD"

[targets.production.watchers.late]
schedule = "0 7 * * *"
description = ""
"#;

const WATCHER: &str = "type: watcher
slug: late
name: Late
agent: desk
description: Says what is late
schedule: \"0 6 * * *\"
prompt: Look
extraction_schema: {type: object, properties: {}}
";

fn desk() -> TestEnv {
    let env = TestEnv::new();
    env.write("lobu.toml", LOBU_TOML).write("agents/desk/SOUL.md", "Be kind.\n").write("agents/lab/SOUL.md", "");
    env.write("models/late.yaml", WATCHER);
    env.write("skills/parts/SKILL.md", "---\nnetwork:\n  allow: [parts.example]\n---\nLook.\n");
    env
}

#[track_caller]
fn shown(arguments: &[&str]) -> CommandOutput {
    let output = desk().lobu([&["show"], arguments].concat());
    output.expect_code(0);
    assert!(!output.everything().contains("Zq8"), "{output}");
    output
}

#[test]
fn a_target_has_its_values_with_the_table_that_sets_them() {
    let expected = r#"  agent desk                                                         lobu.toml:2
      name                   "Front desk"      lobu.toml:33 (targets.production)
  settings desk
      SOUL.md                1 line: "Be kind."              agents/desk/SOUL.md
      providers[anthropic]                                           lobu.toml:5
                             model "claude-sonnet-4-5"
                                               lobu.toml:34 (targets.production)
                             key $KEY                                     line 5
      network.allowed        repairs.example, shop.example
                                               lobu.toml:36 (targets.production)
                             parts.example                           skill parts
      egress.extra_policy    2 lines: "Line one" …
                                               lobu.toml:37 (targets.production)
      skills.mcp.repairs     url "https://prod.example/mcp"
                                               lobu.toml:40 (targets.production)
                             headers.Accept "a"                     lobu.toml:16
                             headers.Authorization $PROD
                                               lobu.toml:41 (targets.production)
      skills/parts/SKILL.md  1 line: "Look."                              line 5
                             network.allow parts.example                  line 3
      modelSelection         {mode: "auto"}                              default
  platform desk/desk-telegram-ops                                    lobu.toml:7
      id                     "desk-telegram-ops"                         default
      type                   "telegram"                              lobu.toml:7
      config.botToken        (hidden)          lobu.toml:35 (targets.production)
      config.chatId          "-2"              lobu.toml:35 (targets.production)
      name                   "ops"                                   lobu.toml:7
"#;
    assert_eq!(shown(&["-t", "production", "agent/*"]).stdout, expected);
    let watcher = shown(&["-t", "production", "watcher/late"]).stdout;
    assert!(
        watcher.contains("schedule               \"0 7 * * *\"       lobu.toml:44 (targets.production)"),
        "{watcher}"
    );
    assert!(
        watcher.contains("description            (cleared)         lobu.toml:45 (targets.production)"),
        "{watcher}"
    );
    let staging = shown(&["-t", "staging"]).stdout;
    assert!(
        staging.contains("agent lab") && staging.contains("desk-slack") && !staging.contains("targets."),
        "{staging}"
    );
}

#[test]
fn every_target_is_shown_whole() {
    check_all(&desk().project());
}

#[test]
fn without_a_target_it_is_as_it_is_written() {
    let output = shown(&[]);
    assert!(output.stderr.contains("the project differs by target"), "{output}");
    assert!(output.stdout.contains("\"Desk\"") && !output.stdout.contains("Front desk"), "{output}");
    let output = desk().lobu(["show", "-t", "nowhere"]);
    output.expect_code(2);
    assert!(output.stderr.contains("unknown target `nowhere`"), "{output}");
    let output = desk().lobu(["show", "-t", "production", "agent/lab"]);
    output.expect_code(2);
    assert!(output.stderr.contains("nothing in the project matches agent/lab"), "{output}");
}

#[test]
fn what_differs_between_two_targets_is_shown_with_both_values() {
    let expected = r#"staging → production

  ~ agent desk                                                       lobu.toml:2
      name                    "Desk" → "Front desk"   lobu.toml:3 → lobu.toml:33
  ~ settings desk                                                    lobu.toml:2
      network.allowed         + "shop.example"       lobu.toml:12 → lobu.toml:36
      egress.extra_policy     + 2 lines: "Line one" …               lobu.toml:37
    ! skills.mcp.repairs.url  - "https://repairs.example/mcp"
                                                     lobu.toml:15 → lobu.toml:40
                              + "https://prod.example/mcp"
                                                          a tool server to trust
      skills.mcp.repairs.headers.Authorization  $TOKEN → $PROD
                                                     lobu.toml:16 → lobu.toml:41
      providers[anthropic].model  "claude-haiku-4-5" → "claude-sonnet-4-5"
                                                      lobu.toml:5 → lobu.toml:34
  ~ platform desk/desk-telegram-ops                                  lobu.toml:7
      config.botToken         (hidden, changed)       lobu.toml:7 → lobu.toml:35
      config.chatId           "-1" → "-2"             lobu.toml:7 → lobu.toml:35
  - platform desk/desk-slack (only in staging)                       lobu.toml:8

  - agent lab (only in staging)                                     lobu.toml:18
  - settings lab (only in staging)                                  lobu.toml:18

  ~ watcher late                                              models/late.yaml:2
    - description  "Says what is late" → (cleared)
                                               models/late.yaml:5 → lobu.toml:45
      schedule     "0 6 * * *" → "0 7 * * *"   models/late.yaml:6 → lobu.toml:44
"#;
    let output = shown(&["--diff-targets", "staging", "production"]);
    assert_eq!(output.stdout.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n", expected);
    let turned = shown(&["--diff-targets", "production", "staging", "settings/lab"]);
    assert_eq!(
        turned.stdout,
        "production → staging\n\n  + settings lab (only in staging)                                  lobu.toml:18\n"
    );
    let same = shown(&["--diff-targets", "staging", "staging"]);
    assert!(same.stdout.ends_with("The two targets do not differ.\n"), "{same}");
}

#[test]
fn the_json_has_both_sides() {
    let output = shown(&["--diff-targets", "staging", "production", "--json"]);
    let document = checked("show", &output.stdout);
    assert_eq!(document["targets"], serde_json::json!(["staging", "production"]));
    let differences = document["differences"].as_array().expect("a list");
    let find = |kind: &str, id: &str| {
        let found = differences.iter().find(|one| one["kind"] == kind && one["id"] == id);
        found.unwrap_or_else(|| panic!("{kind}/{id}: {document:#}"))
    };
    assert_eq!(find("agent", "lab")["only_in"], "staging");
    assert_eq!(find("agent", "desk")["only_in"], Value::Null);
    let platform = find("platform", "desk/desk-telegram-ops")["fields"].as_array().expect("fields");
    let token = &platform[0];
    assert_eq!((&token["path"], &token["first"]["sensitive"]), (&"config.botToken".into(), &true.into()));
    assert_eq!((&token["first"]["value"], &token["second"]["value"]), (&Value::Null, &Value::Null));
    let chat = &platform[1];
    assert_eq!((&chat["first"]["value"], &chat["second"]["value"]), (&"-1".into(), &"-2".into()));
    let layers = (&chat["first"]["origin"]["layer"], &chat["second"]["origin"]["layer"]);
    assert_eq!(layers, (&Value::Null, &"targets.production".into()));
    let settings = find("settings", "desk")["fields"].as_array().expect("fields");
    let policy = settings.iter().find(|field| field["file_path"] == "egress.extra_policy").expect("the policy");
    assert_eq!((&policy["first"], &policy["second"]["origin"]["line"]), (&Value::Null, &37.into()));
    let one = checked("show", &shown(&["-t", "production", "--json"]).stdout);
    assert_eq!(one["target"], serde_json::json!({"name": "production", "context": null, "server": null, "org": null}));
    assert_eq!(checked("show", &shown(&["--json"]).stdout)["target"], Value::Null);
}

#[test]
fn what_says_where_a_command_goes_needs_a_server() {
    for (arguments, says) in [
        (&["-c", "local"][..], "--context needs --remote"),
        (&["--url", "https://x.example"], "--url needs --remote"),
        (&["--org", "dev"], "--org needs --remote"),
        (&["--db", "x.db"], "--db needs --remote"),
        (&["--org-values"], "--remote"),
        (&["--diff-targets", "staging"], "2 values required"),
        (&["--diff-targets", "staging", "nowhere"], "unknown target `nowhere`"),
        (&["--diff-targets", "staging", "production", "-t", "staging"], "cannot be used with"),
        (&["--diff-targets", "staging", "production", "--remote"], "cannot be used with"),
        (&["--diff-targets", "staging", "production", "agent/nix"], "nothing in the project matches agent/nix"),
    ] {
        let output = desk().lobu([&["show"], arguments].concat());
        output.expect_code(2);
        assert!(output.stdout.is_empty() && output.stderr.contains(says), "{arguments:?}: {output}");
    }
}
