//! The recorded chain through every member of the schema, against our server: the same statuses and the same members,
//! but for the differences named here.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};

use super::support::{Harness, names};
use crate::server::{AccessToken, Role, TokenRequest};

/// Where our status may differ (recorded, ours), and why.
const DIFFERENT_STATUS: [(u16, u16, &str); 5] = [
    (400, 200, "slugs of deleted types are free again (trap/D38), and no dangling reference is stored (trap/D40)"),
    (400, 409, "duplicates have codes (decisions O2)"),
    (400, 422, "what can't be stored has codes (decisions O2)"),
    (400, 404, "what is not there is 404 (decisions O2)"),
    (
        200,
        422,
        "schemas are checked (trap/D39), is_symmetric can't change (trap/D37), masks need a stored value (trap/D41)",
    ),
];

#[tokio::test]
#[ignore = "needs ../shared"]
async fn the_recorded_chain_has_the_same_shape() {
    let wire = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/wire");
    for server in ["without-manager", "with-manager"] {
        let text = std::fs::read_to_string(wire.join(server).join("30-members.jsonl")).unwrap();
        let harness = Harness::memory();
        let token = owner(&harness);
        for (index, line) in text.lines().enumerate() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            replay(&harness, &token, &exchange, &format!("{server} line {}", index + 1)).await;
        }
    }
}

fn owner(harness: &Harness) -> AccessToken {
    harness.store.create_user("user-dev", "user-dev", "x@local").unwrap();
    harness.store.set_role("dev", "user-dev", Some(Role::Owner)).unwrap();
    let request = TokenRequest { name: "t", scope: Some("mcp:read mcp:write mcp:admin"), ..TokenRequest::default() };
    harness.store.create_token("user-dev", request).unwrap()
}

async fn replay(harness: &Harness, token: &AccessToken, exchange: &Value, place: &str) {
    let text = |name: &str| exchange[name].as_str().unwrap();
    let body = &exchange["request"];
    let reply = harness.send_as(Some(token.expose()), text("method"), text("path"), body.clone()).await;
    let recorded = u16::try_from(exchange["status"].as_u64().unwrap()).unwrap();
    let ours = reply.status.as_u16();
    if recorded != ours {
        let known = DIFFERENT_STATUS.iter().any(|(from, to, _)| (*from, *to) == (recorded, ours));
        assert!(known, "{place}: {recorded} recorded, {ours} now: {}\n{body}", reply.body);
        return;
    }
    if ours < 300 {
        compare(&exchange["response"], &reply.body, place);
    }
}

/// Compares the members of an answer, and of the objects in it that have known members.
#[track_caller]
fn compare(recorded: &Value, ours: &Value, place: &str) {
    if recorded["entity_type"].get("?column?").is_some() || recorded.get("service").is_some() {
        // A malformed answer of the recorded server, and /health, which is ours.
        return;
    }
    let noop = |answer: &Value| answer.get("noop").is_some();
    if noop(recorded) != noop(ours) {
        // Omitted keys are removed here, and an equal secret is a noop.
        return;
    }
    let added: BTreeMap<&str, &[&str]> = BTreeMap::from([("platform", &["agentId"][..]), ("platforms", &["agentId"])]);
    if let (Value::Object(_), Value::Object(_)) = (recorded, ours) {
        assert_eq!(names(recorded), known_names(ours, recorded), "{place}");
    }
    for member in [
        "entity_type",
        "entity_types",
        "relationship_type",
        "relationship_types",
        "rule",
        "rules",
        "platform",
        "platforms",
    ] {
        let (Some(theirs), Some(ours)) = (first(&recorded[member]), first(&ours[member])) else { continue };
        if theirs.get("createdAt").is_none() && member == "platform" {
            // Without a manager a create answers three members only.
            continue;
        }
        let mut expected: Vec<&str> = names(theirs);
        expected.extend(added.get(member).copied().unwrap_or_default());
        expected.sort_unstable();
        assert_eq!(known_names(ours, theirs), expected, "{place}: {member}");
        for (name, value) in theirs.as_object().unwrap() {
            let same = std::mem::discriminant(value) == std::mem::discriminant(&ours[name])
                || [value, &ours[name]].contains(&&json!(null));
            assert!(same, "{place}: {member}.{name}: {value} recorded, {} now", ours[name]);
        }
    }
}

/// The members of our answer, but for the version, which the recorded server does not have.
fn known_names<'answer>(ours: &'answer Value, recorded: &Value) -> Vec<&'answer str> {
    let is_known = |name: &&str| *name != "version" || recorded.get("version").is_some();
    names(ours).into_iter().filter(is_known).collect()
}

fn first(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.first(),
        Value::Object(_) => Some(value),
        _ => None,
    }
}
