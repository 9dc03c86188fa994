use crate::model::Severity;
use crate::project::config::{self, Config, ReadOptions};
use crate::schema::ALL;

const BASE: &str = r#"
[memory]
org = "acme"

[agents.desk]
name = "Desk"
dir = "."
providers = [{ id = "openai", model = "gpt" }, { id = "anthropic", model = "claude" }]
guardrails = ["secret-scan"]
[agents.desk.network]
allowed = ["shared.example"]
denied = ["bad.example"]
[[agents.desk.platforms]]
type = "slack"
name = "ops"
config = { channel = "C0STAGE", botToken = "$SLACK_TOKEN" }
[[agents.desk.platforms]]
type = "telegram"
id = "telegram-old"
config = { chatId = "1" }
[agents.desk.skills.mcp.repairs]
url = "https://staging.example/mcp"
headers = { Authorization = "$REPAIRS_TOKEN" }

[agents.night]
name = "Night"
dir = "./night"
targets = ["production"]

[targets.staging]
url = "https://staging.example"
"#;

fn read(overlay: &str) -> (Config, Vec<String>) {
    let text = format!("{BASE}\n[targets.production]\nurl = \"https://lobu.example\"\n{overlay}");
    let (config, found) = config::read(&ALL, &text, "lobu.toml", ReadOptions::default());
    let shown = found.into_iter().filter(|found| found.severity != Severity::Note).map(|found| {
        let line = found.position.map_or(0, |position| position.line);
        let hint = found.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        let lines_before = BASE.lines().count() + 2;
        let place = usize::try_from(line).unwrap().saturating_sub(lines_before);
        format!("{:?} {} +{place}: {}{hint}", found.severity, found.code, found.message)
    });
    (config.unwrap(), shown.collect())
}

