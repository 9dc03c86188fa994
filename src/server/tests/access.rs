//! Who may do what.

use serde_json::{Value, json};

use super::support::{ALL_SCOPES, Harness};
use crate::server::{ExposedOrgs, Role, ServerOptions, TokenRequest, Transport, router};

const AGENTS: &str = "/api/dev/agents";

#[tokio::test]
async fn the_organization_is_looked_up_before_the_credentials() {
    let harness = Harness::memory();
    for bearer in [None, Some("nonsense"), Some(harness.token.expose())] {
        let reply = harness.send_as(bearer, "GET", "/api/other/agents", Value::Null).await;
        assert_eq!((reply.status.as_u16(), &reply.body["error"]), (404, &json!("invalid_request")));
        assert!(reply.body["error_description"].as_str().unwrap().contains("other"));
    }
}

#[tokio::test]
async fn missing_and_bad_bearers_are_told_apart() {
    let harness = Harness::memory();
    let missing = harness.send_as(None, "GET", AGENTS, Value::Null).await;
    assert_eq!((missing.status.as_u16(), &missing.body["error"]), (401, &json!("unauthorized")));
    let challenge = "Bearer realm=\"http://127.0.0.1:8787/.well-known/oauth-protected-resource\"";
    assert_eq!(missing.headers["www-authenticate"], challenge);
    for bad in ["owl_pat_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "garbage"] {
        let reply = harness.send_as(Some(bad), "GET", AGENTS, Value::Null).await;
        assert_eq!((reply.status.as_u16(), &reply.body["error"]), (401, &json!("invalid_token")));
        assert_eq!(reply.headers["www-authenticate"], format!("{challenge}, error=\"invalid_token\""));
        assert!(reply.body["error_description"].is_string());
    }
}

#[tokio::test]
async fn expired_and_revoked_tokens_stop_working() {
    let harness = Harness::memory();
    let request = TokenRequest { name: "old", expires_at: Some(1), ..TokenRequest::default() };
    let expired = harness.store.create_token("bootstrap-user", request).unwrap();
    assert_eq!(harness.send_as(Some(expired.expose()), "GET", AGENTS, Value::Null).await.status, 401);
    assert_eq!(harness.get(AGENTS).await.status, 200);
    assert!(harness.store.revoke_token(&harness.token).unwrap());
    assert!(!harness.store.revoke_token(&harness.token).unwrap());
    assert_eq!(harness.get(AGENTS).await.status, 401);
}

