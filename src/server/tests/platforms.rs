use serde_json::{Value, json};

use super::support::{Harness, names};
use crate::server::StoredSecret;

const PLATFORMS: &str = "/api/dev/agents/triage/platforms";
const PUT: &str = "/api/dev/agents/triage/platforms/by-stable-id/triage-slack";

fn body(token: &str) -> Value {
    json!({ "platform": "slack", "config": { "botToken": token, "team": "ops" } })
}

fn stored(harness: &Harness, field: &str) -> Option<String> {
    let secret = StoredSecret::Platform { agent: "triage", platform: "triage-slack", path: &[field] };
    let value = harness.store.stored_secret("dev", secret).unwrap()?;
    Some(String::from_utf8(value.to_vec()).unwrap())
}

async fn first(harness: &Harness) -> Value {
    harness.get(PLATFORMS).await.body["platforms"][0].clone()
}

#[tokio::test]
async fn a_create_is_201_with_the_whole_masked_platform() {
    let harness = Harness::memory().with_agent().await;
    let reply = harness.send("PUT", PUT, body("sentinel")).await;
    assert_eq!(reply.status, 201);
    assert_eq!(names(&reply.body), ["platform"]);
    let platform = &reply.body["platform"];
    let expected = [
        "agentId",
        "config",
        "createdAt",
        "id",
        "metadata",
        "platform",
        "settings",
        "status",
        "templateAgentId",
        "updatedAt",
        "version",
    ];
    assert_eq!(names(platform), expected);
    assert_eq!((&platform["agentId"], &platform["templateAgentId"]), (&json!("triage"), &json!("triage")));
    assert_eq!(platform["settings"], json!({ "allowGroups": true }));
    assert_eq!((&platform["config"]["platform"], &platform["config"]["team"]), (&json!("slack"), &json!("ops")));
    let mask = platform["config"]["botToken"].as_str().unwrap();
    assert!(mask.starts_with("***") && mask.len() == 7, "{mask}");
    assert_eq!(&first(&harness).await, platform);
    assert_eq!(&harness.get(&format!("{PLATFORMS}/triage-slack")).await.body, platform);
    assert_eq!(stored(&harness, "botToken").as_deref(), Some("sentinel"));
}

#[tokio::test]
async fn an_equal_put_is_a_noop_that_writes_nothing() {
    let harness = Harness::memory().with_agent().await;
    harness.send("PUT", PUT, body("a")).await;
    let before = first(&harness).await;
    let audited = harness.store.audit("dev").unwrap().len();
    std::thread::sleep(std::time::Duration::from_millis(3));
    let mask = before["config"]["botToken"].as_str().unwrap();
    for again in [body("a"), body("***"), body(mask)] {
        let reply = harness.send("PUT", PUT, again.clone()).await;
        assert_eq!((reply.status.as_u16(), reply.body), (200, json!({ "noop": true, "platform": before })), "{again}");
    }
    assert_eq!(harness.store.audit("dev").unwrap().len(), audited);
}

#[tokio::test]
async fn a_rotation_there_and_back_is_two_updates() {
    let harness = Harness::memory().with_agent().await;
    harness.send("PUT", PUT, body("a")).await;
    let first_mask = first(&harness).await["config"]["botToken"].clone();
    for (token, changed) in [("b", true), ("b", false), ("a", true), ("a", false)] {
        let reply = harness.send("PUT", PUT, body(token)).await;
        assert_eq!(reply.body.get("updated").is_some(), changed, "{}", reply.body);
        assert_eq!(reply.body.get("willRestart").is_some(), changed);
        assert_eq!(reply.body.get("noop").is_some(), !changed);
        assert_eq!(stored(&harness, "botToken").as_deref(), Some(token));
    }
    assert_eq!(first(&harness).await["config"]["botToken"], first_mask);
}

#[tokio::test]
async fn config_keys_that_a_put_omits_are_removed_and_settings_stay() {
    let harness = Harness::memory().with_agent().await;
    let mut full = body("a");
    full["settings"] = json!({ "allowFrom": ["u1"] });
    harness.send("PUT", PUT, full.clone()).await;
    assert!(harness.send("PUT", PUT, full).await.body.get("noop").is_some());
    let reply = harness.send("PUT", PUT, json!({ "platform": "slack", "config": { "team": "ops" } })).await;
    assert_eq!(reply.body["updated"], true);
    let platform = first(&harness).await;
    assert_eq!(platform["config"], json!({ "platform": "slack", "team": "ops" }));
    assert_eq!(platform["settings"], json!({ "allowGroups": true, "allowFrom": ["u1"] }));
    assert_eq!(stored(&harness, "botToken"), None);
    let reply = harness.send("PUT", PUT, json!({ "platform": "slack", "config": {} })).await;
    assert_eq!(reply.body["platform"]["config"], json!({ "platform": "slack" }));
}

