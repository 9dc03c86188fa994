//! What is particular to watchers: actions of their own, archives, groups, agents, and what each generation takes.

use serde_json::{Value as Json, json};

use super::build::resource;
use super::store::{Server, World};
use crate::model::Family;
use crate::plan::{Action, Only, Plan};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, WATCHER};
use crate::schema::{Generation, ServerTraits, Write};

fn world(server: Server) -> World {
    let mut world = World::new(server);
    world.families.push(Family::Memory);
    world.declared.push(resource(AGENT, "triage", &json!({})));
    world.store(AGENT, "triage", &json!({}));
    world
}

fn declaring(server: Server, fields: &Json) -> World {
    let mut world = world(server);
    world.declared.push(resource(WATCHER, "late", fields));
    world
}

fn sent(plan: &Plan) -> Vec<(&'static str, Vec<&'static str>)> {
    let row = plan.rows.iter().find(|row| row.key.kind == WATCHER).expect("a row");
    let names = |write: &Write| write.sent().expect("fields").fields.iter().map(|(field, _)| field.name).collect();
    let word = |write: &Write| match write {
        Write::Create(_) => "create",
        _ => "update",
    };
    row.writes.iter().map(|write| (word(write), names(write))).collect()
}

fn messages(plan: &Plan) -> Vec<&str> {
    plan.problems.iter().chain(&plan.warnings).map(|problem| problem.message.as_str()).collect()
}

#[test]
fn a_request_says_only_what_its_action_changes() {
    let all =
        json!({"tags": ["a"], "prompt": "p", "reaction_script": "s", "schedule": "@daily", "sources": [{"name": "q"}]});
    let plan = declaring(Server::Ours, &all).plan();
    let created = ["agent", "extraction_schema", "name", "prompt", "schedule", "sources", "tags"];
    assert_eq!(sent(&plan), [("create", created.to_vec()), ("update", vec!["reaction_script"])]);
    let mut world = declaring(Server::Ours, &all);
    world.store(WATCHER, "late", &json!({}));
    let parts = [vec!["schedule", "tags"], vec!["prompt", "sources"], vec!["reaction_script"]];
    let plan = world.plan();
    let found = sent(&plan);
    assert_eq!(found.iter().map(|(word, _)| *word).collect::<Vec<_>>(), ["update"; 3]);
    for part in parts {
        assert!(found.iter().any(|(_, fields)| *fields == part), "{part:?} in {found:?}");
    }
    assert_eq!(found[2].1, ["reaction_script"]);
}

#[test]
fn an_archived_slug_is_taken_for_ever_but_on_our_server() {
    let mut theirs = declaring(Server::ExistingMasked, &json!({}));
    theirs.actual.records.entry(WATCHER).or_default().archived.insert("late".to_owned());
    theirs.actual.server = ServerTraits::of(Generation::Second, None);
    let plan = theirs.plan();
    assert_eq!(messages(&plan), ["a watcher with this slug is archived, and this server never frees a slug"]);
    let mut ours = declaring(Server::Ours, &json!({}));
    ours.actual.records.entry(WATCHER).or_default().archived.insert("late".to_owned());
    assert_eq!(messages(&ours.plan()), [] as [&str; 0]);
}

#[test]
fn a_shared_group_is_pointed_out_where_it_is_written() {
    let mut world = declaring(Server::Ours, &json!({"prompt": "other"}));
    for (slug, group) in [("late", 7), ("late-eu", 7), ("alone", 9)] {
        world.store(WATCHER, slug, &json!({"watcher_group_id": group}));
    }
    assert_eq!(messages(&world.plan()), ["it shares its versions with late-eu, which this changes too"]);
    let mut unchanged = declaring(Server::Ours, &json!({}));
    for slug in ["late", "late-eu"] {
        unchanged.store(WATCHER, slug, &json!({"watcher_group_id": 7}));
    }
    assert_eq!(messages(&unchanged.plan()), [] as [&str; 0]);
    let mut own = declaring(Server::Ours, &json!({"tags": ["mine"]}));
    for slug in ["late", "late-eu"] {
        own.store(WATCHER, slug, &json!({"watcher_group_id": 7}));
    }
    assert_eq!(messages(&own.plan()), [] as [&str; 0], "no version has tags");
}

#[test]
fn an_agent_must_be_there_or_be_made() {
    let mut world = declaring(Server::Ours, &json!({"agent": "desk"}));
    assert_eq!(messages(&world.plan()), ["its agent `desk` is not in the org and not part of this plan"]);
    world.declared.push(resource(AGENT, "desk", &json!({})));
    assert_eq!(messages(&world.plan()), [] as [&str; 0]);
    let mut unchanged = declaring(Server::Ours, &json!({"agent": "desk"}));
    unchanged.store(WATCHER, "late", &json!({"agent": "desk"}));
    let plan = unchanged.plan();
    assert_eq!((plan.problems.len(), plan.warnings.len()), (0, 1), "what is not written is only warned of");
    // Without the agents nobody knows: they are asked for.
    world.options.selection.only = Some(Only::Memory);
    world.actual.records.retain(|kind, _| kind.is_memory());
    world.actual.records.entry(WATCHER).or_default();
    let plan = world.plan();
    assert_eq!(messages(&plan), [] as [&str; 0]);
    assert!(crate::plan::names_unread_agents(&plan, &world.actual));
}

