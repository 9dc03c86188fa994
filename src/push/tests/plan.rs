use super::support::{digits, fingerprint, listed, name, names, source, wanted};
use crate::push::{PushRow, Rotation, RowState, Summary, Wanted, plan_push};
use crate::secrets::{Fingerprint, Suspicion};
use crate::wire::SecretRow;

/// The state of the one row about `FOO`.
fn state(here: Option<&str>, org: Option<SecretRow>, rotation: &Rotation) -> RowState {
    let source = source(&here.map(|value| ("FOO", value)).into_iter().collect::<Vec<_>>());
    let listed: Vec<_> = org.into_iter().collect();
    let plan = plan_push(&wanted(&["FOO"]), &source, &listed, rotation);
    let [row] = plan.rows.try_into().unwrap();
    row.state
}

fn without_salt(row: SecretRow) -> SecretRow {
    SecretRow { salt: None, ..row }
}

#[test]
fn what_becomes_of_a_name_follows_from_both_sides() {
    let never = Rotation::Never;
    let all = Rotation::All;
    let this = Rotation::Named(names(&["FOO"]));
    let other = Rotation::Named(names(&["BAR"]));
    let (a, b) = (fingerprint("FOO", "a"), fingerprint("FOO", "b"));
    assert_ne!(a, b);
    let in_org = || Some(listed("FOO", "a"));
    let rotate = |before: Option<&Fingerprint>, after: Option<&Fingerprint>| RowState::Rotate {
        before: before.cloned(),
        after: after.cloned(),
    };
    let differs = || RowState::Differs { org: a.clone(), here: b.clone() };
    let table = [
        // Without the org's secret, rotation is of no concern.
        (Some("a"), None, &never, RowState::Create),
        (Some("a"), None, &all, RowState::Create),
        (Some("a"), None, &this, RowState::Create),
        (None, None, &never, RowState::Missing),
        (None, None, &all, RowState::Missing),
        // An empty value is none.
        (Some(""), None, &never, RowState::Missing),
        (Some(""), in_org(), &all, RowState::OnlyInOrg(Some(a.clone()))),
        (None, in_org(), &never, RowState::OnlyInOrg(Some(a.clone()))),
        (None, in_org(), &all, RowState::OnlyInOrg(Some(a.clone()))),
        (None, Some(SecretRow { name: "FOO".to_owned(), ..SecretRow::default() }), &this, RowState::OnlyInOrg(None)),
        // Four digits are for eyes: equal ones are not sent, unless that was asked for.
        (Some("a"), in_org(), &never, RowState::Unchanged(a.clone())),
        (Some("a"), in_org(), &other, RowState::Unchanged(a.clone())),
        (Some("a"), in_org(), &all, rotate(Some(&a), Some(&a))),
        (Some("a"), in_org(), &this, rotate(Some(&a), Some(&a))),
        (Some("b"), in_org(), &never, differs()),
        (Some("b"), in_org(), &other, differs()),
        (Some("b"), in_org(), &all, rotate(Some(&a), Some(&b))),
        (Some("b"), in_org(), &this, rotate(Some(&a), Some(&b))),
        // A server that gives no salt, or no fingerprint.
        (Some("b"), in_org().map(without_salt), &never, RowState::Set),
        (Some("b"), in_org().map(without_salt), &all, rotate(Some(&a), None)),
        (Some("b"), in_org().map(|row| SecretRow { fingerprint: None, ..row }), &never, RowState::Set),
        (Some("b"), in_org().map(|row| SecretRow { fingerprint: None, ..row }), &this, rotate(None, Some(&b))),
        (None, in_org().map(without_salt), &never, RowState::OnlyInOrg(Some(a.clone()))),
    ];
    for (at, (here, org, rotation, expected)) in table.into_iter().enumerate() {
        assert_eq!(state(here, org, rotation), expected, "row {at} of the table");
    }
}

#[test]
fn what_is_no_fingerprint_or_salt_counts_as_none() {
    let broken = |change: fn(&mut SecretRow)| {
        let mut row = listed("FOO", "a");
        change(&mut row);
        state(Some("a"), Some(row), &Rotation::Never)
    };
    assert_eq!(broken(|row| row.fingerprint = Some("hunter2".to_owned())), RowState::Set);
    assert_eq!(broken(|row| row.fingerprint = Some("A3F1".to_owned())), RowState::Set);
    assert_eq!(broken(|row| row.salt = Some("short".to_owned())), RowState::Set);
    assert_eq!(broken(|row| row.salt = Some("zz".repeat(32))), RowState::Set);
}

#[test]
fn rows_are_sorted_and_about_what_is_wanted_only() {
    let mut wanted: Wanted = wanted(&["ZED", "ALPHA"]);
    wanted.insert(name("MID"), vec!["triage/telegram.botToken".to_owned()]);
    let org = [listed("OTHER", "x"), listed("ZED", "z"), SecretRow { name: "no name".to_owned(), ..listed("X", "x") }];
    let plan = plan_push(&wanted, &source(&[("ALPHA", "a"), ("ZED", "z"), ("UNWANTED", "u")]), &org, &Rotation::Never);
    let rows: Vec<_> = plan.rows.iter().map(|row| (row.name.as_str(), row.state.clone(), row.places.len())).collect();
    let expected = [
        ("ALPHA", RowState::Create, 0),
        ("MID", RowState::Missing, 1),
        ("ZED", RowState::Unchanged(fingerprint("ZED", "z")), 0),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn two_names_with_one_value_show_different_fingerprints() {
    let org = [listed("ONE", "same"), listed("TWO", "same")];
    let plan =
        plan_push(&wanted(&["ONE", "TWO"]), &source(&[("ONE", "same"), ("TWO", "same")]), &org, &Rotation::Never);
    let [one, two] = plan.rows.try_into().unwrap();
    assert!(matches!((&one.state, &two.state), (RowState::Unchanged(one), RowState::Unchanged(two)) if one != two));
}

#[test]
fn only_what_would_be_sent_is_suspicious() {
    let jwt = "eyJhbGciOi.eyJzdWIi.c2ln";
    let pairs = [("KEPT", jwt), ("MADE", jwt), ("PLAIN", "x"), ("VARIABLE", "${OTHER}")];
    let plan = plan_push(
        &wanted(&["KEPT", "MADE", "PLAIN", "VARIABLE"]),
        &source(&pairs),
        &[listed("KEPT", "old")],
        &Rotation::Never,
    );
    let suspicions: Vec<_> = plan.rows.iter().map(|row| row.suspicion).collect();
    assert_eq!(suspicions, [None, Some(Suspicion::Jwt), None, Some(Suspicion::Expansion)]);
}

#[test]
fn every_row_is_counted_once() {
    let row = |name: &str, state| super::support::row(name, state);
    let digits = || digits("a3f1");
    let rows: Vec<PushRow> = vec![
        row("A", RowState::Create),
        row("B", RowState::Rotate { before: None, after: None }),
        row("C", RowState::Unchanged(digits())),
        row("D", RowState::Set),
        row("E", RowState::OnlyInOrg(None)),
        row("F", RowState::Differs { org: digits(), here: digits() }),
        row("G", RowState::Missing),
    ];
    let plan = super::support::plan(rows);
    assert_eq!(plan.summary(), Summary { create: 1, rotate: 1, unchanged: 3, kept: 1, missing: 1 });
    assert_eq!(plan.sent().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
}
