//! Settings of agents.

use serde_json::{Value, json};

use super::support::Harness;
use crate::server::StoredSecret;

const CONFIG: &str = "/api/dev/agents/triage/config";

async fn config(harness: &Harness) -> Value {
    harness.get(CONFIG).await.body
}

async fn patch(harness: &Harness, body: Value) {
    let reply = harness.send("PATCH", CONFIG, body).await;
    assert_eq!((reply.status.as_u16(), &reply.body["success"]), (200, &json!(true)));
}

#[tokio::test]
async fn a_fresh_agent_has_all_defaults_and_the_memory_server() {
    let harness = Harness::memory().with_agent().await;
    let mut config = config(&harness).await;
    for counted in ["updatedAt", "version"] {
        assert!(config.as_object_mut().unwrap().remove(counted).unwrap().is_i64());
    }
    assert_eq!(
        config,
        json!({
            "modelSelection": {}, "providerModelPreferences": {}, "networkConfig": {}, "egressConfig": {},
            "nixConfig": {}, "mcpInstallNotified": {}, "toolsConfig": {}, "pluginsConfig": {},
            "mcpServers": { "lobu-memory": { "url": "http://127.0.0.1:8787/mcp/dev", "type": "streamable-http" } },
            "soulMd": "", "userMd": "", "identityMd": "", "skillsConfig": { "skills": [] }, "authProfiles": [],
            "installedProviders": [], "preApprovedTools": ["/mcp/lobu-memory/tools/*"], "guardrails": [],
            "verboseLogging": false,
        })
    );
}

#[tokio::test]
async fn a_patch_replaces_members_wholesale_and_null_resets() {
    let harness = Harness::memory().with_agent().await;
    patch(&harness, json!({ "networkConfig": { "allowedDomains": ["a"], "judges": { "j": "p" } }, "soulMd": "s" }))
        .await;
    patch(&harness, json!({ "networkConfig": { "deniedDomains": ["b"] }, "model": "m" })).await;
    let stored = config(&harness).await;
    assert_eq!(stored["networkConfig"], json!({ "deniedDomains": ["b"] }));
    assert_eq!((&stored["soulMd"], &stored["model"]), (&json!("s"), &json!("m")));
    patch(&harness, json!({ "networkConfig": null, "model": null, "mcpServers": null, "preApprovedTools": null }))
        .await;
    let stored = config(&harness).await;
    assert_eq!((&stored["networkConfig"], stored.get("model")), (&json!({}), None));
    assert_eq!((&stored["mcpServers"], &stored["preApprovedTools"]), (&json!({}), &json!([])));
    assert_eq!(stored["soulMd"], "s");
}

#[tokio::test]
async fn an_equal_patch_writes_nothing() {
    let harness = Harness::memory().with_agent().await;
    let body = json!({ "soulMd": "s", "mcpServers": { "gh": { "env": { "A": "secret" } } } });
    patch(&harness, body.clone()).await;
    let before = config(&harness).await;
    std::thread::sleep(std::time::Duration::from_millis(3));
    patch(&harness, body).await;
    patch(&harness, json!({})).await;
    assert_eq!(config(&harness).await, before);
}

#[tokio::test]
async fn wrong_types_and_unknown_members_are_refused_and_nothing_is_written() {
    let harness = Harness::memory().with_agent().await;
    let before = config(&harness).await;
    for (body, code) in [
        (json!({ "soulMd": "x", "networkConfig": "text" }), "invalid_settings"),
        (json!({ "guardrails": { "a": 1 } }), "invalid_settings"),
        (json!({ "preApprovedTools": [1] }), "invalid_settings"),
        (json!([]), "invalid_settings"),
        (json!({ "soulMd": "x", "foo": "bar" }), "unknown_configuration_field"),
        (json!({ "updatedAt": 1 }), "unknown_configuration_field"),
    ] {
        let reply = harness.send("PATCH", CONFIG, body.clone()).await;
        assert_eq!(reply.code(), (422, code), "{body}");
        assert!(reply.body["error"]["field"].is_string());
    }
    assert_eq!(config(&harness).await, before);
    let missing = harness.send("PATCH", "/api/dev/agents/nope/config", json!({})).await;
    assert_eq!(missing.code(), (404, "not_found"));
}

