use serde_json::json;

use crate::model::{NotApplied, SecretName, Value};
use crate::plan::Action;
use crate::schema::kinds::{AGENT, SETTINGS, agent};

use super::build::declare;
use super::store::{Server, World, action, fields, row};

#[test]
fn a_new_agent_is_two_creates() {
    for server in Server::ALL {
        let mut world = World::new(server);
        world.declare_agent("triage");
        declare(world.resource(AGENT), "description", &json!("Sorts the post"));
        let plan = world.converge();
        assert_eq!(action(&plan, "agent/triage"), Action::Create);
        assert_eq!(action(&plan, "settings/triage"), Action::Create);
        assert_eq!(plan.summary().create, 2);
        assert_eq!(fields(row(&plan, "agent/triage")), ["add name", "add description"]);
    }
}

#[test]
fn an_equal_agent_is_unchanged_and_its_name_converges() {
    let mut world = World::with_agent(Server::Ours);
    assert_eq!(action(&world.plan(), "agent/triage"), Action::Unchanged);
    assert!(world.plan().is_empty());
    declare(world.resource(AGENT), "name", &json!("Another"));
    assert_eq!(fields(row(&world.converge(), "agent/triage")), ["change name"]);
}

#[test]
fn a_description_has_three_states() {
    let with = |declared: Option<serde_json::Value>| {
        let mut world = World::with_agent(Server::ExistingInClear);
        if let Some(declared) = declared {
            declare(world.resource(AGENT), "description", &declared);
        }
        world.record(AGENT).values.set(agent::DESCRIPTION, Value::known("Old"));
        world
    };
    assert_eq!(fields(row(&with(None).converge(), "agent/triage")), ["drift description"]);
    assert_eq!(fields(row(&with(Some(json!(null))).converge(), "agent/triage")), ["clear description"]);
    assert_eq!(fields(row(&with(Some(json!("New"))).converge(), "agent/triage")), ["change description"]);
    let mut pruned = with(None).prune();
    assert_eq!(fields(row(&pruned.converge(), "agent/triage")), ["remove description"]);
    assert_eq!(pruned.record(AGENT).value(agent::DESCRIPTION), None);
    assert_eq!(with(None).prune().plan().summary().remove, 1);
}

#[test]
fn an_empty_description_against_none_is_nothing_to_do() {
    let mut world = World::with_agent(Server::Ours);
    declare(world.resource(AGENT), "description", &json!(null));
    assert_eq!(action(&world.plan(), "agent/triage"), Action::Unchanged);
}

#[test]
fn agents_that_no_file_has_are_named_and_left_alone() {
    for prune in [false, true] {
        let mut world = World::with_agent(Server::Ours);
        world.options.prune = prune;
        world.declared.clear();
        let plan = world.converge();
        assert!(plan.rows.is_empty());
        assert_eq!(plan.undeclared[&AGENT], ["triage"]);
    }
}

#[test]
fn drift_alone_is_nothing_to_apply() {
    let mut world = World::with_agent(Server::Ours);
    world.record(AGENT).values.set(agent::DESCRIPTION, Value::known("Old"));
    let plan = world.plan();
    assert_eq!((action(&plan, "agent/triage"), plan.is_empty(), plan.summary().drift), (Action::Drift, true, 1));
}

#[test]
fn what_apply_does_not_send_is_one_closing_note() {
    let mut world = World::with_agent(Server::Ours);
    let channels = NotApplied::named((0..10).map(|number| format!("T1/C{number}")));
    let metadata = ("type with `metadata`", NotApplied::of(2));
    world.not_applied.extend([("eval", NotApplied::of(1)), ("platform channel", channels), metadata]);
    let note = "not applied by this version: 1 eval; 10 platform channels (T1/C0, T1/C1, T1/C2, T1/C3, T1/C4, T1/C5, \
                T1/C6, T1/C7, and 2 more); 2 types with `metadata`";
    assert_eq!(world.plan().notes, [note]);
}

#[test]
fn provider_keys_are_named_where_nothing_says_whether_the_server_has_them() {
    let mut world = World::with_agent(Server::ExistingInClear);
    let names = ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"].map(|name| SecretName::parse(name).unwrap());
    let looked_up = ["a", "b"].map(str::to_owned).into_iter().zip(names);
    world.resource(SETTINGS).looked_up.extend(looked_up);
    world.resource(SETTINGS).literal_keys.push("c".to_owned());
    let plan = world.plan();
    let keys: Vec<_> = plan.provider_keys.iter().map(|key| (key.provider.as_str(), key.agents.join(" "))).collect();
    assert_eq!(keys, [("a", "triage".to_owned()), ("b", "triage".to_owned()), ("c", "triage".to_owned())]);
    assert_eq!(plan.provider_keys[2].name, None);
    assert_eq!((plan.takes_provider_keys, plan.notes), (false, Vec::new()));
    // With the secrets API the names are checked.
    let mut world = World::with_agent(Server::OursWithSecrets);
    world.resource(SETTINGS).looked_up.push(("a".to_owned(), SecretName::parse("A").unwrap()));
    assert_eq!(world.plan().provider_keys, []);
}

#[test]
fn a_provider_secret_that_the_org_lacks_is_named_with_its_agents() {
    let mut world = World::with_agent(Server::OursWithSecrets);
    let name = SecretName::parse("MISSING").unwrap();
    world.resource(SETTINGS).looked_up.push(("anthropic".to_owned(), name));
    let missing = |plan: crate::plan::Plan| -> Vec<(String, Vec<String>)> {
        plan.missing_secrets.into_iter().map(|missing| (missing.name.to_string(), missing.users)).collect()
    };
    assert_eq!(missing(world.plan()), [("MISSING".to_owned(), vec!["triage".to_owned()])]);
    world.resource(SETTINGS).looked_up[0].1 = SecretName::parse("A").unwrap();
    assert_eq!(missing(world.plan()), []);
}
