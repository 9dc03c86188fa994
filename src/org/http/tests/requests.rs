//! What goes out: bodies, headers, paths, and secrets.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::json;
use url::Url;

use super::support::{Listener, Step, answer, builder, sent as said};
use crate::env::Environment;
use crate::model::{AgentId, SecretName, Text, Value};
use crate::org::http::{HttpOrg, Sending};
use crate::org::{Condition, OrgRead, OrgWrite, Outcome, RequestError};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};
use crate::schema::{ALL, Change, Field, Kind, Sent, Shape};
use crate::secrets::Values;
use crate::wire::Json;

fn reference(name: &str) -> Value {
    Value::Text(Text::SecretRef(SecretName::parse(name).unwrap()))
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn values() -> Values {
    Values::of_process(Arc::new(Environment::from_pairs([("BOT", "SENTINEL-BOT")])))
}

fn put(config: Value) -> Sent {
    let kept = map([("allowFrom", Value::known_list(["u1"]))]);
    let fields =
        [("type", Value::known("telegram")), ("config", config), ("settings", kept), ("name", Value::known("ops"))];
    said(PLATFORM, "triage/a/b ü", fields)
}

fn patch(name: &str, value: Value) -> Sent {
    said(SETTINGS, "triage", [(name, value)])
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
    Sending { values: Arc::new(values()), secrets_api, own_server, project: None }
}

#[tokio::test]
async fn requests_carry_what_the_api_wants() {
    let listener = Listener::start([answer(200, &json!({"agents": []}))]);
    listener.org().records(AGENT).await.unwrap();
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
    listener.org().update(&put(map([])), Condition::None).await.unwrap();
    assert_eq!(listener.lines(), ["PUT /api/dev/agents/triage/platforms/by-stable-id/a%2Fb%20%C3%BC"]);
    for id in ["", ".", ".."] {
        let error = listener.org().records_of(SETTINGS, &AgentId::from_server(id)).await.unwrap_err();
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
    let body = |sending| sent(sending, async |org| org.update(&put(config()), Condition::None).await.map(drop));
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
        org.update(&put(map([("botToken", reference("BOT"))])), Condition::None).await.map(drop)
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
        sent(sending, async |org| org.update(&patch("mcpServers", servers()), Condition::None).await.map(drop))
    };
    assert_eq!(body(with(false, false)).await.unwrap()["mcpServers"]["gh"]["headers"]["Authorization"], "$GH");
    let with_api = body(with(true, false)).await.unwrap();
    assert_eq!(with_api["mcpServers"]["gh"]["headers"]["Authorization"], "secret://dev/user/GH");
}

#[tokio::test]
async fn hidden_members_go_back_only_to_our_own_server() {
    let servers = || map([("gh", map([("headers", map([("A", Value::Text(Text::Opaque))]))]))]);
    let body = |sending| {
        sent(sending, async |org| org.update(&patch("mcpServers", servers()), Condition::None).await.map(drop))
    };
    let error = body(with(false, false)).await.unwrap_err();
    assert!(matches!(&error, RequestError::NotSent { what, .. } if what.starts_with("mcpServers: ")), "{error}");
    assert_eq!(body(with(true, true)).await.unwrap()["mcpServers"]["gh"]["headers"]["A"], "***");
}

#[tokio::test]
async fn providers_are_stamped_once() {
    let old = map([("providerId", Value::known("a")), ("installedAt", Value::Null)]);
    let providers = Value::List(vec![old, map([("providerId", Value::known("b"))])]);
    let write = patch("installedProviders", providers);
    let body = sent(with(false, false), async |org| org.update(&write, Condition::None).await.map(drop)).await.unwrap();
    // The fake clock stands at a billion seconds.
    assert_eq!(
        body,
        json!({"installedProviders": [{"providerId": "a", "installedAt": null},
            {"providerId": "b", "installedAt": 1_000_000_000_000_u64}]})
    );
}

fn cleared() -> Sent {
    let fields = ["description", "icon", "metadata_schema", "event_kinds"].map(|name| (name, Value::Null));
    let mut sent = said(ENTITY_TYPE, "person", fields);
    sent.fields.set(ENTITY_TYPE.field("color").unwrap(), Change::Set(Value::known("#fff")));
    sent
}

fn cleared_relationship() -> Sent {
    let cleared = |name| (name, Value::Null);
    let fields = [
        cleared("description"),
        cleared("metadata_schema"),
        cleared("inverse_type_slug"),
        cleared("auto_create_when"),
        ("status", Value::known("archived")),
    ];
    said(RELATIONSHIP_TYPE, "knows", fields)
}

#[tokio::test]
async fn each_route_clears_in_its_own_way() {
    let updated = async |write: Sent| {
        sent(with(false, false), async |org| org.update(&write, Condition::None).await.map(drop)).await.unwrap()
    };
    let created = async |write: Sent| {
        sent(with(false, false), async |org| org.create(&write, Condition::None).await.map(drop)).await.unwrap()
    };
    let table = [
        (
            updated(cleared()).await,
            json!({"schema_type": "entity_type", "action": "update", "slug": "person", "description": "", "icon": "",
                "color": "#fff", "metadata_schema": null, "event_kinds": null}),
        ),
        (
            created(cleared()).await,
            json!({"schema_type": "entity_type", "action": "create", "slug": "person", "color": "#fff"}),
        ),
        (
            updated(cleared_relationship()).await,
            json!({"schema_type": "relationship_type", "action": "update", "slug": "knows", "description": null,
                "metadata_schema": null, "inverse_type_slug": null, "status": "archived", "auto_create_when": []}),
        ),
        (updated(said(AGENT, "triage", [("description", Value::Null)])).await, json!({"description": null})),
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
        let error = org.update(&write, Condition::None).await.unwrap_err();
        assert!(matches!(&error, RequestError::NotSent { what, .. } if what.contains("https")), "{error}");
        assert!(!format!("{error} {error:?}").contains("SENTINEL"));
    }
    assert_eq!(org.statistics().requests, 0);
    let error = org.sending(with(true, false)).update(&secret(), Condition::None).await.unwrap_err();
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
        let error = org.update(&write, Condition::None).await.unwrap_err();
        let shown = format!("{error} {error:?}").to_lowercase();
        assert!(!shown.contains("sentinel"), "{shown}");
        assert_eq!(error.code(), code);
    }
    let servers = map([("gh", map([("url", Value::known("https://x"))]))]);
    let listener = Listener::start([echo(400)]);
    let error = listener.org().update(&patch("mcpServers", servers), Condition::None).await.unwrap_err();
    assert!(!format!("{error:?}").contains("SENTINEL"), "{error}");
    let prompt = patch("soulMd", Value::known("x"));
    let spoken = Listener::start([answer(400, &json!({"error": "no such field"}))]).org();
    let error = spoken.update(&prompt, Condition::None).await.unwrap_err();
    assert_eq!(error.to_string(), "PATCH /api/dev/agents/triage/config answered 400: no such field");
}

