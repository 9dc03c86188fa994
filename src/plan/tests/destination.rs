//! A value that only the org has never goes to another destination.

use serde_json::{Value as Json, json};

use crate::model::Value;
use crate::plan::{Action, Plan, Resend};
use crate::schema::Write;
use crate::schema::kinds::{PLATFORM, platform, settings};

use super::build::{declare, value};
use super::store::{Server, World, action, field, fields, row};

const SETTINGS: &str = "settings/triage";

#[track_caller]
fn server(server: Server, declared: &Json, org: &Json) -> World {
    World::with_agent(server)
        .declare(settings::MCP_SERVERS, &json!({"gh": declared}))
        .have(settings::MCP_SERVERS, &json!({"gh": org}))
}

/// The places that a plan refuses to carry to another destination.
#[track_caller]
fn refused(plan: &Plan) -> String {
    let about: Vec<_> = plan.problems.iter().map(|problem| problem.message.as_str()).collect();
    let [message] = about.as_slice() else { panic!("one problem: {about:?}") };
    assert!(message.contains("changes where its values are sent"), "{message}");
    message.split("only the org has `").nth(1).unwrap().split("`, which").next().unwrap().to_owned()
}

/// The MCP servers as a plan sends them.
#[track_caller]
fn sent(plan: &Plan) -> Value {
    match row(plan, SETTINGS).writes.as_slice() {
        [Write::Update(sent)] => sent.value(settings::MCP_SERVERS).unwrap().clone(),
        other => panic!("one write of the settings: {other:?}"),
    }
}

fn merged(one: &Json, other: &Json) -> Json {
    let mut all = one.as_object().unwrap().clone();
    all.extend(other.as_object().unwrap().clone());
    Json::Object(all)
}

/// Every field of an MCP server that says where its values go, with another value in the files.
fn moves() -> Vec<(&'static str, Json, Json)> {
    vec![
        ("url", json!({"url": "https://old"}), json!({"url": "https://evil"})),
        ("url added", json!({"command": "x"}), json!({"url": "https://evil", "command": "x"})),
        ("url cleared", json!({"url": "https://old", "command": "x"}), json!({"url": null, "command": "x"})),
        ("type", json!({"url": "https://x", "type": "sse"}), json!({"url": "https://x", "type": "stdio"})),
        ("command", json!({"command": "old"}), json!({"command": "evil"})),
        ("args", json!({"command": "x", "args": ["a"]}), json!({"command": "x", "args": ["a", "--to", "evil"]})),
        (
            "oauth.tokenUrl",
            json!({"url": "https://x", "oauth": {"tokenUrl": "https://old"}}),
            json!({"url": "https://x", "oauth": {"tokenUrl": "https://evil"}}),
        ),
        (
            "oauth.authUrl",
            json!({"url": "https://x", "oauth": {"authUrl": "https://old"}}),
            json!({"url": "https://x", "oauth": {"authUrl": "https://evil"}}),
        ),
    ]
}

#[test]
fn a_hidden_header_does_not_follow_a_server_that_moves() {
    for kind in Server::ALL {
        for (what, before, after) in moves() {
            let org = merged(&before, &json!({"headers": {"Authorization": "***abcd"}}));
            let plan = server(kind, &after, &org).plan();
            assert_eq!(refused(&plan), "skills.mcp.gh.headers.Authorization", "{what} on {kind:?}");
        }
    }
}

#[test]
fn whatever_only_the_org_has_stays_where_it_is() {
    let values = [
        (json!({"headers": {"X": "hidden:x"}}), "headers.X"),
        (json!({"headers": {"Accept": "in clear"}}), "headers.Accept"),
        (json!({"env": {"TOKEN": "$A"}}), "env.TOKEN"),
        (json!({"oauth": {"clientSecret": "***x", "clientId": "hidden:i"}}), "oauth.client_id"),
        (json!({"args": ["--token", "hidden:x"]}), "args"),
        (json!({"auth": {"apiKey": "k"}}), "auth"),
        (json!({"headers": "no object"}), "headers"),
    ];
    for kind in Server::ALL {
        for (held, place) in &values {
            let org = merged(&json!({"url": "https://old"}), held);
            let plan = server(kind, &json!({"url": "https://evil"}), &org).plan();
            assert!(refused(&plan).contains(&format!("skills.mcp.gh.{place}")), "{held} on {kind:?}: {plan:#?}");
        }
    }
}

