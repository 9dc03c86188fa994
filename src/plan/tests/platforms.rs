use serde_json::json;

use crate::model::Value;
use crate::plan::{Action, Resend};
use crate::schema::Write;
use crate::schema::kinds::PLATFORM;
use crate::schema::kinds::platform::{CONFIG, SETTINGS, TYPE};

use super::build::value;
use super::store::{Server, World, action, fields, row};

const ROW: &str = "platform/triage/triage-telegram";
const ID: &str = "triage-telegram";

fn config(world: &mut World) -> &std::collections::BTreeMap<String, Value> {
    world.record(PLATFORM).value(CONFIG).unwrap().as_map().unwrap()
}

fn world(server: Server, declared: &[(&str, &str)], org: &serde_json::Value) -> World {
    let mut world = World::with_agent(server);
    world.declare_platform(ID, "telegram", declared);
    world.have_platform(ID, "telegram", org);
    world
}

#[test]
fn a_new_platform_is_created_and_does_not_restart() {
    for server in Server::ALL {
        let mut world = World::with_agent(server);
        world.declare_platform(ID, "telegram", &[("botToken", "$A"), ("chatId", "1")]);
        let plan = world.converge();
        assert_eq!(action(&plan, ROW), Action::Create);
        assert!(!row(&plan, ROW).will_restart);
    }
}

#[test]
fn a_changed_key_restarts() {
    for server in Server::ALL {
        let mut world = world(server, &[("chatId", "2")], &json!({"chatId": "1"}));
        let plan = world.converge();
        assert_eq!(fields(row(&plan, ROW)), ["change config.chatId"]);
        assert_eq!(row(&plan, ROW).changed_sections(), ["config"]);
        assert!(row(&plan, ROW).will_restart);
    }
}

#[test]
fn a_put_carries_undeclared_keys_and_settings() {
    for server in Server::ALL {
        let mut world = world(server, &[("chatId", "2")], &json!({"chatId": "1", "mine": "x", "token": "***oken"}));
        let settings = value(&json!({"allowGroups": true, "allowFrom": ["me"]}));
        world.record(PLATFORM).values.set(SETTINGS, settings.clone());
        let plan = world.converge();
        let [Write::Update(put)] = row(&plan, ROW).writes.as_slice() else { panic!("one put") };
        let sent = put.value(CONFIG).unwrap().as_map().unwrap();
        assert_eq!(sent.keys().collect::<Vec<_>>(), ["chatId", "mine", "token"]);
        assert!(sent["token"].has_opaque());
        assert_eq!(put.value(SETTINGS), Some(&settings));
        assert_eq!(world.record(PLATFORM).value(SETTINGS), Some(&settings));
    }
}

#[test]
fn undeclared_keys_drift_and_prune_removes_them_where_the_server_can() {
    let org = json!({"chatId": "1", "mine": "x", "blank": ""});
    for server in Server::ALL {
        let plan = world(server, &[("chatId", "1")], &org).converge();
        assert_eq!(action(&plan, ROW), Action::Drift);
        let expected = if server.is_ours() { "drift config.mine" } else { "drift! config.mine" };
        assert_eq!(fields(row(&plan, ROW)), [expected]);

        let mut pruned = world(server, &[("chatId", "1")], &org).prune();
        let plan = pruned.converge();
        if server.is_ours() {
            assert_eq!(fields(row(&plan, ROW)), ["remove config.mine"]);
            assert!(!config(&mut pruned).contains_key("mine"));
        } else {
            assert!(plan.is_empty());
            assert_eq!(plan.notes.len(), 1);
        }
    }
}

#[test]
fn an_empty_text_removes_a_key_or_is_a_note() {
    for server in Server::ALL {
        let mut world = world(server, &[("chatId", "")], &json!({"chatId": "1"}));
        let plan = world.converge();
        if server.is_ours() {
            assert_eq!(fields(row(&plan, ROW)), ["clear config.chatId"]);
            assert!(config(&mut world).is_empty());
        } else {
            assert!(plan.is_empty() && plan.notes.len() == 1, "{plan:?}");
        }
    }
    for server in Server::ALL {
        assert_eq!(action(&world(server, &[("chatId", "")], &json!({})).plan(), ROW), Action::Unchanged);
    }
}