#[tokio::test]
async fn secrets_of_mcp_servers_are_masked_and_references_stay() {
    let harness = Harness::memory().with_agent().await;
    let servers = json!({
        "gh": {
            "url": "https://mcp.example.com/", "type": "sse", "args": ["a"], "authScope": "user",
            "headers": { "Authorization": "Bearer sentinel-1", "X-Ref": "$GH_TOKEN", "X-Empty": "" },
            "env": { "PLAIN": "sentinel-2", "REF": " $NAME " },
            "oauth": {
                "authUrl": "https://a", "tokenUrl": "https://t", "clientId": "id", "clientSecret": "sentinel-3",
                "scopes": ["s"],
            },
            "apiKey": "sentinel-4",
        },
        "ref": { "oauth": { "clientSecret": "$OAUTH" } },
    });
    patch(&harness, json!({ "mcpServers": servers })).await;
    let stored = config(&harness).await["mcpServers"].clone();
    assert!(!stored.to_string().contains("sentinel"), "{stored}");
    let mask = |value: &Value| value.as_str().unwrap().starts_with("***") && value.as_str().unwrap().len() == 7;
    let gh = &stored["gh"];
    assert!(mask(&gh["headers"]["Authorization"]) && mask(&gh["env"]["PLAIN"]));
    assert!(mask(&gh["oauth"]["clientSecret"]) && mask(&gh["apiKey"]));
    assert_eq!((&gh["headers"]["X-Ref"], &gh["env"]["REF"]), (&json!("$GH_TOKEN"), &json!(" $NAME ")));
    assert_eq!(gh["headers"]["X-Empty"], "");
    assert_eq!((&gh["oauth"]["clientId"], &gh["oauth"]["authUrl"]), (&json!("id"), &json!("https://a")));
    assert_eq!(stored["ref"]["oauth"]["clientSecret"], "$OAUTH");
    let path = ["mcpServers", "gh", "headers", "Authorization"];
    let secret = StoredSecret::Settings { agent: "triage", path: &path };
    assert_eq!(harness.store.stored_secret("dev", secret).unwrap().unwrap().as_slice(), b"Bearer sentinel-1");
}

#[tokio::test]
async fn a_mask_keeps_the_stored_value_at_the_same_place_only() {
    let harness = Harness::memory().with_agent().await;
    let given = json!({ "gh": { "url": "https://x", "headers": { "A": "secret-a", "R": "$REF" } } });
    patch(&harness, json!({ "mcpServers": given })).await;
    let masked = config(&harness).await["mcpServers"].clone();
    patch(&harness, json!({ "mcpServers": masked })).await;
    let kept = json!({ "gh": { "url": "https://x", "authScope": "user", "headers": { "A": "***", "R": "***" } } });
    patch(&harness, json!({ "mcpServers": kept })).await;
    let stored = config(&harness).await["mcpServers"].clone();
    assert_eq!(stored["gh"]["headers"], masked["gh"]["headers"]);
    let path = ["mcpServers", "gh", "headers", "A"];
    let secret = StoredSecret::Settings { agent: "triage", path: &path };
    assert_eq!(harness.store.stored_secret("dev", secret).unwrap().unwrap().as_slice(), b"secret-a");
    for servers in [
        json!({ "gh": { "url": "https://x", "headers": { "B": "***" } } }),
        json!({ "gh": { "url": "https://x", "env": { "A": "***" } } }),
        json!({ "other": { "headers": { "A": "***1234" } } }),
    ] {
        let reply = harness.send("PATCH", CONFIG, json!({ "mcpServers": servers })).await;
        assert_eq!(reply.code(), (422, "invalid_settings"), "{servers}");
    }
    patch(&harness, json!({ "mcpServers": { "gh": {} } })).await;
    assert!(harness.store.stored_secret("dev", secret).unwrap().is_none());
    let reply = harness.send("PATCH", CONFIG, json!({ "mcpServers": { "gh": { "headers": { "A": "***" } } } })).await;
    assert_eq!(reply.code(), (422, "invalid_settings"));
}