/// The config in a target, and that of a file in which the same is written by hand; positions do not count.
fn same_as_by_hand(overlay: &str, by_hand: &[(&str, &str)]) {
    let (mut config, found) = read(overlay);
    assert_eq!(found, [""; 0], "{overlay}");
    config.take_target("production");
    let mut text = BASE.to_owned();
    for (old, new) in by_hand {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    text.push_str("[targets.production]\n");
    let (hand, found) = config::read(&ALL, &text, "lobu.toml", ReadOptions::default());
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(without_positions(&config), without_positions(&hand.unwrap()), "{overlay}");
}

/// The agents as text, without where each value stands.
fn without_positions(config: &Config) -> String {
    let text = format!("{:#?}", config.agents);
    let is_place =
        |line: &&str| !["line:", "column:", "file:", "position:"].iter().any(|word| line.trim().starts_with(word));
    text.lines().filter(is_place).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_target_says_each_kind_of_value_otherwise() {
    let table: [(&str, &[(&str, &str)]); 9] = [
        ("agents.desk.name = \"Front\"", &[("\"Desk\"", "\"Front\"")]),
        (
            "agents.desk.description = \"For people\"",
            &[("name = \"Desk\"", "name = \"Desk\"\ndescription = \"For people\"")],
        ),
        ("agents.desk.network.allowed = [\"prod.example\"]", &[("[\"shared.example\"]", "[\"prod.example\"]")]),
        ("agents.desk.network.allowed = []", &[("[\"shared.example\"]", "[]")]),
        (
            "agents.desk.worker.nix_packages = [\"jq\"]",
            &[("[agents.desk.network]", "[agents.desk.worker]\nnix_packages = [\"jq\"]\n[agents.desk.network]")],
        ),
        ("agents.desk.providers = [{ id = \"anthropic\", model = \"opus\" }]", &[("claude", "opus")]),
        (
            "[[targets.production.agents.desk.platforms]]\ntype = \"slack\"\nname = \"ops\"\nconfig.channel = \"C0PROD\"",
            &[("C0STAGE", "C0PROD")],
        ),
        (
            "agents.desk.platforms = [{ id = \"telegram-old\", config = { chatId = \"\" } }]",
            &[("chatId = \"1\"", "chatId = \"\"")],
        ),
        (
            "agents.desk.skills.mcp.repairs = { url = \"https://repairs.example/mcp\", headers = { Authorization = \"$PROD_TOKEN\" } }",
            &[("https://staging.example/mcp", "https://repairs.example/mcp"), ("$REPAIRS_TOKEN", "$PROD_TOKEN")],
        ),
    ];
    for (overlay, by_hand) in table {
        same_as_by_hand(overlay, by_hand);
    }
}

#[test]
fn values_are_known_by_their_resource_and_both_places() {
    let (config, found) = read(
        "[targets.production.agents.desk]\nproviders = [{ id = \"anthropic\", model = \"opus\" }]\n\
         platforms = [{ type = \"slack\", name = \"ops\", config.channel = \"C0PROD\" }]\n\
         skills.mcp.repairs.headers.\"X-Team\" = \"a\"\n\
         [targets.production.watchers.digest]\nschedule = \"0 6 * * *\"",
    );
    assert_eq!(found, [""; 0]);
    let target = config.targets.iter().find(|target| target.name.value == "production").unwrap();
    let shown: Vec<String> = target
        .overlay
        .values
        .iter()
        .map(|value| {
            let shared = value.shared.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            format!("{} {} | {shared} | {} | {}", value.key, value.file_path, value.place, value.hides.is_some())
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    watcher/digest schedule | - | targets.production.watchers.digest.schedule | false
    settings/desk providers[anthropic].model | agents.desk.providers[1].model | targets.production.agents.desk.providers[0].model | true
    platform/desk/desk-slack-ops config.channel | agents.desk.platforms[0].config.channel | targets.production.agents.desk.platforms[0].config.channel | true
    settings/desk skills.mcp.repairs.headers.X-Team | agents.desk.skills.mcp.repairs.headers.X-Team | targets.production.agents.desk.skills.mcp.repairs.headers.X-Team | false
    ");
}

#[test]
fn what_an_overlay_must_not_do_is_told_at_its_place() {
    let table = [
        "agents.dsk.name = \"x\"",
        "agents.desk.dir = \"./other\"",
        "agents.desk.guardrails = []",
        "agents.desk.network.denied = []",
        "agents.desk.network.judges.x = \"y\"",
        "agents.desk.tools.denied = []",
        "agents.desk.tools.pre_approved = []",
        "agents.desk.targets = [\"production\"]",
        "agents.desk.netwrok.allowed = []",
        "agents.desk.providers = [{ id = \"antropic\", model = \"x\" }]",
        "agents.desk.providers = [{ id = \"openai\", key = \"$KEY\" }]",
        "agents.desk.providers = []",
        "agents.desk.providers = [{ id = \"openai\", model = \"a\" }, { id = \"openai\", model = \"b\" }]",
        "agents.desk.platforms = [{ type = \"slack\", config.channel = \"x\" }]",
        "agents.desk.platforms = [{ config.channel = \"x\" }]",
        "agents.desk.platforms = [{ id = \"telegram-old\", channels = [] }]",
        "agents.desk.skills.mcp.repair.url = \"https://x.example\"",
        "agents.desk.skills.mcp.repairs.type = \"sse\"",
        "agents.desk.skills.mcp.repairs.url = 1",
        "agents.desk.network.allowed = [\"https://x.example/path\"]",
        "agents.desk.network.allowed = [\"shared.example\"]",
        "agents.desk.network = {}",
        "agents.desk.name = \"\"",
        "agents.desk = 1",
        "memory.enabled = false",
        "models = {}",
        "watchers.digest.prompt = \"x\"",
        "watchers.digest.shedule = \"x\"",
        "protected = \"yes\"",
    ];
    let shown: Vec<String> =
        table.iter().map(|overlay| format!("{overlay}\n  {}", read(overlay).1.join("\n  "))).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    agents.dsk.name = "x"
      Error unknown-entry +2: agent `dsk` is not in the project: a target cannot add one (did you mean `desk`?)
    agents.desk.dir = "./other"
      Error not-per-target +2: `targets.production.agents.desk.dir` cannot differ by target (a target can set here: name, description, network, egress, worker, skills, providers, platforms)
    agents.desk.guardrails = []
      Error not-per-target +2: `targets.production.agents.desk.guardrails` cannot differ by target (a target can set here: name, description, network, egress, worker, skills, providers, platforms)
    agents.desk.network.denied = []
      Error not-per-target +2: `targets.production.agents.desk.network.denied` cannot differ by target (a target can set here: allowed)
    agents.desk.network.judges.x = "y"
      Error not-per-target +2: `targets.production.agents.desk.network.judges` cannot differ by target (a target can set here: allowed)
    agents.desk.tools.denied = []
      Error not-per-target +2: `targets.production.agents.desk.tools` cannot differ by target (a target can set here: name, description, network, egress, worker, skills, providers, platforms)
    agents.desk.tools.pre_approved = []
      Error not-per-target +2: `targets.production.agents.desk.tools` cannot differ by target (a target can set here: name, description, network, egress, worker, skills, providers, platforms)
    agents.desk.targets = ["production"]
      Error not-per-target +2: `targets.production.agents.desk.targets` cannot differ by target (write it where the project declares the entry)
    agents.desk.netwrok.allowed = []
      Error unknown-key +2: unknown key `netwrok` in `targets.production.agents.desk` (did you mean `network`?)
    agents.desk.providers = [{ id = "antropic", model = "x" }]
      Error unknown-entry +2: `targets.production.agents.desk.providers[0]` is not in the project: a target cannot add an entry (did you mean `anthropic`?)
    agents.desk.providers = [{ id = "openai", key = "$KEY" }]
      Error not-per-target +2: `targets.production.agents.desk.providers[0].key` cannot differ by target (a target can set here: model)
    agents.desk.providers = []
      Error not-per-target +2: `targets.production.agents.desk.providers` cannot be cleared for a target (remove it: a target changes single entries)
    agents.desk.providers = [{ id = "openai", model = "a" }, { id = "openai", model = "b" }]
      Error duplicate-entry +2: `targets.production.agents.desk.providers[1]` is the same entry as an earlier one (put both into one)
    agents.desk.platforms = [{ type = "slack", config.channel = "x" }]
      Error unknown-entry +2: `targets.production.agents.desk.platforms[0]` is not in the project: a target cannot add an entry (the project has "slack named ops", telegram)
    agents.desk.platforms = [{ config.channel = "x" }]
      Error missing-key +2: `targets.production.agents.desk.platforms[0].type` is missing
    agents.desk.platforms = [{ id = "telegram-old", channels = [] }]
      Error not-per-target +2: `targets.production.agents.desk.platforms[0].channels` cannot differ by target (a target can set here: config)
    agents.desk.skills.mcp.repair.url = "https://x.example"
      Error unknown-entry +2: `targets.production.agents.desk.skills.mcp.repair` is not in the project: a target cannot add an entry (did you mean `repairs`?)
    agents.desk.skills.mcp.repairs.type = "sse"
      Error not-per-target +2: `targets.production.agents.desk.skills.mcp.repairs.type` cannot differ by target (a target can set here: url, command, args, env, headers)
    agents.desk.skills.mcp.repairs.url = 1
      Error wrong-type +2: `agents.desk.skills.mcp.repairs.url` must be a string, not an integer (target `production`) (put the value in quotes)
    agents.desk.network.allowed = ["https://x.example/path"]
      Warning domain-never-matches +2: `agents.desk.network.allowed[0]` is a URL, so it never matches a request (target `production`) (write "x.example")
    agents.desk.network.allowed = ["shared.example"]
      Warning overlay-without-effect +2: `targets.production.agents.desk.network.allowed` is the same as without the target (remove it)
    agents.desk.network = {}
      Warning overlay-without-effect +2: `targets.production.agents.desk.network` changes nothing (remove it)
    agents.desk.name = ""
      Error empty-name +2: `agents.desk.name` must not be empty (target `production`)
    agents.desk = 1
      Error wrong-type +2: `targets.production.agents.desk` must be a table, not an integer
    memory.enabled = false
      Error unknown-key +2: unknown key `memory` in `targets.production` (a target has its own `org`; the rest of `[memory]` is the same in all targets)
    models = {}
      Error unknown-key +2: unknown key `models` in `targets.production` (the memory schema is the same in all targets)
    watchers.digest.prompt = "x"
      Error not-per-target +2: `targets.production.watchers.digest.prompt` cannot differ by target (a target can set here: name, description, schedule)
    watchers.digest.shedule = "x"
      Error unknown-key +2: unknown key `shedule` in `targets.production.watchers.digest` (did you mean `schedule`?)
    protected = "yes"
      Error wrong-type +2: `targets.production.protected` must be a boolean, not a string (write true or false, without quotes)
    "#);
}

#[test]
fn lists_of_targets_name_targets_that_there_are() {
    let with = |line: &str| BASE.replace("targets = [\"production\"]", line);
    let found = |line: &str| {
        let text = format!("{}\n[targets.production]\nurl = \"https://x.example\"", with(line));
        let (_, found) = config::read(&ALL, &text, "lobu.toml", ReadOptions::default());
        found.into_iter().map(|found| format!("{}: {}", found.code, found.message)).collect::<Vec<_>>()
    };
    assert_eq!(found("targets = [\"staging\", \"production\"]"), [""; 0]);
    assert_eq!(found("targets = []"), ["no-target: `agents.night.targets` is empty"]);
    assert_eq!(found("targets = [\"prodution\"]"), ["unknown-target: unknown target `prodution`"]);
    assert_eq!(
        found("targets = \"production\""),
        ["wrong-type: `agents.night.targets` must be a list of strings, not a string"]
    );
}

#[test]
fn what_is_in_other_targets_is_not_in_this_one() {
    let (config, _) = read("");
    let agents = |target: &str| {
        let mut config = config.clone();
        config.take_target(target);
        config.agents.iter().map(|agent| agent.id.value.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(agents("production"), ["desk", "night"]);
    assert_eq!(agents("staging"), ["desk"]);
}

#[test]
fn a_target_cannot_change_what_it_does_not_have() {
    let text = format!("{BASE}\n[targets.staging.agents.night]\nname = \"x\"\n[targets.production]\n");
    let (_, found) = config::read(&ALL, &text, "lobu.toml", ReadOptions::default());
    let shown: Vec<String> = found.into_iter().map(|found| format!("{} {}", found.code, found.message)).collect();
    assert_eq!(shown, ["not-in-target agent `night` is not in target `staging`"]);
}
