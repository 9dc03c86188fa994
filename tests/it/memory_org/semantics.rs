use std::collections::BTreeMap;

use lobu::model::{AgentId, SecretName, StableId, Text, Value};
use lobu::org::{
    AgentCreate, AgentCreated, OrgRead, OrgWrite, PlatformPut, PlatformStored, RequestError, SettingsMember,
    SettingsPatch,
};
use serde_json::json;

use crate::support::memory_org::MemoryOrg;

fn agent() -> AgentId {
    AgentId::from_server("triage")
}

async fn org() -> MemoryOrg {
    let org = MemoryOrg::new("dev", BTreeMap::from([("A".to_owned(), "value-of-a".to_owned())]));
    let create = AgentCreate { agent: agent(), name: Text::known("Triage"), description: None };
    assert_eq!(org.create_agent(&create).await.expect("it is new"), AgentCreated::Created);
    org
}

fn put(config: &[(&str, Value)]) -> PlatformPut {
    PlatformPut {
        agent: agent(),
        id: StableId::from_server("triage-slack"),
        platform_type: "slack".to_owned(),
        name: None,
        config: config.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
        settings: None,
    }
}

fn reference() -> Value {
    Value::Text(Text::SecretRef(SecretName::parse("A").expect("a name")))
}

#[tokio::test]
async fn a_create_that_is_repeated_writes_nothing() {
    let org = org().await;
    let again = AgentCreate { agent: agent(), name: Text::known("Other"), description: None };
    let before = org.store();
    assert!(matches!(org.create_agent(&again).await, Ok(AgentCreated::Existed(row)) if row.name == "Triage"));
    assert_eq!(org.store(), before);
}

#[tokio::test]
async fn secrets_are_kept_and_read_back_masked() {
    let org = org().await;
    let config = [("botToken", reference()), ("room", Value::known("1"))];
    assert_eq!(org.put_platform(&put(&config)).await, Ok(PlatformStored::Created));
    let rows = org.platforms(&agent()).await.expect("a read").expect("an agent");
    assert!(rows[0].config["botToken"].as_str().is_some_and(|text| text.starts_with("***")));
    assert_eq!((&rows[0].config["room"], &rows[0].config["platform"]), (&json!("1"), &json!("slack")));
    assert_eq!(org.store().agents["triage"].platforms["triage-slack"].config["botToken"], json!("value-of-a"));
    assert_eq!(org.put_platform(&put(&config)).await, Ok(PlatformStored::Unchanged));
}

#[tokio::test]
async fn masks_keep_and_omitted_keys_go() {
    let org = org().await;
    let config = [("botToken", reference()), ("room", Value::known("1"))];
    org.put_platform(&put(&config)).await.expect("it is new");
    let kept = [("botToken", Value::Text(Text::Opaque))];
    assert_eq!(org.put_platform(&put(&kept)).await, Ok(PlatformStored::Updated));
    let stored = org.store().agents["triage"].platforms["triage-slack"].config.clone();
    assert_eq!(json!(stored), json!({"botToken": "value-of-a"}));
    let unknown = [("other", Value::Text(Text::Opaque))];
    assert!(matches!(org.put_platform(&put(&unknown)).await, Err(RequestError::Refused { status: 422, .. })));
}

#[tokio::test]
async fn references_of_mcp_fields_stay_texts_and_literals_are_masked() {
    let org = org().await;
    let headers = BTreeMap::from([("X".to_owned(), reference()), ("Y".to_owned(), Value::known("literal"))]);
    let server = Value::Map(BTreeMap::from([("headers".to_owned(), Value::Map(headers))]));
    let servers = Value::Map(BTreeMap::from([("gh".to_owned(), server)]));
    let members = BTreeMap::from([(SettingsMember::McpServers, servers)]);
    org.patch_settings(&SettingsPatch { agent: agent(), members, carry_injected: false }).await.expect("a patch");
    let row = org.settings(&agent()).await.expect("a read").expect("an agent");
    let shown = row.mcp_servers.expect("servers")["gh"]["headers"].clone();
    assert_eq!(shown["X"], json!("$A"));
    assert!(shown["Y"].as_str().is_some_and(|text| text.starts_with("***")));
    assert_eq!(org.store().agents["triage"].settings["mcpServers"]["gh"]["headers"]["Y"], json!("literal"));
}

#[tokio::test]
async fn with_the_secrets_api_references_are_kept_and_unknown_names_refused() {
    let org = org().await.with_secrets_api();
    org.put_platform(&put(&[("botToken", reference())])).await.expect("a known name");
    let rows = org.platforms(&agent()).await.expect("a read").expect("an agent");
    assert_eq!(rows[0].config["botToken"], json!("secret://dev/user/A"));
    let unknown = Value::Text(Text::SecretRef(SecretName::parse("B").expect("a name")));
    let error = org.put_platform(&put(&[("botToken", unknown)])).await;
    assert!(matches!(error, Err(RequestError::Refused { status: 422, .. })));
}