#[test]
fn headers_beside_a_declared_one_count_each() {
    let declared = json!({"url": "https://evil", "headers": {"Accept": "json"}});
    let org = json!({"url": "https://old", "headers": {"Accept": "json", "X-Api-Key": "***abcd", "Cookie": "***ef"}});
    let expected = "skills.mcp.gh.headers.Cookie`, `skills.mcp.gh.headers.X-Api-Key";
    for kind in Server::ALL {
        assert_eq!(refused(&server(kind, &declared, &org).plan()), expected);
    }
}

#[test]
fn what_is_never_a_secret_may_follow() {
    let held = json!({
        "url": "https://old", "authScope": "user", "enabled": true, "headers": {}, "env": {"EMPTY": ""}, "timeout": 5,
        "oauth": {"scopes": ["read"], "tokenEndpointAuthMethod": "none", "clientSecret": ""},
    });
    for kind in Server::ALL {
        let plan = server(kind, &json!({"url": "https://new"}), &held).plan();
        assert_eq!(plan.problems, [], "{kind:?}");
        assert_eq!(action(&plan, SETTINGS), Action::Update);
    }
}

#[test]
fn a_server_that_stays_keeps_what_only_the_org_has() {
    let org = json!({"url": "https://x", "type": "sse", "headers": {"Authorization": "***abcd", "Accept": "json"}});
    let declared = json!({"url": "https://x", "headers": {"Accept": "text"}});
    let plan = server(Server::Ours, &declared, &org).plan();
    assert_eq!(plan.problems, []);
    let mut expected = org;
    expected["headers"]["Accept"] = json!("text");
    assert_eq!(sent(&plan), value(&json!({"gh": expected})));
}

#[test]
fn declaring_or_clearing_lets_a_server_move() {
    let org = json!({"url": "https://old", "headers": {"Authorization": "***abcd"}, "env": {"TOKEN": "$A"}});
    let declared = json!({"url": "https://new", "headers": {"Authorization": "$B"}, "env": {"TOKEN": null}});
    for kind in Server::ALL {
        let mut world = server(kind, &declared, &org);
        let plan = world.plan();
        assert_eq!(plan.problems, [], "{kind:?}");
        world.carry_out(&plan);
        let expected = json!({"gh": {"url": "https://new", "headers": {"Authorization": "$B"}, "env": {}}});
        assert_eq!(world.stored(settings::MCP_SERVERS), value(&expected), "{kind:?}");
    }
}

#[test]
fn pruning_lets_a_server_move() {
    let org = json!({"url": "https://old", "headers": {"Authorization": "***abcd"}});
    for kind in Server::ALL {
        let mut world = server(kind, &json!({"url": "https://new"}), &org).prune();
        assert_eq!(world.converge().problems, [], "{kind:?}");
        assert_eq!(world.stored(settings::MCP_SERVERS), value(&json!({"gh": {"url": "https://new", "headers": {}}})));
    }
}

#[test]
fn pruning_the_address_moves_a_server_too() {
    let org = json!({"url": "https://old", "command": "x", "extra": {"apiKey": "k"}});
    let plan = server(Server::Ours, &json!({"command": "x"}), &org).prune().plan();
    assert_eq!(refused(&plan), "skills.mcp.gh.extra.apiKey".trim_end_matches(".apiKey"));
}

#[test]
fn to_a_new_destination_goes_what_the_files_say() {
    // Without the move each of these counts as equal, since nobody can tell, and the org's own value is carried.
    for (kind, declared, held) in [
        (Server::ExistingInClear, "$A", "hidden:of the org"),
        (Server::ExistingInClear, "literal", "***abcd"),
        (Server::Ours, "literal", "***abcd"),
    ] {
        let org = |url: &str| json!({"url": url, "headers": {"X": held}});
        let declared = json!({"url": "https://new", "headers": {"X": declared}});
        let stays = server(kind, &declared, &org("https://new")).plan();
        assert_eq!(fields(row(&stays, SETTINGS)), ["incomparable mcpServers.gh.headers.X"]);
        let moves = server(kind, &declared, &org("https://old")).plan();
        assert_eq!(moves.problems, []);
        assert!(field(row(&moves, SETTINGS), "mcpServers.gh.headers.X").action.is_change());
        assert_eq!(sent(&moves), value(&json!({"gh": declared})));
    }
}

