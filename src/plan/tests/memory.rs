use serde_json::json;

use crate::model::{Declared, EntityType, RelationshipType, Text};
use crate::org::{ActualEntityType, ActualRelationshipType};
use crate::plan::{Action, Write};
use crate::schema::kinds::{ENTITY_TYPE, RELATIONSHIP_TYPE};

use super::build::{
    actual_entity, actual_relationship, entity, relationship, rule, schema, slug, stored_rule, text, value,
};
use super::store::{Server, World, action, fields, row};

fn entity_world(server: Server, declared: EntityType, org: Option<ActualEntityType>) -> World {
    let slug = declared.slug.clone();
    let mut world = World::with_memory(server, schema(vec![declared], Vec::new()));
    world.memory().entity_types.extend(org.map(|org| (slug, org)));
    world
}

fn relationship_world(server: Server, declared: RelationshipType, org: Option<ActualRelationshipType>) -> World {
    let slug = declared.slug.clone();
    let mut world = World::with_memory(server, schema(Vec::new(), vec![declared]));
    world.memory().relationship_types.extend(org.map(|org| (slug, org)));
    world
}

#[test]
fn a_new_entity_type_sends_everything_declared() {
    for server in Server::ALL {
        let mut company = entity("company");
        company.description = Declared::Value(text("A firm"));
        company.icon = Declared::Value(text("🏢"));
        company.color = Declared::Empty;
        company.metadata_schema = Declared::Value(value(&json!({"type": "object"})));
        let mut world = entity_world(server, company, None);
        let plan = world.converge();
        assert_eq!(
            fields(row(&plan, "entity-type/company")),
            ["add name", "add description", "add icon", "add metadata_schema"]
        );
    }
}

#[test]
fn every_field_of_an_entity_type_has_three_states() {
    let full = || ActualEntityType {
        name: Text::known("Name"),
        description: Some(text("d")),
        icon: Some(text("i")),
        color: Some(text("c")),
        metadata_schema: value(&json!({"type": "object"})),
        event_kinds: value(&json!({"won": {}})),
    };
    let members = ["description", "icon", "color", "metadata_schema", "event_kinds"];
    let lines = |word: &str| members.map(|member| format!("{word} {member}")).to_vec();
    let row_of = |declared: EntityType, prune: bool| {
        let mut world = entity_world(Server::ExistingInClear, declared, Some(full()));
        world.options.prune = prune;
        fields(row(&world.converge(), "entity-type/company"))
    };
    assert_eq!(row_of(entity("company"), false), lines("drift"));
    assert_eq!(row_of(entity("company"), true), lines("remove"));
    let mut empty = entity("company");
    (empty.description, empty.icon, empty.color) = (Declared::Empty, Declared::Empty, Declared::Empty);
    (empty.metadata_schema, empty.event_kinds) = (Declared::Empty, Declared::Empty);
    assert_eq!(row_of(empty, false), lines("clear"));
    let mut changed = entity("company");
    changed.description = Declared::Value(text("d2"));
    changed.icon = Declared::Value(text("i2"));
    changed.color = Declared::Value(text("c2"));
    changed.metadata_schema = Declared::Value(value(&json!({"type": "object", "required": ["x"]})));
    changed.event_kinds = Declared::Value(value(&json!({"won": {}, "lost": {}})));
    assert_eq!(row_of(changed, false), lines("change"));
}

#[test]
fn schemas_are_equal_whatever_the_order_of_their_members() {
    let mut company = entity("company");
    let declared = json!({"type": "object", "properties": {"a": {"minimum": 1.0}, "b": {}}});
    company.metadata_schema = Declared::Value(value(&declared));
    let org = json!({"properties": {"b": {}, "a": {"minimum": 1}}, "type": "object"});
    let stored = ActualEntityType { metadata_schema: value(&org), ..actual_entity() };
    assert!(entity_world(Server::Ours, company, Some(stored)).converge().is_empty());
}

#[test]
fn a_foreign_type_of_the_slug_does_not_hide_that_ours_is_missing() {
    let mut world = entity_world(Server::ExistingInClear, entity("company"), None);
    world.memory().foreign_entity_types.insert(slug("company"), "public".to_owned());
    assert_eq!(action(&world.converge(), "entity-type/company"), Action::Create);
}

#[test]
fn types_that_no_file_has_are_named_and_left_alone() {
    let mut world = entity_world(Server::Ours, entity("company"), Some(actual_entity())).prune();
    world.memory().entity_types.insert(slug("person"), actual_entity());
    world.memory().relationship_types.insert(slug("knows"), actual_relationship());
    let plan = world.converge();
    assert!(plan.is_empty());
    assert_eq!(plan.undeclared[&ENTITY_TYPE], ["person"]);
    assert_eq!(plan.undeclared[&RELATIONSHIP_TYPE], ["knows"]);
}

