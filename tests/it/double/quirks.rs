//! Quirks of G1 that a client must live with, and what a test can see of them.

use serde_json::{Value, json};

use super::Client;
use crate::support::existing_server::{ExistingServer, Options};

const TELEGRAM: &str = "/api/dev/agents/triage/platforms/by-stable-id/triage-telegram";

fn with_triage(options: Options) -> ExistingServer {
    let server = ExistingServer::start(options);
    server.state().add_agent("dev", "triage", "Triage", None);
    server
}

#[tokio::test]
async fn going_back_to_the_old_token_is_a_noop_and_the_new_one_stays_live() {
    let server = with_triage(Options::g1_with_manager());
    let client = Client::owner(&server);
    let put = |token: &str| client.put(TELEGRAM, json!({"platform": "telegram", "config": {"botToken": token}}));
    assert_eq!(put("made-up-A").await.0, 201);
    assert_eq!(put("made-up-B").await.1.get("updated"), Some(&json!(true)));
    assert_eq!(put("made-up-A").await.1.get("noop"), Some(&json!(true)));
    assert_eq!(server.state().live_secret("triage-telegram", "botToken"), Some("made-up-B"));
}

#[tokio::test]
async fn a_key_that_only_the_manager_redacts_spoils_the_snapshot() {
    let server = with_triage(Options::g1_with_manager());
    let config = json!({"botToken": "made-up", "applicationId": "a", "publicKey": "pk"});
    server.state().add_platform("dev", "triage", "triage-discord", "discord", &config);
    let client = Client::owner(&server);
    let (_, read) = client.get("/api/dev/agents/triage/platforms").await;
    assert_eq!(read.pointer("/platforms/0/config/publicKey"), Some(&json!("***cKey")));
    let path = "/api/dev/agents/triage/platforms/by-stable-id/triage-discord";
    let (_, answer) = client.put(path, json!({"platform": "discord", "config": config})).await;
    assert_eq!(answer.get("updated"), Some(&json!(true)));
    assert_eq!(server.state().live_secret("triage-discord", "publicKey"), Some("pk"));
}

#[tokio::test]
async fn absent_settings_are_reset_without_a_manager_and_kept_with_one() {
    for (options, kept) in [(Options::g1_without_manager(), false), (Options::g1_with_manager(), true)] {
        let server = with_triage(options);
        let client = Client::owner(&server);
        let body = json!({"platform": "telegram", "config": {"botToken": "t"}, "settings": {"allowFrom": ["u1"]}});
        client.put(TELEGRAM, body).await;
        client.put(TELEGRAM, json!({"platform": "telegram", "config": {"botToken": "t"}})).await;
        let state = server.state();
        let platform = state.platform("triage-telegram").expect("it was put");
        assert_eq!(platform.settings.contains_key("allowFrom"), kept);
    }
}

#[tokio::test]
async fn masked_mcp_values_overwrite_real_ones_and_the_injected_entry_goes() {
    let server = ExistingServer::start(Options::g1_without_manager());
    let client = Client::owner(&server);
    client.post("/api/dev/agents", json!({"agentId": "triage", "name": "Triage"})).await;
    let injected = server.state().settings("triage").expect("it was made");
    let url = format!("{}/mcp/dev", server.url().replace("127.0.0.1", "localhost"));
    assert_eq!(injected.get("mcpServers"), Some(&json!({"owletto": {"url": url}})));
    let entry = json!({"gh": {"url": "https://mcp.example.com/", "headers": {"Authorization": "***-up"}}});
    client.patch("/api/dev/agents/triage/config", json!({"mcpServers": entry.clone()})).await;
    assert_eq!(server.state().settings("triage").expect("it was made").get("mcpServers"), Some(&entry));
}

