use super::support::{FakeOrg, fingerprint, name, names, refused, request, row, source, wanted};
use crate::org::{Cause, Outcome, RequestError, SecretChange, SecretsListing};
use crate::push::{Agreement, Ending, PushFailure, PushPlan, PushReport, Rotation, RowState, Wanted, plan_push, push};
use crate::secrets::SourceValues;

/// A push as the command makes one: planned from what the org lists.
struct Pusher {
    wanted: Wanted,
    source: SourceValues,
    rotation: Rotation,
}

impl Pusher {
    fn new(pairs: &[(&str, &str)], rotation: Rotation) -> Self {
        let names: Vec<&str> = pairs.iter().map(|(name, _)| *name).collect();
        Self { wanted: wanted(&names), source: source(pairs), rotation }
    }

    fn plan(&self, org: &FakeOrg) -> PushPlan {
        plan_push(&self.wanted, &self.source, &org.rows(), &self.rotation)
    }

    async fn push(&self, org: &FakeOrg, agreement: &Agreement) -> Result<PushReport, PushFailure> {
        push(org, self.plan(org), agreement, &self.wanted, &self.rotation, &self.source).await
    }
}

fn yes() -> Agreement {
    Agreement::by_flags(true, true)
}

/// `NAME ending`, line by line.
fn endings(report: &PushReport) -> Vec<String> {
    let ending = |ending: &Ending| match ending {
        Ending::Done { change, .. } => format!("{change:?}"),
        other => format!("{other:?}"),
    };
    report.rows.iter().map(|end| format!("{} {}", end.row.name, ending(&end.ending))).collect()
}

#[tokio::test]
async fn one_request_sends_everything() {
    let org = FakeOrg::with(&[("OLD", "1"), ("SAME", "2"), ("OTHER", "3")]);
    let pusher = Pusher::new(&[("NEW", "n"), ("OLD", "o"), ("SAME", "2")], Rotation::All);
    let report = pusher.push(&org, &yes()).await.unwrap();
    assert_eq!(org.requests(), (1, 0));
    assert_eq!(endings(&report), ["NEW Created", "OLD Rotated", "SAME Unchanged"]);
    let now = |name, value| Some(fingerprint(name, value));
    let created = Ending::Done { change: SecretChange::Created, now: now("NEW", "n"), previous: None };
    let rotated = Ending::Done { change: SecretChange::Rotated, now: now("OLD", "o"), previous: now("OLD", "1") };
    assert_eq!([&report.rows[0].ending, &report.rows[1].ending], [&created, &rotated]);
    assert_eq!(report.overtaken(), 0);
    assert_eq!(["NEW", "OLD", "SAME", "OTHER"].map(|name| org.value(name).unwrap()), ["n", "o", "2", "3"]);
}

#[tokio::test]
async fn what_nobody_agreed_to_is_not_sent() {
    let org = FakeOrg::with(&[("OLD", "1"), ("KEPT", "1")]);
    let pusher = Pusher::new(&[("KEPT", "k"), ("NEW", "n"), ("OLD", "o")], Rotation::Named(names(&["OLD"])));
    let report = pusher.push(&org, &Agreement::default()).await.unwrap();
    assert_eq!(org.requests(), (0, 0));
    assert_eq!(endings(&report), ["KEPT Nothing", "NEW Declined", "OLD Declined"]);

    let report = pusher.push(&org, &Agreement::by_flags(true, false)).await.unwrap();
    assert_eq!(endings(&report), ["KEPT Nothing", "NEW Created", "OLD Declined"]);
    assert_eq!(["NEW", "OLD", "KEPT"].map(|name| org.value(name).unwrap()), ["n", "1", "1"]);

    let report = pusher.push(&org, &Agreement::by_flags(true, true)).await.unwrap();
    assert_eq!(endings(&report), ["KEPT Nothing", "NEW Nothing", "OLD Rotated"]);
}

#[tokio::test]
async fn where_nothing_is_to_be_sent_there_is_no_request() {
    let org = FakeOrg::with(&[("FOO", "1")]);
    let report = Pusher::new(&[("FOO", "2")], Rotation::Never).push(&org, &yes()).await.unwrap();
    assert_eq!((endings(&report), org.requests()), (vec!["FOO Nothing".to_owned()], (0, 0)));
}

