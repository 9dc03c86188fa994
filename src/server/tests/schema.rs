//! The memory schema.

use serde_json::{Value, json};

use super::support::Harness;

const ENTITY: &str = "entity_type";
const RELATION: &str = "relationship_type";

async fn entity(harness: &Harness, slug: &str) -> Value {
    harness.schema(ENTITY, "get", json!({ "slug": slug })).await.body["entity_type"].clone()
}

async fn relation(harness: &Harness, slug: &str) -> Value {
    harness.schema(RELATION, "get", json!({ "slug": slug })).await.body["relationship_type"].clone()
}

#[tokio::test]
async fn an_entity_type_keeps_every_field() {
    let harness = Harness::memory();
    let fields = json!({
        "slug": "person", "name": "Person", "description": "d", "icon": "user", "color": "#fff",
        "metadata_schema": { "type": "object" }, "event_kinds": { "note": { "description": "n" } },
    });
    let reply = harness.schema(ENTITY, "create", fields.clone()).await;
    assert_eq!((reply.status.as_u16(), &reply.body["action"]), (200, &json!("create")));
    let stored = entity(&harness, "person").await;
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(&stored[name], value, "{name}");
    }
    assert_eq!((&stored["is_system"], &stored["organization_slug"]), (&json!(false), &json!("dev")));
    let listed = harness.schema(ENTITY, "list", json!({})).await.body["entity_types"].clone();
    assert_eq!(listed, json!([stored]));
}

#[tokio::test]
async fn an_update_leaves_what_is_absent_and_clears_what_is_null_or_empty() {
    let harness = Harness::memory();
    let fields = json!({ "slug": "person", "name": "P", "description": "d", "icon": "i", "metadata_schema": {} });
    harness.schema(ENTITY, "create", fields).await;
    let before = entity(&harness, "person").await;
    std::thread::sleep(std::time::Duration::from_millis(3));
    harness.schema(ENTITY, "update", json!({ "slug": "person", "name": "P", "icon": "i" })).await;
    assert_eq!(entity(&harness, "person").await, before, "an equal update writes nothing");
    let change = json!({ "slug": "person", "description": "", "icon": null, "metadata_schema": null, "name": null });
    harness.schema(ENTITY, "update", change).await;
    let after = entity(&harness, "person").await;
    assert_eq!((&after["description"], &after["icon"]), (&json!(""), &Value::Null));
    assert_eq!((&after["metadata_schema"], &after["name"]), (&Value::Null, &json!("P")));
    assert_ne!(after["updated_at"], before["updated_at"]);
    let missing = harness.schema(ENTITY, "update", json!({ "slug": "nope", "name": "N" })).await;
    assert_eq!(missing.code(), (404, "not_found"));
}

#[tokio::test]
async fn entity_slugs_are_rewritten_on_create_and_taken_once() {
    let harness = Harness::memory();
    let reply = harness.schema(ENTITY, "create", json!({ "slug": "sales_Lead", "name": "L" })).await;
    assert_eq!(reply.body["entity_type"]["slug"], "sales-lead");
    let again = harness.schema(ENTITY, "create", json!({ "slug": "sales-lead", "name": "L" })).await;
    assert_eq!(again.code(), (409, "entity_type_exists"));
    assert!(again.body["error"]["message"].as_str().unwrap().contains("already exists"));
    assert_eq!(entity(&harness, "sales_Lead").await, Value::Null);
}

#[tokio::test]
async fn broken_types_are_refused() {
    let harness = Harness::memory();
    let columns: serde_json::Map<String, Value> =
        (0..5).map(|index| (format!("f{index}"), json!({ "x-table-column": true }))).collect();
    for (kind, members, expected) in [
        (ENTITY, json!({ "slug": "a" }), (400, "invalid_request")),
        (ENTITY, json!({ "name": "A" }), (400, "invalid_request")),
        (ENTITY, json!({ "slug": 5, "name": "A" }), (422, "invalid_schema")),
        (ENTITY, json!({ "slug": "a", "name": " " }), (422, "invalid_schema")),
        (ENTITY, json!({ "slug": "$member", "name": "A" }), (422, "reserved_slug")),
        (ENTITY, json!({ "slug": "organization", "name": "A" }), (422, "reserved_slug")),
        (ENTITY, json!({ "slug": "a", "name": "A", "metadata_schema": { "type": "banana" } }), (422, "invalid_schema")),
        (
            ENTITY,
            json!({ "slug": "a", "name": "A", "metadata_schema": { "properties": columns } }),
            (422, "invalid_schema"),
        ),
        (ENTITY, json!({ "slug": "a", "name": "A", "metadata_schema": [] }), (422, "invalid_schema")),
        (ENTITY, json!({ "slug": "a", "name": "A", "properties": {} }), (422, "unknown_field")),
        (RELATION, json!({ "slug": "$a", "name": "A" }), (422, "reserved_slug")),
        (RELATION, json!({ "slug": "a", "name": "A", "status": "gone" }), (422, "invalid_schema")),
        (RELATION, json!({ "slug": "a", "name": "A", "is_symmetric": "yes" }), (422, "invalid_schema")),
        (RELATION, json!({ "slug": "a", "name": "A", "auto_create_when": [{}] }), (422, "invalid_schema")),
        (
            RELATION,
            json!({ "slug": "a", "name": "A", "metadata_schema": { "$ref": "file:///x" } }),
            (422, "invalid_schema"),
        ),
        (RELATION, json!({ "slug": "a", "name": "A", "inverse_type_slug": "a" }), (422, "invalid_inverse")),
        (RELATION, json!({ "slug": "a", "name": "A", "inverse_type_slug": "b" }), (422, "invalid_inverse")),
    ] {
        assert_eq!(harness.schema(kind, "create", members.clone()).await.code(), expected, "{members}");
    }
    for (kind, action) in [(ENTITY, "frobnicate"), (ENTITY, "add_rule"), (RELATION, "audit"), ("thing", "list")] {
        let reply = harness.schema(kind, action, json!({ "slug": "a" })).await;
        assert_eq!(reply.code(), (400, "invalid_request"), "{kind} {action}");
    }
}