#[tokio::test]
async fn a_put_without_a_config_keeps_the_stored_one() {
    let harness = Harness::memory().with_agent().await;
    harness.send("PUT", PUT, body("a")).await;
    let before = first(&harness).await;
    assert!(harness.send("PUT", PUT, json!({ "platform": "slack" })).await.body.get("noop").is_some());
    let settings = json!({ "platform": "slack", "settings": { "allowGroups": false } });
    let reply = harness.send("PUT", PUT, settings).await;
    assert_eq!(reply.body["platform"]["settings"], json!({ "allowGroups": false }));
    assert_eq!(reply.body["platform"]["config"], before["config"]);
    assert_eq!(stored(&harness, "botToken").as_deref(), Some("a"));
}

#[tokio::test]
async fn a_mask_keeps_what_is_stored_and_is_refused_where_nothing_is() {
    let harness = Harness::memory().with_agent().await;
    let reply = harness.send("PUT", PUT, body("***")).await;
    assert_eq!(reply.code(), (422, "invalid_platform_config"));
    harness.send("PUT", PUT, body("a")).await;
    // Beside a changed key the secret stays; a plain value is kept the same way.
    let keep = json!({ "platform": "slack", "config": { "botToken": "***", "team": "***", "new": "1" } });
    assert_eq!(harness.send("PUT", PUT, keep).await.body["updated"], true);
    assert_eq!(first(&harness).await["config"]["team"], "ops");
    assert_eq!(stored(&harness, "botToken").as_deref(), Some("a"));
    let unknown = json!({ "platform": "slack", "config": { "signingSecret": "***" } });
    assert_eq!(harness.send("PUT", PUT, unknown).await.code(), (422, "invalid_platform_config"));
    assert_eq!(stored(&harness, "botToken").as_deref(), Some("a"));
}

#[tokio::test]
async fn a_kept_value_does_not_follow_a_platform_that_moves() {
    let stored_config = json!({
        "homeserver": "https://old", "accessToken": "a", "webhookSecretUrl": "https://hook", "free": "https://free",
        "nested": { "host": "old" }, "room": "r",
    });
    let with = |key: &str, value: &Value| {
        let mut config = stored_config.clone();
        config["accessToken"] = json!("***");
        config["webhookSecretUrl"] = json!("***");
        config[key] = value.clone();
        config
    };
    let refused = [
        with("homeserver", &json!("https://evil")),
        with("homeserver", &json!("evil")),
        with("homeserver", &Value::Null),
        with("free", &json!("https://evil")),
        with("free", &json!("no url any more")),
        with("added", &json!("https://evil")),
        with("nested", &json!({ "host": "evil" })),
        with("webhookSecretUrl", &json!("https://evil")),
    ];
    for config in refused {
        let harness = Harness::memory().with_agent().await;
        harness.send("PUT", PUT, json!({ "platform": "slack", "config": stored_config })).await;
        let before = first(&harness).await;
        let reply = harness.send("PUT", PUT, json!({ "platform": "slack", "config": config })).await;
        assert_eq!(reply.code(), (422, "destination_changed"), "{config}");
        assert_eq!(first(&harness).await, before, "{config}");
        assert_eq!(stored(&harness, "accessToken").as_deref(), Some("a"));
    }
    let harness = Harness::memory().with_agent().await;
    harness.send("PUT", PUT, json!({ "platform": "slack", "config": stored_config })).await;
    for body in [
        json!({ "platform": "telegram", "config": with("room", &json!("r")) }),
        json!({ "platform": "telegram" }),
        json!({ "platform": "telegram", "settings": {} }),
    ] {
        assert_eq!(harness.send("PUT", PUT, body).await.code(), (422, "destination_changed"));
    }
    let stays = json!({ "platform": "slack", "config": with("room", &json!("other")) });
    assert_eq!(harness.send("PUT", PUT, stays).await.body["updated"], true);
    let given = json!({ "platform": "telegram", "config": { "homeserver": "https://new", "accessToken": "new" } });
    assert_eq!(harness.send("PUT", PUT, given).await.body["updated"], true);
    assert_eq!(stored(&harness, "accessToken").as_deref(), Some("new"));
}

#[tokio::test]
async fn nested_secrets_are_masked_and_odd_ones_refused() {
    let harness = Harness::memory().with_agent().await;
    let config = json!({
        "nested": { "apiKey": "sentinel-1", "list": [{ "token": "sentinel-2" }] },
        "credentials": { "client_email": "sentinel-3" }, "n": 1, "b": true, "useKeys": true, "emptyKey": "",
    });
    let put = json!({ "platform": "gchat", "config": config });
    let reply = harness.send("PUT", PUT, put.clone()).await;
    assert_eq!(reply.status, 201);
    assert!(!reply.body.to_string().contains("sentinel"), "{}", reply.body);
    let config = &reply.body["platform"]["config"];
    assert_eq!((&config["n"], &config["useKeys"], &config["emptyKey"]), (&json!(1), &json!(true), &json!("")));
    assert!(harness.send("PUT", PUT, put).await.body.get("noop").is_some());
    let number = json!({ "platform": "gchat", "config": { "pinToken": 1234 } });
    assert_eq!(harness.send("PUT", PUT, number).await.code(), (422, "invalid_platform_config"));
}

