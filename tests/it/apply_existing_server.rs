//! The binary converges an org on an existing server, whatever that server hides, rewrites or merges.

use serde_json::json;

use crate::support::existing_server::{Options, owner_token};
use crate::support::project::desired_of;
use crate::support::site::Site;
use crate::support::stored::Reader;

const FIXTURES: [&str; 4] = ["support-desk", "everything", "first-generation", "bundle"];

fn shapes() -> [(&'static str, Options); 5] {
    [
        ("G1 without manager", Options::g1_without_manager()),
        ("G1 with manager", Options::g1_with_manager()),
        ("G2", Options::g2()),
        ("G2 with references", Options::g2().reading_references()),
        ("G2 of May", Options::g2().before_june()),
    ]
}

#[tokio::test]
async fn an_example_applied_twice_leaves_nothing_to_do() {
    for (shape, options) in shapes() {
        for name in FIXTURES {
            let site = Site::fixture(options.clone(), name);
            let output = site.run(&["apply", "--yes"]);
            assert_eq!(output.code, Some(0), "{name} on {shape}: {output}");
            for value in site.values.values() {
                assert!(!output.everything().contains(value.as_str()), "{name} on {shape}: {output}");
            }
            assert_eq!(site.apply(&[]).len(), 0, "{name} on {shape}");
            site.expect_nothing_to_apply();
            let missing = reader(&site).missing(&desired_of(&site.env.project())).await;
            assert_eq!(missing, [""; 0], "{name} on {shape}");
        }
    }
}

fn reader(site: &Site) -> Reader {
    Reader::new(&site.server.url(), "dev", &owner_token("dev"))
}

#[tokio::test]
async fn reading_back_finds_whatever_is_not_there() {
    let site = Site::fixture(Options::g1_without_manager(), "everything");
    let desired = desired_of(&site.env.project());
    site.apply(&[]);
    {
        let mut state = site.server.state();
        for agent in &mut state.agents {
            agent.settings.insert("soulMd".to_owned(), json!("Other."));
            agent.settings.insert("guardrails".to_owned(), json!(["other"]));
        }
        for platform in &mut state.platforms {
            platform.live.remove("chatId");
        }
        for row in &mut state.entity_types {
            row.icon = json!("other");
        }
        state.rules.clear();
    }
    let missing = reader(&site).missing(&desired).await;
    for place in [
        "agent/harbour.soulMd:",
        "agent/harbour.guardrails:",
        "agent/night-watch.guardrails:",
        "platform/harbour-telegram.chatId:",
        "entity-type/boat.icon:",
        ".rules:",
    ] {
        assert!(missing.iter().any(|found| found.contains(place)), "{place} of {missing:#?}");
    }
}

/// One agent with a platform and an MCP server, two linked types: enough for every quirk.
const SMALL: &str = r#"
[agents.triage]
name = "Triage"
dir = "./agents/triage"

[[agents.triage.platforms]]
type = "telegram"
config = { botToken = "$BOT", chatId = "42" }

[agents.triage.skills.mcp.tickets]
url = "https://tickets.example/mcp"
headers = { Authorization = "$TICKETS" }

[memory]
models = "./models"
"#;

const BLOCKED_BY: &str = "version: 2\ntype: relationship\nslug: blocked-by\nname: Blocked by\n";

fn small(options: Options) -> Site {
    Site::project(options, SMALL)
}

fn with_model(options: Options, model: &str) -> Site {
    let site = small(options);
    site.env.write("models/blocked-by.yaml", model);
    site
}

#[test]
fn what_the_store_holds_for_a_secret_is_what_was_sent() {
    for (shape, options) in shapes() {
        let site = Site::fixture(options, "everything");
        site.apply(&[]);
        let state = site.server.state();
        for (platform, field, name) in [
            ("harbour-telegram", "botToken", "HARBOUR_TELEGRAM_TOKEN"),
            ("harbour-slack-crew", "botToken", "HARBOUR_SLACK_TOKEN"),
            ("harbour-slack-crew", "signingSecret", "HARBOUR_SLACK_SIGNING"),
            ("discord-harbour-1767225600000", "publicKey", "HARBOUR_DISCORD_PUBLIC_KEY"),
        ] {
            let sent = site.values.get(name).map(String::as_str);
            assert_eq!(state.live_secret(platform, field), sent, "{shape}: {platform}.{field}");
        }
        assert_eq!(state.live_secret("harbour-slack-crew", "greeting"), Some("$$not-a-reference but text"), "{shape}");
        let servers = state.settings("harbour").and_then(|settings| settings.get("mcpServers").cloned());
        let header = servers.as_ref().and_then(|servers| servers.pointer("/berths/headers/Authorization"));
        assert_eq!(header, Some(&json!("$BERTHS_TOKEN")), "{shape}: a reference is sent as written (V4)");
    }
}

#[test]
fn the_servers_own_entries_and_what_the_web_interface_set_survive() {
    for (shape, options) in shapes() {
        let memory = if options.agent_member() == "agentId" { "lobu-memory" } else { "owletto" };
        let site = small(options);
        site.apply(&[]);
        let injected = mcp_server(&site, memory);
        assert!(injected.is_some(), "{shape}: the injected entry survives a create (P6)");
        {
            let mut state = site.server.state();
            for platform in &mut state.platforms {
                platform.settings.insert("allowFrom".to_owned(), json!(["me"]));
                platform.live.insert("greeting".to_owned(), json!("from the web"));
            }
            for agent in &mut state.agents {
                let servers = agent.settings.get_mut("mcpServers").and_then(|servers| servers.as_object_mut());
                let servers = servers.unwrap_or_else(|| panic!("{shape}: servers were sent"));
                servers.insert("wiki".to_owned(), json!({"url": "https://wiki.example/mcp"}));
            }
            state.copy_to_snapshot("triage-telegram");
        }
        let toml = SMALL.replace("\"42\"", "\"43\"").replace("tickets.example", "desk.example");
        site.env.write("lobu.toml", toml);
        assert_eq!(site.apply(&[]).len(), 2, "{shape}: one config and one platform");
        {
            let state = site.server.state();
            let platform = state.platform("triage-telegram").expect("it is there");
            assert_eq!(platform.settings.get("allowFrom"), Some(&json!(["me"])), "{shape}");
            assert_eq!(platform.live.get("greeting"), Some(&json!("from the web")), "{shape}");
            assert_eq!(platform.live.get("chatId"), Some(&json!("43")), "{shape}");
            assert_eq!(state.live_secret("triage-telegram", "botToken"), Some("made-up-BOT"), "{shape}");
        }
        assert_eq!(mcp_server(&site, "wiki"), Some(json!({"url": "https://wiki.example/mcp"})), "{shape}");
        assert_eq!(mcp_server(&site, memory), injected, "{shape}");
        let changed = mcp_server(&site, "tickets").and_then(|server| server.get("url").cloned());
        assert_eq!(changed, Some(json!("https://desk.example/mcp")), "{shape}");
        site.expect_nothing_to_apply();
    }
}

fn mcp_server(site: &Site, name: &str) -> Option<serde_json::Value> {
    let settings = site.server.state().settings("triage")?;
    settings.get("mcpServers")?.get(name).cloned()
}

#[test]
fn a_mask_in_an_entry_that_would_be_sent_back_stops_the_plan() {
    for (shape, options) in shapes() {
        let site = small(options);
        site.apply(&[]);
        for agent in &mut site.server.state().agents {
            let servers = agent.settings.get_mut("mcpServers").and_then(|servers| servers.as_object_mut());
            let wiki = json!({"url": "https://wiki.example/mcp", "headers": {"Authorization": "***cret"}});
            servers.expect("servers were sent").insert("wiki".to_owned(), wiki);
        }
        // Nothing is written there, so nothing is lost.
        site.expect_nothing_to_apply();
        site.env.write("lobu.toml", SMALL.replace("tickets.example", "desk.example"));
        let output = site.expect_refusal(&["apply", "--yes"], 3);
        assert!(output.everything().contains("wiki.headers.Authorization"), "{shape}: {output}");
    }
}

#[test]
fn symmetry_cannot_change() {
    for (shape, options) in shapes() {
        let site = with_model(options, BLOCKED_BY);
        site.apply(&[]);
        site.env.write("models/blocked-by.yaml", format!("{BLOCKED_BY}is_symmetric: true\n"));
        let output = site.expect_refusal(&["apply", "--yes"], 3);
        assert!(output.everything().contains("is_symmetric is false in the org and true"), "{shape}: {output}");
    }
}

#[test]
fn a_relationship_slug_of_another_public_org_stops_the_plan() {
    for (shape, options) in shapes() {
        let site = with_model(options, BLOCKED_BY);
        {
            let mut state = site.server.state();
            state.add_organization("market");
            state.publish("market");
            state.add_relationship_type("market", "blocked-by", "Theirs");
        }
        let output = site.expect_refusal(&["apply", "--yes"], 3);
        assert!(output.everything().contains("market"), "{shape}: {output}");
    }
}

#[test]
fn a_relationship_slug_of_a_private_org_is_said_as_that() {
    let site = with_model(Options::g1_with_manager(), BLOCKED_BY);
    {
        let mut state = site.server.state();
        state.add_organization("market");
        state.add_relationship_type("market", "blocked-by", "Theirs");
    }
    let output = site.run(&["apply", "--yes"]);
    output.expect_code(5);
    assert!(output.everything().contains("Another org uses this slug"), "{output}");
}

#[test]
fn a_deleted_relationship_slug_is_said_as_that() {
    let site = with_model(Options::g1_with_manager(), BLOCKED_BY);
    site.apply(&[]);
    for row in &mut site.server.state().relationship_types {
        row.deleted_at = Some(row.updated_at.clone());
    }
    let output = site.run(&["apply", "--yes"]);
    output.expect_code(3);
    assert!(output.everything().contains("was deleted"), "{output}");
}

#[test]
fn types_of_public_orgs_are_not_ours() {
    for (shape, options) in shapes() {
        let site = small(options);
        site.env.write("models/city.yaml", "version: 2\ntype: entity\nslug: city\nname: City\n");
        {
            let mut state = site.server.state();
            state.add_organization("market");
            state.publish("market");
            state.add_entity_type("market", "city", "Their city", Some("not ours"));
            state.add_entity_type("market", "galaxy", "Galaxy", None);
        }
        site.apply(&[]);
        assert_eq!(site.server.state().entity_type("city").map(|city| city.name.clone()), Some("City".to_owned()));
        site.expect_nothing_to_apply();
        let output = site.run(&["plan", "--all"]);
        assert!(!output.everything().contains("galaxy"), "{shape}: {output}");
    }
}

#[test]
fn an_agent_id_of_another_org_is_said_as_that() {
    let site = small(Options::g1_with_manager());
    {
        let mut state = site.server.state();
        state.add_organization("market");
        state.add_agent("market", "triage", "Theirs", None);
    }
    let output = site.run(&["apply", "--yes"]);
    output.expect_code(3);
    assert!(output.everything().contains("belongs to one org only"), "{output}");
}

#[test]
fn a_secret_that_is_rotated_back_is_unknown_when_the_server_sees_no_change() {
    let mut site = small(Options::g1_with_manager());
    site.apply(&[]);
    site.env.env("BOT", "rotated");
    assert_eq!(site.apply(&["--resend-secrets=all"]).len(), 1);
    assert_eq!(site.server.state().live_secret("triage-telegram", "botToken"), Some("rotated"));
    site.env.env("BOT", "made-up-BOT");
    let output = site.run(&["apply", "--yes", "--resend-secrets=all"]);
    output.expect_code(5);
    assert!(output.everything().contains("unknown"), "{output}");
    assert_eq!(site.server.state().live_secret("triage-telegram", "botToken"), Some("rotated"), "the quirk");
}

#[test]
fn values_that_cannot_be_compared_are_counted_and_the_command_is_named() {
    for (shape, options) in shapes() {
        let site = small(options);
        site.apply(&[]);
        let output = site.run(&["plan"]);
        assert!(output.everything().contains("--resend-secrets"), "{shape}: {output}");
    }
}

#[test]
fn a_third_generation_server_is_refused_before_any_write() {
    let site = small(Options::g3());
    site.env.write("models/city.yaml", "version: 2\ntype: entity\nslug: city\nname: City\n");
    for more in
        [&["apply", "--yes"][..], &["apply", "--yes", "--only", "memory"], &["apply", "--yes", "--only", "agents"]]
    {
        site.expect_refusal(more, 3);
    }
    site.server.state().add_agent("dev", "triage", "Triage", None);
    for more in [&["apply", "--yes"][..], &["apply", "--yes", "--only", "memory"]] {
        let output = site.expect_refusal(more, 3);
        assert!(output.stderr.contains("newer generation"), "{output}");
    }
}

#[test]
fn without_a_chat_manager_a_second_generation_server_takes_no_platform() {
    let site = small(Options::g2().without_manager());
    let output = site.run(&["apply", "--yes"]);
    output.expect_code(5);
    assert!(output.everything().contains("no chat manager"), "{output}");
    let puts = site.server.writes().iter().filter(|request| request.method == "PUT").count();
    assert_eq!(puts, 1, "a refusal is not retried (A4)");
}
