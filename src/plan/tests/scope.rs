use serde_json::json;

use crate::desired::DesiredState;
use crate::model::AgentId;
use crate::org::Wanted;
use crate::plan::{Only, Resend, Selection, Selector, read_scope};
use crate::schema::ALL;
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS, WATCHER};

use super::build::{platform, resource};
use super::store::{Server, World};

fn selection(only: Option<Only>, selectors: &[&str]) -> Selection {
    Selection { only, selectors: selectors.iter().map(|text| Selector::parse(text).unwrap()).collect() }
}

fn these(ids: &[&str]) -> Wanted {
    Wanted::These(ids.iter().map(|id| (*id).to_owned()).collect())
}

fn world() -> World {
    let types = [(ENTITY_TYPE, "company"), (RELATIONSHIP_TYPE, "owns")];
    let types = types.map(|(kind, slug)| resource(kind, slug, &json!({})));
    let mut world = World::with_memory(Server::Ours, types.to_vec());
    for id in ["alpha", "beta"] {
        world.declare_agent(id);
        world.declared.push(platform(&format!("{id}/{id}-slack"), "slack", &[]));
    }
    world
}

fn keys(world: &World) -> Vec<String> {
    world.plan().rows.iter().map(|row| row.key.to_string()).collect()
}

#[test]
fn an_agent_covers_its_settings_and_platforms_and_the_rest_is_counted() {
    let mut world = world();
    world.options.selection = selection(None, &["agent/al*"]);
    assert_eq!(keys(&world), ["agent/alpha", "settings/alpha", "platform/alpha/alpha-slack"]);
    let left_out = world.plan().left_out;
    let expected = [AGENT, SETTINGS, PLATFORM, ENTITY_TYPE, RELATIONSHIP_TYPE];
    assert_eq!(left_out.into_iter().collect::<Vec<_>>(), expected.map(|kind| (kind, 1)));
    world.converge();
}

#[test]
fn a_family_is_neither_read_shown_nor_counted() {
    let mut world = world();
    world.options.selection = selection(Some(Only::Memory), &[]);
    assert_eq!(keys(&world), ["entity-type/company", "relationship-type/owns"].map(str::to_owned).to_vec());
}

#[test]
fn only_agents_leaves_memory_alone() {
    let mut world = world();
    world.options.selection = selection(Some(Only::Agents), &[]);
    let scope = read_scope(&ALL, &world.desired(), &world.options.selection);
    assert_eq!(scope.kinds.keys().collect::<Vec<_>>(), [&AGENT, &SETTINGS, &PLATFORM]);
    world.actual.records.retain(|kind, _| !kind.is_memory());
    assert!(keys(&world).iter().all(|key| !key.contains("-type/")));
    assert!(world.plan().left_out.is_empty());
}

#[test]
fn only_memory_leaves_agents_alone() {
    let mut world = world();
    world.options.selection = selection(Some(Only::Memory), &[]);
    let scope = read_scope(&ALL, &world.desired(), &world.options.selection);
    assert_eq!(scope.kinds.keys().collect::<Vec<_>>(), [&ENTITY_TYPE, &RELATIONSHIP_TYPE, &WATCHER]);
    assert_eq!(scope.kinds[&RELATIONSHIP_TYPE], these(&["owns"]));
    world.actual.records.retain(|kind, _| kind.is_memory());
    assert_eq!(keys(&world).len(), 2);
}

#[test]
fn selectors_filter_before_the_details_are_read() {
    let world = world();
    let scope = read_scope(&ALL, &world.desired(), &selection(None, &["settings/alpha", "platform/beta/*"]));
    assert_eq!(scope.kinds[&SETTINGS], these(&["alpha"]));
    assert_eq!(scope.kinds[&PLATFORM], these(&["beta"]));
    assert_eq!(scope.kinds[&RELATIONSHIP_TYPE], Wanted::NONE);
    assert_eq!(scope.probe, AgentId::from_server("alpha"));
}

#[test]
fn everything_is_read_without_selectors() {
    let world = world();
    let scope = read_scope(&ALL, &world.desired(), &Selection::default());
    assert_eq!(scope.kinds[&SETTINGS], these(&["alpha", "beta"]));
    let empty = read_scope(&ALL, &DesiredState::default(), &Selection::default());
    assert_eq!(empty.kinds[&SETTINGS], Wanted::NONE);
    assert!(empty.kinds.keys().all(|kind| !kind.is_memory()));
}

#[test]
fn settings_of_an_agent_that_is_neither_there_nor_selected_are_a_problem() {
    let mut world = world();
    world.options.selection = selection(None, &["settings/alpha"]);
    assert_eq!(world.plan().problems.len(), 1);
}

#[test]
fn a_platform_that_only_the_org_has_can_be_selected() {
    let mut world = World::with_agent(Server::Ours);
    world.have_platform("old-one", "slack", &json!({}));
    world.options.selection = selection(None, &["platform/triage/old-*"]);
    assert_eq!(keys(&world), ["platform/triage/old-one"]);
    let scope = read_scope(&ALL, &world.desired(), &world.options.selection);
    assert_eq!(scope.kinds[&PLATFORM], these(&["triage"]));
}

#[test]
fn undeclared_resources_are_named_only_where_they_are_selected() {
    let mut world = world();
    world.store(ENTITY_TYPE, "other", &json!({}));
    assert_eq!(world.plan().undeclared.len(), 1);
    world.options.selection = selection(None, &["agent/*"]);
    assert!(world.plan().undeclared.is_empty());
}

#[test]
fn a_selector_that_nothing_answers_to_is_said() {
    let mut world = world();
    world.options.selection = selection(None, &["agent/nobody", "platform/alpha/*"]);
    let plan = world.plan();
    assert_eq!(world.options.selection.without_effect(&plan), ["agent/nobody"]);
}

#[test]
fn a_resend_that_nothing_answers_to_is_said() {
    let mut world = World::with_agent(Server::Ours);
    world.declare_platform("triage-slack", "slack", &[("token", "$A")]);
    world.have_platform("triage-slack", "slack", &json!({"token": "***x"}));
    world.options.resend = Resend::parse(["A", "B", "platform/triage/triage-slack", "platform/nope/x"]).unwrap();
    let plan = world.plan();
    assert_eq!(world.options.resend.without_effect(&plan.rows), ["B", "platform/nope/x"]);
}
