//! What goes out: bodies, headers, paths, and secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use url::Url;

use super::support::{Listener, Step, answer, builder};
use crate::env::Environment;
use crate::model::{AgentId, SecretName, StableId, Text, TypeSlug, Value};
use crate::org::http::{HttpOrg, Sending};
use crate::org::{
    AgentPatch, Change, EntityTypeWrite, OrgRead, OrgWrite, Outcome, PlatformPut, RelationshipTypeWrite, RequestError,
    SettingsMember, SettingsPatch,
};
use crate::secrets::Values;
use crate::wire::Json;

fn triage() -> AgentId {
    AgentId::parse("triage").unwrap()
}

fn reference(name: &str) -> Value {
    Value::Text(Text::SecretRef(SecretName::parse(name).unwrap()))
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn values() -> Values {
    Values::of_process(Arc::new(Environment::from_pairs([("BOT", "SENTINEL-BOT")])))
}

fn put(config: Value) -> PlatformPut {
    let Value::Map(config) = config else { panic!("a map") };
    PlatformPut {
        agent: triage(),
        id: StableId::from_server("a/b ü"),
        platform_type: "telegram".to_owned(),
        name: Some("ops".to_owned()),
        config,
        settings: Some(map([("allowFrom", Value::known_list(["u1"]))])),
    }
}

fn patch<const N: usize>(members: [(SettingsMember, Value); N]) -> SettingsPatch {
    SettingsPatch { agent: triage(), members: BTreeMap::from(members), carry_injected: false }
}

fn done() -> Step {
    answer(200, &json!({"success": true, "platform": {}}))
}

/// The body that a server of the given kind receives.
async fn sent(
    sending: Sending,
    send: impl AsyncFnOnce(HttpOrg) -> Result<(), RequestError>,
) -> Result<Json, RequestError> {
    let listener = Listener::start([done()]);
    send(listener.org().sending(sending)).await?;
    Ok(listener.seen()[0].json())
}

fn with(secrets_api: bool, own_server: bool) -> Sending {
    Sending { values: Arc::new(values()), secrets_api, own_server }
}

#[tokio::test]
async fn requests_carry_what_the_api_wants() {
    let listener = Listener::start([answer(200, &json!({"agents": []}))]);
    listener.org().agents().await.unwrap();
    let seen = &listener.seen()[0];
    assert_eq!(seen.line, "GET /api/dev/agents");
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("authorization"), Some("Bearer SENTINEL-TOKEN"));
    assert_eq!(seen.header("user-agent"), Some(concat!("lobu/", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn paths_are_encoded_by_segment() {
    let listener = Listener::start([done()]);
    listener.org().put_platform(&put(map([]))).await.unwrap();
    assert_eq!(listener.lines(), ["PUT /api/dev/agents/triage/platforms/by-stable-id/a%2Fb%20%C3%BC"]);
    for id in ["", ".", ".."] {
        let error = listener.org().settings(&AgentId::from_server(id)).await.unwrap_err();
        assert!(matches!(error, RequestError::NotSent { .. }), "{error}");
    }
    assert_eq!(listener.seen().len(), 1);
}

#[tokio::test]
async fn platforms_get_values_references_and_masks() {
    let config = || {
        map([
            ("botToken", reference("BOT")),
            ("kept", Value::Text(Text::Opaque)),
            ("lit", Value::Text(Text::sensitive("L"))),
        ])
    };
    let body = |sending| sent(sending, async |org| org.put_platform(&put(config())).await.map(drop));
    assert_eq!(
        body(with(false, false)).await.unwrap(),
        json!({"platform": "telegram", "config": {"botToken": "SENTINEL-BOT", "kept": "***", "lit": "L"},
            "settings": {"allowFrom": ["u1"]}, "name": "ops"})
    );
    assert_eq!(body(with(true, true)).await.unwrap()["config"]["botToken"], "secret://dev/user/BOT");
}

#[tokio::test]
async fn a_missing_value_is_never_sent_as_something_else() {
    let error = sent(Sending::default(), async |org| {
        org.put_platform(&put(map([("botToken", reference("BOT"))]))).await.map(drop)
    });
    let error = error.await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotDone);
    assert_eq!(
        error.to_string(),
        "PUT /api/dev/agents/triage/platforms/by-stable-id/a/b ü was not sent: `$BOT` has no value; set it in the \
         environment, or give --env-file"
    );
}

#[tokio::test]
async fn mcp_members_get_references() {
    let servers = || map([("gh", map([("headers", map([("Authorization", reference("GH"))]))]))]);
    let body = |sending| {
        sent(sending, async |org| org.patch_settings(&patch([(SettingsMember::McpServers, servers())])).await)
    };
    assert_eq!(body(with(false, false)).await.unwrap()["mcpServers"]["gh"]["headers"]["Authorization"], "$GH");
    let with_api = body(with(true, false)).await.unwrap();
    assert_eq!(with_api["mcpServers"]["gh"]["headers"]["Authorization"], "secret://dev/user/GH");
}

#[tokio::test]
async fn hidden_members_go_back_only_to_our_own_server() {
    let servers = || map([("gh", map([("headers", map([("A", Value::Text(Text::Opaque))]))]))]);
    let body = |sending| {
        sent(sending, async |org| org.patch_settings(&patch([(SettingsMember::McpServers, servers())])).await)
    };
    let error = body(with(false, false)).await.unwrap_err();
    assert!(matches!(&error, RequestError::NotSent { what, .. } if what.starts_with("mcpServers: ")), "{error}");
    assert_eq!(body(with(true, true)).await.unwrap()["mcpServers"]["gh"]["headers"]["A"], "***");
}

#[tokio::test]
async fn providers_are_stamped_once() {
    let old = map([("providerId", Value::known("a")), ("installedAt", Value::Null)]);
    let providers = Value::List(vec![old, map([("providerId", Value::known("b"))])]);
    let write = patch([(SettingsMember::InstalledProviders, providers)]);
    let body = sent(with(false, false), async |org| org.patch_settings(&write).await).await.unwrap();
    // The fake clock stands at a billion seconds.
    assert_eq!(
        body,
        json!({"installedProviders": [{"providerId": "a", "installedAt": null},
            {"providerId": "b", "installedAt": 1_000_000_000_000_u64}]})
    );
}

fn cleared() -> EntityTypeWrite {
    EntityTypeWrite {
        slug: TypeSlug::rewritten("person"),
        name: None,
        description: Some(Change::Clear),
        icon: Some(Change::Clear),
        color: Some(Change::Set(Text::known("#fff"))),
        metadata_schema: Some(Change::Clear),
        event_kinds: Some(Change::Clear),
    }
}

fn cleared_relationship() -> RelationshipTypeWrite {
    RelationshipTypeWrite {
        slug: TypeSlug::verbatim("knows"),
        name: None,
        description: Some(Change::Clear),
        metadata_schema: Some(Change::Clear),
        inverse: Some(Change::Clear),
        status: Some("archived".to_owned()),
        is_symmetric: None,
        auto_create_when: Some(Change::Clear),
    }
}

#[tokio::test]
async fn each_route_clears_in_its_own_way() {
    let table = [
        (
            sent(with(false, false), async |org| org.update_entity_type(&cleared()).await).await.unwrap(),
            json!({"schema_type": "entity_type", "action": "update", "slug": "person", "description": "", "icon": "",
                "color": "#fff", "metadata_schema": null, "event_kinds": null}),
        ),
        (
            sent(with(false, false), async |org| org.create_entity_type(&cleared()).await).await.unwrap(),
            json!({"schema_type": "entity_type", "action": "create", "slug": "person", "color": "#fff"}),
        ),
        (
            sent(with(false, false), async |org| org.update_relationship_type(&cleared_relationship()).await)
                .await
                .unwrap(),
            json!({"schema_type": "relationship_type", "action": "update", "slug": "knows", "description": null,
                "metadata_schema": null, "inverse_type_slug": null, "status": "archived", "auto_create_when": []}),
        ),
        (
            sent(with(false, false), async |org| {
                let description = Some(Change::Clear);
                org.update_agent(&AgentPatch { agent: triage(), name: None, description }).await
            })
            .await
            .unwrap(),
            json!({"description": null}),
        ),
    ];
    for (body, expected) in table {
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn secrets_go_only_where_nobody_listens() {
    let secret = || put(map([("botToken", reference("BOT"))]));
    let literal = || put(map([("botToken", Value::Text(Text::sensitive("SENTINEL")))]));
    let org = builder(Url::parse("http://lobu.invalid").unwrap()).build().unwrap().sending(with(false, false));
    for write in [secret(), literal()] {
        let error = org.put_platform(&write).await.unwrap_err();
        assert!(matches!(&error, RequestError::NotSent { what, .. } if what.contains("https")), "{error}");
        assert!(!format!("{error} {error:?}").contains("SENTINEL"));
    }
    assert_eq!(org.statistics().requests, 0);
    let error = org.sending(with(true, false)).put_platform(&secret()).await.unwrap_err();
    assert!(matches!(error, RequestError::NoAnswer { .. }), "{error}");
}

#[tokio::test]
async fn no_secret_comes_back_in_an_error() {
    let echo = |status: u16| answer(status, &json!({"error": {"code": "sentinel-bot", "message": "bad SENTINEL-BOT"}}));
    let flat = answer(400, &json!({"error": "SENTINEL-BOT", "error_description": "SENTINEL-BOT"}));
    let known = answer(400, &json!({"error": {"code": "invalid_value", "message": "SENTINEL-BOT"}}));
    let values =
        || Values::of_process(Arc::new(Environment::from_pairs([("BOT", "sentinel-bot"), ("A", "SENTINEL-BOT")])));
    let write = put(map([("a", reference("A")), ("botToken", reference("BOT"))]));
    for (step, code) in [(echo(400), None), (echo(200), None), (flat, None), (known, Some("invalid_value"))] {
        let listener = Listener::start([step]);
        let org = listener.org().sending(Sending { values: Arc::new(values()), ..Sending::default() });
        let error = org.put_platform(&write).await.unwrap_err();
        let shown = format!("{error} {error:?}").to_lowercase();
        assert!(!shown.contains("sentinel"), "{shown}");
        assert_eq!(error.code(), code);
    }
    let servers = map([("gh", map([("url", Value::known("https://x"))]))]);
    let listener = Listener::start([echo(400)]);
    let error = listener.org().patch_settings(&patch([(SettingsMember::McpServers, servers)])).await.unwrap_err();
    assert!(!format!("{error:?}").contains("SENTINEL"), "{error}");
    let prompt = patch([(SettingsMember::SoulMd, Value::known("x"))]);
    let spoken = Listener::start([answer(400, &json!({"error": "no such field"}))]).org();
    let error = spoken.patch_settings(&prompt).await.unwrap_err();
    assert_eq!(error.to_string(), "PATCH /api/dev/agents/triage/config answered 400: no such field");
}
