//! Where documents may refer to secrets, and what that means for deleting them.

use serde_json::{Value, json};

use super::support::{Harness, Reply};
use crate::server::StoredSecret;

const CONFIG: &str = "/api/dev/agents/triage/config";
const PUT: &str = "/api/dev/agents/triage/platforms/by-stable-id/triage-telegram";
const FOO: &str = "secret://dev/user/FOO";

async fn harness() -> Harness {
    let harness = Harness::memory().with_agent().await;
    harness.create_secret("FOO", "value").await;
    harness
}

async fn delete(harness: &Harness) -> Reply {
    harness.manage(json!([{ "op": "delete", "name": "FOO" }])).await
}

/// One MCP server with these fields.
fn server(fields: &Value) -> Value {
    let mut server = json!({ "url": "https://x.test/mcp" });
    server.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "mcpServers": { "tracker": server } })
}

#[tokio::test]
async fn a_platform_may_refer_to_secrets_that_exist() {
    let harness = harness().await;
    let body = json!({ "platform": "telegram", "config": { "botToken": FOO, "deep": [{ "chat": FOO }] } });
    let reply = harness.send("PUT", PUT, body.clone()).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.body["platform"]["config"]["botToken"], FOO, "a reference is given back as one");
    assert_eq!(harness.send("PUT", PUT, body).await.body["noop"], true);
    let secret = StoredSecret::Platform { agent: "triage", platform: "triage-telegram", path: &["botToken"] };
    assert!(harness.store.stored_secret("dev", secret).unwrap().is_none(), "there is no second copy");
}

#[tokio::test]
async fn a_reference_takes_the_place_of_a_value_and_the_value_is_forgotten() {
    let harness = harness().await;
    let put = |token: &str| json!({ "platform": "telegram", "config": { "botToken": token } });
    harness.send("PUT", PUT, put("in clear")).await;
    let secret = StoredSecret::Platform { agent: "triage", platform: "triage-telegram", path: &["botToken"] };
    assert!(harness.store.stored_secret("dev", secret).unwrap().is_some());
    let reply = harness.send("PUT", PUT, put(FOO)).await;
    assert_eq!(reply.body["updated"], true);
    assert!(harness.store.stored_secret("dev", secret).unwrap().is_none());
    let kept = harness.send("PUT", PUT, put("***")).await;
    assert_eq!(kept.body["platform"]["config"]["botToken"], FOO, "a mask keeps the reference");
}

#[tokio::test]
async fn an_mcp_server_may_refer_to_secrets_in_headers_env_and_oauth_client() {
    let harness = harness().await;
    let fields = json!({
        "headers": { "Authorization": FOO }, "env": { "KEY": FOO },
        "oauth": { "authUrl": "https://x.test", "clientId": FOO, "clientSecret": FOO },
    });
    assert_eq!(harness.send("PATCH", CONFIG, server(&fields)).await.status, 200);
    let stored = &harness.get(CONFIG).await.body["mcpServers"]["tracker"];
    assert_eq!(stored["headers"]["Authorization"], FOO);
    assert_eq!(stored["oauth"]["clientId"], FOO);
}

#[tokio::test]
async fn a_reference_elsewhere_is_refused() {
    let harness = harness().await;
    for (body, field) in [
        (server(&json!({ "url": FOO })), "mcpServers.tracker.url"),
        (server(&json!({ "command": FOO })), "mcpServers.tracker.command"),
        (server(&json!({ "args": ["a", FOO] })), "mcpServers.tracker.args.1"),
        (server(&json!({ "type": FOO })), "mcpServers.tracker.type"),
        (server(&json!({ "oauth": { "tokenUrl": FOO } })), "mcpServers.tracker.oauth.tokenUrl"),
        (server(&json!({ "oauth": { "scopes": [FOO] } })), "mcpServers.tracker.oauth.scopes.0"),
        (server(&json!({ "oauth": { "otherSecret": FOO } })), "mcpServers.tracker.oauth.otherSecret"),
        (server(&json!({ "token": FOO })), "mcpServers.tracker.token"),
        (json!({ "authProfiles": [{ "credential": FOO }] }), "authProfiles.0.credential"),
        (json!({ "authProfiles": [{ "note": FOO }] }), "authProfiles.0.note"),
        (json!({ "pluginsConfig": { "a": { "apiKey": FOO } } }), "pluginsConfig.a.apiKey"),
        (server(&json!({ "url": "secret://whatever" })), "mcpServers.tracker.url"),
    ] {
        let reply = harness.send("PATCH", CONFIG, body.clone()).await;
        assert_eq!(reply.code(), (422, "reference_not_allowed"), "{body}");
        assert_eq!(reply.body["error"]["field"], field);
    }
}

