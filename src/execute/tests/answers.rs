//! What answers prove, and what is looked up where they prove nothing.

use super::*;

#[tokio::test]
async fn an_agent_that_was_made_in_between_is_fine_if_it_is_as_declared() {
    let description = field(AGENT, "description");
    let existing = |name: &str, described: Option<&str>| {
        let described = described.map(|text| (description, json!(text)));
        let members = [(field(AGENT, "name"), json!(name))].into_iter().chain(described).collect();
        WireRecord { id: "one".to_owned(), members, ..WireRecord::default() }
    };
    let outcome = async |record: WireRecord, described: Option<&str>| {
        let fake = Fake::with(&[("agent one", Fault::Exists(record))]);
        let mut sent = named(AGENT, "one");
        sent.fields.set_some(description, described.map(|text| Change::Set(Value::known(text))));
        outcomes(&run(&fake, vec![made(sent)]).await).remove(0)
    };
    let (fine, updated) = ("agent/one done (it was there already)", "agent/one done");
    assert_eq!(outcome(existing("Name", None), None).await, fine);
    assert_eq!(outcome(existing("Name", Some("")), None).await, fine);
    assert_eq!(outcome(existing("Name", Some("d")), Some("d")).await, fine);
    assert_eq!(outcome(existing("Name", Some("theirs")), None).await, fine, "what no file says is left alone");
    assert_eq!(outcome(existing("Other", None), None).await, "agent/one failed");
    assert_eq!(outcome(existing("Name", Some("x")), Some("d")).await, "agent/one failed");
    assert_eq!(outcome(existing("Name", None), Some("d")).await, updated, "an update that overwrites nothing");
}

/// A resource of a list, with its name.
fn listed(kind: Kind, id: &str, name: &str) -> WireRecord {
    let members = [(field(kind, "name"), json!(name))].into_iter().collect();
    WireRecord { id: id.to_owned(), members, ..WireRecord::default() }
}

#[tokio::test]
async fn a_create_that_answers_exists_is_compared_with_what_is_there() {
    let outcome = async |status: u16, words: &'static str, found: Option<Vec<WireRecord>>| {
        let mut fake = Fake::with(&[("entity a", Fault::Refuse(status, words))]);
        fake.is_unreadable = found.is_none();
        fake.records.extend(found.map(|found| (ENTITY_TYPE, found)));
        outcomes(&run(&fake, vec![entity("a")]).await).remove(0)
    };
    let there = |name: &str| Some(vec![listed(ENTITY_TYPE, "a", name)]);
    let fine = "entity-type/a done (it was there already)";
    assert_eq!(outcome(409, "", there("Name")).await, fine);
    assert_eq!(outcome(400, "Entity type 'a' already exists", there("Name")).await, fine);
    assert_eq!(outcome(409, "", there("Other")).await, "entity-type/a failed");
    assert_eq!(outcome(409, "", Some(Vec::new())).await, "entity-type/a failed", "another org has it");
    assert_eq!(outcome(409, "", None).await, "entity-type/a failed", "it cannot be read");
    assert_eq!(outcome(400, "no", there("Name")).await, "entity-type/a failed");
}

#[tokio::test]
async fn a_rule_that_is_there_already_is_done() {
    let pair = Pair { first: "a".to_owned(), second: "b".to_owned() };
    let rows = || vec![relationship("owns", None, &[("a", "b")])];
    let mut fake = Fake::with(&[("rule owns a b", Fault::Refuse(409, "exists"))]);
    fake.records.insert(RELATIONSHIP_TYPE, vec![listed(RELATIONSHIP_TYPE, "owns", "Name")]);
    fake.pairs = vec![StoredPair { handle: json!(1), pair }];
    assert!(run(&fake, rows()).await.is_complete());
    fake.pairs = Vec::new();
    assert_eq!(outcomes(&run(&fake, rows()).await), ["relationship-type/owns failed"]);
}