#[test]
fn only_the_server_that_moves_is_about_it() {
    let mut world = World::with_agent(Server::Ours)
        .declare(settings::MCP_SERVERS, &json!({"gh": {"url": "https://new"}, "other": {"url": "https://other"}}))
        .have(
            settings::MCP_SERVERS,
            &json!({
                "gh": {"url": "https://old"},
                "other": {"url": "https://other", "headers": {"X": "***abcd"}},
                "undeclared": {"url": "https://third", "headers": {"X": "***abcd"}},
            }),
        );
    assert_eq!(world.converge().problems, []);
}

fn matrix(server: Server, declared: &[(&str, &str)], org: &Json) -> World {
    let mut world = World::with_agent(server);
    world.declare_platform("triage-matrix", "matrix", declared);
    world.have_platform("triage-matrix", "matrix", org);
    world
}

#[test]
fn a_platforms_hidden_value_does_not_follow_its_address() {
    let org = json!({"homeserver": "https://old", "accessToken": "***abcd", "room": "r"});
    for kind in Server::ALL {
        let moved = [("homeserver", "https://evil"), ("room", "r")];
        assert_eq!(refused(&matrix(kind, &moved, &org).plan()), "config.accessToken", "{kind:?}");
        let stays = [("homeserver", "https://old"), ("room", "other")];
        assert_eq!(matrix(kind, &stays, &org).plan().problems, [], "{kind:?}");
        let declared = [("homeserver", "https://new"), ("room", "r"), ("accessToken", "$A")];
        assert_eq!(matrix(kind, &declared, &org).plan().problems, [], "{kind:?}");
    }
}

#[test]
fn a_platforms_hidden_value_does_not_follow_its_type() {
    let org = json!({"botToken": "***abcd", "chatId": "1"});
    for kind in Server::ALL {
        let mut world = matrix(kind, &[("chatId", "1")], &org);
        declare(world.resource(PLATFORM), "type", &json!("discord"));
        assert_eq!(refused(&world.plan()), "config.botToken", "{kind:?}");
    }
}

/// Who may write to a platform is a name on one kind of chat.
#[test]
fn who_may_write_to_a_platform_does_not_follow_its_type() {
    for kind in Server::ALL {
        let mut world = matrix(kind, &[("room", "r")], &json!({"room": "r"}));
        declare(world.resource(PLATFORM), "type", &json!("discord"));
        for (settings, is_refused) in [(json!({"allowGroups": true}), false), (json!({"allowFrom": ["u1"]}), true)] {
            world.record(PLATFORM).values.set(platform::SETTINGS, value(&settings));
            let problems = world.plan().problems;
            assert_eq!(problems.len(), usize::from(is_refused), "{kind:?}: {problems:?}");
            assert!(problems.iter().all(|problem| problem.message.contains("`settings`, which only the org has")));
        }
    }
}

#[test]
fn a_key_that_this_server_never_removes_stays_where_it_is() {
    let org = json!({"homeserver": "https://old", "accessToken": "***abcd"});
    let declared = [("homeserver", "https://new"), ("accessToken", "")];
    for kind in [Server::ExistingInClear, Server::ExistingMasked] {
        assert_eq!(refused(&matrix(kind, &declared, &org).plan()), "config.accessToken");
        assert_eq!(refused(&matrix(kind, &declared[..1], &org).prune().plan()), "config.accessToken");
    }
    for kind in [Server::Ours, Server::OursWithSecrets] {
        assert_eq!(matrix(kind, &declared, &org).plan().problems, []);
        assert_eq!(matrix(kind, &declared[..1], &org).prune().plan().problems, []);
    }
}

#[test]
fn an_address_that_cannot_be_compared_may_be_another_one() {
    let org = json!({"serverUrl": "hidden:https://old", "accessToken": "***abcd", "room": "r"});
    let declared = [("serverUrl", "$A"), ("room", "other")];
    assert_eq!(refused(&matrix(Server::ExistingMasked, &declared, &org).plan()), "config.accessToken");
    let unchanged = [("serverUrl", "$A"), ("room", "r")];
    assert_eq!(matrix(Server::ExistingMasked, &unchanged, &org).plan().problems, []);
    let mut resent = matrix(Server::ExistingMasked, &unchanged, &org);
    resent.options.resend = Resend::parse(["all"]).unwrap();
    assert_eq!(refused(&resent.plan()), "config.accessToken");
}
