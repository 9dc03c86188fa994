use super::support::{digits, name, plan, row};
use crate::push::{Agreement, Ask, PushPlan, PushRow, RowState};

fn every_state() -> PushPlan {
    let rotate = || RowState::Rotate { before: None, after: None };
    plan(vec![
        row("A_ROTATED", rotate()),
        row("B_MADE", RowState::Create),
        row("C_ROTATED", rotate()),
        row("D_MADE", RowState::Create),
        row("E", RowState::Unchanged(digits("a3f1"))),
        row("F", RowState::Differs { org: digits("a3f1"), here: digits("9b22") }),
        row("G", RowState::Set),
        row("H", RowState::OnlyInOrg(None)),
        row("I", RowState::Missing),
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
        assert_eq!(agreement.covers(Ask::Create, &name("X")), yes);
        assert_eq!(agreement.covers(Ask::Rotate, &name("X")), yes_rotate);
    }
    assert_eq!(Agreement::default(), Agreement::by_flags(false, false));
}

#[test]
fn a_yes_is_to_one_name_and_one_kind() {
    let mut agreement = Agreement::default();
    agreement.allow(Ask::Create, &name("B_MADE"));
    agreement.allow(Ask::Create, &name("A_ROTATED"));
    assert_eq!(open(&agreement), ["Create D_MADE", "Rotate A_ROTATED", "Rotate C_ROTATED"]);
    agreement.allow(Ask::Rotate, &name("A_ROTATED"));
    assert_eq!(open(&agreement), ["Create D_MADE", "Rotate C_ROTATED"]);
}

#[test]
fn only_what_is_sent_is_asked_about() {
    let asked: Vec<_> = every_state().rows.iter().filter(|row| Ask::of(row).is_some()).cloned().collect();
    assert!(asked.iter().all(PushRow::is_sent));
    assert_eq!(asked.len(), 4);
}