#[test]
fn a_changed_type_is_a_change() {
    let mut world = world(Server::Ours, &[], &json!({}));
    world.record(PLATFORM).values.set(TYPE, Value::known("slack"));
    assert_eq!(fields(row(&world.converge(), ROW)), ["change type"]);
}

#[test]
fn a_value_of_another_type_is_replaced() {
    let mut world = world(Server::Ours, &[("chatId", "1")], &json!({"chatId": 1}));
    assert_eq!(fields(row(&world.converge(), ROW)), ["change config.chatId"]);
}

#[test]
fn creating_beside_another_of_the_type_is_a_warning() {
    let mut world = World::with_agent(Server::Ours);
    world.declare_platform(ID, "telegram", &[]);
    world.have_platform("telegram-triage-17", "telegram", &json!({}));
    let plan = world.converge();
    assert_eq!(plan.warnings.len(), 1);
    assert!(plan.warnings[0].hint.as_ref().unwrap().contains("id = \"telegram-triage-17\""));
    assert_eq!(action(&plan, "platform/triage/telegram-triage-17"), Action::Drift);
    assert_eq!(world.plan().warnings, [], "only the create warns");
}

#[test]
fn another_declared_platform_of_the_type_is_no_twin() {
    let mut world = world(Server::Ours, &[], &json!({}));
    world.declare_platform("triage-telegram-ops", "telegram", &[]);
    assert_eq!(world.plan().warnings, []);
}

#[test]
fn an_id_adopts_what_the_web_interface_made() {
    let mut world = World::with_agent(Server::Ours);
    world.declare_platform("telegram-triage-17", "telegram", &[("chatId", "1")]);
    world.have_platform("telegram-triage-17", "telegram", &json!({"chatId": "1"}));
    assert!(world.converge().is_empty());
}

#[test]
fn undeclared_platforms_are_rows_and_never_pruned() {
    let mut world = World::with_agent(Server::Ours).prune();
    world.have_platform("made-there", "slack", &json!({"a": "b"}));
    let plan = world.converge();
    assert_eq!(action(&plan, "platform/triage/made-there"), Action::Drift);
    assert_eq!(world.records(PLATFORM).own.len(), 1);
}

#[test]
fn a_row_written_for_another_reason_sends_incomparable_values_and_says_so() {
    let org = json!({"botToken": "***oken", "chatId": "1"});
    let mut world = world(Server::ExistingMasked, &[("botToken", "$A"), ("chatId", "2")], &org);
    let plan = world.converge();
    assert_eq!(fields(row(&plan, ROW)), ["incomparable config.botToken", "change config.chatId"]);
    assert_eq!(row(&plan, ROW).attention.len(), 1);
    assert!(row(&plan, ROW).attention[0].contains("$A"));
    assert_eq!(plan.needs.len(), 1);
    assert_eq!(plan.needs[0].places, ["triage/triage-telegram.botToken"]);
    assert!(plan.secrets_used.is_empty(), "neither new nor changed: {:?}", plan.secrets_used);
}

#[test]
fn resending_covers_names_resources_and_all() {
    for (resend, sends) in [("all", true), ("A", true), (ROW, true), ("B", false), ("settings/triage", false)] {
        let mut world = world(Server::ExistingMasked, &[("botToken", "$A")], &json!({"botToken": "***oken"}));
        world.options.resend = Resend::parse([resend]).unwrap();
        assert_eq!(!world.plan().is_empty(), sends, "{resend}");
    }
    assert_eq!(Resend::parse(["all", "lower", "$X"]), Err(vec!["lower".to_owned()]));
    assert!(Resend::parse([]).unwrap().is_empty());
}

#[test]
fn a_literal_against_a_mask_is_incomparable() {
    for server in Server::ALL {
        let world = world(server, &[("botToken", "literal")], &json!({"botToken": "***oken"}));
        let plan = world.plan();
        assert_eq!(fields(row(&plan, ROW)), ["incomparable config.botToken"]);
        assert_eq!((action(&plan, ROW), plan.is_empty()), (Action::Unchanged, true));
    }
}

#[test]
fn what_a_reference_fills_is_hidden_whatever_its_key() {
    for server in Server::ALL {
        let plan = world(server, &[("greeting", "$A")], &json!({"greeting": "the-secret"})).plan();
        assert!(row(&plan, ROW).fields[0].before.as_ref().unwrap().has_hidden());
        assert!(!format!("{plan:?}").contains("the-secret"));
    }
}
