//! A table of comparisons: a reference against what the org has, by server and by place; and what a plan uses and needs.

use serde_json::json;

use crate::org::SecretsProbe;
use crate::plan::Action;
use crate::schema::SecretsMode;
use crate::schema::kinds::settings;

use super::store::{Server, World, action, fields, row};

const PLATFORM: &str = "platform/triage/triage-slack";
const SETTINGS: &str = "settings/triage";

fn platform_world(server: Server, org: Option<&str>) -> World {
    let mut world = World::with_agent(server);
    world.declare_platform("triage-slack", "slack", &[("botToken", "$A")]);
    let config = org.map_or_else(|| json!({}), |org| json!({"botToken": org}));
    world.have_platform("triage-slack", "slack", &config);
    world
}

#[track_caller]
fn mcp_world(server: Server, org: Option<&str>) -> World {
    let headers = org.map_or_else(|| json!({}), |org| json!({"X": org}));
    World::with_agent(server)
        .declare(settings::MCP_SERVERS, &json!({"gh": {"url": "https://gh", "headers": {"X": "$A"}}}))
        .have(settings::MCP_SERVERS, &json!({"gh": {"url": "https://gh", "headers": headers}}))
}

#[track_caller]
fn verdict(world: &World, key: &str) -> &'static str {
    let plan = world.plan();
    match fields(row(&plan, key)).as_slice() {
        [] => "equal",
        [line] => ["add", "change", "incomparable"].into_iter().find(|word| line.starts_with(word)).unwrap(),
        _ => "several",
    }
}

#[test]
fn the_table_of_references() {
    let org = [None, Some(""), Some("plain"), Some("hidden:x"), Some("***oken"), Some("$A"), Some("$B")];
    let with_api = ["add", "add", "change", "change", "change", "equal", "change"];
    // Platforms: any value is incomparable; the border never reads a platform's text as a reference there.
    let platform = ["add", "add", "incomparable", "incomparable", "incomparable"];
    let mcp = ["add", "add", "incomparable", "incomparable", "incomparable", "equal", "change"];
    // Our server shows references as references, so that its mask stands for something else.
    let our_mcp = ["add", "add", "incomparable", "incomparable", "change", "equal", "change"];
    for server in Server::ALL {
        let (platform, mcp) = match server {
            Server::OursWithSecrets => (&with_api[..], &with_api[..]),
            Server::Ours => (&platform[..], &our_mcp[..]),
            _ => (&platform[..], &mcp[..]),
        };
        for (org, expected) in org.iter().zip(platform) {
            assert_eq!(&verdict(&platform_world(server, *org), PLATFORM), expected, "{server:?} platform {org:?}");
        }
        for (org, expected) in org.iter().zip(mcp) {
            assert_eq!(&verdict(&mcp_world(server, *org), SETTINGS), expected, "{server:?} mcp {org:?}");
        }
    }
}

#[test]
fn every_verdict_converges() {
    for server in Server::ALL {
        for org in [None, Some(""), Some("plain"), Some("hidden:x"), Some("***oken"), Some("$A")] {
            platform_world(server, org).converge();
            if server.is_ours() || org.is_none_or(|org| !org.starts_with("***")) {
                mcp_world(server, org).converge();
            }
        }
    }
}

#[test]
fn incomparable_values_are_counted_and_nothing_to_apply() {
    let plan = platform_world(Server::ExistingMasked, Some("***oken")).plan();
    assert_eq!((plan.summary().incomparable, plan.is_empty()), (1, true));
    assert_eq!(action(&plan, PLATFORM), Action::Unchanged);
    assert!(plan.needs.is_empty() && plan.secrets_used.is_empty());
}

#[test]
fn a_secret_of_a_platform_is_used_and_needed() {
    for server in Server::ALL {
        let plan = platform_world(server, None).plan();
        assert_eq!(plan.secrets_used.len(), 1);
        assert_eq!(plan.secrets_used[0].place(), "triage/triage-slack.botToken");
        assert_eq!(plan.needs[0].name.as_str(), "A");
    }
}

#[test]
fn a_reference_in_an_mcp_field_is_used_and_needed_only_with_the_secrets_api() {
    for server in Server::ALL {
        let plan = mcp_world(server, None).plan();
        assert_eq!(plan.secrets_used.len(), 1);
        assert_eq!(plan.secrets_used[0].place(), "gh (MCP server gh)");
        assert_eq!(plan.needs.len(), usize::from(server == Server::OursWithSecrets), "{server:?}");
    }
}

#[test]
fn a_secret_counts_as_used_when_only_its_destination_changes() {
    let world = |declared: serde_json::Value, org: serde_json::Value| {
        World::with_agent(Server::ExistingInClear)
            .declare(settings::MCP_SERVERS, &json!({"gh": declared}))
            .have(settings::MCP_SERVERS, &json!({"gh": org, "other": {"headers": {"Y": "$B"}}}))
    };
    let url = world(
        json!({"url": "https://user@new.example:8/x?q=1", "headers": {"X": "$A"}}),
        json!({"url": "https://old.example", "headers": {"X": "$A"}}),
    );
    let used = url.plan().secrets_used;
    assert_eq!(used.len(), 1, "{used:?}");
    assert_eq!(used[0].place(), "new.example:8 (MCP server gh)");
    let command = world(json!({"command": "new", "env": {"X": "$A"}}), json!({"command": "old", "env": {"X": "$A"}}));
    assert_eq!(command.plan().secrets_used[0].place(), "command `new` (MCP server gh)");
    let same = world(
        json!({"url": "https://gh", "headers": {"X": "$A"}}),
        json!({"url": "https://gh", "headers": {"X": "$A"}}),
    );
    assert!(same.plan().secrets_used.is_empty());
}

#[test]
fn an_unknown_mode_compares_like_one_without_the_api() {
    let mut world = platform_world(Server::ExistingInClear, Some("***oken"));
    world.actual.secrets = SecretsProbe::Unknown { what: "a page".to_owned() };
    let plan = world.plan();
    assert_eq!((plan.secrets, plan.is_empty()), (SecretsMode::Unknown, true));
}

#[test]
fn names_that_may_not_be_listed_are_a_note() {
    let mut world = platform_world(Server::OursWithSecrets, Some("$A"));
    world.actual.secrets = SecretsProbe::Present(None);
    assert_eq!(world.plan().notes.len(), 1);
}

#[test]
fn a_destination_that_may_not_be_shown_shows_at_most_its_host() {
    let shown = |server: serde_json::Value| {
        World::with_agent(Server::ExistingInClear)
            .declare(settings::MCP_SERVERS, &json!({"gh": server}))
            .plan()
            .secrets_used
            .remove(0)
            .place()
    };
    let headers = json!({"X": "$A"});
    assert_eq!(shown(json!({"url": "hidden:sentinel", "headers": headers})), "a hidden URL (MCP server gh)");
    assert_eq!(shown(json!({"url": "hidden://u:p@host/x?y", "headers": headers})), "host (MCP server gh)");
    assert_eq!(shown(json!({"command": "hidden:sentinel", "headers": headers})), "a hidden command (MCP server gh)");
    assert_eq!(shown(json!({"url": "", "headers": headers})), "nowhere yet (MCP server gh)");
}