#[tokio::test]
async fn what_memory_seed_sends_of_a_file_beside_the_fields_is_left() {
    let harness = Harness::memory();
    let entity = json!({ "type": "entity", "version": 1, "slug": "person", "name": "Person", "icon": "i" });
    let rules = json!([{ "source": "person", "target": "person" }]);
    let relation = json!({ "type": "relationship", "version": 1, "slug": "knows", "name": "Knows", "rules": rules });
    for (kind, members) in [(ENTITY, entity), (RELATION, relation)] {
        let made = harness.schema(kind, "create", members.clone()).await;
        assert_eq!(made.status, 200, "{:?}", made.body);
        let version = &made.body[kind]["version"];
        assert!(version.as_u64() > Some(1), "the version is that of the object: {version}");
        assert_eq!(harness.schema(kind, "update", members).await.status, 200);
    }
    assert_eq!(self::entity(&harness, "person").await["icon"], "i");
    // Rules come one by one.
    let listed = harness.schema(RELATION, "list_rules", json!({ "slug": "knows" })).await.body;
    assert_eq!(listed["rules"], json!([]));
}

#[tokio::test]
async fn a_deleted_type_is_gone_and_its_slug_free_again() {
    let harness = Harness::memory();
    for kind in [ENTITY, RELATION] {
        harness.schema(kind, "create", json!({ "slug": "a", "name": "A" })).await;
        let reply = harness.schema(kind, "delete", json!({ "slug": "a" })).await;
        assert_eq!((reply.status.as_u16(), &reply.body["success"]), (200, &json!(true)));
        assert_eq!(harness.schema(kind, "delete", json!({ "slug": "a" })).await.code(), (404, "not_found"));
        assert_eq!(harness.schema(kind, "list", json!({})).await.body[format!("{kind}s")], json!([]));
        assert_eq!(harness.schema(kind, "create", json!({ "slug": "a", "name": "A again" })).await.status, 200);
    }
    let deleted = harness.schema(RELATION, "list", json!({ "include_deleted": true })).await.body;
    assert_eq!(deleted["relationship_types"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn symmetry_can_not_change() {
    let harness = Harness::memory();
    harness.schema(RELATION, "create", json!({ "slug": "knows", "name": "K", "is_symmetric": true })).await;
    let same = json!({ "slug": "knows", "is_symmetric": true, "name": "Knows" });
    assert_eq!(harness.schema(RELATION, "update", same).await.status, 200);
    let other = json!({ "slug": "knows", "is_symmetric": false, "name": "X" });
    assert_eq!(harness.schema(RELATION, "update", other).await.code(), (422, "immutable_field"));
    assert_eq!(relation(&harness, "knows").await["name"], "Knows");
    assert_eq!(
        harness.schema(RELATION, "create", json!({ "slug": "knows", "name": "K" })).await.code(),
        (409, "relationship_type_exists")
    );
}

#[tokio::test]
async fn inverses_are_linked_cleared_and_checked() {
    let harness = Harness::memory();
    harness.schema(RELATION, "create", json!({ "slug": "works-at", "name": "W" })).await;
    harness
        .schema(RELATION, "create", json!({ "slug": "employs", "name": "E", "inverse_type_slug": "works-at" }))
        .await;
    harness.schema(RELATION, "update", json!({ "slug": "works-at", "inverse_type_slug": "employs" })).await;
    let stored = relation(&harness, "works-at").await;
    assert_eq!(stored["inverse_type_slug"], "employs");
    assert!(stored["inverse_type_id"].is_i64());
    for inverse in ["works-at", "nope"] {
        let update = json!({ "slug": "works-at", "inverse_type_slug": inverse });
        assert_eq!(harness.schema(RELATION, "update", update).await.code(), (422, "invalid_inverse"));
    }
    harness.schema(RELATION, "update", json!({ "slug": "works-at", "name": "W2" })).await;
    assert_eq!(relation(&harness, "works-at").await["inverse_type_slug"], "employs");
    harness.schema(RELATION, "update", json!({ "slug": "works-at", "inverse_type_slug": null })).await;
    assert_eq!(relation(&harness, "works-at").await["inverse_type_slug"], Value::Null);
    harness.schema(RELATION, "delete", json!({ "slug": "works-at" })).await;
    assert_eq!(relation(&harness, "employs").await["inverse_type_slug"], Value::Null);
}

#[tokio::test]
async fn rules_are_added_once_listed_and_removed() {
    let harness = Harness::memory();
    harness.schema(RELATION, "create", json!({ "slug": "works-at", "name": "W" })).await;
    let rule = json!({ "slug": "works-at", "source_entity_type_slug": "a", "target_entity_type_slug": "b" });
    let added = harness.schema(RELATION, "add_rule", rule.clone()).await;
    assert_eq!(added.status, 200);
    assert_eq!(harness.schema(RELATION, "add_rule", rule).await.code(), (409, "rule_exists"));
    let list = harness.schema(RELATION, "list_rules", json!({ "slug": "works-at" })).await.body;
    assert_eq!(list["rules"], json!([added.body["rule"]]));
    let id = added.body["rule"]["id"].clone();
    assert_eq!(harness.schema(RELATION, "remove_rule", json!({ "rule_id": id })).await.status, 200);
    assert_eq!(harness.schema(RELATION, "remove_rule", json!({ "rule_id": id })).await.code(), (404, "not_found"));
    assert_eq!(harness.schema(RELATION, "remove_rule", json!({})).await.code(), (400, "invalid_request"));
    let unknown = harness.schema(RELATION, "list_rules", json!({ "slug": "nope" })).await;
    assert_eq!(unknown.code(), (404, "not_found"));
}

#[tokio::test]
async fn a_rule_of_another_organization_is_out_of_reach() {
    let harness = Harness::memory();
    harness.store.create_org("other", "Other").unwrap();
    harness.schema(RELATION, "create", json!({ "slug": "r", "name": "R" })).await;
    let rule = json!({ "slug": "r", "source_entity_type_slug": "a", "target_entity_type_slug": "b" });
    let id = harness.schema(RELATION, "add_rule", rule).await.body["rule"]["id"].clone();
    let remove = json!({ "schema_type": RELATION, "action": "remove_rule", "rule_id": id });
    let reply = harness.send("POST", "/api/other/manage_entity_schema", remove).await;
    assert_eq!(reply.code(), (404, "not_found"));
    let list = harness.schema(RELATION, "list_rules", json!({ "slug": "r" })).await.body;
    assert_eq!(list["rules"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn conditions_are_stored_under_metadata() {
    let harness = Harness::memory();
    let condition = json!({
        "sourceNamespace": "email", "targetField": "email", "assuranceRequired": "oauth_verified",
        "matchStrategy": "unique_only",
    });
    harness.schema(RELATION, "create", json!({ "slug": "r", "name": "R", "auto_create_when": [condition] })).await;
    let metadata = relation(&harness, "r").await["metadata"].clone();
    assert_eq!((&metadata["autoCreateWhen"], &metadata["ruleVersion"]), (&json!([condition]), &json!(1)));
    assert_eq!(metadata["ruleHash"].as_str().unwrap().len(), 64);
    harness.schema(RELATION, "update", json!({ "slug": "r", "auto_create_when": [] })).await;
    let metadata = relation(&harness, "r").await["metadata"].clone();
    assert_eq!((&metadata["autoCreateWhen"], &metadata["ruleVersion"]), (&json!([]), &json!(2)));
}

#[tokio::test]
async fn the_audit_of_a_type_lists_who_changed_it() {
    let harness = Harness::memory();
    harness.schema(ENTITY, "create", json!({ "slug": "a", "name": "A" })).await;
    harness.schema(ENTITY, "update", json!({ "slug": "a", "name": "B" })).await;
    let reply = harness.schema(ENTITY, "audit", json!({ "slug": "a" })).await.body;
    let actions: Vec<&str> =
        reply["audit_entries"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["entity_type.create", "entity_type.update"]);
    assert_eq!(harness.schema(ENTITY, "audit", json!({ "slug": "b" })).await.status, 404);
}

#[tokio::test]
async fn reads_and_writes_are_counted_apart() {
    let harness = Harness::memory();
    harness.schema(ENTITY, "list", json!({})).await;
    harness.get("/api/dev/agents").await;
    harness.send("POST", "/api/dev/list_organizations", json!({})).await;
    assert_eq!((harness.counter.reads(), harness.counter.writes()), (3, 0));
    harness.schema(ENTITY, "create", json!({ "slug": "a", "name": "A" })).await;
    harness.schema(ENTITY, "create", json!({ "slug": "a", "name": "A" })).await;
    assert_eq!((harness.counter.reads(), harness.counter.writes()), (3, 2));
    harness.counter.reset();
    assert_eq!((harness.counter.reads(), harness.counter.writes()), (0, 0));
}
