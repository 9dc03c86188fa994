//! What may be a secret never lands in a file by accident, and no text of the org becomes a reference by accident.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::hostile::{Hostile, expect_nothing_written};
use super::test_project::{TestProject, edit, files};
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::Options;
use crate::support::project::desired_of;
use crate::support::terminal::flat;

const TOKEN: &str = "ghp_sentinel0sentinel0sentinel0senti";
const VALUE: &str = "sentinel-value-of-a-secret";
const REFERENCE: &str = "$AWS_SECRET_ACCESS_KEY";
const MINIMAL: &str = "[agents]\n";

/// Every way to look at what a pull would do, and the pull itself.
const LOOKS: [&[&str]; 7] = [
    &["pull", "--all", "--dry-run"],
    &["pull", "--all", "--dry-run", "--full"],
    &["pull", "--all", "--dry-run", "--json"],
    &["drift"],
    &["drift", "--full", "--json"],
    &["pull", "--all", "--force", "--full"],
    &["pull", "--all", "--force", "--json"],
];

#[track_caller]
fn expect_no_sentinel(env: &TestEnv, output: &CommandOutput) {
    for sentinel in [TOKEN, VALUE] {
        assert!(!output.everything().contains(sentinel), "{output}");
        for (name, (text, _)) in files(&env.project()) {
            assert!(!text.contains(sentinel), "{name}: {text}");
        }
    }
}

/// The references of a lobu.toml: texts of the form `$NAME`, not `$$NAME`.
fn references(toml: &str) -> Vec<String> {
    let starts = toml.match_indices("\"$").filter_map(|(at, _)| toml.get(at + 1..));
    let texts = starts.filter_map(|rest| rest.split('"').next()).filter(|text| !text.starts_with("$$"));
    texts.map(str::to_owned).collect()
}

fn settings() -> Value {
    json!({
        "identityMd": REFERENCE,
        "mcpServers": {"gh": {"url": "https://gh.example", "headers": {"X-Thing": REFERENCE}}},
    })
}

fn config() -> Value {
    json!({"chatId": REFERENCE, "githubToken": VALUE, "other": "$$TWICE"})
}

#[test]
fn a_text_that_looks_like_a_reference_becomes_none() {
    let hostile = Hostile::with_triage(&settings());
    hostile.platform("triage-telegram", "telegram", &config());
    hostile.site.env.write("lobu.toml", MINIMAL);
    let output = hostile.pull(&[]);
    output.expect_code(6);
    let said = flat(&output.stdout);
    assert!(said.contains(&format!("the org has the text {REFERENCE}, which would become a reference")), "{output}");
    let toml = hostile.site.env.read("lobu.toml");
    assert!(toml.contains("chatId = \"$$AWS_SECRET_ACCESS_KEY\"") && toml.contains("other = \"$$$TWICE\""), "{toml}");
    assert_eq!(references(&toml), ["$TRIAGE_TELEGRAM_GITHUB_TOKEN"]);
    assert!(said.contains("$TRIAGE_TELEGRAM_GITHUB_TOKEN for platform/triage/triage-telegram"), "{output}");
    let example = hostile.site.env.read(".env.example");
    assert!(example.ends_with("\nTRIAGE_TELEGRAM_GITHUB_TOKEN=\n") && !example.contains("AWS"), "{example}");
    // A prompt is no place for references.
    assert_eq!(hostile.site.env.read("agents/triage/IDENTITY.md"), format!("{REFERENCE}\n"));

    let named = "settings/triage:skills.mcp.gh.headers.X-Thing";
    let output = hostile.pull(&["--allow-suspected", named]);
    output.expect_code(0);
    assert!(output.stdout.contains(&format!("! {REFERENCE} for settings/triage skills.mcp.gh")), "{output}");
    assert!(hostile.site.env.read(".env.example").contains("AWS_SECRET_ACCESS_KEY=\n"));
}

#[test]
fn a_reference_that_the_project_has_comes_back_as_it_is() {
    let hostile = Hostile::with_triage(&settings());
    let toml = "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n\n[[agents.triage.platforms]]\n\
                type = \"slack\"\n\n[agents.triage.platforms.config]\nbotToken = \"$AWS_SECRET_ACCESS_KEY\"\n";
    hostile.site.env.write("lobu.toml", toml);
    let output = hostile.pull(&[]);
    output.expect_code(0);
    assert_eq!(references(&hostile.site.env.read("lobu.toml")), [REFERENCE, REFERENCE]);
    assert!(!hostile.site.env.project().join(".env.example").exists(), "{output}");
}