#[tokio::test]
async fn a_kept_value_does_not_follow_an_mcp_server_that_moves() {
    let stored = json!({
        "url": "https://old", "type": "sse", "command": "c", "args": ["a"],
        "headers": { "A": "secret-a" }, "env": { "E": "secret-e" }, "apiKey": "secret-k",
        "oauth": { "authUrl": "https://auth", "tokenUrl": "https://token", "clientSecret": "secret-o" },
    });
    let keeps = [
        json!({ "headers": { "A": "***" } }),
        json!({ "env": { "E": "***" } }),
        json!({ "apiKey": "***" }),
        json!({ "oauth": { "authUrl": "https://auth", "tokenUrl": "https://token", "clientSecret": "***" } }),
    ];
    let moves = [
        ("url", json!("https://evil")),
        ("url", Value::Null),
        ("type", json!("stdio")),
        ("command", json!("evil")),
        ("args", json!(["a", "evil"])),
        ("args", json!([])),
        ("oauth", json!({ "authUrl": "https://evil", "tokenUrl": "https://token", "clientSecret": "***" })),
        ("oauth", json!({ "authUrl": "https://auth", "tokenUrl": "https://evil", "clientSecret": "***" })),
    ];
    for kept in &keeps {
        for (field, value) in &moves {
            let harness = Harness::memory().with_agent().await;
            patch(&harness, json!({ "mcpServers": { "gh": stored } })).await;
            let before = config(&harness).await;
            let mut given = stored.clone();
            for secret in ["headers", "env", "apiKey", "oauth"] {
                given.as_object_mut().unwrap().remove(secret);
            }
            given.as_object_mut().unwrap().extend(kept.as_object().unwrap().clone());
            given[*field] = value.clone();
            let reply = harness.send("PATCH", CONFIG, json!({ "mcpServers": { "gh": given } })).await;
            assert_eq!(reply.code(), (422, "destination_changed"), "{given}");
            assert!(!reply.body.to_string().contains("secret-"), "{}", reply.body);
            assert_eq!(config(&harness).await, before, "{given}");
        }
    }
    // What is given, or left out, may move; and what is kept may stay while another server moves.
    let harness = Harness::memory().with_agent().await;
    patch(&harness, json!({ "mcpServers": { "gh": stored, "other": { "url": "https://old" } } })).await;
    let mut stays = stored.clone();
    stays["headers"]["A"] = json!("***");
    patch(&harness, json!({ "mcpServers": { "gh": stays, "other": { "url": "https://new" } } })).await;
    patch(&harness, json!({ "mcpServers": { "gh": { "url": "https://new", "headers": { "A": "secret-new" } } } }))
        .await;
    assert_eq!(config(&harness).await["mcpServers"]["gh"]["url"], "https://new");
}

#[tokio::test]
async fn an_injected_server_next_to_declared_ones_is_kept_only_if_sent() {
    let harness = Harness::memory().with_agent().await;
    patch(&harness, json!({ "mcpServers": { "gh": { "url": "https://x" } } })).await;
    assert_eq!(config(&harness).await["mcpServers"], json!({ "gh": { "url": "https://x" } }));
}

#[tokio::test]
async fn references_to_secrets_that_do_not_exist_are_refused() {
    let harness = Harness::memory().with_agent().await;
    for reference in [
        "secret://dev/user/NAME",
        "secret://other/user/NAME",
        "secret://dev/NAME",
        "secret://dev/user/name",
        "secret://dev/user/NAME/more",
        "secret://",
        "secret://devx/user/NAME",
    ] {
        for servers in [
            json!({ "gh": { "headers": { "A": reference } } }),
            json!({ "gh": { "env": { "A": reference } } }),
            json!({ "gh": { "oauth": { "clientId": reference } } }),
        ] {
            let reply = harness.send("PATCH", CONFIG, json!({ "mcpServers": servers })).await;
            assert_eq!(reply.code(), (422, "unknown_secret"), "{servers}");
        }
    }
}

#[tokio::test]
async fn secrets_in_auth_profiles_and_plugins_are_masked_by_their_names() {
    let harness = Harness::memory().with_agent().await;
    let profiles = json!([{ "id": "p", "credential": "sentinel-1" }]);
    let plugins = json!({ "x": { "apiKey": "sentinel-2", "label": "shown" } });
    patch(&harness, json!({ "authProfiles": profiles, "pluginsConfig": plugins })).await;
    let stored = config(&harness).await;
    assert!(!stored.to_string().contains("sentinel"), "{stored}");
    assert_eq!(
        (&stored["authProfiles"][0]["id"], &stored["pluginsConfig"]["x"]["label"]),
        (&json!("p"), &json!("shown"))
    );
}
