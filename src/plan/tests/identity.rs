use serde_json::json;

use crate::model::{OrgSlug, Value};
use crate::plan::{Plan, Reviewed};
use crate::schema::kinds::{AGENT, PLATFORM, SETTINGS, agent, platform, settings};

use super::build::{declare, providers, value};
use super::store::{Server, World};

const ORIGIN: &str = "https://lobu.ai";

/// Stands for a digest with a key.
fn seal(literal: &str) -> String {
    format!("sealed {literal}")
}

fn id_at(plan: &Plan, origin: &str, org: &str) -> String {
    plan.id(None, &Reviewed { origin, org: &OrgSlug::from_server(org), allowed: &[] }, Some(&seal))
        .expect("it has a key")
}

fn id(plan: &Plan) -> String {
    id_at(plan, ORIGIN, "dev")
}

#[track_caller]
fn world() -> World {
    let mut world = World::with_agent(Server::ExistingInClear)
        .declare(settings::GUARDRAILS, &json!(["a"]))
        .declare(settings::MCP_SERVERS, &json!({"gh": {"url": "https://gh", "headers": {"X": "hidden:new"}}}))
        .have(settings::MCP_SERVERS, &json!({"gh": {"url": "https://gh", "headers": {"X": "hidden:old"}}}))
        .have(settings::PROVIDERS, &json!([{"providerId": "a", "installedAt": 5}]));
    declare(world.resource(SETTINGS), "installedProviders", &providers(&["a", "b"]));
    world.declare_platform("triage-slack", "slack", &[("token", "$A"), ("room", "1")]);
    world.have_platform("triage-slack", "slack", &json!({"token": "hidden:t", "room": "0"}));
    world
}

#[test]
fn the_id_is_the_same_for_the_same_plan() {
    let first = id(&world().plan());
    assert_eq!(first, id(&world().plan()));
    assert!(first.len() == 40 && first.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn the_id_changes_with_what_will_be_written_what_is_there_and_where() {
    let before = id(&world().plan());
    let mut declared = world();
    declare(declared.resource(SETTINGS), "guardrails", &json!(["b"]));
    assert_ne!(id(&declared.plan()), before);
    let there = world().have(settings::GUARDRAILS, &json!(["z"]));
    assert_ne!(id(&there.plan()), before);
    let mut carried = world();
    carried.record(PLATFORM).values.set(platform::SETTINGS, value(&json!({"allowFrom": ["me"]})));
    assert_ne!(id(&carried.plan()), before);
    let plan = world().plan();
    assert_ne!(id_at(&plan, "https://other", "dev"), before);
    assert_ne!(id_at(&plan, ORIGIN, "other"), before);
}

#[test]
fn the_id_changes_with_what_the_command_line_lets_through() {
    let org = OrgSlug::from_server("dev");
    let plan = world().plan();
    let id = |allowed: &[&str]| {
        let allowed: Vec<String> = allowed.iter().map(|flag| (*flag).to_owned()).collect();
        plan.id(None, &Reviewed { origin: ORIGIN, org: &org, allowed: &allowed }, Some(&seal))
    };
    let ids = [id(&[]), id(&["--allow-unknown-keys"]), id(&["--allow-path a"]), id(&["--allow-path b"])];
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len());
}

#[test]
fn the_id_changes_with_a_hidden_literal_and_not_with_times() {
    let before = id(&world().plan());
    let declared =
        world().declare(settings::MCP_SERVERS, &json!({"gh": {"url": "https://gh", "headers": {"X": "hidden:other"}}}));
    assert_ne!(id(&declared.plan()), before);
    let time = world().have(settings::PROVIDERS, &json!([{"providerId": "a", "installedAt": 99}]));
    assert_eq!(id(&time.plan()), before);
}

#[test]
fn without_a_key_a_plan_that_writes_a_hidden_literal_has_no_id() {
    let org = OrgSlug::from_server("dev");
    assert_eq!(world().plan().id(None, &Reviewed { origin: ORIGIN, org: &org, allowed: &[] }, None), None);
    let mut world = World::with_agent(Server::Ours).declare(settings::GUARDRAILS, &json!(["a"]));
    world.declare_platform("triage-slack", "slack", &[("token", "$A"), ("room", "1")]);
    let plan = world.plan();
    let id = plan.id(None, &Reviewed { origin: ORIGIN, org: &org, allowed: &[] }, None).expect("it writes none");
    assert_eq!(plan.id(None, &Reviewed { origin: ORIGIN, org: &org, allowed: &[] }, Some(&seal)), Some(id));
}

#[test]
fn rows_that_are_not_written_are_no_part_of_the_id() {
    let before = id(&world().plan());
    let mut drift = world();
    drift.record(AGENT).values.set(agent::DESCRIPTION, Value::known("drift"));
    assert_eq!(id(&drift.plan()), before);
}

#[test]
fn the_id_changes_with_the_host_of_a_url_that_carries_a_secret() {
    let at = |host: &str| {
        let mut world = world();
        let url = format!("hidden:https://{host}/mcp?key=a");
        let servers = json!({"gh": {"url": url}, "new": {"url": url, "env": {"A": "$A"}}});
        declare(world.resource(SETTINGS), "mcpServers", &servers);
        id(&world.plan())
    };
    assert_eq!(at("reviewed.example"), at("reviewed.example"));
    assert_ne!(at("reviewed.example"), at("other.example"));
}
