use serde_json::json;

use crate::plan::{Action, Resend};
use crate::schema::Write;
use crate::schema::kinds::{SETTINGS, settings};

use super::build::{declare, value};
use super::store::{Server, World, action, field, fields, row};

const ROW: &str = "settings/triage";

fn injected(name: &str) -> serde_json::Value {
    json!({name: {"url": "http://localhost:8787/mcp/dev", "type": "streamable-http"}})
}

#[test]
fn the_injected_entry_is_no_part_of_any_diff_and_is_carried_over() {
    for name in ["owletto", "lobu-memory"] {
        for prune in [false, true] {
            let mut org = injected(name);
            org["mine"] = json!({"url": "https://mine"});
            let mut world = World::with_agent(Server::ExistingInClear)
                .have(settings::MCP_SERVERS, &org)
                .have(settings::PRE_APPROVED_TOOLS, &json!([format!("/mcp/{name}/tools/*")]))
                .declare(
                    settings::MCP_SERVERS,
                    &json!({"mine": {"url": "https://mine"}, "new": {"url": "https://new"}}),
                )
                .declare(settings::PRE_APPROVED_TOOLS, &json!(["/mcp/new/tools/x"]));
            world.options.prune = prune;
            let plan = world.converge();
            assert_eq!(fields(row(&plan, ROW)), ["add mcpServers.new", "add preApprovedTools"]);
            org["new"] = json!({"url": "https://new"});
            assert_eq!(world.stored(settings::MCP_SERVERS), value(&org));
            let tools = json!(["/mcp/new/tools/x", format!("/mcp/{name}/tools/*")]);
            assert_eq!(world.stored(settings::PRE_APPROVED_TOOLS), value(&tools));
        }
    }
}

#[test]
fn an_entry_of_that_name_elsewhere_is_an_ordinary_one() {
    let world = World::with_agent(Server::Ours)
        .have(settings::MCP_SERVERS, &json!({"owletto": {"url": "https://other/mcp/acme"}}));
    assert_eq!(fields(row(&world.plan(), ROW)), ["drift mcpServers.owletto"]);
}

#[test]
fn a_declared_entry_of_that_name_is_the_files() {
    let mut world = World::with_agent(Server::ExistingInClear)
        .have(settings::MCP_SERVERS, &injected("lobu-memory"))
        .declare(settings::MCP_SERVERS, &json!({"lobu-memory": {"url": "https://elsewhere/mcp/dev"}}));
    let plan = world.converge();
    assert_eq!(fields(row(&plan, ROW)), ["change mcpServers.lobu-memory.url", "drift mcpServers.lobu-memory.type"]);
}

#[test]
fn a_new_agents_entry_is_read_only_when_its_members_are_sent() {
    for (declared, carries) in [(true, true), (false, false)] {
        let mut world = World::new(Server::ExistingInClear);
        world.declare_agent("triage");
        declare(world.resource(SETTINGS), "guardrails", &json!(["a"]));
        if declared {
            declare(world.resource(SETTINGS), "mcpServers", &json!({"new": {"url": "https://new"}}));
        }
        let plan = world.converge();
        let [Write::Create(patch)] = row(&plan, ROW).writes.as_slice() else { panic!("one patch") };
        assert_eq!(patch.carries_injected, carries);
        let stored = world.stored(settings::MCP_SERVERS);
        assert!(stored.as_map().unwrap().contains_key("owletto"), "{stored:?}");
    }
}

#[test]
fn a_type_is_sent_and_counts_as_equal_where_the_org_has_none() {
    let mut world = World::with_agent(Server::ExistingInClear)
        .have(settings::MCP_SERVERS, &json!({"gh": {"url": "https://gh"}}))
        .declare(settings::MCP_SERVERS, &json!({"gh": {"url": "https://gh", "type": "sse"}}));
    assert!(world.converge().is_empty());
    let mut world = World::with_agent(Server::ExistingInClear)
        .have(settings::MCP_SERVERS, &json!({"gh": {"url": "https://gh", "type": "sse"}}))
        .declare(settings::MCP_SERVERS, &json!({"gh": {"url": "https://gh", "type": "streamable-http"}}));
    assert_eq!(fields(row(&world.converge(), ROW)), ["change mcpServers.gh.type"]);
}

