use super::support::{digits, name, plan, row};
use crate::push::{Agreement, Ask, PushPlan, PushRow, RowState, Seen};

fn rotate(before: &str) -> RowState {
    RowState::Rotate { before: Some(digits(before)), after: Some(digits("9b22")) }
}

fn every_state() -> PushPlan {
    plan(vec![
        row("A_ROTATED", rotate("a3f1")),
        row("B_MADE", RowState::Create),
        row("C_ROTATED", rotate("a3f1")),
        row("D_MADE", RowState::Create),
        row("E", RowState::Unchanged(digits("a3f1"))),
        row("F", RowState::Differs { org: digits("a3f1"), here: digits("9b22") }),
        row("G", RowState::Set),
        row("H", RowState::OnlyInOrg { org: None, is_empty: false }),
        row("I", RowState::Missing { is_empty: false }),
    ])
}

fn open(agreement: &Agreement) -> Vec<String> {
    agreement.open(&every_state()).into_iter().map(|(ask, row)| format!("{ask:?} {}", row.name)).collect()
}

#[test]
fn a_flag_agrees_to_its_kind_and_nothing_else() {
    let table = [
        (false, false, vec!["Create B_MADE", "Create D_MADE", "Rotate A_ROTATED", "Rotate C_ROTATED"]),
        (true, false, vec!["Rotate A_ROTATED", "Rotate C_ROTATED"]),
        (false, true, vec!["Create B_MADE", "Create D_MADE"]),
        (true, true, vec![]),
    ];
    for (yes, yes_rotate, expected) in table {
        let agreement = Agreement::by_flags(yes, yes_rotate);
        assert_eq!(open(&agreement), expected);
        assert_eq!(agreement.covers(&row("X", RowState::Create)), yes);
        assert_eq!(agreement.covers(&row("X", rotate("a3f1"))), yes_rotate);
        assert_eq!([Ask::Create, Ask::Rotate].map(|ask| agreement.covers_all(ask)), [yes, yes_rotate]);
        assert!(!agreement.covers(&row("X", RowState::Set)) && !agreement.has_person());
    }
    assert_eq!(Agreement::default(), Agreement::by_flags(false, false));
}

#[test]
fn a_yes_is_to_what_was_shown_of_one_name() {
    let mut agreement = Agreement::default();
    agreement.allow(&row("B_MADE", RowState::Create));
    agreement.allow(&row("A_ROTATED", RowState::Create));
    assert_eq!(open(&agreement), ["Create D_MADE", "Rotate A_ROTATED", "Rotate C_ROTATED"]);
    agreement.allow(&row("A_ROTATED", rotate("a3f1")));
    assert_eq!(open(&agreement), ["Create D_MADE", "Rotate C_ROTATED"]);
    assert!(agreement.is_of_person(&name("A_ROTATED")) && !agreement.is_of_person(&name("D_MADE")));

    // Another value than the one that was shown: by its digits, or by how often it was written.
    assert!(!agreement.covers(&row("A_ROTATED", rotate("0000"))));
    let seen = Seen { version: Some(2), updated_at: None };
    assert!(!agreement.covers(&PushRow { seen, ..row("A_ROTATED", rotate("a3f1")) }));
}

#[test]
fn only_what_is_sent_is_asked_about() {
    let asked: Vec<_> = every_state().rows.iter().filter(|row| Ask::of(row).is_some()).cloned().collect();
    assert!(asked.iter().all(PushRow::is_sent));
    assert_eq!(asked.len(), 4);
}