#[tokio::test]
async fn a_reference_in_a_setting_that_is_no_prose_is_refused() {
    let harness = harness().await;
    let skill = |member: &str, value: Value| json!({ "skillsConfig": { "skills": [{ "name": "a", member: value }] } });
    for (body, field) in [
        (json!({ "model": FOO }), "model"),
        (json!({ "modelSelection": { "pinnedModel": FOO } }), "modelSelection.pinnedModel"),
        (json!({ "providerModelPreferences": { "p": FOO } }), "providerModelPreferences.p"),
        (json!({ "networkConfig": { "allowedDomains": ["a.test", FOO] } }), "networkConfig.allowedDomains[1]"),
        (json!({ "networkConfig": { "judgedDomains": [{ "domain": FOO }] } }), "networkConfig.judgedDomains[0].domain"),
        (json!({ "networkConfig": { "other": { "deep": [FOO] } } }), "networkConfig.other.deep[0]"),
        (json!({ "egressConfig": { "judgeModel": FOO } }), "egressConfig.judgeModel"),
        (json!({ "nixConfig": { "packages": [FOO] } }), "nixConfig.packages[0]"),
        (json!({ "mcpInstallNotified": { "a": FOO } }), "mcpInstallNotified.a"),
        (skill("name", json!(FOO)), "skillsConfig.skills[0].name"),
        (skill("description", json!(FOO)), "skillsConfig.skills[0].description"),
        (skill("mcpServers", json!([{ "id": "m", "url": FOO }])), "skillsConfig.skills[0].mcpServers[0].url"),
        (
            skill("networkConfig", json!({ "deniedDomains": [FOO] })),
            "skillsConfig.skills[0].networkConfig.deniedDomains[0]",
        ),
        (json!({ "toolsConfig": { "allowedTools": [FOO] } }), "toolsConfig.allowedTools[0]"),
        (json!({ "installedProviders": [{ "providerId": FOO }] }), "installedProviders[0].providerId"),
        (json!({ "preApprovedTools": [FOO] }), "preApprovedTools[0]"),
        (json!({ "guardrails": ["secret://x"] }), "guardrails[0]"),
        (json!({ "templateAgentId": FOO }), "templateAgentId"),
    ] {
        let reply = harness.send("PATCH", CONFIG, body.clone()).await;
        assert_eq!(reply.code(), (422, "reference_not_allowed"), "{body}");
        assert_eq!(reply.body["error"]["field"], field);
    }
}

#[tokio::test]
async fn a_reference_in_the_texts_of_an_agent_or_a_type_is_refused() {
    let harness = harness().await;
    for (method, path, body, field) in [
        ("POST", "/api/dev/agents", json!({ "agentId": "other", "name": FOO }), "name"),
        ("POST", "/api/dev/agents", json!({ "agentId": "other", "name": "O", "description": FOO }), "description"),
        ("PATCH", "/api/dev/agents/triage", json!({ "name": FOO }), "name"),
        ("PATCH", "/api/dev/agents/triage", json!({ "description": FOO }), "description"),
    ] {
        let reply = harness.send(method, path, body.clone()).await;
        assert_eq!(reply.code(), (422, "reference_not_allowed"), "{body}");
        assert_eq!(reply.body["error"]["field"], field);
    }
    let reply = harness.schema("entity_type", "create", json!({ "slug": "a", "name": "A", "description": FOO })).await;
    assert_eq!(reply.code(), (422, "reference_not_allowed"));
}

