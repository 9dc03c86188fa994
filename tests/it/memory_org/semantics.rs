use std::collections::BTreeMap;

use lobu::model::{AgentId, SecretName, Text, Value};
use lobu::org::{Condition, OrgRead, OrgWrite, RequestError, Stored, Written};
use lobu::schema::kinds::{AGENT, PLATFORM, SETTINGS, agent, platform, settings};
use lobu::schema::{Change, Kind, ResourceKey, Sent};
use lobu::wire::Json;
use serde_json::json;

use crate::support::memory_org::MemoryOrg;

const PLATFORM_ID: &str = "triage/triage-slack";

fn named(name: &str) -> Sent {
    let mut sent = Sent::new(ResourceKey::new(AGENT, "triage"));
    sent.fields.set(agent::NAME, Change::Set(Value::known(name)));
    sent
}

async fn org() -> MemoryOrg {
    let org = MemoryOrg::new("dev", BTreeMap::from([("A".to_owned(), "value-of-a".to_owned())]));
    assert_eq!(org.create(&named("Triage"), Condition::None).await, Ok(Stored::Created.into()));
    org
}

fn put(config: &[(&str, Value)]) -> Sent {
    let mut sent = Sent::new(ResourceKey::new(PLATFORM, PLATFORM_ID));
    let config = config.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    sent.fields.set(platform::TYPE, Change::Set(Value::known("slack")));
    sent.fields.set(platform::CONFIG, Change::Set(Value::Map(config)));
    sent
}

/// A field of the agent's only resource of a kind, as it is read.
async fn read(org: &MemoryOrg, kind: Kind, field: &str) -> Json {
    let rows = org.records_of(kind, &AgentId::from_server("triage")).await.expect("a read").expect("an agent");
    rows[0].members.get(kind.field(field).expect("a field")).cloned().unwrap_or_default()
}

fn reference() -> Value {
    Value::Text(Text::SecretRef(SecretName::parse("A").expect("a name")))
}

#[tokio::test]
async fn a_create_that_is_repeated_writes_nothing() {
    let org = org().await;
    let before = org.store();
    let Ok(Written { stored: Stored::Existed(record), .. }) = org.create(&named("Other"), Condition::None).await else {
        panic!("it was there")
    };
    assert_eq!(record.members.get(agent::NAME), Some(&json!("Triage")));
    assert_eq!(org.store(), before);
}

#[tokio::test]
async fn secrets_are_kept_and_read_back_masked() {
    let org = org().await;
    let config = [("botToken", reference()), ("room", Value::known("1"))];
    assert_eq!(org.create(&put(&config), Condition::None).await, Ok(Stored::Created.into()));
    let shown = read(&org, PLATFORM, "config").await;
    assert!(shown["botToken"].as_str().is_some_and(|text| text.starts_with("***")));
    assert_eq!((&shown["room"], &shown["platform"]), (&json!("1"), &json!("slack")));
    assert_eq!(org.store()[(PLATFORM, PLATFORM_ID)]["config"]["botToken"], json!("value-of-a"));
    assert_eq!(org.update(&put(&config), Condition::None).await, Ok(Stored::Unchanged.into()));
}

#[tokio::test]
async fn masks_keep_and_omitted_keys_go() {
    let org = org().await;
    let config = [("botToken", reference()), ("room", Value::known("1"))];
    org.create(&put(&config), Condition::None).await.expect("it is new");
    let kept = [("botToken", Value::Text(Text::Opaque))];
    assert_eq!(org.update(&put(&kept), Condition::None).await, Ok(Stored::Updated.into()));
    assert_eq!(org.store()[(PLATFORM, PLATFORM_ID)]["config"], json!({"botToken": "value-of-a"}));
    let unknown = [("other", Value::Text(Text::Opaque))];
    assert!(matches!(
        org.update(&put(&unknown), Condition::None).await,
        Err(RequestError::Refused { status: 422, .. })
    ));
}

#[tokio::test]
async fn references_of_mcp_fields_stay_texts_and_literals_are_masked() {
    let org = org().await;
    let headers = BTreeMap::from([("X".to_owned(), reference()), ("Y".to_owned(), Value::known("literal"))]);
    let server = Value::Map(BTreeMap::from([("headers".to_owned(), Value::Map(headers))]));
    let servers = Value::Map(BTreeMap::from([("gh".to_owned(), server)]));
    let mut sent = Sent::new(ResourceKey::new(SETTINGS, "triage"));
    sent.fields.set(settings::MCP_SERVERS, Change::Set(servers));
    org.update(&sent, Condition::None).await.expect("a patch");
    let shown = read(&org, SETTINGS, "mcpServers").await["gh"]["headers"].clone();
    assert_eq!(shown["X"], json!("$A"));
    assert!(shown["Y"].as_str().is_some_and(|text| text.starts_with("***")));
    assert_eq!(org.store()[(SETTINGS, "triage")]["mcpServers"]["gh"]["headers"]["Y"], json!("literal"));
}

#[tokio::test]
async fn with_the_secrets_api_references_are_kept_and_unknown_names_refused() {
    let org = org().await.with_secrets_api();
    org.create(&put(&[("botToken", reference())]), Condition::None).await.expect("a known name");
    assert_eq!(read(&org, PLATFORM, "config").await["botToken"], json!("secret://dev/user/A"));
    let unknown = Value::Text(Text::SecretRef(SecretName::parse("B").expect("a name")));
    let error = org.update(&put(&[("botToken", unknown)]), Condition::None).await;
    assert!(matches!(error, Err(RequestError::Refused { status: 422, .. })));
}
