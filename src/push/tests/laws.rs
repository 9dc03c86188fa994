//! What holds for every push.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::support::{FakeOrg, source, wanted};
use crate::push::{Agreement, Ending, Rotation, plan_push, push};

/// Few names and values, so that both sides often have the same.
fn secrets() -> impl Strategy<Value = BTreeMap<String, String>> {
    proptest::collection::btree_map("[A-F]", "[xyz]|[xyz]\n\"[xyz]", 0..6)
}

fn pairs(map: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    map.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Pushes everything of `here`, and gives the endings.
fn push_all(org: &FakeOrg, here: &BTreeMap<String, String>, rotation: &Rotation, agreement: &Agreement) -> Vec<Ending> {
    let names: Vec<&str> = here.keys().map(String::as_str).collect();
    let (wanted, source) = (wanted(&names), source(&pairs(here)));
    let plan = plan_push(&wanted, &source, &org.rows(), rotation);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let report = runtime.block_on(push(org, plan, agreement, &wanted, rotation, &source)).unwrap();
    report.rows.into_iter().map(|end| end.ending).collect()
}

proptest! {
    #[test]
    fn a_full_push_makes_the_org_equal_and_a_second_one_changes_nothing(here in secrets(), there in secrets()) {
        let org = FakeOrg::with(&pairs(&there));
        let yes = Agreement::by_flags(true, true);
        push_all(&org, &here, &Rotation::All, &yes);
        let mut expected = there;
        expected.extend(here.clone());
        prop_assert_eq!(&org.state().secrets, &expected);

        let again = push_all(&org, &here, &Rotation::All, &yes);
        prop_assert!(again.iter().all(|ending| matches!(ending, Ending::Done(crate::org::SecretChange::Unchanged, _))));
        let third = push_all(&org, &here, &Rotation::Never, &yes);
        prop_assert!(third.iter().all(|ending| *ending == Ending::Nothing));
        prop_assert_eq!(&org.state().secrets, &expected);
    }

    #[test]
    fn without_a_rotation_no_value_of_the_org_changes(here in secrets(), there in secrets(), yes_rotate: bool) {
        let org = FakeOrg::with(&pairs(&there));
        push_all(&org, &here, &Rotation::Never, &Agreement::by_flags(true, yes_rotate));
        let mut expected = here;
        expected.extend(there);
        prop_assert_eq!(&org.state().secrets, &expected);
    }

    #[test]
    fn without_a_yes_nothing_changes(here in secrets(), there in secrets()) {
        let org = FakeOrg::with(&pairs(&there));
        push_all(&org, &here, &Rotation::All, &Agreement::default());
        prop_assert_eq!(&org.state().secrets, &there);
        prop_assert_eq!(org.requests(), (0, 0));
    }

    #[test]
    fn others_in_between_lose_no_value_that_nobody_agreed_to_replace(
        here in secrets(),
        there in secrets(),
        theirs in secrets(),
        agreed: bool,
    ) {
        let meanwhile = theirs.clone();
        let org = FakeOrg::with(&pairs(&there)).meanwhile(move |secrets| *secrets = meanwhile);
        push_all(&org, &here, &Rotation::All, &Agreement::by_flags(true, agreed));
        if org.requests().0 == 0 {
            prop_assert_eq!(&org.state().secrets, &there);
            return Ok(());
        }
        let state = org.state();
        for (name, value) in &state.secrets {
            let (ours, others) = (here.get(name), theirs.get(name));
            // A name that the others have is replaced only with the second yes, and nobody invents a value.
            let allowed = if agreed { ours.or(others) } else { others.or(ours) };
            prop_assert_eq!(Some(value), allowed);
        }
        prop_assert!(theirs.keys().all(|name| state.secrets.contains_key(name)));
        prop_assert!(!agreed || here.keys().all(|name| state.secrets.contains_key(name)));
    }
}
