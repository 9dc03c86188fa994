//! A plan for public logs has nothing in it that could be a value.

use serde_json::json;

use crate::plan::{FieldChange, Problem};
use crate::schema::ResourceKey;
use crate::schema::kinds::{AGENT, settings};

use super::store::{Server, World};

#[test]
fn nothing_of_a_value_or_a_message_is_left() {
    let world = World::with_agent(Server::Ours)
        .declare(settings::MCP_SERVERS, &json!({"gh": {"url": "https://value.example", "headers": {"X": "$A"}}}))
        .declare(settings::SOUL, &json!("value of a prompt"))
        .declare(settings::NETWORK, &json!({"allowedDomains": ["*", "value.example"]}))
        .have(settings::NETWORK, &json!({"allowedDomains": ["old.value"], "deniedDomains": ["drift.value"]}));
    let mut plan = world.plan();
    let problem = || Problem {
        key: ResourceKey::new(AGENT, "triage"),
        message: "a value".to_owned(),
        hint: Some("a value".to_owned()),
    };
    plan.problems.push(problem());
    plan.warnings.push(problem());
    plan.notes.push("a value".to_owned());
    let named = plan.names_only();
    assert!(format!("{plan:?}").contains("value.example"));
    let text = format!("{named:?}").replace("values: {}", "");
    assert!(!text.contains("value"), "{text}");
    let paths =
        |fields: &[FieldChange]| fields.iter().map(|field| (field.path.clone(), field.action)).collect::<Vec<_>>();
    for (row, of_plan) in named.rows.iter().zip(&plan.rows) {
        assert_eq!((&row.key, paths(&row.fields)), (&of_plan.key, paths(&of_plan.fields)));
        assert!(row.fields.iter().all(FieldChange::is_only_named));
    }
    let attention: Vec<&String> = named.rows.iter().flat_map(|row| &row.attention).collect();
    assert_eq!(attention, ["network.allowed: any host on the internet", "skills.mcp.gh.url: a tool server to trust"]);
    assert_eq!(named.secrets_used.iter().map(crate::plan::SecretUse::place).collect::<Vec<_>>(), ["MCP server gh"]);
    assert_eq!(named.summary(), plan.summary());
}