#[tokio::test]
async fn a_reference_beside_the_config_of_a_platform_is_refused() {
    let harness = harness().await;
    let all = "/api/dev/agents/triage/platforms";
    let by_id = "/api/dev/agents/triage/platforms/by-stable-id/secret:%2F%2Fdev%2Fuser%2FFOO";
    let telegram = |settings: Value| json!({ "platform": "telegram", "config": {}, "settings": settings });
    for (method, path, body, field) in [
        ("PUT", PUT, json!({ "platform": FOO, "config": {} }), "platform"),
        ("POST", all, json!({ "platform": FOO, "config": {} }), "platform"),
        ("PUT", by_id, telegram(json!({})), "id"),
        ("PUT", PUT, telegram(json!({ "allowFrom": ["a", FOO] })), "settings.allowFrom[1]"),
        ("PUT", PUT, telegram(json!({ "userConfigScopes": [FOO] })), "settings.userConfigScopes[0]"),
        ("POST", all, telegram(json!({ "allowFrom": [FOO] })), "settings.allowFrom[0]"),
    ] {
        let reply = harness.send(method, path, body.clone()).await;
        assert_eq!(reply.code(), (422, "reference_not_allowed"), "{body}");
        assert_eq!(reply.body["error"]["field"], field);
    }
    assert_eq!(harness.get(all).await.body["platforms"], json!([]));
}

#[tokio::test]
async fn prose_may_say_what_it_likes() {
    let harness = harness().await;
    let prose = json!({
        "soulMd": FOO, "identityMd": FOO, "userMd": FOO,
        "egressConfig": { "extraPolicy": FOO },
        "networkConfig": { "judges": { "strict": FOO } },
        "skillsConfig": { "skills": [{ "name": "a", "content": FOO, "networkConfig": { "judges": { "b": FOO } } }] },
    });
    assert_eq!(harness.send("PATCH", CONFIG, prose).await.status, 200);
    let within = json!({ "model": "a secret://", "guardrails": ["see secret://dev/user/FOO"] });
    assert_eq!(harness.send("PATCH", CONFIG, within).await.status, 200, "nor is a text that only mentions one");
    assert_eq!(delete(&harness).await.status, 200, "and uses nothing");
}

#[tokio::test]
async fn a_reference_that_is_not_the_whole_value_is_refused_where_references_are_read() {
    let harness = harness().await;
    let text = format!("Bearer {FOO}");
    for (fields, field) in [
        (json!({ "headers": { "Authorization": text } }), "mcpServers.tracker.headers.Authorization"),
        (json!({ "env": { "KEY": text } }), "mcpServers.tracker.env.KEY"),
        (json!({ "oauth": { "clientId": text } }), "mcpServers.tracker.oauth.clientId"),
        (json!({ "oauth": { "clientSecret": " secret://x" } }), "mcpServers.tracker.oauth.clientSecret"),
    ] {
        let reply = harness.send("PATCH", CONFIG, server(&fields)).await;
        assert_eq!(reply.code(), (422, "partial_reference"), "{fields}");
        assert_eq!(reply.body["error"]["field"], field);
        assert!(reply.body["error"]["message"].as_str().unwrap().contains("whole value"), "{}", reply.body);
    }
    for (config, field) in [
        (json!({ "note": format!("see {FOO}") }), "note"),
        (json!({ "botToken": format!("x{FOO}") }), "botToken"),
        (json!({ "deep": [{ "chat": " secret://" }] }), "deep.0.chat"),
    ] {
        let reply = harness.send("PUT", PUT, json!({ "platform": "telegram", "config": config })).await;
        assert_eq!(reply.code(), (422, "partial_reference"), "{config}");
        assert_eq!(reply.body["error"]["field"], field);
    }
}

#[tokio::test]
async fn anything_but_the_exact_reference_is_an_unknown_secret() {
    let harness = harness().await;
    harness.store.create_org("other", "Other").unwrap();
    let body = json!({ "actions": [{ "op": "create", "name": "THEIRS", "value": "v" }] });
    harness.send("POST", "/api/other/secrets/manage", body).await;
    for text in [
        "secret://",
        "secret://dev",
        "secret://dev/user/BAR",
        "secret://dev/user/THEIRS",
        "secret://other/user/THEIRS",
        "secret://other/user/FOO",
        "secret://dev/user/FOO/",
        "secret://dev/user/FOO?x=1",
        "secret://dev/user/FOO ",
        "secret://dev/user/F%4FO",
        "secret://user%2FFOO",
        "secret://dev/system/FOO",
        "secret://dev/user/../user/FOO",
        "secret://DEV/user/FOO",
    ] {
        let put = harness.send("PUT", PUT, json!({ "platform": "telegram", "config": { "botToken": text } })).await;
        assert_eq!(put.code(), (422, "unknown_secret"), "{text}");
        let patch = harness.send("PATCH", CONFIG, server(&json!({ "headers": { "A": text } }))).await;
        assert_eq!(patch.code(), (422, "unknown_secret"), "{text}");
    }
    assert_eq!(delete(&harness).await.status, 200);
}

