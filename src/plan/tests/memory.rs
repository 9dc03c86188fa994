use serde_json::{Value as Json, json};

use crate::model::Value;
use crate::plan::Action;
use crate::schema::kinds::relationship_type::RULES;
use crate::schema::kinds::{ENTITY_TYPE, RELATIONSHIP_TYPE};
use crate::schema::{Field, Kind, Resource, ResourceKey, StoredPair, Write};

use super::build::{declare, named, pair, resource};
use super::store::{Server, World, action, fields, row};

fn relationship(slug: &str, declared: &Json) -> Resource {
    resource(RELATIONSHIP_TYPE, slug, declared)
}

fn world_of(server: Server, kind: Kind, slug: &str, declared: &Json, org: Option<&Json>) -> World {
    let mut world = World::with_memory(server, vec![resource(kind, slug, declared)]);
    if let Some(org) = org {
        world.store(kind, slug, org);
    }
    world
}

/// `company` in the files and in the org.
fn entity_world(server: Server, declared: &Json, org: Option<&Json>) -> World {
    world_of(server, ENTITY_TYPE, "company", declared, org)
}

/// `knows` in the files and in the org.
fn relationship_world(server: Server, declared: &Json, org: Option<&Json>) -> World {
    world_of(server, RELATIONSHIP_TYPE, "knows", declared, org)
}

#[track_caller]
fn inverse() -> &'static Field {
    named(RELATIONSHIP_TYPE, "inverse_type_slug")
}

fn set_inverse(world: &mut World, slug: &str, inverse_slug: &str) {
    let record = world.records(RELATIONSHIP_TYPE).own.get_mut(slug).unwrap();
    record.values.set(inverse(), Value::known(inverse_slug));
}

const KNOWS: &str = "relationship-type/knows";

#[test]
fn a_new_entity_type_sends_everything_declared() {
    for server in Server::ALL {
        let declared = json!({
            "description": "A firm", "icon": "🏢", "color": null, "metadata_schema": {"type": "object"},
        });
        let plan = entity_world(server, &declared, None).converge();
        assert_eq!(
            fields(row(&plan, "entity-type/company")),
            ["add name", "add description", "add icon", "add metadata_schema"]
        );
    }
}

#[test]
fn every_field_of_an_entity_type_has_three_states() {
    let full = json!({
        "description": "d", "icon": "i", "color": "c",
        "metadata_schema": {"type": "object"}, "event_kinds": {"won": {}},
    });
    let members = ["description", "icon", "color", "metadata_schema", "event_kinds"];
    let lines = |word: &str| members.map(|member| format!("{word} {member}")).to_vec();
    let row_of = |declared: &Json, prune: bool| {
        let mut world = entity_world(Server::ExistingInClear, declared, Some(&full));
        world.options.prune = prune;
        fields(row(&world.converge(), "entity-type/company"))
    };
    assert_eq!(row_of(&json!({}), false), lines("drift"));
    assert_eq!(row_of(&json!({}), true), lines("remove"));
    let empty: Json = members.iter().map(|member| (*member, Json::Null)).collect();
    assert_eq!(row_of(&empty, false), lines("clear"));
    let changed = json!({
        "description": "d2", "icon": "i2", "color": "c2",
        "metadata_schema": {"type": "object", "required": ["x"]}, "event_kinds": {"won": {}, "lost": {}},
    });
    assert_eq!(row_of(&changed, false), lines("change"));
}

#[test]
fn schemas_are_equal_whatever_the_order_of_their_members() {
    let declared = json!({"type": "object", "properties": {"a": {"minimum": 1.0}, "b": {}}});
    let org = json!({"properties": {"b": {}, "a": {"minimum": 1}}, "type": "object"});
    let (declared, org) = (json!({"metadata_schema": declared}), json!({"metadata_schema": org}));
    assert!(entity_world(Server::Ours, &declared, Some(&org)).converge().is_empty());
}

#[test]
fn a_foreign_type_of_the_slug_does_not_hide_that_ours_is_missing() {
    let mut world = entity_world(Server::ExistingInClear, &json!({}), None);
    world.records(ENTITY_TYPE).foreign.insert("company".to_owned(), "public".to_owned());
    assert_eq!(action(&world.converge(), "entity-type/company"), Action::Create);
}