#[tokio::test]
async fn a_lost_answer_is_looked_up() {
    let outcome = async |fault: Fault, found: Option<Vec<WireRecord>>| {
        let mut fake = Fake::with(&[("entity a", fault)]);
        fake.is_unreadable = found.is_none();
        fake.records.extend(found.map(|found| (ENTITY_TYPE, found)));
        outcomes(&run(&fake, vec![entity("a")]).await).remove(0)
    };
    let there = |name: &str| Some(vec![listed(ENTITY_TYPE, "a", name)]);
    let [done, unknown, failed] =
        ["entity-type/a done (the answer was lost; the org has it)", "entity-type/a unknown", "entity-type/a failed"];
    for fault in [Fault::Lose, Fault::Unavailable, Fault::Refuse(503, "busy"), Fault::RefuseAfterLost(400)] {
        assert_eq!(outcome(fault.clone(), there("Name")).await, done, "{fault:?}");
        assert_eq!(outcome(fault.clone(), there("Other")).await, unknown, "{fault:?}");
        assert_eq!(outcome(fault.clone(), None).await, unknown, "{fault:?}");
    }
    // Nothing is there: only these answers prove that nothing will be.
    assert_eq!(outcome(Fault::Lose, Some(Vec::new())).await, unknown);
    assert_eq!(outcome(Fault::Refuse(503, "busy"), Some(Vec::new())).await, unknown);
    assert_eq!(outcome(Fault::RefuseAfterLost(429), Some(Vec::new())).await, unknown);
    assert_eq!(outcome(Fault::RefuseAfterLost(400), Some(Vec::new())).await, failed);
    assert_eq!(outcome(Fault::Unavailable, Some(Vec::new())).await, failed);
}

#[tokio::test]
async fn a_read_that_fails_before_a_write_is_not_done() {
    for fault in [Fault::Refuse(500, "no"), Fault::Refuse(503, "no"), Fault::Refuse(404, "no")] {
        let fake = Fake::with(&[("read one", fault)]);
        let report = run(&fake, vec![made(config("one", true))]).await;
        assert_eq!(outcomes(&report), ["settings/one failed"]);
        assert!(!report.wrote);
    }
}

#[tokio::test]
async fn a_create_is_bound_to_nothing_being_there_and_an_update_to_what_was_read() {
    let fake = Fake::default();
    let rows = vec![entity("a"), platform("one", Text::known("x"))];
    run_with(&fake, rows, Limits { parallelism: 1, ..WIDE }, Generation::Ours).await;
    // The plan of these tests was made of an org without records, so that there is no version to bind the update to.
    assert_eq!(fake.state.lock().unwrap().conditions, [Condition::Absent, Condition::None]);
}

#[tokio::test]
async fn what_was_written_is_read_back() {
    let read_back = async |found: Option<WireRecord>, is_unreadable: bool| {
        let mut fake = Fake { version: Some(5), is_unreadable, ..Fake::default() };
        fake.records.insert(ENTITY_TYPE, found.into_iter().collect());
        let limits = Limits { verify: true, ..WIDE };
        let name = FieldChange {
            path: FieldPath::member("name"),
            action: FieldAction::Add,
            before: None,
            after: Some(Value::known("Name")),
            sources: BTreeMap::new(),
            guarded: false,
        };
        let rows = vec![Row { fields: vec![name], ..entity("a") }];
        run_with(&fake, rows, limits, Generation::Ours).await.0
    };
    let there = |name: &str, version| Some(WireRecord { version: Some(version), ..listed(ENTITY_TYPE, "a", name) });
    let key = || vec![ResourceKey::new(ENTITY_TYPE, "a")];
    let as_written = read_back(there("Name", 5), false).await;
    assert!(as_written.is_complete() && as_written.verification == Verification::default(), "{as_written:?}");
    let since = read_back(there("Other", 6), false).await;
    assert!(since.is_complete() && since.verification.changed_since == key(), "{since:?}");
    let unread = read_back(None, true).await;
    assert!(unread.is_complete() && unread.verification.unread == key(), "{unread:?}");
    for (found, fields) in [(there("Other", 5), vec!["name".to_owned()]), (None, Vec::new())] {
        let report = read_back(found, false).await;
        let RowOutcome::Failed(failure) = &report.rows[0].1 else { panic!("{report:?}") };
        assert_eq!(failure.reason, FailureReason::NotStored(fields));
        assert!(report.wrote);
    }
}