#[test]
fn what_an_org_has_as_a_reference_is_listed_where_a_project_begins_with_it() {
    let hostile = Hostile::with_triage(&settings());
    let output = hostile.pull(&[]);
    output.expect_code(0);
    assert!(output.stdout.contains(&format!("! {REFERENCE} for settings/triage")), "{output}");
    assert!(hostile.site.env.read(".env.example").contains("AWS_SECRET_ACCESS_KEY=\n"));
}

/// Our own server, which has the secrets API.
fn own_server(settings: &Value, config: &Value) -> TestProject {
    let setup = TestProject::new();
    setup.env.write("lobu.toml", "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n");
    setup.converge(&desired_of(&setup.env.project()), &BTreeMap::new());
    let (url, token) = (setup.served.url(), setup.served.token());
    setup.wait(edit::settings(url, "dev", token, "triage", settings));
    let body = json!({"platform": "telegram", "config": config});
    setup.wait(edit::new_platform(url, "dev", token, "triage", "triage-telegram", &body));
    setup.env.write("lobu.toml", MINIMAL);
    setup
}

#[test]
fn on_a_server_with_the_secrets_api_texts_become_no_references_either() {
    let setup = own_server(&settings(), &config());
    for arguments in LOOKS {
        expect_no_sentinel(&setup.env, &setup.run(arguments));
    }
    let toml = setup.env.read("lobu.toml");
    assert!(toml.contains("chatId = \"$$AWS_SECRET_ACCESS_KEY\""), "{toml}");
    assert_eq!(references(&toml), ["$TRIAGE_MCP_GH_X_THING", "$TRIAGE_TELEGRAM_GITHUB_TOKEN"]);
    let example = setup.env.read(".env.example");
    assert!(example.ends_with("TRIAGE_MCP_GH_X_THING=\nTRIAGE_TELEGRAM_GITHUB_TOKEN=\n"), "{example}");
    assert_eq!(setup.env.read("agents/triage/IDENTITY.md"), format!("{REFERENCE}\n"));
}

/// Secrets in every place, those where no reference can stand first.
fn leaky() -> (Value, Value) {
    let url = format!("https://user:{VALUE}@gh.example/?key={VALUE}");
    let settings = json!({
        "soulMd": format!("Log in with {TOKEN}."),
        "egressConfig": {"extraPolicy": format!("Never say {TOKEN}.")},
        "skillsConfig": {"skills": [
            {"repo": "local/leak", "name": "leak", "description": "", "enabled": true, "content": format!("Use {TOKEN}.")},
            {"repo": "local/fine", "name": "fine", "description": "", "enabled": true, "content": "Fine."},
        ]},
        "mcpServers": {
            "arguments": {"type": "stdio", "command": "x", "args": ["--token", TOKEN]},
            "headers": {"url": "https://gh.example", "headers": {"Authorization": format!("Bearer {VALUE}")}},
            "environment": {"type": "stdio", "command": "x", "env": {"GITHUB_TOKEN": VALUE}},
            "address": {"url": url},
        },
    });
    (settings, json!({"githubToken": VALUE, "apiKey": VALUE, "chatId": "-100"}))
}

/// What of it is named as withheld.
const WITHHELD: [&str; 5] = [
    "settings/triage:SOUL.md",
    "settings/triage:egress.extra_policy",
    "settings/triage:skills/leak/SKILL.md",
    "settings/triage:skills.mcp.arguments.args",
    "settings/triage:skills.mcp.address.url",
];

#[track_caller]
fn expect_withheld(output: &CommandOutput) {
    output.expect_code(6);
    for name in WITHHELD {
        assert!(flat(&output.stdout).contains(&format!("--allow-suspected '{name}'")), "{name}: {output}");
        assert!(flat(&output.stderr).contains(&format!("--allow-suspected '{name}'")), "{name}: {output}");
    }
}

#[test]
fn secrets_of_an_org_are_in_no_file_and_on_no_screen() {
    let (settings, config) = leaky();
    for options in
        [Options::g1_without_manager(), Options::g1_with_manager(), Options::g2(), Options::g2().reading_references()]
    {
        let hostile = Hostile::new(options);
        hostile.agent("triage", &settings);
        hostile.platform("triage-telegram", "telegram", &config);
        hostile.site.env.write("lobu.toml", MINIMAL);
        for arguments in LOOKS {
            expect_no_sentinel(&hostile.site.env, &hostile.run(arguments));
        }
        let toml = hostile.site.env.read("lobu.toml");
        let made_up = references(&toml);
        let example = hostile.site.env.read(".env.example");
        assert_eq!(made_up.len(), 4, "{toml}");
        assert!(
            made_up.iter().all(|name| example.contains(&format!("{}=\n", name.trim_start_matches('$')))),
            "{example}"
        );
    }
}

