//! Literals of the files where the org hides what it has, with and without a comparison.

use serde_json::json;

use crate::model::FieldPath;
use crate::org::{HiddenLiteral, HiddenValues, NotCompared};
use crate::plan::{Plan, Resend, Reviewed};
use crate::schema::kinds::settings;

use super::store::{Server, World, fields, row};

const SETTINGS: &str = "settings/triage";
const PLATFORM: &str = "platform/triage/triage-slack";

fn world() -> World {
    let servers = |x: &str| json!({"gh": {"url": "https://gh", "headers": {"X": x}, "env": {"Y": "$A"}}});
    let mut world = World::with_agent(Server::OursWithSecrets)
        .declare(settings::MCP_SERVERS, &servers("hidden:mine"))
        .have(settings::MCP_SERVERS, &servers("***1234"));
    world.declare_platform("triage-slack", "slack", &[("botToken", "hidden:bot"), ("room", "1")]);
    world.have_platform("triage-slack", "slack", &json!({"botToken": "***abcd", "room": "1"}));
    world
}

fn told(equal: [bool; 2]) -> World {
    let mut world = world();
    let literals = world.plan().hidden_literals();
    world.actual.hidden = HiddenValues::compared(&literals, equal);
    world
}

fn seal(literal: &str) -> String {
    format!("sealed {literal}")
}

fn id(plan: &Plan, uncompared: Option<&Plan>) -> Option<String> {
    let org = crate::model::OrgSlug::from_server("dev");
    plan.id(uncompared, &Reviewed { origin: "https://lobu.ai", org: &org, allowed: &[] }, Some(&seal))
}

#[test]
fn literals_are_asked_about_and_references_are_not() {
    let places: Vec<String> = world()
        .plan()
        .hidden_literals()
        .iter()
        .map(|HiddenLiteral { key, path, .. }| format!("{key} {path}"))
        .collect();
    assert_eq!(places, [format!("{SETTINGS} mcpServers.gh.headers.X"), format!("{PLATFORM} config.botToken")]);
    let mut resent = world();
    resent.options.resend = Resend::parse(["agent/triage"]).unwrap();
    assert_eq!(resent.plan().hidden_literals(), [], "what is sent again is not compared");
    assert!(!resent.plan().is_empty());
}

#[test]
fn what_the_org_said_decides() {
    assert!(told([true, true]).plan().is_empty());
    assert_eq!(told([true, true]).plan().summary().incomparable, 0);
    let plan = told([false, true]).plan();
    assert_eq!(fields(row(&plan, SETTINGS)), ["change mcpServers.gh.headers.X"]);
    assert!(!row(&plan, PLATFORM).is_change());
    let plan = told([true, false]).plan();
    assert!(!row(&plan, SETTINGS).is_change());
    assert_eq!(fields(row(&plan, PLATFORM)), ["change config.botToken"]);
}

#[test]
fn a_value_that_was_not_compared_is_never_called_equal() {
    let mut world = world();
    world.actual.hidden = HiddenValues::Unknown(NotCompared::Forbidden);
    let plan = world.plan();
    assert_eq!((plan.is_empty(), plan.summary().incomparable), (true, 2));
    assert_eq!(plan.not_compared, Some(NotCompared::Forbidden));
    // An answer about another place says nothing of this one.
    let other = HiddenLiteral { path: FieldPath::of(["config", "other"]), ..plan.hidden_literals().remove(1) };
    world.actual.hidden = HiddenValues::compared([&other], [true]);
    assert_eq!(world.plan().summary().incomparable, 2);
}

#[test]
fn the_id_has_the_literals_and_not_what_the_org_said_of_them() {
    let uncompared = world().plan();
    let before = id(&uncompared, None);
    for equal in [[true, true], [false, true], [false, false]] {
        assert_eq!(id(&told(equal).plan(), Some(&uncompared)), before, "{equal:?}");
    }
    let edited = world().declare(
        settings::MCP_SERVERS,
        &json!({"gh": {"url": "https://gh", "headers": {"X": "hidden:other"}, "env": {"Y": "$A"}}}),
    );
    assert_ne!(id(&edited.plan(), None), before);
}
