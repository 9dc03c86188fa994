//! What is sent again, when, and what is looked up first.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::support::{FakeClock, HurriedClock, Listener, Step, answer, sent, typed, with_header};
use crate::model::{StableId, Value};
use crate::org::{Condition, OrgRead, OrgWrite, Outcome, RequestError, Stored};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, relationship_type};
use crate::schema::{Pair, ResourceKey, Sent, StoredPair};
use crate::wire::Json;

fn failing(status: u16) -> Step {
    answer(status, &json!({"error": "later"}))
}

/// Our own server, when another process holds its database.
fn busy() -> Step {
    with_header(answer(503, &json!({"error": {"code": "busy", "message": "later"}})), "retry-after", "1")
}

fn create() -> Sent {
    sent(AGENT, "triage", [("name", Value::known("Triage"))])
}

fn rename() -> Sent {
    sent(AGENT, "triage", [("name", Value::known("T"))])
}

fn person() -> Sent {
    let schema = Value::Map([("type".to_owned(), Value::known("object"))].into());
    let fields = [("name", Value::known("Person")), ("description", Value::Null), ("metadata_schema", schema)];
    sent(ENTITY_TYPE, "person", fields)
}

fn listed(name: &str, org: &str) -> Json {
    let row = json!({"slug": "person", "name": name, "organization_slug": org, "description": null,
        "metadata_schema": {"type": "object"}});
    json!({"entity_types": [row]})
}

fn put() -> Sent {
    let config = Value::Map([("chatId".to_owned(), Value::known("1"))].into());
    let id = format!("triage/{}", StableId::derive("triage", "telegram", None));
    sent(PLATFORM, &id, [("type", Value::known("telegram")), ("config", config)])
}

#[tokio::test]
async fn reads_are_sent_again_until_they_succeed() {
    let steps = [failing(429), typed(502, "text/html", "<html>"), Step::Close, Step::Cut];
    let clock = Arc::new(FakeClock::default());
    let listener = Listener::start(steps.into_iter().chain([answer(200, &json!({"agents": []}))]));
    let org = listener.builder().clock(clock.clone()).build().unwrap();
    assert_eq!(org.records(AGENT).await.unwrap(), []);
    assert_eq!(clock.slept(), [250, 500, 1000, 2000].map(Duration::from_millis));
    assert_eq!((org.statistics().requests, org.statistics().retries, org.statistics().writes), (5, 4, 0));
}

#[tokio::test]
async fn there_is_an_end_to_it() {
    let listener = Listener::start((0..9).map(|_| failing(503)));
    assert_eq!(listener.org().records(AGENT).await.unwrap_err().status(), Some(503));
    assert_eq!(listener.seen().len(), 5);
}

#[tokio::test]
async fn a_server_that_never_answers_ends_the_run() {
    let listener = Listener::start([Step::Hang, Step::Hang]);
    let org = listener.builder().clock(Arc::new(HurriedClock::default())).build().unwrap();
    for _ in 0..2 {
        let error = org.records(AGENT).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotDone);
        assert!(error.to_string().ends_with("no answer for 60 s"), "{error}");
    }
    assert_eq!(org.statistics().retries, 0);
    assert!(org.statistics().requests <= 1, "nothing more is sent once the run gave up");
}