#[tokio::test]
async fn broken_puts_are_refused() {
    let harness = Harness::memory().with_agent().await;
    for (body, expected) in [
        (json!({ "config": {} }), (400, "invalid_request")),
        (json!({ "platform": "" }), (400, "invalid_request")),
        (json!({ "platform": "a\u{7}" }), (400, "invalid_request")),
        (json!({ "platform": 1 }), (422, "invalid_platform_config")),
        (json!({ "platform": "slack", "config": ["a"] }), (422, "invalid_platform_config")),
        (json!({ "platform": "slack", "settings": { "allowFrom": "u" } }), (422, "invalid_settings")),
        (json!({ "platform": "slack", "settings": { "x": 1 } }), (422, "unknown_configuration_field")),
        (json!({ "platform": "slack", "status": "active" }), (422, "unknown_field")),
        (json!({ "platform": "slack", "config": { "a": "secret://dev/user/A" } }), (422, "unknown_secret")),
    ] {
        assert_eq!(harness.send("PUT", PUT, body.clone()).await.code(), expected, "{body}");
    }
    assert_eq!(harness.get(PLATFORMS).await.body, json!({ "platforms": [] }));
    let missing = "/api/dev/agents/nope/platforms/by-stable-id/x";
    assert_eq!(harness.send("PUT", missing, body("a")).await.code(), (404, "not_found"));
    assert_eq!(harness.get("/api/dev/agents/nope/platforms").await.code(), (404, "not_found"));
}

#[tokio::test]
async fn an_id_of_another_agent_is_a_conflict_and_its_platform_out_of_reach() {
    let harness = Harness::memory().with_agent().await;
    harness.send("POST", "/api/dev/agents", json!({ "agentId": "second", "name": "S" })).await;
    harness.send("PUT", PUT, body("a")).await;
    let other = "/api/dev/agents/second/platforms";
    let reply = harness.send("PUT", &format!("{other}/by-stable-id/triage-slack"), body("b")).await;
    assert_eq!(reply.code(), (409, "platform_exists"));
    for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", "/start"), ("POST", "/stop")] {
        let reply = harness.send(method, &format!("{other}/triage-slack{path}"), Value::Null).await;
        assert_eq!(reply.code(), (404, "not_found"), "{method} {path}");
    }
    assert_eq!(stored(&harness, "botToken").as_deref(), Some("a"));
}

#[tokio::test]
async fn any_text_can_be_an_id() {
    let harness = Harness::memory().with_agent().await;
    let reply = harness.send("PUT", &format!("{PLATFORMS}/by-stable-id/a%2Fb%20c"), body("a")).await;
    assert_eq!((reply.status.as_u16(), &reply.body["platform"]["id"]), (201, &json!("a/b c")));
    assert_eq!(harness.get(&format!("{PLATFORMS}/a%2Fb%20c")).await.status, 200);
    let control = harness.send("PUT", &format!("{PLATFORMS}/by-stable-id/a%00b"), body("a")).await;
    assert_eq!(control.code(), (400, "invalid_request"));
}

#[tokio::test]
async fn platforms_are_listed_newest_first_and_deleted_with_their_secrets() {
    let harness = Harness::memory().with_agent().await;
    harness.send("PUT", PUT, body("a")).await;
    let posted = harness.send("POST", PLATFORMS, json!({ "platform": "telegram" })).await;
    assert_eq!(posted.status, 201);
    let list = harness.get(PLATFORMS).await.body;
    assert_eq!(list["platforms"][0], posted.body["platform"]);
    let path = format!("{PLATFORMS}/triage-slack");
    assert_eq!(harness.send("DELETE", &path, Value::Null).await.body, json!({ "success": true }));
    assert_eq!(harness.send("DELETE", &path, Value::Null).await.status, 404);
    assert_eq!(stored(&harness, "botToken"), None);
    assert_eq!(harness.get(PLATFORMS).await.body["platforms"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn concurrent_puts_make_one_platform() {
    let harness = Harness::memory().with_agent().await;
    let replies = futures::future::join_all((0..8).map(|_| harness.send("PUT", PUT, body("a")))).await;
    let created = replies.iter().filter(|reply| reply.status == 201).count();
    let noops = replies.iter().filter(|reply| reply.body.get("noop").is_some()).count();
    assert_eq!((created, noops), (1, 7));
}

#[tokio::test]
async fn secret_changes_are_audited_without_values() {
    let harness = Harness::memory().with_agent().await;
    harness.send("PUT", PUT, body("sentinel-1")).await;
    harness.send("PUT", PUT, body("sentinel-2")).await;
    harness.send("PUT", PUT, json!({ "platform": "slack", "config": {} })).await;
    let audit = harness.store.audit("dev").unwrap();
    let actions: Vec<&str> = audit.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["secret.write", "secret.write", "secret.delete"]);
    assert_eq!(audit[0].target, "platform/triage/triage-slack");
    assert_eq!(audit[0].field.as_deref(), Some("[\"botToken\"]"));
    assert!(!format!("{audit:?}").contains("sentinel"));
}