#[test]
fn the_first_generation_takes_what_it_knows() {
    let first = |fields: &Json| {
        let mut world = declaring(Server::ExistingMasked, fields);
        world.actual.records.entry(WATCHER).or_default();
        world.actual.server = ServerTraits::of(Generation::First, None);
        world.plan()
    };
    let plan = first(&json!({}));
    assert!(plan.rows.iter().all(|row| row.key.kind != WATCHER));
    let note = "1 watcher is not applied: this server takes a watcher only with the `entity_id` of what it watches";
    assert!(plan.notes.iter().any(|found| found == note), "{:?}", plan.notes);
    // What is there was taken, whatever it watches.
    let mut there = declaring(Server::ExistingMasked, &json!({"prompt": "other"}));
    there.store(WATCHER, "late", &json!({}));
    there.actual.server = ServerTraits::of(Generation::First, None);
    let plan = there.plan();
    assert!(plan.rows.iter().any(|row| row.key.kind == WATCHER && row.action == Action::Update));
    let plan = first(&json!({"entity_id": 12}));
    assert!(plan.rows.iter().any(|row| row.key.kind == WATCHER && row.action == Action::Create));
    assert_eq!(messages(&plan), [] as [&str; 0]);
    let plan = first(&json!({"entity_id": 12, "agent_kind": "claude"}));
    assert_eq!(messages(&plan), ["this server has no `agent_kind` and would drop it"]);
}

#[test]
fn a_version_that_inherits_clears_nothing() {
    let of = |generation| {
        let server = if generation == Generation::Ours { Server::Ours } else { Server::ExistingMasked };
        let mut world = declaring(server, &json!({"description": null}));
        world.store(WATCHER, "late", &json!({"description": "old", "reactions_guidance": "old"}));
        world.actual.server = ServerTraits::of(generation, None);
        world.options.prune = true;
        world.plan()
    };
    let plan = of(Generation::Second);
    assert_eq!(messages(&plan), ["this server can't clear `description`: a new version keeps it"]);
    let changed = |plan: &Plan| {
        let row = plan.rows.iter().find(|row| row.key.kind == WATCHER).expect("a row");
        row.fields
            .iter()
            .filter(|field| field.action.is_change())
            .map(|field| field.path.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(changed(&plan), ["description"]);
    let plan = of(Generation::Ours);
    assert_eq!(messages(&plan), [] as [&str; 0]);
    assert_eq!(changed(&plan), ["description", "reactions_guidance"]);
}

#[test]
fn the_query_that_a_server_adds_is_no_drift() {
    let action = |name: &str, query: &str| {
        let mut world = declaring(Server::Ours, &json!({}));
        world.store(WATCHER, "late", &json!({"sources": [{"name": name, "query": query}]}));
        world.plan().rows.into_iter().find(|row| row.key.kind == WATCHER).expect("a row").action
    };
    let everything = "SELECT *\n  FROM events ORDER BY occurred_at DESC";
    assert_eq!(action("content", everything), Action::Unchanged);
    assert_eq!(action("content", "select * from c.content order by c.occurred_at desc"), Action::Unchanged);
    assert_eq!(action("mine", everything), Action::Drift);
    assert_eq!(action("content", "SELECT * FROM events WHERE kind = 'late' ORDER BY occurred_at DESC"), Action::Drift);
}

#[test]
fn it_is_written_after_its_agent_and_the_types() {
    let mut world = World::new(Server::Ours);
    world.families.push(Family::Memory);
    world.declared.push(resource(AGENT, "triage", &json!({})));
    world.declared.push(resource(ENTITY_TYPE, "order", &json!({})));
    for slug in ["late", "stock"] {
        world.declared.push(resource(WATCHER, slug, &json!({})));
    }
    world.actual.records.entry(WATCHER).or_default();
    world.actual.records.entry(ENTITY_TYPE).or_default();
    let plan = world.plan();
    let tasks = crate::plan::tasks(&plan);
    let kind = |task: &crate::plan::Task| plan.rows[task.row].key.kind;
    for task in tasks.iter().filter(|task| kind(task) == WATCHER) {
        let after: Vec<_> = task.after.iter().map(|at| kind(&tasks[*at])).collect();
        assert!(after.contains(&AGENT) && !after.contains(&WATCHER), "{after:?}");
        assert!(task.is_alone);
        let types = tasks.iter().position(|task| kind(task) == ENTITY_TYPE).expect("a task");
        assert!(
            tasks.iter().position(|other| other == task) > Some(types),
            "what is alone waits for what stands before it"
        );
    }
}