#[test]
fn without_a_memory_table_types_are_neither_rows_nor_drift() {
    let mut world = World::new(Server::Ours);
    world.memory().entity_types.insert(slug("person"), actual_entity());
    let plan = world.plan();
    assert!(plan.rows.is_empty() && plan.undeclared.is_empty());
}

#[test]
fn rules_are_exactly_the_declared_ones() {
    let org = || ActualRelationshipType {
        rules: Some(vec![stored_rule(1, "a", "b"), stored_rule(2, "c", "d")]),
        ..actual_relationship()
    };
    let mut knows = relationship("knows");
    knows.rules = Declared::Value(vec![rule("a", "b"), rule("e", "f")]);
    let mut world = relationship_world(Server::Ours, knows, Some(org()));
    let plan = world.converge();
    let writes = &row(&plan, "relationship-type/knows").writes;
    assert_eq!(writes[0], Write::AddRule(slug("knows"), rule("e", "f")));
    assert_eq!(writes[1], Write::RemoveRule(slug("knows"), stored_rule(2, "c", "d")));
    assert_eq!(writes.len(), 2);
}

#[test]
fn rules_have_three_states_and_no_order() {
    let org = ActualRelationshipType {
        rules: Some(vec![stored_rule(1, "a", "b"), stored_rule(2, "c", "d")]),
        ..actual_relationship()
    };
    let lines = |rules: Declared<Vec<crate::model::Rule>>, prune: bool| {
        let mut knows = relationship("knows");
        knows.rules = rules;
        let mut world = relationship_world(Server::Ours, knows, Some(org.clone()));
        world.options.prune = prune;
        fields(row(&world.converge(), "relationship-type/knows"))
    };
    assert_eq!(lines(Declared::Absent, false), ["drift rules"]);
    assert_eq!(lines(Declared::Absent, true), ["remove rules"]);
    assert_eq!(lines(Declared::Empty, false), ["clear rules"]);
    assert_eq!(lines(Declared::Value(vec![rule("c", "d"), rule("a", "b")]), true), [""; 0]);
}

#[test]
fn a_rule_that_the_org_has_twice_is_left_or_removed_whole() {
    let twice = vec![stored_rule(1, "a", "b"), stored_rule(2, "a", "b")];
    let org = ActualRelationshipType { rules: Some(twice), ..actual_relationship() };
    let mut knows = relationship("knows");
    knows.rules = Declared::Value(vec![rule("a", "b")]);
    assert!(relationship_world(Server::Ours, knows.clone(), Some(org.clone())).converge().is_empty());
    knows.rules = Declared::Empty;
    let plan = relationship_world(Server::Ours, knows, Some(org)).converge();
    assert_eq!(row(&plan, "relationship-type/knows").writes.len(), 2);
}

#[test]
fn symmetry_can_be_set_only_on_create() {
    let mut knows = relationship("knows");
    knows.is_symmetric = Some(true);
    let mut new = relationship_world(Server::ExistingInClear, knows.clone(), None);
    assert_eq!(fields(row(&new.converge(), "relationship-type/knows")), ["add name", "add is_symmetric"]);
    let existing = relationship_world(Server::ExistingInClear, knows, Some(actual_relationship()));
    let plan = existing.plan();
    assert_eq!(plan.problems.len(), 1);
    assert_eq!(
        plan.problems[0].message,
        "is_symmetric is false in the org and true in the files, and can't be changed"
    );
    let org = ActualRelationshipType { is_symmetric: true, ..actual_relationship() };
    let undeclared = relationship_world(Server::Ours, relationship("knows"), Some(org)).prune();
    assert_eq!(fields(row(&undeclared.plan(), "relationship-type/knows")), ["drift! is_symmetric"]);
}

#[test]
fn a_status_is_changed_and_active_is_the_default() {
    let mut knows = relationship("knows");
    assert!(
        relationship_world(Server::Ours, knows.clone(), Some(actual_relationship())).plan().rows[0].fields.is_empty()
    );
    knows.status = Some("archived".to_owned());
    let mut world = relationship_world(Server::Ours, knows, Some(actual_relationship()));
    assert_eq!(fields(row(&world.converge(), "relationship-type/knows")), ["change status"]);
    world.schema().relationship_types[0].status = None;
    world.options.prune = true;
    assert_eq!(fields(row(&world.converge(), "relationship-type/knows")), ["drift! status"]);
}

