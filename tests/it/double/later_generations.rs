//! The generations G2 and G3, as `docs/api/servers.md` tells them apart.

use serde_json::json;

use super::Client;
use crate::support::existing_server::{ExistingServer, Options};

const SLACK: &str = "/api/dev/agents/triage/platforms/by-stable-id/triage-slack";

async fn service(server: &ExistingServer) -> Option<String> {
    let (_, health) = Client::with(server, None).get("/health").await;
    health.get("service").and_then(|service| service.as_str()).map(str::to_owned)
}

#[tokio::test]
async fn g2_keeps_agent_ids_per_org_and_injects_its_own_memory() {
    let server = ExistingServer::start(Options::g2());
    {
        let mut state = server.state();
        state.add_organization("other");
        state.add_agent("other", "triage", "Theirs", None);
    }
    assert_eq!(service(&server).await.as_deref(), Some("lobu-api"));
    let client = Client::owner(&server);
    assert_eq!(client.post("/api/dev/agents", json!({"agentId": "triage", "name": "Ours"})).await.0, 201);
    let settings = server.state().settings("triage").expect("it was made");
    let memory = settings.get("mcpServers").and_then(|servers| servers.get("lobu-memory"));
    assert!(memory.is_some_and(|memory| memory.get("type").is_some() && memory.get("url").is_some()));
    assert_eq!(settings.get("preApprovedTools").and_then(|tools| tools.as_array()).map(Vec::len), Some(1));
    assert_eq!(client.get("/api/dev/tools").await.1.pointer("/tools/0/name"), Some(&json!("list_organizations")));
    let key = "/api/dev/agents/triage/providers/anthropic/api-key";
    assert_eq!(client.put(key, json!({"value": "made-up"})).await.0, 200);
    let org_and_provider = ("dev".to_owned(), "anthropic".to_owned());
    assert_eq!(server.state().provider_keys.get(&org_and_provider).map(String::as_str), Some("made-up"));
    for body in [json!({"value": ""}), json!({"value": 1}), json!({}), json!([])] {
        assert_eq!(client.put(key, body).await.0, 400);
    }
    let unknown = "/api/dev/agents/nobody/providers/anthropic/api-key";
    assert_eq!(client.put(unknown, json!({"value": "made-up"})).await.0, 404);
    assert_eq!(server.state().provider_keys.len(), 1);
}

#[tokio::test]
async fn g2_reads_secrets_as_masks_or_references() {
    for (options, shown) in [
        (Options::g2(), "***oken"),
        (Options::g2().reading_references(), "secret://connections%2Ftriage-slack%2FbotToken"),
    ] {
        let server = ExistingServer::start(options);
        server.state().add_agent("dev", "triage", "Triage", None);
        let client = Client::owner(&server);
        let body = json!({"platform": "slack", "config": {"botToken": "made-up", "clientId": "c"}});
        assert_eq!(client.put(SLACK, body).await.0, 201);
        let (_, read) = client.get("/api/dev/agents/triage/platforms").await;
        assert_eq!(read.pointer("/platforms/0/config/botToken"), Some(&json!(shown)));
        assert_eq!(read.pointer("/platforms/0/agentId"), Some(&json!("triage")));
        assert!(read.pointer("/platforms/0/templateAgentId").is_none());
    }
}

#[tokio::test]
async fn g2_without_a_manager_stores_no_platform() {
    let server = ExistingServer::start(Options::g2().without_manager());
    server.state().add_agent("dev", "triage", "Triage", None);
    let client = Client::owner(&server);
    let body = json!({"platform": "slack", "config": {"botToken": "made-up"}});
    assert_eq!(client.put(SLACK, body.clone()).await.0, 503);
    assert!(server.state().platform("triage-slack").is_none());
    server.state().add_platform("dev", "triage", "triage-slack", "slack", &json!({"botToken": "old"}));
    assert_eq!(client.put(SLACK, body).await.0, 503);
    assert_eq!(server.state().live_secret("triage-slack", "botToken"), Some("old"));
}

#[tokio::test]
async fn g2_codes_its_schema_errors_from_june_on() {
    let create = |kind: &str, schema: &str| json!({"schema_type": kind, "action": "create", "slug": "thing", "name": "T", "metadata_schema": {"type": schema}});
    for (options, statuses, code) in [
        (Options::g2(), [422, 200, 409], Some("entity_type_exists")),
        (Options::g2().before_june(), [200, 400, 400], None),
    ] {
        let server = ExistingServer::start(options);
        let client = Client::owner(&server);
        for (schema, expected) in ["banana", "object", "object"].into_iter().zip(statuses) {
            let (status, body) = client.schema(create("entity_type", schema)).await;
            assert_eq!(status, expected);
            let shown = body.get("code").and_then(|shown| shown.as_str());
            if status == 409 {
                assert_eq!(shown, code);
            }
        }
    }
    let server = ExistingServer::start(Options::g2());
    let client = Client::owner(&server);
    client.schema(create("relationship_type", "object")).await;
    let (status, body) = client.schema(create("relationship_type", "object")).await;
    assert_eq!((status, body.get("code")), (409, Some(&json!("relationship_type_exists"))));
}

#[tokio::test]
async fn g2_names_an_unknown_settings_member() {
    for (options, status) in [(Options::g2(), 400), (Options::g2().before_june(), 200)] {
        let server = ExistingServer::start(options);
        server.state().add_agent("dev", "triage", "Triage", None);
        let client = Client::owner(&server);
        let answer = client.patch("/api/dev/agents/triage/config", json!({"soulMd": "x", "banana": 1})).await;
        assert_eq!(answer.0, status);
        let stored = server.state().settings("triage").expect("it was added").get("soulMd").cloned();
        assert_eq!(stored, Some(json!(if status == 200 { "x" } else { "" })));
    }
}

#[tokio::test]
async fn later_servers_tell_a_pat_its_orgs() {
    let server = ExistingServer::start(Options::g2());
    server.state().add_token("profile", "user-dev", "dev", "owner", &["profile:read"]);
    assert_eq!(Client::owner(&server).get("/oauth/userinfo").await.0, 403);
    let (_, info) = Client::with(&server, Some("profile")).get("/oauth/userinfo").await;
    assert_eq!(info.pointer("/organizations/0/id"), Some(&json!("org-dev")));
}

#[tokio::test]
async fn g3_has_no_platform_routes_and_nothing_written_stays_unseen() {
    let server = ExistingServer::start(Options::g3());
    server.state().add_agent("dev", "triage", "Triage", None);
    assert_eq!(service(&server).await.as_deref(), Some("lobu-api"));
    let client = Client::owner(&server);
    let (status, body) = client.get("/api/dev/agents/triage/platforms").await;
    assert_eq!((status, body.get("status")), (200, Some(&json!("ok"))));
    let (_, settings) = client.get("/api/dev/agents/triage/config").await;
    assert_eq!(settings.get("models"), Some(&json!([])));
    assert!(settings.get("installedProviders").is_none());
    assert!(server.writes().is_empty());
    assert_eq!(server.reads().len(), 3);
    let (status, body) = client.put(SLACK, json!({"platform": "slack"})).await;
    assert_eq!((status, body), (404, json!("404 Not Found")));
    assert_eq!(server.writes().len(), 1);
    server.forget_requests();
    assert!(server.requests().is_empty());
}
