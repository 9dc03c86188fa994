use lobu::execute::{FailureReason, RowOutcome};
use lobu::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS, agent, platform, settings};
use lobu::schema::{Declaration, Pair, Resource};
use serde_json::{Value as Json, json};

use crate::support::converge::{apply, plan};
use crate::support::memory_org::{MemoryOrg, Store, WriteFault};

use super::small_project::{project, project_with, values};

fn orgs() -> [MemoryOrg; 2] {
    [MemoryOrg::new("dev", values()), MemoryOrg::new("dev", values()).with_secrets_api()]
}

#[tokio::test]
async fn after_an_apply_a_plan_is_empty_and_the_org_holds_what_was_sent() {
    for org in orgs() {
        let report = apply(&org, &project(), false).await;
        assert!(report.is_complete(), "{report:?}");
        assert!(plan(&org, &project(), false).await.is_empty());
        let store = org.store();
        let token = &store[(PLATFORM, "triage/triage-telegram")]["config"]["botToken"];
        let header = &store[(SETTINGS, "triage")]["mcpServers"]["tickets"]["headers"]["Authorization"];
        let (bot, name) = match org.writes() {
            _ if token == "secret://dev/user/BOT" => ("secret://dev/user/BOT", "secret://dev/user/HEADER"),
            _ => ("made-up-bot-value", "$HEADER"),
        };
        assert_eq!((token, header), (&json!(bot), &json!(name)));
        assert!(store[(SETTINGS, "triage")]["mcpServers"].get("lobu-memory").is_some());
        assert!(store[(SETTINGS, "triage")]["preApprovedTools"].to_string().contains("lobu-memory"));
        assert_eq!(store[(RELATIONSHIP_TYPE, "raised")]["inverse_type_slug"], json!("raised-by"));
    }
}

#[tokio::test]
async fn a_plan_reads_and_writes_nothing() {
    for org in orgs() {
        plan(&org, &project(), false).await;
        assert_eq!(org.writes(), 0);
        assert!(org.reads() > 0);
    }
}

#[tokio::test]
async fn a_second_apply_writes_nothing() {
    let org = MemoryOrg::new("dev", values());
    apply(&org, &project(), false).await;
    let writes = org.writes();
    assert!(apply(&org, &project(), false).await.is_complete());
    assert_eq!(org.writes(), writes);
    let copy = MemoryOrg::new("dev", values()).holding(org.store());
    assert!(apply(&copy, &project(), false).await.is_complete());
    assert_eq!(copy.writes(), 0);
}

#[tokio::test]
async fn agents_of_others_are_left_alone() {
    let mut store = Store::default();
    store.put(AGENT, "other", json!({"name": "Other"}));
    let org = MemoryOrg::new("dev", values()).holding(store.clone());
    apply(&org, &project(), true).await;
    for kind in [AGENT, SETTINGS] {
        assert_eq!(org.store()[(kind, "other")], store[(kind, "other")]);
    }
}

#[tokio::test]
async fn a_run_that_fails_at_any_write_is_healed_by_the_next() {
    let whole = MemoryOrg::new("dev", values());
    apply(&whole, &project(), false).await;
    let expected = whole.store().content();
    for fault in [WriteFault::Refused, WriteFault::AnswerLost, WriteFault::NeverArrives] {
        for nth in 1..=whole.writes() {
            let org = MemoryOrg::new("dev", values());
            org.fail_write(nth, fault);
            let first = apply(&org, &project(), false).await;
            // Where the org shows what was sent, the lost answer is none.
            assert!(!first.is_complete() || fault == WriteFault::AnswerLost, "{fault:?} at {nth}");
            let failed = |outcome: &RowOutcome| match outcome {
                RowOutcome::Failed(failure) => failure.reason != FailureReason::Partial,
                outcome => matches!(outcome, RowOutcome::Unknown(_)),
            };
            assert_eq!(first.count(failed), usize::from(!first.is_complete()));
            let second = apply(&org, &project(), false).await;
            assert!(second.is_complete(), "{fault:?} at {nth}: {second:?}");
            assert_eq!(org.store().content(), expected, "{fault:?} at {nth}");
            assert!(plan(&org, &project(), false).await.is_empty());
        }
    }
}

#[tokio::test]
async fn pruning_makes_the_org_what_a_fresh_one_would_be() {
    let take = |resource: &mut Resource, name: &str| {
        let field = resource.key.kind.field(name).expect("a field");
        resource.declared.take(field)
    };
    let later = project_with(|resource| match (resource.key.kind.word, resource.key.id.as_str()) {
        ("agent", "triage") => {
            take(resource, "description");
            resource.declared.set(agent::NAME, Declaration::known("Renamed"));
        }
        ("settings", "triage") => {
            for field in [settings::NETWORK, settings::MCP_SERVERS, settings::PRE_APPROVED_TOOLS] {
                resource.declared.take(field);
            }
        }
        ("platform", _) => {
            let Some(Declaration::Table(config)) = resource.declared.get_mut(platform::CONFIG) else { return };
            config.remove("chatId");
        }
        ("entity-type", "ticket") => drop(take(resource, "icon")),
        ("relationship-type", "raised-by") => drop(take(resource, "rules")),
        _ => {}
    });
    for org in orgs() {
        apply(&org, &project(), false).await;
        let report = apply(&org, &later, true).await;
        assert!(report.is_complete(), "{report:?}");
        assert!(plan(&org, &later, true).await.is_empty());
        let store = org.store();
        let (agent, settings) = (&store[(AGENT, "triage")], &store[(SETTINGS, "triage")]);
        assert_eq!((&agent["name"], &agent["description"]), (&json!("Renamed"), &Json::Null));
        assert_eq!(settings["networkConfig"], json!({"allowedDomains": []}));
        assert_eq!(settings["mcpServers"].as_object().map(serde_json::Map::len), Some(1));
        assert_eq!(settings["preApprovedTools"], json!(["/mcp/lobu-memory/tools/*"]));
        assert_eq!(store[(PLATFORM, "triage/triage-telegram")]["config"]["chatId"], Json::Null);
        assert_eq!(store[(ENTITY_TYPE, "ticket")]["icon"], Json::Null);
        assert_eq!(store.pairs(RELATIONSHIP_TYPE, "raised-by"), [] as [&Pair; 0]);
    }
}

#[tokio::test]
async fn what_the_web_interface_sets_survives_an_apply() {
    let org = MemoryOrg::new("dev", values());
    apply(&org, &project(), false).await;
    let key = (PLATFORM, "triage/triage-telegram");
    org.change(|store| {
        let platform = &mut store[key];
        platform["settings"]["allowFrom"] = json!(["me"]);
        platform["config"]["apiKey"] = json!("set there");
        platform["config"]["chatId"] = json!("43");
    });
    apply(&org, &project(), false).await;
    let platform = &org.store()[key];
    assert_eq!(platform["settings"]["allowFrom"], json!(["me"]));
    let config = &platform["config"];
    assert_eq!((&config["apiKey"], &config["chatId"]), (&json!("set there"), &json!("42")));
    assert_eq!(config["botToken"], json!("made-up-bot-value"));
}