#[test]
fn types_that_no_file_has_are_named_and_left_alone() {
    let mut world = entity_world(Server::Ours, &json!({}), Some(&json!({}))).prune();
    world.store(ENTITY_TYPE, "person", &json!({}));
    world.store(RELATIONSHIP_TYPE, "knows", &json!({}));
    let plan = world.converge();
    assert!(plan.is_empty());
    assert_eq!(plan.undeclared[&ENTITY_TYPE], ["person"]);
    assert_eq!(plan.undeclared[&RELATIONSHIP_TYPE], ["knows"]);
}

#[test]
fn without_a_memory_table_types_are_neither_rows_nor_drift() {
    let mut world = World::new(Server::Ours);
    world.store(ENTITY_TYPE, "person", &json!({}));
    let plan = world.plan();
    assert!(plan.rows.is_empty() && plan.undeclared.is_empty());
}

#[test]
fn rules_are_exactly_the_declared_ones() {
    let org = json!({"rules": [["a", "b"], ["c", "d"]]});
    let declared = json!({"rules": [["a", "b"], ["e", "f"]]});
    let plan = relationship_world(Server::Ours, &declared, Some(&org)).converge();
    let key = || ResourceKey::new(RELATIONSHIP_TYPE, "knows");
    let stored = StoredPair { handle: json!(2), pair: pair("c", "d") };
    let expected = [Write::Add(key(), RULES, pair("e", "f")), Write::Remove(key(), RULES, stored)];
    assert_eq!(row(&plan, KNOWS).writes, expected);
}

#[test]
fn rules_have_three_states_and_no_order() {
    let org = json!({"rules": [["a", "b"], ["c", "d"]]});
    let lines = |declared: &Json, prune: bool| {
        let mut world = relationship_world(Server::Ours, declared, Some(&org));
        world.options.prune = prune;
        fields(row(&world.converge(), KNOWS))
    };
    assert_eq!(lines(&json!({}), false), ["drift rules"]);
    assert_eq!(lines(&json!({}), true), ["remove rules"]);
    assert_eq!(lines(&json!({"rules": null}), false), ["clear rules"]);
    assert_eq!(lines(&json!({"rules": [["c", "d"], ["a", "b"]]}), true), [""; 0]);
}

#[test]
fn a_rule_that_the_org_has_twice_is_left_or_removed_whole() {
    let org = json!({"rules": [["a", "b"], ["a", "b"]]});
    let declared = json!({"rules": [["a", "b"]]});
    assert!(relationship_world(Server::Ours, &declared, Some(&org)).converge().is_empty());
    let plan = relationship_world(Server::Ours, &json!({"rules": null}), Some(&org)).converge();
    assert_eq!(row(&plan, KNOWS).writes.len(), 2);
}

#[test]
fn symmetry_can_be_set_only_on_create() {
    let declared = json!({"is_symmetric": true});
    let mut new = relationship_world(Server::ExistingInClear, &declared, None);
    assert_eq!(fields(row(&new.converge(), KNOWS)), ["add name", "add is_symmetric"]);
    let existing = relationship_world(Server::ExistingInClear, &declared, Some(&json!({})));
    let plan = existing.plan();
    assert_eq!(plan.problems.len(), 1);
    assert_eq!(
        plan.problems[0].message,
        "is_symmetric is false in the org and true in the files, and can't be changed"
    );
    let undeclared = relationship_world(Server::Ours, &json!({}), Some(&json!({"is_symmetric": true}))).prune();
    assert_eq!(fields(row(&undeclared.plan(), KNOWS)), ["drift! is_symmetric"]);
}

#[test]
fn a_status_is_changed_and_active_is_the_default() {
    assert!(relationship_world(Server::Ours, &json!({}), Some(&json!({}))).plan().rows[0].fields.is_empty());
    let mut world = relationship_world(Server::Ours, &json!({"status": "archived"}), Some(&json!({})));
    assert_eq!(fields(row(&world.converge(), KNOWS)), ["change status"]);
    world.declared = vec![relationship("knows", &json!({}))];
    world.options.prune = true;
    assert_eq!(fields(row(&world.converge(), KNOWS)), ["drift! status"]);
}