/// Arguments of commands of which one is a secret, as people write them.
fn commands() -> Vec<(&'static str, Vec<String>)> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.replace("VALUE", VALUE)).collect::<Vec<_>>();
    vec![
        ("npx", texts(&["-y", "server", "--api-key", "VALUE"])),
        ("npx", texts(&["server", "--token=VALUE"])),
        ("docker", texts(&["run", "-e", "GITHUB_PERSONAL_ACCESS_TOKEN=VALUE", "ghcr.io/some/server"])),
        ("npx", texts(&["mcp-remote", "https://h.example/sse", "--header", "Authorization: Bearer VALUE"])),
        ("npx", texts(&["server", "--config", r#"{"apiKey":"VALUE"}"#])),
        ("bash", texts(&["-c", "DB_PASS=VALUE exec server"])),
    ]
}

#[test]
fn secrets_among_the_arguments_of_a_command_are_in_no_file_and_on_no_screen() {
    let mut servers = serde_json::Map::new();
    let mut of_skill = Vec::new();
    let mut toml = "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n".to_owned();
    for (at, (command, arguments)) in commands().iter().enumerate() {
        servers.insert(format!("s{at}"), json!({"type": "stdio", "command": command, "args": arguments}));
        of_skill.push(json!({"id": format!("k{at}"), "command": command, "args": arguments}));
        toml.push_str(&["\n[agents.triage.skills.mcp.s", &at.to_string(), "]\ncommand = \"x\"\nargs = "].concat());
        toml.push_str(&json!(arguments).to_string());
        toml.push('\n');
    }
    let whole = format!("npx server --api-key {VALUE}");
    servers.insert("whole".to_owned(), json!({"type": "stdio", "command": whole}));
    let settings = json!({
        "mcpServers": servers,
        "skillsConfig": {"skills": [
            {"repo": "local/k", "name": "k", "enabled": true, "content": "K.", "mcpServers": of_skill},
        ]},
    });
    for options in [Options::g1_without_manager(), Options::g2()] {
        let hostile = Hostile::new(options);
        hostile.agent("triage", &settings);
        hostile.site.env.write("lobu.toml", MINIMAL);
        for arguments in LOOKS {
            expect_no_sentinel(&hostile.site.env, &hostile.run(arguments));
        }
        let output = hostile.pull(&[]);
        output.expect_code(6);
        let said = flat(&output.stdout);
        for place in
            ["skills.mcp.s0.args", "skills.mcp.s5.args", "skills.mcp.whole.command", "skills/k/SKILL.md: mcpServers"]
        {
            assert!(said.contains(place), "{place}: {output}");
        }

        // What the files themselves declare is shown by no plan either.
        hostile.site.env.write("lobu.toml", &toml);
        for arguments in [&["plan", "--full", "--all"][..], &["plan", "--json", "--all"], &["drift", "--full"]] {
            let output = hostile.run(arguments);
            assert!(output.code == Some(0) || output.code == Some(6), "{output}");
            assert!(!output.everything().contains(VALUE), "{output}");
        }
    }
}

#[test]
fn what_may_be_a_secret_is_written_only_where_it_is_named() {
    let hostile = Hostile::with_triage(&leaky().0);
    hostile.site.env.write("lobu.toml", MINIMAL);
    expect_nothing_written(&hostile, &["pull", "--all", "--dry-run"], 0);
    for name in ["settings/other:soulMd", "triage:soulMd", "soulMd"] {
        let arguments = ["pull", "--all", "--force", "--allow-suspected", WITHHELD[0], "--allow-suspected", name];
        let output = expect_nothing_written(&hostile, &arguments, 2);
        assert!(flat(&output.stderr).contains(&format!("what is not suspected: {name};")), "{output}");
    }
    expect_withheld(&hostile.pull(&[]));
    assert!(!hostile.site.env.project().join("agents/triage/SOUL.md").exists());
    assert!(!hostile.site.env.project().join("agents/triage/skills/leak").exists());
    assert!(hostile.site.env.project().join("agents/triage/skills/fine/SKILL.md").exists());

    let output =
        hostile.pull(&["--full", "--allow-suspected", WITHHELD[0], "--allow-suspected", "settings/triage:userMd"]);
    output.expect_code(6);
    let told = "--allow-suspected settings/triage:userMd: no suspected secret there";
    assert!(flat(&output.stdout).contains(told), "{output}");
    assert!(!output.everything().contains(TOKEN), "what is written is not shown all the same: {output}");
    assert_eq!(hostile.site.env.read("agents/triage/SOUL.md"), format!("Log in with {TOKEN}.\n"));
    assert!(!hostile.written().iter().any(|(name, text)| !name.ends_with("SOUL.md") && text.contains(TOKEN)));

    let rest = WITHHELD.iter().skip(1).flat_map(|name| ["--allow-suspected", *name]).collect::<Vec<_>>();
    hostile.pull(&rest).expect_code(0);
    hostile.expect_settled();
}

#[test]
fn an_address_that_comes_from_the_org_is_pointed_out_where_files_have_values_for_it() {
    let settings = json!({
        "mcpServers": {"gh": {"url": "https://elsewhere.example", "headers": {"Authorization": "$GH_TOKEN"}}},
    });
    let config = json!({"homeserver": "https://elsewhere.example", "botToken": "$BOT_TOKEN"});
    let hostile = Hostile::with_triage(&settings);
    hostile.platform("triage-slack", "slack", &config);
    let project = |url: &str, values: bool| {
        let (header, token) = if values {
            ("headers = { Authorization = \"$GH_TOKEN\" }\n", "botToken = \"$BOT_TOKEN\"\n")
        } else {
            ("", "")
        };
        format!(
            "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n\n[agents.triage.skills.mcp.gh]\n\
             url = \"{url}\"\n{header}\n[[agents.triage.platforms]]\ntype = \"slack\"\n\n\
             [agents.triage.platforms.config]\nhomeserver = \"{url}\"\n{token}"
        )
    };
    hostile.site.env.write("lobu.toml", project("https://ours.example", true));
    let output = hostile.pull(&[]);
    let said = flat(&output.stdout);
    for note in [
        "MCP server gh of agent triage takes the org's url: check it, since the next apply sends headers.Authorization there",
        "platform/triage/triage-slack takes the org's homeserver: check it, since the next apply sends botToken there",
    ] {
        assert!(said.contains(note), "{note}: {output}");
    }
    for toml in [project("https://ours.example", false), project("https://elsewhere.example", true)] {
        hostile.site.env.write("lobu.toml", toml);
        let output = hostile.pull(&[]);
        assert!(!flat(&output.stdout).contains("check it, since"), "{output}");
    }
}

/// The files declare the agent; its MCP server, its header and a whole platform are only in the org.
#[test]
fn what_only_the_org_has_is_named_and_its_secrets_are_nowhere() {
    let hidden = json!({
        "mcpServers": {"gh": {"url": "https://gh.example", "headers": {"Authorization": format!("Bearer {TOKEN}")},
            "env": {"API_KEY": VALUE}}},
    });
    let mut hostile = Hostile::with_triage(&hidden);
    hostile.platform("triage-telegram", "telegram", &json!({"chatId": "42", "githubToken": VALUE, "note": TOKEN}));
    hostile.site.env.write("lobu.toml", "[agents.triage]\nname = 'Triage'\ndir = 'agents/triage'\n");
    hostile.site.env.write("agents/triage/SOUL.md", "Be kind.\n");
    let summary = hostile.site.env.home().join("summary.md");
    hostile.site.env.env("GITHUB_STEP_SUMMARY", summary.display().to_string()).env("GITHUB_ACTIONS", "true");
    let verbs: [&[&str]; 9] = [
        &["plan"],
        &["plan", "--all", "--full", "--org-values", "-vv"],
        &["plan", "--json", "--org-values"],
        &["drift"],
        &["drift", "--all", "--full", "--org-values", "-vv"],
        &["drift", "--json", "--org-values"],
        &["pull", "--all", "--dry-run", "-vv"],
        &["pull", "--all", "--dry-run", "--json"],
        &["apply", "--yes", "-vv", "--org-values"],
    ];
    for verb in verbs {
        let output = hostile.site.run(verb);
        assert!(matches!(output.code, Some(0 | 6)), "{verb:?}\n{output}");
        assert!(output.stdout.contains("triage-telegram"), "{verb:?}\n{output}");
        if verb.contains(&"--org-values") && !verb.contains(&"--json") {
            assert!(output.stdout.contains("config.githubToken") && output.stdout.contains("\"42\""), "{output}");
        }
        expect_no_sentinel(&hostile.site.env, &output);
        // Logs and the page of the job lie in the home.
        for (name, (text, _)) in files(&hostile.site.env.home()) {
            assert!(![TOKEN, VALUE].iter().any(|sentinel| text.contains(sentinel)), "{verb:?}: {name}\n{text}");
        }
    }
    assert!(std::fs::read_to_string(summary).expect("a page").contains("triage-telegram"));
}