/// The member that a request has for a field, beyond those that one about nothing has.
async fn member_for(kind: Kind, field: &'static Field, change: Change<Value>, is_new: bool) -> Option<(String, Json)> {
    let body = async |write: Sent| {
        let listener =
            Listener::start([answer(201, &json!({"success": true, "agentId": "one", "name": "A", "watcher_id": "7"}))]);
        let org = listener.org().sending(with(true, true));
        org.numbers.set(&write.key, "7".to_owned());
        if is_new { org.create(&write, Condition::None).await } else { org.update(&write, Condition::None).await }
            .unwrap();
        listener.seen()[0].json().as_object().unwrap().clone()
    };
    let nothing = said(kind, "one/one", []);
    let mut write = nothing.clone();
    write.fields.set(field, change);
    let nothing = body(nothing).await;
    let mut members = body(write).await.into_iter().filter(|(name, _)| !nothing.contains_key(name));
    let member = members.next();
    assert_eq!(members.next(), None, "{kind} {field:?}");
    member
}

#[tokio::test]
async fn every_field_is_sent_and_cleared() {
    let mut said = String::new();
    for kind in ALL.kinds() {
        for field in kind.fields.iter().filter(|field| !matches!(field.shape, Shape::Pairs(_))) {
            let set = member_for(kind, field, Change::Set(Value::known("x")), false).await;
            assert_eq!(member_for(kind, field, Change::Set(Value::known("x")), true).await, set, "{kind} {field:?}");
            let (name, value) = set.unwrap();
            assert_eq!(value, "x", "{kind} {field:?}");
            let cleared = async |is_new| match member_for(kind, field, Change::Clear, is_new).await {
                Some((cleared, value)) if cleared == name => value.to_string(),
                Some((other, _)) => panic!("{kind} {field:?} is cleared as {other}"),
                None => "nothing".to_owned(),
            };
            let (cleared, at_first) = (cleared(false).await, cleared(true).await);
            writeln!(said, "{kind} {field:?}: {name}, cleared by {cleared}, in a new one by {at_first}").unwrap();
        }
    }
    insta::assert_snapshot!(said, @r#"
    agent name: name, cleared by nothing, in a new one by nothing
    agent description: description, cleared by null, in a new one by nothing
    settings networkConfig: networkConfig, cleared by {}, in a new one by {}
    settings egressConfig: egressConfig, cleared by {}, in a new one by {}
    settings nixConfig: nixConfig, cleared by {}, in a new one by {}
    settings mcpServers: mcpServers, cleared by {}, in a new one by {}
    settings skillsConfig: skillsConfig, cleared by {}, in a new one by {}
    settings toolsConfig: toolsConfig, cleared by {}, in a new one by {}
    settings guardrails: guardrails, cleared by [], in a new one by []
    settings preApprovedTools: preApprovedTools, cleared by [], in a new one by []
    settings providerModelPreferences: providerModelPreferences, cleared by {}, in a new one by {}
    settings installedProviders: installedProviders, cleared by [], in a new one by []
    settings soulMd: soulMd, cleared by "", in a new one by ""
    settings userMd: userMd, cleared by "", in a new one by ""
    settings identityMd: identityMd, cleared by "", in a new one by ""
    settings modelSelection: modelSelection, cleared by nothing, in a new one by nothing
    platform type: platform, cleared by nothing, in a new one by nothing
    platform config: config, cleared by nothing, in a new one by nothing
    platform settings: settings, cleared by nothing, in a new one by nothing
    platform name: name, cleared by nothing, in a new one by nothing
    entity-type name: name, cleared by nothing, in a new one by nothing
    entity-type description: description, cleared by "", in a new one by nothing
    entity-type icon: icon, cleared by "", in a new one by nothing
    entity-type color: color, cleared by "", in a new one by nothing
    entity-type metadata_schema: metadata_schema, cleared by null, in a new one by nothing
    entity-type event_kinds: event_kinds, cleared by null, in a new one by nothing
    relationship-type name: name, cleared by nothing, in a new one by nothing
    relationship-type description: description, cleared by null, in a new one by nothing
    relationship-type metadata_schema: metadata_schema, cleared by null, in a new one by nothing
    relationship-type status: status, cleared by nothing, in a new one by nothing
    relationship-type auto_create_when: auto_create_when, cleared by [], in a new one by nothing
    relationship-type is_symmetric: is_symmetric, cleared by nothing, in a new one by nothing
    relationship-type inverse_type_slug: inverse_type_slug, cleared by null, in a new one by nothing
    watcher agent: agent_id, cleared by nothing, in a new one by nothing
    watcher entity: entity, cleared by nothing, in a new one by nothing
    watcher entity_id: entity_id, cleared by nothing, in a new one by nothing
    watcher name: name, cleared by nothing, in a new one by nothing
    watcher description: description, cleared by null, in a new one by nothing
    watcher schedule: schedule, cleared by nothing, in a new one by nothing
    watcher prompt: prompt, cleared by nothing, in a new one by nothing
    watcher extraction_schema: extraction_schema, cleared by nothing, in a new one by nothing
    watcher sources: sources, cleared by [], in a new one by nothing
    watcher reactions_guidance: reactions_guidance, cleared by null, in a new one by nothing
    watcher condensation_prompt: condensation_prompt, cleared by null, in a new one by nothing
    watcher condensation_window_count: condensation_window_count, cleared by null, in a new one by nothing
    watcher json_template: json_template, cleared by null, in a new one by nothing
    watcher keying_config: keying_config, cleared by null, in a new one by nothing
    watcher classifiers: classifiers, cleared by null, in a new one by nothing
    watcher tags: tags, cleared by [], in a new one by nothing
    watcher device_worker_id: device_worker_id, cleared by null, in a new one by nothing
    watcher scheduler_client_id: scheduler_client_id, cleared by null, in a new one by nothing
    watcher agent_kind: agent_kind, cleared by null, in a new one by nothing
    watcher notification_channel: notification_channel, cleared by nothing, in a new one by nothing
    watcher notification_priority: notification_priority, cleared by nothing, in a new one by nothing
    watcher min_cooldown_seconds: min_cooldown_seconds, cleared by nothing, in a new one by nothing
    watcher reaction_script: reaction_script, cleared by "", in a new one by nothing
    watcher watcher_group_id: watcher_group_id, cleared by nothing, in a new one by nothing
    "#);
}