#[test]
fn undeclared_servers_and_their_fields_drift_and_are_pruned() {
    let declared = json!({"gh": {"url": "https://gh", "headers": {"Accept": "json"}}});
    let org = json!({
        "gh": {"url": "https://gh", "headers": {"Accept": "json", "X": "y"}, "authScope": "user", "webOnly": 1},
        "mine": {"command": "mine"},
    });
    let world = |prune: bool| {
        let mut world = World::with_agent(Server::ExistingInClear)
            .declare(settings::MCP_SERVERS, &declared)
            .have(settings::MCP_SERVERS, &org);
        world.options.prune = prune;
        world
    };
    let plan = world(false).converge();
    let expected = ["drift mcpServers.gh.headers.X", "drift mcpServers.gh.authScope", "drift mcpServers.mine"];
    assert_eq!(fields(row(&plan, ROW)), expected);
    let mut pruned = world(true);
    let plan = pruned.converge();
    let expected = ["remove mcpServers.gh.headers.X", "remove mcpServers.gh.authScope", "remove mcpServers.mine"];
    assert_eq!(fields(row(&plan, ROW)), expected);
    let stored = pruned.stored(settings::MCP_SERVERS);
    let gh = stored.as_map().unwrap()["gh"].as_map().unwrap();
    assert_eq!(gh.keys().collect::<Vec<_>>(), ["headers", "url", "webOnly"]);
}

#[test]
fn an_empty_server_is_sent_as_such() {
    for server in Server::ALL {
        let mut world = World::with_agent(server).declare(settings::MCP_SERVERS, &json!({"gh": {}}));
        assert_eq!(fields(row(&world.converge(), ROW)), ["add mcpServers.gh"]);
        assert_eq!(world.stored(settings::MCP_SERVERS), value(&json!({"gh": {}})));
    }
}

#[test]
fn a_masked_value_is_never_written_back_to_another_server() {
    let declared = json!({"gh": {"url": "https://same", "headers": {"Accept": "json"}}});
    let org = json!({"gh": {"url": "https://same", "headers": {"Accept": "text", "X": "***abcd"}}});
    let world =
        |server| World::with_agent(server).declare(settings::MCP_SERVERS, &declared).have(settings::MCP_SERVERS, &org);
    let plan = world(Server::ExistingInClear).plan();
    assert_eq!(plan.problems.len(), 1);
    assert!(plan.problems[0].message.contains("skills.mcp.gh.headers.X"), "{:?}", plan.problems);
    let mut ours = world(Server::Ours);
    ours.converge();
    let plan = ours.plan();
    assert_eq!(plan.problems, []);
}

#[test]
fn a_mask_in_a_member_that_is_not_written_is_no_problem() {
    let world = World::with_agent(Server::ExistingInClear)
        .declare(settings::GUARDRAILS, &json!(["a"]))
        .have(settings::MCP_SERVERS, &json!({"gh": {"headers": {"X": "***abcd"}}}));
    assert_eq!(world.plan().problems, []);
}

#[test]
fn a_literal_that_looks_like_a_reference_is_refused_without_the_secrets_api() {
    let declared = json!({"gh": {"headers": {"X": "literal:$NAME"}}});
    let world = |server| World::with_agent(server).declare(settings::MCP_SERVERS, &declared);
    assert_eq!(world(Server::ExistingInClear).plan().problems.len(), 1);
    assert_eq!(world(Server::OursWithSecrets).plan().problems, []);
}

#[test]
fn resending_overwrites_an_incomparable_header() {
    let world = |resend: &str| {
        let mut world = World::with_agent(Server::ExistingInClear)
            .declare(settings::MCP_SERVERS, &json!({"gh": {"headers": {"X": "$A"}}}))
            .have(settings::MCP_SERVERS, &json!({"gh": {"headers": {"X": "hidden:x"}}}));
        world.options.resend = Resend::parse(resend.split(',').filter(|word| !word.is_empty())).unwrap();
        world
    };
    let plan = world("").plan();
    assert_eq!((action(&plan, ROW), plan.summary().incomparable), (Action::Unchanged, 1));
    for resend in ["all", "A", "$A", "settings/triage"] {
        let mut world = world(resend);
        let plan = world.plan();
        assert_eq!(fields(row(&plan, ROW)), ["change mcpServers.gh.headers.X"], "{resend}");
        world.carry_out(&plan);
        world.options.resend = Resend::default();
        assert_eq!(fields(row(&world.plan(), ROW)), [""; 0]);
    }
    for resend in ["B", "settings/other", "platform/triage/x"] {
        assert!(world(resend).plan().is_empty(), "{resend}");
    }
}

#[test]
fn values_of_the_org_never_show() {
    let world = World::with_agent(Server::ExistingInClear)
        .declare(settings::MCP_SERVERS, &json!({"gh": {"headers": {"X": "new"}}}))
        .have(settings::MCP_SERVERS, &json!({"gh": {"headers": {"X": "hidden:sentinel"}}}));
    let plan = world.plan();
    assert!(!format!("{plan:?}").contains("sentinel"));
    assert!(field(row(&plan, ROW), "mcpServers.gh.headers.X").before.as_ref().unwrap().has_hidden());
}