#[test]
fn auto_create_when_is_compared() {
    let conditions = json!([{"sourceNamespace": "crm", "targetField": "email"}]);
    let mut world = relationship_world(Server::Ours, &json!({"auto_create_when": conditions}), Some(&json!({})));
    assert_eq!(fields(row(&world.converge(), KNOWS)), ["add auto_create_when"]);
    declare(world.resource(RELATIONSHIP_TYPE), "auto_create_when", &json!(null));
    assert_eq!(fields(row(&world.converge(), KNOWS)), ["clear auto_create_when"]);
}

#[test]
fn mutual_inverses_are_both_created_and_then_linked() {
    for server in Server::ALL {
        let owns = relationship("owns", &json!({"inverse_type_slug": "owned-by"}));
        let owned = relationship("owned-by", &json!({"inverse_type_slug": "owns"}));
        let mut world = World::with_memory(server, vec![owns, owned]);
        let plan = world.converge();
        let tasks = crate::plan::tasks(&plan);
        let links: Vec<_> = tasks.iter().filter(|task| task.writes == [1]).collect();
        assert_eq!(links.len(), 2);
        for link in links {
            let mut after = link.after.clone();
            after.sort_unstable();
            assert_eq!(after, [0, 1]);
        }
        let owns = world.records(RELATIONSHIP_TYPE).get("owns").unwrap();
        assert_eq!(owns.text(inverse()), Some("owned-by"));
    }
}

/// The recorded server sets an inverse on both types when one of them names it (wire `30-members`).
#[test]
fn an_inverse_that_the_other_side_declares_is_no_drift() {
    let owns = relationship("owns", &json!({"inverse_type_slug": "owned-by"}));
    let types = vec![owns, relationship("owned-by", &json!({}))];
    let mut world = World::with_memory(Server::ExistingInClear, types);
    world.converge();
    set_inverse(&mut world, "owned-by", "owns");
    for prune in [false, true] {
        world.options.prune = prune;
        let plan = world.plan();
        assert_eq!(fields(row(&plan, "relationship-type/owned-by")), [""; 0]);
    }
    set_inverse(&mut world, "owned-by", "elsewhere");
    assert_eq!(fields(row(&world.plan(), "relationship-type/owned-by")), ["remove inverse_type_slug"]);
}

#[test]
fn an_inverse_is_linked_to_what_the_org_has_and_unlinked() {
    let declared = json!({"inverse_type_slug": "owned-by"});
    let mut world = relationship_world(Server::Ours, &declared, Some(&json!({})));
    world.store(RELATIONSHIP_TYPE, "owned-by", &json!({}));
    let plan = world.converge();
    assert_eq!(fields(row(&plan, KNOWS)), ["add inverse_type_slug"]);
    assert_eq!(row(&plan, KNOWS).writes.len(), 1);
    declare(world.resource(RELATIONSHIP_TYPE), "inverse_type_slug", &json!(null));
    assert_eq!(fields(row(&world.converge(), KNOWS)), ["clear inverse_type_slug"]);
}

#[test]
fn an_inverse_that_is_nowhere_is_a_problem() {
    let declared = json!({"inverse_type_slug": "owned-by"});
    assert_eq!(relationship_world(Server::Ours, &declared, None).plan().problems.len(), 1);
}

#[test]
fn a_slug_of_another_org_is_a_problem_where_slugs_are_shared() {
    for server in Server::ALL {
        let mut world = relationship_world(server, &json!({}), None);
        world.records(RELATIONSHIP_TYPE).foreign.insert("knows".to_owned(), "acme".to_owned());
        let problems = world.plan().problems;
        assert_eq!(problems.len(), usize::from(!server.is_ours()), "{server:?}");
        assert!(problems.iter().all(|problem| problem.message.contains("`acme`")));
    }
}

#[test]
fn a_types_update_its_link_and_its_rules_are_requests_of_their_own() {
    let declared = json!({"description": "new", "inverse_type_slug": "owned-by", "rules": [["a", "b"]]});
    let mut world = relationship_world(Server::Ours, &declared, Some(&json!({})));
    world.store(RELATIONSHIP_TYPE, "owned-by", &json!({}));
    let plan = world.converge();
    let writes = &row(&plan, KNOWS).writes;
    assert!(matches!(writes.as_slice(), [Write::Update(_), Write::Link(_), Write::Add(..)]));
}