#[tokio::test]
async fn types_are_told_apart_by_org_and_rules_are_in_no_list() {
    let server = ExistingServer::start(Options::g1_with_manager());
    {
        let mut state = server.state();
        state.add_organization("other");
        state.publish("other");
        state.add_entity_type("other", "galaxy", "Galaxy", None);
        state.add_relationship_type("other", "orbits", "Orbits");
        state.add_entity_type("dev", "moon", "Moon", Some("small"));
        state.add_relationship_type("dev", "circles", "Circles");
    }
    let client = Client::owner(&server);
    let rule = json!({"schema_type": "relationship_type", "action": "add_rule", "slug": "circles",
        "source_entity_type_slug": "moon", "target_entity_type_slug": "nowhere"});
    assert_eq!(client.schema(rule).await.0, 200);
    assert_eq!(server.state().rules_of("circles"), [("moon", "nowhere")]);
    assert!(server.state().rules_of("nothing").is_empty());
    client.schema(json!({"schema_type": "entity_type", "action": "get", "slug": "$member"})).await;
    let (_, types) = client.schema(json!({"schema_type": "entity_type", "action": "list"})).await;
    let seen: Vec<_> = types
        .pointer("/entity_types")
        .and_then(|rows| rows.as_array())
        .into_iter()
        .flatten()
        .map(|row| (row["slug"].as_str(), row["organization_slug"].as_str(), row["is_system"].as_bool()))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("$member"), Some("dev"), Some(true)),
            (Some("moon"), Some("dev"), Some(false)),
            (Some("galaxy"), Some("other"), Some(false)),
        ]
    );
    let (_, types) = client.schema(json!({"schema_type": "relationship_type", "action": "list"})).await;
    assert!(types.pointer("/relationship_types/0/rules").is_none());
    assert_eq!(types.pointer("/relationship_types/1/organization_slug"), Some(&json!("other")));
    let (_, audit) = client.schema(json!({"schema_type": "entity_type", "action": "audit", "slug": "moon"})).await;
    assert_eq!(audit.get("audit_entries"), Some(&json!([])));
}

#[tokio::test]
async fn a_deleted_relationship_keeps_its_slug_and_a_used_entity_type_stays() {
    let server = ExistingServer::start(Options::g1_with_manager());
    let client = Client::owner(&server);
    let call = |action: &str| {
        client.schema(json!({"schema_type": "relationship_type", "action": action, "slug": "knows", "name": "Knows"}))
    };
    assert_eq!(call("create").await.0, 200);
    assert_eq!(call("delete").await.0, 200);
    assert_eq!(call("create").await.0, 400);
    let listed = json!({"schema_type": "relationship_type", "action": "list", "include_deleted": true});
    let (_, listed) = client.schema(listed).await;
    assert!(listed.pointer("/relationship_types/0/deleted_at").is_some_and(Value::is_string));
    {
        let mut state = server.state();
        state.add_entity_type("dev", "person", "Person", None);
        state.entity_types.iter_mut().for_each(|row| row.entities = 3);
    }
    let delete = json!({"schema_type": "entity_type", "action": "delete", "slug": "person"});
    assert_eq!(client.schema(delete).await.0, 400);
    assert_eq!(server.state().entity_type("person").map(|row| row.name.clone()), Some("Person".to_owned()));
    assert!(server.state().relationship_type("knows").is_none());
}

#[tokio::test]
async fn deleting_an_agent_takes_its_platforms_along() {
    let server = with_triage(Options::g1_without_manager());
    let config = json!({"botToken": "made-up"});
    server.state().add_platform("dev", "triage", "triage-telegram", "telegram", &config);
    let client = Client::owner(&server);
    assert_eq!(client.send("DELETE", "/api/dev/agents/triage", None).await.0, 200);
    assert!(server.state().agent("triage").is_none());
    assert!(server.state().platform("triage-telegram").is_none());
}

#[tokio::test]
async fn a_stable_id_is_decoded_and_an_agent_id_is_not() {
    let server = with_triage(Options::g1_without_manager());
    let client = Client::owner(&server);
    let path = "/api/dev/agents/triage/platforms/by-stable-id/a%2Fb%20c+d";
    assert_eq!(client.put(path, json!({"platform": "telegram"})).await.0, 201);
    assert!(server.state().platform("a/b c+d").is_some());
    assert_eq!(client.get("/api/dev/agents/tri%61ge").await.0, 404);
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_ask() {
    let server = with_triage(Options::g1_without_manager());
    {
        let mut state = server.state();
        for number in 0..20 {
            state.add_agent("dev", &format!("agent-{number}"), "Name", Some("words"));
        }
    }
    let client = Client::owner(&server);
    let (status, agents) = client.get("/api/dev/agents").await;
    assert_eq!((status, agents["agents"].as_array().map(Vec::len)), (200, Some(21)));
    let asked = server.requests();
    let encodings = asked.first().and_then(|request| request.header("accept-encoding"));
    assert_eq!(encodings, Some("gzip"));
}
