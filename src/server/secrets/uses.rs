//! Where the documents of an organization refer to its secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::reference::name_of;
use crate::server::{error::StoreError, refusal::Refusal, request_context::RequestContext};

/// The secrets that are used, each with its places, such as `triage/triage-telegram.botToken`.
pub(super) type Uses = BTreeMap<String, BTreeSet<String>>;

/// Finds all uses in an organization: in the configs of platforms and in the MCP servers of agents, which are the places
/// where references are read.
pub(super) fn find(context: &RequestContext<'_>) -> Result<Uses, Refusal> {
    let mut uses = Uses::new();
    // The search for the text only saves parsing what can't hold one: JSON as it is stored here escapes none of it.
    in_documents(
        context,
        "SELECT agents.agent_id || '/' || platform_id, config FROM platforms
         JOIN agents ON agents.id = platforms.agent
         WHERE platforms.org = ?1 AND instr(config, 'secret://') > 0",
        &mut uses,
    )?;
    in_documents(
        context,
        "SELECT agents.agent_id || '/' || member, value FROM agent_settings
         JOIN agents ON agents.id = agent_settings.agent
         WHERE agents.org = ?1 AND member = 'mcpServers' AND instr(value, 'secret://') > 0",
        &mut uses,
    )?;
    Ok(uses)
}

fn in_documents(context: &RequestContext<'_>, select: &str, uses: &mut Uses) -> Result<(), Refusal> {
    let mut statement = context.connection().prepare_cached(select)?;
    let mut rows = statement.query([context.org.id])?;
    while let Some(row) = rows.next()? {
        let mut place: String = row.get(0)?;
        let document: Value = serde_json::from_str(&row.get::<_, String>(1)?)
            .map_err(|_| StoreError::Corrupt { what: "a document that is no JSON" })?;
        walk(&context.org.slug, &mut place, &document, uses);
    }
    Ok(())
}

fn walk(org: &str, place: &mut String, value: &Value, uses: &mut Uses) {
    match value {
        Value::String(text) => {
            if let Some(name) = name_of(org, text) {
                uses.entry(name.to_owned()).or_default().insert(place.clone());
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                step(org, place, name, member, uses);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                step(org, place, &index.to_string(), item, uses);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn step(org: &str, place: &mut String, name: &str, value: &Value, uses: &mut Uses) {
    let length = place.len();
    place.push('.');
    place.push_str(name);
    walk(org, place, value, uses);
    place.truncate(length);
}
