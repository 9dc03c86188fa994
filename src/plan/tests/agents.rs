use crate::model::{Declared, Text};
use crate::plan::Action;

use super::build::{agent, text};
use super::store::{Server, World, action, fields, row};

#[test]
fn a_new_agent_is_two_creates() {
    for server in Server::ALL {
        let mut world = World::new(server);
        let mut triage = agent("triage");
        triage.description = Declared::Value(text("Sorts the post"));
        world.desired.agents.push(triage);
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
    world.agent().name = Text::known("Another");
    assert_eq!(fields(row(&world.converge(), "agent/triage")), ["change name"]);
}

#[test]
fn a_description_has_three_states() {
    let with = |declared: Declared<Text>| {
        let mut world = World::with_agent(Server::ExistingInClear);
        world.agent().description = declared;
        world.stored_agent().description = Some(text("Old"));
        world
    };
    assert_eq!(fields(row(&with(Declared::Absent).converge(), "agent/triage")), ["drift description"]);
    assert_eq!(fields(row(&with(Declared::Empty).converge(), "agent/triage")), ["clear description"]);
    assert_eq!(fields(row(&with(Declared::Value(text("New"))).converge(), "agent/triage")), ["change description"]);
    let mut pruned = with(Declared::Absent).prune();
    assert_eq!(fields(row(&pruned.converge(), "agent/triage")), ["remove description"]);
    assert_eq!(pruned.stored_agent().description, None);
    assert_eq!(with(Declared::Absent).prune().plan().summary().remove, 1);
}

#[test]
fn an_empty_description_against_none_is_nothing_to_do() {
    let mut world = World::with_agent(Server::Ours);
    world.agent().description = Declared::Empty;
    assert_eq!(action(&world.plan(), "agent/triage"), Action::Unchanged);
}

#[test]
fn agents_that_no_file_has_are_named_and_left_alone() {
    for prune in [false, true] {
        let mut world = World::with_agent(Server::Ours);
        world.options.prune = prune;
        world.desired.agents.clear();
        let plan = world.converge();
        assert!(plan.rows.is_empty());
        assert_eq!(plan.undeclared[&crate::schema::kinds::AGENT], ["triage"]);
    }
}

#[test]
fn drift_alone_is_nothing_to_apply() {
    let mut world = World::with_agent(Server::Ours);
    world.stored_agent().description = Some(text("Old"));
    let plan = world.plan();
    assert_eq!((action(&plan, "agent/triage"), plan.is_empty(), plan.summary().drift), (Action::Drift, true, 1));
}

#[test]
fn what_apply_does_not_send_is_one_closing_note() {
    let mut world = World::with_agent(Server::Ours);
    world.desired.not_applied.extend([("watchers", 2), ("connectors", 1)]);
    assert_eq!(world.plan().notes, ["not applied by this version: 1 connectors, 2 watchers"]);
}

#[test]
fn a_provider_secret_that_the_org_lacks_wants_attention() {
    let mut world = World::with_agent(Server::OursWithSecrets);
    let name = crate::model::SecretName::parse("MISSING").unwrap();
    world.agent().provider_secrets.push(("anthropic".to_owned(), name));
    let plan = world.plan();
    let attention = &row(&plan, "settings/triage").attention;
    assert_eq!(attention.len(), 1);
    assert!(attention[0].contains("lobu secrets push MISSING"), "{attention:?}");
    let known = crate::model::SecretName::parse("A").unwrap();
    world.agent().provider_secrets[0].1 = known;
    assert!(row(&world.plan(), "settings/triage").attention.is_empty());
}