#[tokio::test]
async fn a_write_that_is_not_answered_when_the_run_ends_is_unknown() {
    let listener = Listener::start([Step::Hang]);
    let org = listener.builder().clock(Arc::new(HurriedClock::default())).build().unwrap();
    assert_eq!(org.update(&rename(), Condition::None).await.unwrap_err().outcome(), Outcome::Unknown);
    assert_eq!(
        org.update(&rename(), Condition::None).await.unwrap_err().outcome(),
        Outcome::NotDone,
        "it was never sent"
    );
    let org = listener.builder().clock(Arc::new(HurriedClock::default())).build().unwrap();
    assert_eq!(org.create(&create(), Condition::None).await.unwrap_err().outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn refusals_are_final() {
    for status in [400, 401, 403, 404, 409, 422, 500, 501] {
        let listener = Listener::start([failing(status)]);
        assert_eq!(listener.org().records(AGENT).await.unwrap_err().status(), Some(status));
        assert_eq!(listener.seen().len(), 1);
    }
}

#[tokio::test]
async fn retry_after_is_obeyed_up_to_its_cap() {
    // The fake clock stands at 2001-09-09 01:46:40 GMT.
    let table = [
        ("7", 7_000),
        ("0", 250),
        ("Sun, 09 Sep 2001 01:46:52 GMT", 12_000),
        ("Sun, 09 Sep 2001 01:00:00 GMT", 250),
        ("86400", 60_000),
        ("nonsense", 250),
    ];
    for (text, milliseconds) in table {
        let clock = Arc::new(FakeClock::default());
        let steps = [with_header(failing(429), "retry-after", text), answer(200, &json!({"agents": []}))];
        let org = Listener::start(steps).builder().clock(clock.clone()).build().unwrap();
        org.records(AGENT).await.unwrap();
        assert_eq!(clock.slept(), [Duration::from_millis(milliseconds)], "{text}");
    }
}

#[tokio::test]
async fn a_server_without_manager_refuses_platforms_at_once() {
    let unavailable = || answer(503, &json!({"error": "Chat instance manager not available"}));
    let listener = Listener::start([unavailable()]);
    let error = listener.org().update(&put(), Condition::None).await.unwrap_err();
    assert!(matches!(error, RequestError::Unavailable { .. }), "{error}");
    assert_eq!(
        (error.status(), error.outcome()),
        (Some(503), Outcome::Unknown),
        "only a look proves that it did nothing"
    );
    assert_eq!(listener.seen().len(), 1);
    let busy = with_header(unavailable(), "retry-after", "1");
    let done = answer(200, &json!({"noop": true, "platform": {}}));
    let listener = Listener::start([busy, failing(502), done]);
    assert_eq!(listener.org().update(&put(), Condition::None).await.unwrap().stored, Stored::Unchanged);
}

#[tokio::test]
async fn idempotent_writes_are_repeated_after_a_lost_answer() {
    let listener = Listener::start([Step::Close, answer(200, &json!({"success": true}))]);
    let patch = rename();
    listener.org().update(&patch, Condition::None).await.unwrap();
    assert_eq!(listener.lines(), ["PATCH /api/dev/agents/triage"; 2]);
}

#[tokio::test]
async fn what_may_have_been_carried_out_stays_unknown() {
    let patch = rename();
    let steps = [Step::Close, failing(429), failing(429), failing(429), failing(429)];
    let error = Listener::start(steps).org().update(&patch, Condition::None).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(matches!(error, RequestError::AfterLost { .. }), "{error}");
    assert!(error.refusal_after_lost().is_none(), "{error}");
    let refused =
        Listener::start([failing(429), failing(400)]).org().update(&patch, Condition::None).await.unwrap_err();
    assert_eq!((refused.status(), refused.outcome()), (Some(400), Outcome::NotDone));
    let refused = Listener::start([Step::Close, failing(400)]).org().update(&patch, Condition::None).await.unwrap_err();
    assert_eq!((refused.status(), refused.outcome()), (Some(400), Outcome::Unknown));
    assert!(refused.refusal_after_lost().is_some(), "{refused}");
    for status in [500, 501, 502, 503, 504, 505] {
        let failed =
            Listener::start((0..5).map(|_| failing(status))).org().update(&patch, Condition::None).await.unwrap_err();
        assert_eq!((failed.status(), failed.outcome()), (Some(status), Outcome::Unknown));
    }
}

#[tokio::test]
async fn a_full_disk_is_no_reason_to_doubt_on_our_own_server_only() {
    let ours = answer(507, &json!({"error": {"code": "disk_full", "message": "No space is left."}}));
    let others = answer(507, &json!({"error": "disk_full"}));
    for (step, outcome) in [(ours, Outcome::NotDone), (others, Outcome::Unknown)] {
        let listener = Listener::start([step]);
        let failed = listener.org().update(&rename(), Condition::None).await.unwrap_err();
        assert_eq!((failed.status(), failed.outcome()), (Some(507), outcome));
        assert_eq!(listener.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_create_of_an_agent_knows_its_own_row_again() {
    let row = |name: &str| answer(200, &json!({"agentId": "triage", "name": name, "description": ""}));
    let made = answer(201, &json!({"agentId": "triage", "name": "Triage"}));
    assert_eq!(Listener::start([made]).org().create(&create(), Condition::None).await.unwrap().stored, Stored::Created);
    let lost = Listener::start([Step::Close, row("Triage")]).org();
    assert_eq!(lost.create(&create(), Condition::None).await.unwrap().stored, Stored::Created);
    let theirs = Listener::start([Step::Close, row("Other")]).org();
    assert!(matches!(theirs.create(&create(), Condition::None).await.unwrap().stored, Stored::Existed(_)));
    for steps in [vec![row("Triage")], vec![failing(429), row("Triage")]] {
        let existed = Listener::start(steps).org().create(&create(), Condition::None).await.unwrap();
        assert!(matches!(existed.stored, Stored::Existed(_)));
    }
}

fn actions(listener: &Listener) -> Vec<String> {
    listener.seen().iter().map(|seen| seen.json()["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_lost_create_of_a_type_is_looked_up_before_it_is_sent_again() {
    let empty = || answer(200, &json!({"entity_types": []}));
    let done = || answer(200, &json!({"action": "create"}));
    let table = [
        (vec![Step::Close, answer(200, &listed("Person", "dev"))], true, vec!["create", "list"]),
        (vec![Step::Close, empty(), done()], true, vec!["create", "list", "create"]),
        (vec![Step::Close, answer(200, &listed("Person", "public")), done()], true, vec!["create", "list", "create"]),
        (vec![Step::Close, answer(200, &listed("Other", "dev"))], false, vec!["create", "list"]),
        (vec![failing(504), answer(200, &listed("Person", "dev"))], true, vec!["create", "list"]),
        (vec![failing(429), failing(503), empty(), done()], true, vec!["create", "create", "list", "create"]),
        (vec![failing(500), answer(200, &listed("Person", "dev"))], true, vec!["create", "list"]),
        (vec![busy(), done()], true, vec!["create", "create"]),
        (
            vec![Step::Close, empty(), failing(400), answer(200, &listed("Person", "dev"))],
            true,
            vec!["create", "list", "create", "list"],
        ),
    ];
    for (steps, done, expected) in table {
        let listener = Listener::start(steps);
        let result = listener.org().create(&person(), Condition::None).await;
        assert_eq!(actions(&listener), expected);
        match result {
            Ok(_) => assert!(done),
            Err(error) => assert!(!done && error.outcome() == Outcome::Unknown, "{error}"),
        }
    }
}

#[tokio::test]
async fn a_refusal_after_a_lost_attempt_that_did_nothing_is_the_answer() {
    let empty = || answer(200, &json!({"entity_types": []}));
    let listener = Listener::start([Step::Close, empty(), failing(400), empty()]);
    let error = listener.org().create(&person(), Condition::None).await.unwrap_err();
    assert_eq!((error.status(), error.outcome()), (Some(400), Outcome::NotDone));
}

#[tokio::test]
async fn relationship_types_and_rules_are_looked_up_too() {
    let write =
        sent(RELATIONSHIP_TYPE, "knows", [("name", Value::known("Knows")), ("is_symmetric", Value::Bool(true))]);
    let row = |deleted: Json| {
        let row = json!({"slug": "knows", "name": "Knows", "is_symmetric": true, "organization_slug": "dev",
            "deleted_at": deleted});
        answer(200, &json!({"relationship_types": [row]}))
    };
    Listener::start([Step::Close, row(Json::Null)]).org().create(&write, Condition::None).await.unwrap();
    let listener = Listener::start([Step::Close, row(json!("2026-01-01")), answer(200, &json!({}))]);
    listener.org().create(&write, Condition::None).await.unwrap();
    assert_eq!(actions(&listener), ["create", "list", "create"]);

    let key = ResourceKey::new(RELATIONSHIP_TYPE, "knows");
    let pair = Pair { first: "a".to_owned(), second: "b".to_owned() };
    let rules = json!({"rules": [{"id": 4, "source_entity_type_slug": "a", "target_entity_type_slug": "b"}]});
    let listener = Listener::start([Step::Close, answer(200, &rules)]);
    listener.org().add_pair(&key, relationship_type::RULES, &pair).await.unwrap();
    assert_eq!(actions(&listener), ["add_rule", "list_rules"]);
}

#[tokio::test]
async fn a_rule_that_a_lost_attempt_removed_is_removed() {
    let gone = || answer(400, &json!({"error": "Rule 4 not found"}));
    let key = ResourceKey::new(RELATIONSHIP_TYPE, "knows");
    let pair = Pair { first: "a".to_owned(), second: "b".to_owned() };
    let stored = StoredPair { handle: json!(4), pair };
    let remove = async |steps: Vec<Step>| {
        Listener::start(steps).org().remove_pair(&key, relationship_type::RULES, &stored).await
    };
    remove(vec![Step::Close, gone()]).await.unwrap();
    assert_eq!(remove(vec![gone()]).await.unwrap_err().status(), Some(400));
}

#[tokio::test]
async fn writes_are_never_redirected() {
    let listener = Listener::start([with_header(answer(307, &json!({})), "location", "/there")]);
    let error = listener.org().create(&create(), Condition::None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("POST /api/dev/agents was redirected to {}, which is not followed", {
            let origin = listener.origin().to_string();
            origin.trim_end_matches('/').to_owned()
        })
    );
    assert_eq!(listener.seen().len(), 1);
}

#[tokio::test]
async fn requests_in_flight_are_bounded() {
    let listener = Listener::start((0..6).map(|_| answer(200, &json!({"agents": []}))));
    let org = listener.builder().parallelism(0).build().unwrap();
    let all = futures::future::join_all((0..6).map(|_| org.records(AGENT))).await;
    assert!(all.into_iter().all(|result| result.is_ok()));
    assert_eq!(org.statistics().requests, 6);
    assert_eq!(org.statistics().bytes, 6 * 13);
}
