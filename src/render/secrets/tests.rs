//! Pages about secrets as they are read: each snapshot was read, too.

use crate::model::SecretName;
use crate::org::SecretChange;
use crate::push::{Ask, Ending, PushPlan, PushReport, PushRow, Rotation, RowEnd, RowState, Seen};
use crate::render::document::Document;
use crate::secrets::{Fingerprint, Suspicion};
use crate::ui::paint;
use crate::wire::SecretRow;

use super::*;

fn digits(text: &str) -> Fingerprint {
    Fingerprint::parse(text).unwrap()
}

fn row(name: &str, state: RowState, places: &[&str]) -> PushRow {
    let places = places.iter().map(|place| (*place).to_owned()).collect();
    PushRow { name: SecretName::parse(name).unwrap(), state, places, suspicion: None, seen: Seen::default() }
}

fn rotate(before: Option<&str>, after: Option<&str>) -> RowState {
    RowState::Rotate { before: before.map(digits), after: after.map(digits) }
}

/// One row of each state, and the odd ones.
fn every_state() -> PushPlan {
    let telegram = "triage/telegram.botToken";
    let many = ["a/b.c", "d/e.f", "g/mcp.tracker.headers.Authorization", "h/providers.anthropic", "i/j.k"];
    let mut jwt = row("TRIAGE_JWT", RowState::Create, &[]);
    jwt.suspicion = Some(Suspicion::Jwt);
    let mut expansion = row("TRIAGE_URL", rotate(Some("1111"), Some("2222")), &[]);
    expansion.suspicion = Some(Suspicion::Expansion);
    PushPlan {
        rows: vec![
            row("ANTHROPIC_API_KEY", RowState::Create, &many),
            row("COLLISION", rotate(Some("a3f1"), Some("a3f1")), &[]),
            row("DIFFERS", RowState::Differs { org: digits("a3f1"), here: digits("9b22") }, &[telegram]),
            row("IN_ORG", RowState::OnlyInOrg { org: Some(digits("c0de")), is_empty: false }, &[telegram]),
            row("MISSING", RowState::Missing { is_empty: false }, &[telegram]),
            row("NO_PLACES", RowState::Missing { is_empty: false }, &[]),
            row("NO_SALT", rotate(Some("a3f1"), None), &[]),
            row("ROTATED", rotate(Some("a3f1"), Some("9b22")), &[telegram]),
            row("SET", RowState::Set, &[]),
            row("SET_IN_ORG", RowState::OnlyInOrg { org: None, is_empty: false }, &[]),
            jwt,
            expansion,
            row("UNCHANGED", RowState::Unchanged(digits("beef")), &[telegram]),
        ],
    }
}

fn view(rotation: &Rotation) -> PushView<'_> {
    PushView { org: "acme", server: "https://app.lobu.ai", context: "lobu", source: ".env", dry_run: false, rotation }
}

fn painted(document: &Document) -> String {
    paint(document, false, Some(80))
}