#[tokio::test]
async fn a_conflict_is_planned_and_sent_again() {
    let org = FakeOrg::default().meanwhile(|secrets| drop(secrets.insert("FOO".to_owned(), "theirs".to_owned())));
    let pusher = Pusher::new(&[("BAR", "b"), ("FOO", "f")], Rotation::All);
    let report = pusher.push(&org, &yes()).await.unwrap();
    assert_eq!(endings(&report), ["BAR Created", "FOO Rotated"]);
    assert_eq!(org.requests(), (2, 1));
    assert_eq!(org.value("FOO").unwrap(), "f");
}

#[tokio::test]
async fn what_a_conflict_made_of_a_row_is_sent_only_if_that_was_agreed_to() {
    let exists = || FakeOrg::default().meanwhile(|secrets| drop(secrets.insert("FOO".to_owned(), "theirs".to_owned())));
    let pairs = [("BAR", "b"), ("FOO", "f")];

    // No rotation was asked for.
    let org = exists();
    let report = Pusher::new(&pairs, Rotation::Never).push(&org, &yes()).await.unwrap();
    assert_eq!(endings(&report), ["BAR Created", "FOO MadeByAnother"]);
    assert_eq!(org.value("FOO").unwrap(), "theirs");

    // It was asked for, and only creates were agreed to: by the flag, or name by name.
    let mut by_name = Agreement::default();
    by_name.allow(&row("FOO", RowState::Create));
    by_name.allow(&row("BAR", RowState::Create));
    for (agreement, ending) in [(Agreement::by_flags(true, false), "MadeByAnother"), (by_name, "Overtaken")] {
        let org = exists();
        let report = Pusher::new(&pairs, Rotation::All).push(&org, &agreement).await.unwrap();
        assert_eq!(endings(&report), ["BAR Created".to_owned(), format!("FOO {ending}")]);
        assert_eq!(org.value("FOO").unwrap(), "theirs");
    }

    // A rotation whose secret was deleted is no create.
    let org = FakeOrg::with(&[("FOO", "1")]).meanwhile(|secrets| drop(secrets.remove("FOO")));
    let report = Pusher::new(&pairs, Rotation::All).push(&org, &Agreement::by_flags(false, true)).await.unwrap();
    assert_eq!(endings(&report), ["BAR Declined", "FOO Overtaken"]);
    assert_eq!((org.value("FOO"), org.value("BAR")), (None, None));
    let org = FakeOrg::with(&[("FOO", "1")]).meanwhile(|secrets| drop(secrets.remove("FOO")));
    let report = Pusher::new(&pairs, Rotation::All).push(&org, &yes()).await.unwrap();
    assert_eq!(endings(&report), ["BAR Created", "FOO Created"]);
}

#[tokio::test]
async fn what_was_not_agreed_to_stays_declined_over_a_conflict() {
    let org = FakeOrg::with(&[("OLD", "1")]);
    let org = org.meanwhile(|secrets| drop(secrets.insert("FOO".to_owned(), "theirs".to_owned())));
    let pusher = Pusher::new(&[("BAR", "b"), ("FOO", "f"), ("OLD", "o")], Rotation::Named(names(&["OLD"])));
    let report = pusher.push(&org, &Agreement::by_flags(true, false)).await.unwrap();
    assert_eq!(endings(&report), ["BAR Created", "FOO MadeByAnother", "OLD Declined"]);
}

#[tokio::test]
async fn a_person_agreed_to_replace_the_value_that_was_shown_and_no_later_one() {
    let pusher = Pusher::new(&[("BAR", "b"), ("FOO", "f")], Rotation::All);
    let agreed = |plan: &PushPlan| {
        let mut agreement = Agreement::by_flags(true, false);
        plan.rows.iter().for_each(|row| agreement.allow(row));
        agreement
    };
    let push_shown = async |org: &FakeOrg, shown: PushPlan| {
        let agreement = agreed(&shown);
        push(org, shown, &agreement, &pusher.wanted, &pusher.rotation, &pusher.source).await.unwrap()
    };

    // As it was shown: looked at again, and replaced.
    let org = FakeOrg::with(&[("FOO", "1")]);
    let report = push_shown(&org, pusher.plan(&org)).await;
    assert_eq!((endings(&report), org.requests()), (vec!["BAR Created".into(), "FOO Rotated".into()], (1, 1)));

    // Somebody rotated it while the question stood.
    let org = FakeOrg::with(&[("FOO", "1")]);
    let shown = pusher.plan(&org);
    org.state().secrets.insert("FOO".to_owned(), "theirs".to_owned());
    let report = push_shown(&org, shown).await;
    assert_eq!((endings(&report), report.overtaken()), (vec!["BAR Created".into(), "FOO Overtaken".into()], 1));
    assert_eq!(org.value("FOO").unwrap(), "theirs");

    // Somebody rotated it between the second look and the request: the server compares what was seen.
    let org =
        FakeOrg::with(&[("FOO", "1")]).meanwhile(|secrets| drop(secrets.insert("FOO".to_owned(), "theirs".to_owned())));
    let report = push_shown(&org, pusher.plan(&org)).await;
    assert_eq!((endings(&report), org.requests()), (vec!["BAR Created".into(), "FOO Overtaken".into()], (2, 2)));
    assert_eq!(org.value("FOO").unwrap(), "theirs");
}