#[tokio::test]
async fn a_bound_token_works_in_its_organization_only() {
    let harness = Harness::memory();
    harness.store.create_org("other", "Other").unwrap();
    let request = TokenRequest { name: "t", scope: Some(ALL_SCOPES), org: Some("other"), expires_at: None };
    let bound = harness.store.create_token("bootstrap-user", request).unwrap();
    let reply = harness.send_as(Some(bound.expose()), "GET", AGENTS, Value::Null).await;
    assert_eq!((reply.status.as_u16(), &reply.body["error"]), (403, &json!("forbidden")));
    assert_eq!(harness.send_as(Some(bound.expose()), "GET", "/api/other/agents", Value::Null).await.status, 200);
    let orgs = harness.send_as(Some(bound.expose()), "POST", "/api/other/list_organizations", json!({})).await.body;
    assert_eq!(orgs.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn userinfo_names_the_user_and_the_orgs_of_the_token() {
    let harness = Harness::memory();
    harness.store.create_org("other", "Other").unwrap();
    harness.store.create_org("third", "Third").unwrap();
    harness.store.set_role("third", "bootstrap-user", None).unwrap();
    let account = harness.get("/oauth/userinfo").await.body;
    assert_eq!(account["sub"], "bootstrap-user");
    assert!(account["name"].is_string() && account["email"].is_string());
    let orgs = account["organizations"].as_array().unwrap();
    let told: Vec<_> = orgs.iter().map(|org| (org["slug"].as_str(), org["name"].as_str())).collect();
    assert_eq!(told, [(Some("dev"), Some("Org dev")), (Some("other"), Some("Other"))]);
    assert!(orgs.iter().all(|org| org["id"].as_str().is_some_and(|id| !id.is_empty())), "{orgs:?}");
    let request = TokenRequest { name: "t", scope: Some("profile:read"), org: Some("other"), expires_at: None };
    let bound = harness.store.create_token("bootstrap-user", request).unwrap();
    let account = harness.send_as(Some(bound.expose()), "GET", "/oauth/userinfo", Value::Null).await.body;
    assert_eq!(account["organizations"].as_array().unwrap().len(), 1);
    assert_eq!(account["organizations"][0]["slug"], "other");
    for (bearer, error) in [(None, "unauthorized"), (Some("garbage"), "invalid_token")] {
        let reply = harness.send_as(bearer, "GET", "/oauth/userinfo", Value::Null).await;
        assert_eq!((reply.status.as_u16(), &reply.body["error"]), (401, &json!(error)));
    }
}

#[tokio::test]
async fn only_members_get_in() {
    let harness = Harness::memory();
    let stranger = harness.user("stranger", None, Some(ALL_SCOPES));
    for (method, path) in [("GET", AGENTS), ("POST", AGENTS), ("POST", "/api/dev/list_organizations")] {
        let reply = harness.send_as(Some(stranger.expose()), method, path, json!({})).await;
        assert_eq!((reply.status.as_u16(), &reply.body["error"]), (403, &json!("forbidden")), "{method} {path}");
    }
}

#[tokio::test]
async fn changes_need_a_role_and_a_scope_and_refusals_are_audited() {
    let harness = Harness::memory().with_agent().await;
    let cases = [
        ("member", Role::Member, Some(ALL_SCOPES), "refused.role"),
        ("admin-without-scope", Role::Admin, None, "refused.scope"),
        ("owner-reading", Role::Owner, Some("mcp:read"), "refused.scope"),
    ];
    let changes = [
        ("POST", "/api/dev/agents", json!({ "agentId": "new", "name": "New" })),
        ("PATCH", "/api/dev/agents/triage", json!({ "name": "N" })),
        ("DELETE", "/api/dev/agents/triage", Value::Null),
        ("PATCH", "/api/dev/agents/triage/config", json!({ "soulMd": "sentinel-in-a-refused-body" })),
        ("POST", "/api/dev/agents/triage/platforms", json!({ "platform": "slack" })),
        ("PUT", "/api/dev/agents/triage/platforms/by-stable-id/x", json!({ "platform": "slack" })),
        ("DELETE", "/api/dev/agents/triage/platforms/x", Value::Null),
        ("POST", "/api/dev/agents/triage/platforms/x/start", json!({})),
        (
            "POST",
            "/api/dev/manage_entity_schema",
            json!({ "schema_type": "entity_type", "action": "create", "slug": "a", "name": "A" }),
        ),
        ("POST", "/api/dev/manage_entity_schema", json!({ "schema_type": "entity_type", "action": "frobnicate" })),
    ];
    for (user, role, scope, action) in cases {
        let token = harness.user(user, Some(role), scope);
        for (method, path, body) in &changes {
            let reply = harness.send_as(Some(token.expose()), method, path, body.clone()).await;
            assert_eq!((reply.status.as_u16(), &reply.body["error"]), (403, &json!("forbidden")), "{user} {path}");
            assert!(reply.body["error_description"].is_string());
            let audit = harness.store.audit("dev").unwrap();
            let last = audit.last().unwrap();
            assert_eq!((last.actor.as_str(), last.action.as_str()), (user, action));
            assert_eq!(last.target, format!("{method} {path}"));
        }
        // Reads of agents need membership only.
        assert_eq!(harness.send_as(Some(token.expose()), "GET", AGENTS, Value::Null).await.status, 200);
    }
    let audit = format!("{:?}", harness.store.audit("dev").unwrap());
    assert!(!audit.contains("sentinel"), "{audit}");
    assert_eq!(harness.get(AGENTS).await.body["agents"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn schema_reads_need_any_mcp_scope() {
    let harness = Harness::memory();
    let list = json!({ "schema_type": "entity_type", "action": "list" });
    for (user, scope, status) in [("a", "mcp:write", 200), ("b", "mcp:read", 200), ("c", "profile:read", 403)] {
        let token = harness.user(user, Some(Role::Member), Some(scope));
        let path = "/api/dev/manage_entity_schema";
        assert_eq!(harness.send_as(Some(token.expose()), "POST", path, list.clone()).await.status, status, "{scope}");
        assert_eq!(harness.send_as(Some(token.expose()), "GET", AGENTS, Value::Null).await.status, 200);
    }
}

#[tokio::test]
async fn an_admin_with_the_scope_may_change() {
    let harness = Harness::memory();
    let admin = harness.user("admin", Some(Role::Admin), Some("mcp:admin"));
    let body = json!({ "agentId": "new", "name": "New" });
    assert_eq!(harness.send_as(Some(admin.expose()), "POST", AGENTS, body).await.status, 201);
    let owner = &harness.get(AGENTS).await.body["agents"][0]["owner"];
    assert_eq!(owner["userId"], "admin");
}

#[tokio::test]
async fn an_org_that_is_not_exposed_is_not_there() {
    let harness = Harness::memory();
    harness.store.create_org("hidden", "Hidden").unwrap();
    let options = ServerOptions {
        transport: Transport::Loopback,
        orgs: ExposedOrgs::Only(["dev".to_owned()].into()),
        origin: "http://127.0.0.1:1".to_owned(),
        session: None,
        counter: harness.counter.clone(),
    };
    let harness = Harness { router: router(harness.store.clone(), options), ..harness };
    assert_eq!(harness.get("/api/hidden/agents").await.status, 404);
    assert_eq!(harness.get(AGENTS).await.status, 200);
    let orgs = harness.send("POST", "/api/dev/list_organizations", json!({})).await.body;
    assert_eq!(
        orgs,
        json!([{
            "slug": "dev", "name": "Org dev", "is_member": true, "is_current": true, "visibility": "private"
        }])
    );
}

#[tokio::test]
async fn organizations_keep_their_data_apart() {
    let harness = Harness::memory().with_agent().await;
    harness.store.create_org("other", "Other").unwrap();
    // The same ids and slugs, in both, without a conflict.
    let agent = json!({ "agentId": "triage", "name": "Other triage" });
    assert_eq!(harness.send("POST", "/api/other/agents", agent).await.status, 201);
    for org in ["dev", "other"] {
        let path = format!("/api/{org}/agents/triage/platforms/by-stable-id/triage-slack");
        let body = json!({ "platform": "slack", "config": { "botToken": "same", "team": org } });
        assert_eq!(harness.send("PUT", &path, body).await.status, 201);
        for kind in ["entity_type", "relationship_type"] {
            let body = json!({ "schema_type": kind, "action": "create", "slug": "thing", "name": org });
            assert_eq!(harness.send("POST", &format!("/api/{org}/manage_entity_schema"), body).await.status, 200);
        }
    }
    let dev = harness.get("/api/dev/agents/triage/platforms").await.body;
    let other = harness.get("/api/other/agents/triage/platforms").await.body;
    assert_eq!(dev["platforms"][0]["config"]["team"], "dev");
    assert_eq!(other["platforms"][0]["config"]["team"], "other");
    // The mask of an equal value differs too: it tells nothing across organizations.
    assert_ne!(dev["platforms"][0]["config"]["botToken"], other["platforms"][0]["config"]["botToken"]);

    assert_eq!(harness.send("DELETE", "/api/other/agents/triage", Value::Null).await.status, 200);
    assert_eq!(harness.get("/api/dev/agents").await.body["agents"][0]["name"], "Triage");
    for kind in ["entity_type", "relationship_type"] {
        let list = harness.schema(kind, "list", json!({})).await.body;
        let listed = list[format!("{kind}s")].as_array().unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["organization_slug"], "dev");
    }
}
