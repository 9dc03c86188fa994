use serde_json::json;

use crate::model::OrgSlug;
use crate::org::SettingsMember as Member;
use crate::plan::Plan;

use super::build::{actual_platform, declared_member, platform, providers};
use super::store::{Server, World};

const ORIGIN: &str = "https://lobu.ai";

fn id(plan: &Plan) -> String {
    plan.id(ORIGIN, &OrgSlug::from_server("dev"))
}

fn world() -> World {
    let mut world = World::with_agent(Server::ExistingInClear)
        .declare(Member::Guardrails, &json!(["a"]))
        .declare(Member::McpServers, &json!({"gh": {"url": "https://gh", "headers": {"X": "hidden:new"}}}))
        .have(Member::McpServers, &json!({"gh": {"url": "https://gh", "headers": {"X": "hidden:old"}}}))
        .have(Member::InstalledProviders, &json!([{"providerId": "a", "installedAt": 5}]));
    *declared_member(&mut world.agent().settings, Member::InstalledProviders) = Some(providers(&["a", "b"]));
    world.agent().platforms.push(platform("triage-slack", "slack", &[("token", "$A"), ("room", "1")]));
    world.stored_platforms().push(actual_platform("triage-slack", "slack", &json!({"token": "hidden:t", "room": "0"})));
    world
}

#[test]
fn the_id_is_the_same_for_the_same_plan() {
    let first = id(&world().plan());
    assert_eq!(first, id(&world().plan()));
    assert!(first.len() == 12 && first.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn the_id_changes_with_what_will_be_written_what_is_there_and_where() {
    let before = id(&world().plan());
    let mut declared = world();
    declared.agent().settings.guardrails = Some(super::build::declaration(&json!(["b"])));
    assert_ne!(id(&declared.plan()), before);
    let there = world().have(Member::Guardrails, &json!(["z"]));
    assert_ne!(id(&there.plan()), before);
    let mut carried = world();
    carried.stored_platforms()[0].settings = super::build::value(&json!({"allowFrom": ["me"]}));
    assert_ne!(id(&carried.plan()), before);
    let plan = world().plan();
    assert_ne!(plan.id("https://other", &OrgSlug::from_server("dev")), before);
    assert_ne!(plan.id(ORIGIN, &OrgSlug::from_server("other")), before);
}

#[test]
fn the_id_knows_neither_secrets_nor_times() {
    let before = id(&world().plan());
    let secret =
        world().have(Member::McpServers, &json!({"gh": {"url": "https://gh", "headers": {"X": "hidden:other"}}}));
    assert_eq!(id(&secret.plan()), before);
    let time = world().have(Member::InstalledProviders, &json!([{"providerId": "a", "installedAt": 99}]));
    assert_eq!(id(&time.plan()), before);
}

#[test]
fn rows_that_are_not_written_are_no_part_of_the_id() {
    let before = id(&world().plan());
    let mut drift = world();
    drift.stored_agent().description = Some(super::build::text("drift"));
    assert_eq!(id(&drift.plan()), before);
}

#[test]
fn the_id_changes_with_the_host_of_a_url_that_carries_a_secret() {
    let at = |host: &str| {
        let mut world = world();
        let url = format!("hidden:https://{host}/mcp?key=a");
        let servers = super::build::declaration(&json!({"gh": {"url": url}, "new": {"url": url, "env": {"A": "$A"}}}));
        *declared_member(&mut world.agent().settings, Member::McpServers) = Some(servers);
        id(&world.plan())
    };
    assert_eq!(at("reviewed.example"), at("reviewed.example"));
    assert_ne!(at("reviewed.example"), at("other.example"));
}
