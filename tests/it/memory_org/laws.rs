use lobu::execute::RowOutcome;
use lobu::model::{Declared, Text};
use serde_json::json;

use crate::support::converge::{apply, plan};
use crate::support::memory_org::{MemoryOrg, Store, WriteFault};

use super::small_project::{project, values};

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
        let token = &store.agents["triage"].platforms["triage-telegram"].config["botToken"];
        let header = &store.agents["triage"].settings["mcpServers"]["tickets"]["headers"]["Authorization"];
        let (bot, name) = match org.writes() {
            _ if token == "secret://dev/user/BOT" => ("secret://dev/user/BOT", "secret://dev/user/HEADER"),
            _ => ("made-up-bot-value", "$HEADER"),
        };
        assert_eq!((token, header), (&json!(bot), &json!(name)));
        assert!(store.agents["triage"].settings["mcpServers"].get("lobu-memory").is_some());
        assert!(store.agents["triage"].settings["preApprovedTools"].to_string().contains("lobu-memory"));
        assert_eq!(store.relationship_types["raised"].inverse.as_deref(), Some("raised-by"));
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
    store.agents.entry("other".to_owned()).or_default().name = "Other".to_owned();
    let org = MemoryOrg::new("dev", values()).holding(store.clone());
    apply(&org, &project(), true).await;
    assert_eq!(org.store().agents["other"], store.agents["other"]);
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
            assert!(!first.is_complete(), "{fault:?} at {nth}");
            let failed = |outcome: &RowOutcome| matches!(outcome, RowOutcome::Failed(_) | RowOutcome::Unknown(_));
            assert_eq!(first.count(failed), 1);
            let second = apply(&org, &project(), false).await;
            assert!(second.is_complete(), "{fault:?} at {nth}: {second:?}");
            assert_eq!(org.store().content(), expected, "{fault:?} at {nth}");
            assert!(plan(&org, &project(), false).await.is_empty());
        }
    }
}

#[tokio::test]
async fn pruning_makes_the_org_what_a_fresh_one_would_be() {
    let mut later = project();
    later.agents[0].description = Declared::Absent;
    later.agents[0].settings.network_config = None;
    later.agents[0].settings.mcp_servers = None;
    later.agents[0].settings.pre_approved_tools = None;
    later.agents[0].platforms[0].config.remove("chatId");
    later.agents[0].name = Text::known("Renamed");
    let memory = later.memory.as_mut().expect("a schema");
    memory.entity_types[0].icon = Declared::Absent;
    memory.relationship_types[0].rules = Declared::Absent;
    for org in orgs() {
        apply(&org, &project(), false).await;
        let report = apply(&org, &later, true).await;
        assert!(report.is_complete(), "{report:?}");
        assert!(plan(&org, &later, true).await.is_empty());
        let store = org.store();
        let agent = &store.agents["triage"];
        assert_eq!((agent.name.as_str(), &agent.description), ("Renamed", &None));
        assert_eq!(agent.settings["networkConfig"], json!({"allowedDomains": []}));
        assert_eq!(agent.settings["mcpServers"].as_object().map(serde_json::Map::len), Some(1));
        assert_eq!(agent.settings["preApprovedTools"], json!(["/mcp/lobu-memory/tools/*"]));
        assert!(!agent.platforms["triage-telegram"].config.contains_key("chatId"));
        assert_eq!(store.entity_types["ticket"].icon, None);
        assert!(store.relationship_types["raised-by"].rules.is_empty());
    }
}

#[tokio::test]
async fn what_the_web_interface_sets_survives_an_apply() {
    let org = MemoryOrg::new("dev", values());
    apply(&org, &project(), false).await;
    org.change(|store| {
        let agent = store.agents.get_mut("triage").expect("the agent");
        let platform = agent.platforms.get_mut("triage-telegram").expect("the platform");
        platform.settings.insert("allowFrom".to_owned(), json!(["me"]));
        platform.config.insert("apiKey".to_owned(), json!("set there"));
        platform.config.insert("chatId".to_owned(), json!("43"));
    });
    apply(&org, &project(), false).await;
    let platform = org.store().agents["triage"].platforms["triage-telegram"].clone();
    assert_eq!(platform.settings["allowFrom"], json!(["me"]));
    assert_eq!((&platform.config["apiKey"], &platform.config["chatId"]), (&json!("set there"), &json!("42")));
    assert_eq!(platform.config["botToken"], json!("made-up-bot-value"));
}