#[tokio::test]
async fn a_secret_in_use_is_not_deleted_and_its_places_are_named() {
    let harness = harness().await;
    harness.create_secret("FREE", "v").await;
    harness.send("PUT", PUT, json!({ "platform": "telegram", "config": { "botToken": FOO } })).await;
    let reply = delete(&harness).await;
    assert_eq!(reply.code(), (409, "in_use"));
    assert_eq!(reply.body["error"]["name"], "FOO");
    let message = reply.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("triage/triage-telegram.botToken"), "{message}");

    harness.send("PATCH", CONFIG, server(&json!({ "headers": { "Authorization": FOO } }))).await;
    let reply = delete(&harness).await;
    let message = reply.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("triage/mcpServers.tracker.headers.Authorization"), "{message}");

    // The rest of the batch is not done either.
    let batch = json!([{ "op": "delete", "name": "FREE" }, { "op": "delete", "name": "FOO" }]);
    assert_eq!(harness.manage(batch).await.code(), (409, "in_use"));
    assert_eq!(harness.get("/api/dev/secrets/names").await.body, json!(["FOO", "FREE"]));
    assert_eq!(harness.manage(json!([{ "op": "delete", "name": "FREE" }])).await.status, 200);
    // A rotation is no delete.
    let rotation = json!([{ "op": "rotate", "name": "FOO", "value": "other" }]);
    assert_eq!(harness.manage(rotation).await.status, 200);
}

#[tokio::test]
async fn many_places_are_counted() {
    let harness = harness().await;
    let config = json!({ "a": FOO, "b": FOO, "c": FOO, "d": [FOO, FOO] });
    harness.send("PUT", PUT, json!({ "platform": "telegram", "config": config })).await;
    let reply = delete(&harness).await;
    assert!(reply.body["error"]["message"].as_str().unwrap().contains("and 2 more"), "{}", reply.body);
}

#[tokio::test]
async fn force_deletes_a_secret_in_use() {
    let harness = harness().await;
    let put = json!({ "platform": "telegram", "config": { "botToken": FOO } });
    harness.send("PUT", PUT, put.clone()).await;
    let not_forced = json!([{ "op": "delete", "name": "FOO", "force": false }]);
    assert_eq!(harness.manage(not_forced).await.code(), (409, "in_use"));
    let forced = json!([{ "op": "delete", "name": "FOO", "force": true }]);
    assert_eq!(harness.manage(forced).await.status, 200);
    assert_eq!(harness.get("/api/dev/secrets/names").await.body, json!([]));
    assert_eq!(harness.send("PUT", PUT, put).await.code(), (422, "unknown_secret"), "a new write needs it again");
}

#[tokio::test]
async fn what_another_organization_refers_to_is_its_own() {
    let harness = harness().await;
    harness.store.create_org("other", "Other").unwrap();
    let actions = json!({ "actions": [{ "op": "create", "name": "FOO", "value": "v" }] });
    harness.send("POST", "/api/other/secrets/manage", actions).await;
    harness.send("POST", "/api/other/agents", json!({ "agentId": "triage", "name": "T" })).await;
    let put = json!({ "platform": "telegram", "config": { "botToken": "secret://other/user/FOO" } });
    let path = "/api/other/agents/triage/platforms/by-stable-id/triage-telegram";
    assert_eq!(harness.send("PUT", path, put).await.status, 201);
    assert_eq!(delete(&harness).await.status, 200);
}

#[tokio::test]
async fn a_deleted_platform_or_agent_uses_nothing() {
    let harness = harness().await;
    harness.send("PUT", PUT, json!({ "platform": "telegram", "config": { "botToken": FOO } })).await;
    assert_eq!(delete(&harness).await.code(), (409, "in_use"));
    harness.send("DELETE", "/api/dev/agents/triage", Value::Null).await;
    assert_eq!(delete(&harness).await.status, 200);
}
