//! Gates: who gets in, and with which words the others are turned away.

use serde_json::json;

use super::Client;
use crate::support::existing_server::{ExistingServer, Options};

fn server() -> ExistingServer {
    let server = ExistingServer::start(Options::g1_with_manager());
    let mut state = server.state();
    state.add_organization("other");
    state.add_token("member-admin-scope", "member-1", "dev", "member", &["mcp:read", "mcp:write", "mcp:admin"]);
    state.add_token("scopeless", "member-2", "dev", "admin", &[]);
    state.add_token("profile-only", "member-3", "dev", "owner", &["profile:read"]);
    state.add_cli_token("cli", "member-1");
    state.add_cli_token("stranger", "nobody");
    drop(state);
    server
}

#[tokio::test]
async fn agents_ask_for_a_scope_and_types_for_a_role_too() {
    let server = server();
    let agent = |id: &str| json!({"agentId": id, "name": "A"});
    let create = json!({"schema_type": "entity_type", "action": "create", "slug": "person", "name": "Person"});
    for (token, agent_id, agents, types) in [
        ("member-admin-scope", "agent-one", 201, 400),
        ("scopeless", "agent-two", 403, 400),
        ("cli", "agent-three", 201, 400),
    ] {
        let client = Client::with(&server, Some(token));
        assert_eq!(client.post("/api/dev/agents", agent(agent_id)).await.0, agents, "{token}");
        assert_eq!(client.schema(create.clone()).await.0, types, "{token}");
    }
    assert_eq!(Client::owner(&server).schema(create).await.0, 200);
}

#[tokio::test]
async fn reading_agents_takes_membership_and_reading_types_a_scope() {
    let server = server();
    let client = Client::with(&server, Some("profile-only"));
    assert_eq!(client.get("/api/dev/agents").await.0, 200);
    assert_eq!(client.schema(json!({"schema_type": "entity_type", "action": "list"})).await.0, 400);
    let stranger = Client::with(&server, Some("stranger"));
    let (status, body) = stranger.get("/api/dev/agents").await;
    assert_eq!((status, body.get("error")), (403, Some(&json!("forbidden"))));
}

#[tokio::test]
async fn an_unknown_org_comes_before_credentials() {
    let server = server();
    let nobody = Client::with(&server, None);
    assert_eq!(nobody.get("/api/nosuch/agents").await.0, 404);
    assert_eq!(nobody.get("/api/dev/agents").await.0, 401);
}

#[tokio::test]
async fn anonymous_readers_see_the_types_of_a_public_org_and_nothing_else() {
    let server = server();
    server.state().publish("other");
    let nobody = Client::with(&server, None);
    let list = json!({"schema_type": "entity_type", "action": "list"});
    assert_eq!(nobody.post("/api/other/manage_entity_schema", list.clone()).await.0, 200);
    assert_eq!(nobody.post("/api/dev/manage_entity_schema", list).await.0, 401);
    assert_eq!(nobody.get("/api/other/agents").await.0, 401);
    let (_, organizations) = nobody.get("/api/organizations").await;
    assert_eq!(organizations.pointer("/organizations/0/slug"), Some(&json!("other")));
    let (_, listed) = Client::owner(&server).post("/api/dev/list_organizations", json!({"search": "oth"})).await;
    assert_eq!(listed.pointer("/0/is_member"), Some(&json!(false)));
}
