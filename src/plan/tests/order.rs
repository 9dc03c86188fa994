use serde_json::json;

use crate::plan::tasks;
use crate::schema::kinds::{ENTITY_TYPE, RELATIONSHIP_TYPE, SETTINGS};

use super::build::{platform, resource};
use super::store::{Server, World};

fn project() -> World {
    let rules = json!([["company", "person"], ["elsewhere", "person"]]);
    let types = vec![
        resource(ENTITY_TYPE, "company", &json!({})),
        resource(ENTITY_TYPE, "person", &json!({})),
        resource(RELATIONSHIP_TYPE, "owns", &json!({"inverse_type_slug": "owned-by", "rules": rules})),
        resource(RELATIONSHIP_TYPE, "owned-by", &json!({})),
    ];
    let mut world = World::with_memory(Server::Ours, types);
    for id in ["one-agent", "two-agent"] {
        world.declare_agent(id);
        world.declared.pop();
        world.declared.push(resource(SETTINGS, id, &json!({"guardrails": ["a"]})));
        world.declared.push(platform(&format!("{id}/{id}-slack"), "slack", &[]));
    }
    world
}

#[test]
fn rows_come_by_kind_and_then_as_in_the_files() {
    let plan = project().converge();
    let keys: Vec<_> = plan.rows.iter().map(|row| row.key.to_string()).collect();
    assert_eq!(
        keys,
        [
            "agent/one-agent",
            "agent/two-agent",
            "settings/one-agent",
            "settings/two-agent",
            "platform/one-agent/one-agent-slack",
            "platform/two-agent/two-agent-slack",
            "entity-type/company",
            "entity-type/person",
            "relationship-type/owns",
            "relationship-type/owned-by",
        ]
    );
}

#[test]
fn tasks_wait_for_exactly_what_they_need() {
    let plan = project().plan();
    let tasks = tasks(&plan);
    let name = |task: usize| plan.rows[tasks[task].row].key.to_string();
    let waits: Vec<_> = tasks
        .iter()
        .enumerate()
        .filter(|(_, task)| !task.after.is_empty())
        .map(|(position, task)| {
            let mut after: Vec<_> = task.after.iter().map(|other| name(*other)).collect();
            after.sort();
            after.dedup();
            format!("{} {:?} after {}", name(position), task.writes, after.join(", "))
        })
        .collect();
    assert_eq!(
        waits,
        [
            "settings/one-agent [0] after agent/one-agent",
            "settings/two-agent [0] after agent/two-agent",
            "platform/one-agent/one-agent-slack [0] after agent/one-agent, settings/one-agent",
            "platform/two-agent/two-agent-slack [0] after agent/two-agent, settings/two-agent",
            "relationship-type/owns [0, 2, 3] after entity-type/company, entity-type/person",
            "relationship-type/owns [1] after relationship-type/owned-by, relationship-type/owns",
        ]
    );
}

#[test]
fn every_task_waits_only_for_earlier_ones_and_every_write_is_in_one() {
    let plan = project().plan();
    let tasks = tasks(&plan);
    for (position, task) in tasks.iter().enumerate() {
        assert!(task.after.iter().all(|other| *other < position));
    }
    for (position, row) in plan.rows.iter().enumerate() {
        let mut writes: Vec<_> =
            tasks.iter().filter(|task| task.row == position).flat_map(|task| task.writes.clone()).collect();
        writes.sort_unstable();
        assert_eq!(writes, (0..row.writes.len()).collect::<Vec<_>>());
    }
    assert!(plan.rows.iter().any(|row| row.key.kind == RELATIONSHIP_TYPE));
}