#[test]
fn auto_create_when_is_compared() {
    let conditions = json!([{"sourceNamespace": "crm", "targetField": "email"}]);
    let mut knows = relationship("knows");
    knows.auto_create_when = Declared::Value(value(&conditions));
    let mut world = relationship_world(Server::Ours, knows, Some(actual_relationship()));
    assert_eq!(fields(row(&world.converge(), "relationship-type/knows")), ["add auto_create_when"]);
    world.schema().relationship_types[0].auto_create_when = Declared::Empty;
    assert_eq!(fields(row(&world.converge(), "relationship-type/knows")), ["clear auto_create_when"]);
}

#[test]
fn mutual_inverses_are_both_created_and_then_linked() {
    for server in Server::ALL {
        let mut owns = relationship("owns");
        owns.inverse = Declared::Value(slug("owned-by"));
        let mut owned = relationship("owned-by");
        owned.inverse = Declared::Value(slug("owns"));
        let mut world = World::with_memory(server, schema(Vec::new(), vec![owns, owned]));
        let plan = world.converge();
        let tasks = crate::plan::tasks(&plan);
        let links: Vec<_> = tasks.iter().filter(|task| task.writes == [1]).collect();
        assert_eq!(links.len(), 2);
        for link in links {
            let mut after = link.after.clone();
            after.sort_unstable();
            assert_eq!(after, [0, 1]);
        }
        assert_eq!(world.memory().relationship_types[&slug("owns")].inverse, Some(slug("owned-by")));
    }
}

/// The recorded server sets an inverse on both types when one of them names it (wire `30-members`).
#[test]
fn an_inverse_that_the_other_side_declares_is_no_drift() {
    let mut owns = relationship("owns");
    owns.inverse = Declared::Value(slug("owned-by"));
    let mut world =
        World::with_memory(Server::ExistingInClear, schema(Vec::new(), vec![owns, relationship("owned-by")]));
    world.converge();
    world.memory().relationship_types.get_mut(&slug("owned-by")).unwrap().inverse = Some(slug("owns"));
    for prune in [false, true] {
        world.options.prune = prune;
        let plan = world.plan();
        assert_eq!(fields(row(&plan, "relationship-type/owned-by")), [""; 0]);
    }
    world.memory().relationship_types.get_mut(&slug("owned-by")).unwrap().inverse = Some(slug("elsewhere"));
    assert_eq!(fields(row(&world.plan(), "relationship-type/owned-by")), ["remove inverse_type_slug"]);
}

#[test]
fn an_inverse_is_linked_to_what_the_org_has_and_unlinked() {
    let mut owns = relationship("owns");
    owns.inverse = Declared::Value(slug("owned-by"));
    let mut world = relationship_world(Server::Ours, owns, Some(actual_relationship()));
    world.memory().relationship_types.insert(slug("owned-by"), actual_relationship());
    let plan = world.converge();
    assert_eq!(fields(row(&plan, "relationship-type/owns")), ["add inverse_type_slug"]);
    assert_eq!(row(&plan, "relationship-type/owns").writes.len(), 1);
    world.schema().relationship_types[0].inverse = Declared::Empty;
    assert_eq!(fields(row(&world.converge(), "relationship-type/owns")), ["clear inverse_type_slug"]);
}

#[test]
fn an_inverse_that_is_nowhere_is_a_problem() {
    let mut owns = relationship("owns");
    owns.inverse = Declared::Value(slug("owned-by"));
    assert_eq!(relationship_world(Server::Ours, owns, None).plan().problems.len(), 1);
}

#[test]
fn a_slug_of_another_org_is_a_problem_where_slugs_are_shared() {
    for server in Server::ALL {
        let mut world = relationship_world(server, relationship("knows"), None);
        world.memory().foreign_relationship_types.insert(slug("knows"), "acme".to_owned());
        let problems = world.plan().problems;
        assert_eq!(problems.len(), usize::from(!server.is_ours()), "{server:?}");
        assert!(problems.iter().all(|problem| problem.message.contains("`acme`")));
    }
}

#[test]
fn a_types_update_its_link_and_its_rules_are_requests_of_their_own() {
    let mut owns = relationship("owns");
    owns.description = Declared::Value(text("new"));
    owns.inverse = Declared::Value(slug("owned-by"));
    owns.rules = Declared::Value(vec![rule("a", "b")]);
    let mut world = relationship_world(Server::Ours, owns, Some(actual_relationship()));
    world.memory().relationship_types.insert(slug("owned-by"), actual_relationship());
    let plan = world.converge();
    let writes = &row(&plan, "relationship-type/owns").writes;
    assert!(matches!(writes.as_slice(), [Write::UpdateRelationshipType(_), Write::LinkInverse(_), Write::AddRule(..)]));
}