#[test]
fn a_plan_has_a_row_for_each_name() {
    insta::assert_snapshot!(painted(&plan(&every_state(), &view(&Rotation::All))), @"
    Secrets of org acme on https://app.lobu.ai (context lobu), values from .env
      + ANTHROPIC_API_KEY  (create, source=.env, used by a/b.c, d/e.f,
            g/mcp.tracker.headers.Authorization and 2 more)
      ~ COLLISION          a3f1 → a3f1  (rotate, source=.env)
          the same four digits: the server compares the whole value
      = DIFFERS            a3f1, here 9b22: differs, kept
      = IN_ORG             c0de  (not in .env)
      ! MISSING            missing from .env and the org  (used by
            triage/telegram.botToken)
      ! NO_PLACES          missing from .env and the org
      ~ NO_SALT            a3f1 → new  (rotate, source=.env)
      ~ ROTATED            a3f1 → 9b22  (rotate, source=.env, used by
            triage/telegram.botToken)
      = SET                set
      = SET_IN_ORG         set  (not in .env)
      + TRIAGE_JWT         (create, source=.env)
          ! it looks like a JWT, a token that expires
      ~ TRIAGE_URL         1111 → 2222  (rotate, source=.env)
          ! it has $NAME, ${NAME} or $(command) in it, and nothing is expanded here
      = UNCHANGED          beef
    help: existing secrets keep their values; to replace one: --rotate=DIFFERS
    Push: 2 to create, 4 to rotate, 4 unchanged, 1 kept, 2 missing.
    ");
}

#[test]
fn a_dry_run_says_that_it_is_one() {
    let rows = vec![row("FOO", RowState::Create, &["triage/telegram.botToken"])];
    let view = PushView { dry_run: true, ..view(&Rotation::Never) };
    insta::assert_snapshot!(painted(&plan(&PushPlan { rows }, &view)), @r"
    Secrets of org acme on https://app.lobu.ai (context lobu), values from .env
      + FOO  (create, source=.env, used by triage/telegram.botToken)
    This is a dry run: nothing was sent.
    Push: 1 to create.
    ");
}

#[test]
fn a_plan_that_sends_nothing_says_so_and_how_to_rotate() {
    let differs = || row("FOO", RowState::Differs { org: digits("a3f1"), here: digits("9b22") }, &[]);
    let never = PushPlan { rows: vec![differs(), row("BAR", RowState::Unchanged(digits("beef")), &[])] };
    insta::assert_snapshot!(painted(&plan(&never, &view(&Rotation::Never))), @r"
    Secrets of org acme on https://app.lobu.ai (context lobu), values from .env
      = FOO  a3f1, here 9b22: differs, kept
      = BAR  beef
    help: existing secrets keep their values; to replace one: --rotate=FOO
    Nothing to push.
    Push: 1 unchanged, 1 kept.
    ");
    let named = Rotation::Named(std::iter::once(SecretName::parse("BAR").unwrap()).collect());
    let rows = vec![row("BAR", rotate(Some("1111"), Some("2222")), &[]), differs()];
    insta::assert_snapshot!(painted(&plan(&PushPlan { rows }, &view(&named))), @r"
    Secrets of org acme on https://app.lobu.ai (context lobu), values from .env
      ~ BAR  1111 → 2222  (rotate, source=.env)
      = FOO  a3f1, here 9b22: differs, kept
    help: what was not named with --rotate keeps its value
    Push: 1 to rotate, 1 kept.
    ");
    insta::assert_snapshot!(painted(&plan(&PushPlan::default(), &view(&Rotation::Never))), @r"
    Secrets of org acme on https://app.lobu.ai (context lobu), values from .env
    Nothing to push.
    ");
}

#[test]
fn a_report_says_what_became_of_each_row() {
    let end = |name: &str, state: RowState, ending| RowEnd { row: row(name, state, &[]), ending };
    let done = |change, now: &str| Ending::Done { change, now: Some(digits(now)), previous: None };
    let rows = vec![
        end("ALREADY", rotate(Some("a3f1"), Some("a3f1")), done(SecretChange::Unchanged, "a3f1")),
        end("DECLINED", RowState::Create, Ending::Declined),
        end("DECLINED_ROTATION", rotate(Some("a3f1"), Some("9b22")), Ending::Declined),
        end("DELETED_SINCE", RowState::Create, Ending::Overtaken),
        end("MADE", RowState::Create, done(SecretChange::Created, "c0de")),
        end("NOT_SHOWN", RowState::Set, Ending::Nothing),
        end("NO_DIGITS", rotate(None, None), Ending::Done { change: SecretChange::Rotated, now: None, previous: None }),
        end("OTHERS_FIRST", RowState::Differs { org: digits("1111"), here: digits("2222") }, Ending::Overtaken),
        end("ROTATED", rotate(Some("a3f1"), Some("9b22")), done(SecretChange::Rotated, "9b22")),
    ];
    insta::assert_snapshot!(painted(&report(&PushReport { rows })), @r"
      = ALREADY            a3f1  unchanged: the org had this very value
      ! DECLINED           declined, not created
      = DECLINED_ROTATION  a3f1  declined, kept
      ! DELETED_SINCE      was deleted since it was shown, and was not created again
      + MADE               c0de  created
      ~ NO_DIGITS          set → set  rotated
      ! OTHERS_FIRST       changed in the org since it was shown: that value is kept
      ~ ROTATED            a3f1 → 9b22  rotated
    Push not complete. 1 created, 2 rotated, 1 unchanged, 2 declined, 2 changed in between and left alone.
    ");
}

#[test]
fn a_list_has_columns() {
    let known = |name: &str, source: &str| SecretRow {
        name: name.to_owned(),
        fingerprint: Some("a3f1".to_owned()),
        salt: Some("5a17".repeat(16)),
        updated_at: Some(1_795_378_440_000),
        source: Some(source.to_owned()),
        version: None,
    };
    let rows = [
        known("ANTHROPIC_API_KEY", "env"),
        known("A_NAME_THAT_IS_LONGER_THAN_THE_COLUMN_OF_NAMES", "file"),
        SecretRow { name: "BARE".to_owned(), ..SecretRow::default() },
        SecretRow { fingerprint: Some("hunter2".to_owned()), updated_at: Some(i64::MAX), ..known("STRANGE", "stdin") },
    ];
    let shown = painted(&list(&rows));
    assert!(!shown.contains("5a17"), "a salt is of no use to eyes");
    insta::assert_snapshot!(shown, @r"
    NAME               FINGERPRINT  UPDATED               SOURCE
    ANTHROPIC_API_KEY  a3f1         2026-11-22 20:14 UTC  env
    A_NAME_THAT_IS_LONGER_THAN_THE_COLUMN_OF_NAMES  a3f1         2026-11-22 20:14 UTC  file
    BARE               set          -                     -
    STRANGE            set          -                     stdin
    ");
    insta::assert_snapshot!(painted(&list(&[])), @"NAME  FINGERPRINT  UPDATED               SOURCE");
}

#[test]
fn questions_name_what_they_are_about() {
    let shown = |ask, state| question_of(ask, &row("FOO", state, &[])).to_plain();
    assert_eq!(shown(Ask::Create, RowState::Create), "Create FOO");
    assert_eq!(shown(Ask::Rotate, rotate(Some("a3f1"), Some("9b22"))), "Rotate FOO a3f1 → 9b22");
    assert_eq!(shown(Ask::Rotate, rotate(None, None)), "Rotate FOO set → new");
}

#[test]
fn what_a_server_or_a_project_says_steers_no_terminal() {
    let hostile = "A\u{1b}[2J\u{202e}\u{200b}\n::error::x##[group]";
    let place = format!("{hostile}/telegram.botToken");
    let plan_of = PushPlan { rows: vec![row("FOO", RowState::Create, &[&place])] };
    let hostile_view = PushView {
        org: hostile,
        server: hostile,
        context: hostile,
        source: hostile,
        dry_run: true,
        rotation: &Rotation::Never,
    };
    let listed = [SecretRow { name: hostile.to_owned(), source: Some(hostile.to_owned()), ..SecretRow::default() }];
    for document in [plan(&plan_of, &hostile_view), list(&listed)] {
        let shown = painted(&document);
        let steering = shown.chars().find(|c| (c.is_control() && *c != '\n') || "\u{202e}\u{200b}".contains(*c));
        assert_eq!(steering, None, "{shown:?}");
        assert!(!shown.contains("##[") && !shown.lines().any(|line| line.trim_start().starts_with("::")), "{shown}");
        assert!(shown.contains("\\u{1b}"), "{shown}");
    }
}

#[test]
fn times_are_to_the_minute() {
    assert_eq!(updated(Some(0)), "1970-01-01 00:00 UTC");
    assert_eq!(updated(None), "-");
    assert_eq!(updated(Some(i64::MIN)), "-");
}