#[tokio::test]
async fn conflicts_are_followed_three_times() {
    // Each time somebody makes and somebody deletes what is about to be written.
    let flip = |secrets: &mut std::collections::BTreeMap<String, String>| {
        if secrets.remove("FOO").is_none() {
            secrets.insert("FOO".to_owned(), "theirs".to_owned());
        }
    };
    let pusher = Pusher::new(&[("FOO", "f")], Rotation::All);
    let org = FakeOrg::default().meanwhile(flip).meanwhile(flip).meanwhile(flip);
    let report = pusher.push(&org, &yes()).await.unwrap();
    assert_eq!((endings(&report), org.requests()), (vec!["FOO Rotated".to_owned()], (4, 3)));

    let org = FakeOrg::default().meanwhile(flip).meanwhile(flip).meanwhile(flip).meanwhile(flip);
    let error = pusher.push(&org, &yes()).await.unwrap_err();
    assert_eq!((error, org.requests()), (PushFailure::Conflicts, (4, 3)));
    assert_eq!(
        PushFailure::Conflicts.to_string(),
        "the org's secrets changed 3 times during this push; nothing was written"
    );
    assert_eq!(org.value("FOO"), None, "theirs, made and deleted twice");
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_never_sent_twice() {
    let lost =
        |cause| RequestError::NoAnswer { request: request(), cause, what: "cut".to_owned(), outcome: Outcome::Unknown };
    let strange = RequestError::NotTheApi { request: request(), status: 200, what: "an HTML page".to_owned() };
    for error in [lost(Cause::Cut), lost(Cause::TimedOut), refused(500, "boom"), refused(504, "late"), strange] {
        let org = FakeOrg::default().failing(error.clone());
        let failure = Pusher::new(&[("BAR", "b"), ("FOO", "f")], Rotation::Never).push(&org, &yes()).await.unwrap_err();
        assert_eq!(failure.to_string(), "the answer was lost: either all 2 secrets were written, or none");
        assert_eq!(failure, PushFailure::Unknown { names: vec![name("BAR"), name("FOO")], error });
        assert_eq!(org.requests(), (1, 0));
    }
}

#[tokio::test]
async fn a_refusal_is_the_end() {
    let never_left = RequestError::NoAnswer {
        request: request(),
        cause: Cause::NoConnection,
        what: "nothing listens there".to_owned(),
        outcome: Outcome::NotDone,
    };
    let not_sent = RequestError::NotSent { request: request(), what: "plain http".to_owned() };
    // 404 and 409 with other words are no conflicts.
    let others = [
        (400, "invalid_value"),
        (403, "forbidden_role"),
        (404, "x"),
        (409, "in_use"),
        (503, "busy"),
        (404, "already_exists"),
    ];
    let refusals = others.map(|(status, code)| refused(status, code)).into_iter();
    for error in refusals.chain([never_left, not_sent]) {
        let org = FakeOrg::default().failing(error.clone());
        let failure = Pusher::new(&[("FOO", "f")], Rotation::All).push(&org, &yes()).await.unwrap_err();
        assert_eq!((failure, org.requests()), (PushFailure::Refused(error), (1, 0)));
    }
}

#[tokio::test]
async fn an_org_that_cannot_be_listed_again_is_left_alone() {
    let conflicted = || FakeOrg::default().failing(refused(409, "already_exists"));
    let pusher = Pusher::new(&[("FOO", "f")], Rotation::All);
    for listing in [SecretsListing::Missing, SecretsListing::Unknown { what: "404".to_owned() }] {
        let org = conflicted();
        org.state().listing = Some(Ok(listing));
        assert_eq!(pusher.push(&org, &yes()).await.unwrap_err(), PushFailure::NotListed);
        assert_eq!(org.requests(), (1, 1));
    }
    let org = conflicted();
    org.state().listing = Some(Err(refused(401, "invalid_token")));
    let failure = pusher.push(&org, &yes()).await.unwrap_err();
    assert_eq!(failure, PushFailure::Refused(refused(401, "invalid_token")));
}
