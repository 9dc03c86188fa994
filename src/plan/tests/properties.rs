//! The laws of the plan over random projects and orgs.

use proptest::prelude::*;

use crate::model::OrgSlug;
use crate::plan::Action;
use crate::schema::Write;

use super::strategies::{SENTINEL_OF_FILES, SENTINEL_OF_ORG, world};

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_carried_out_leaves_nothing_to_do(world in world()) {
        let mut world = world;
        // What a server can't take is a problem, and then nothing is carried out.
        if world.plan().problems.is_empty() {
            world.converge();
        }
    }

    #[test]
    fn a_plan_never_shows_a_value_that_may_not_be_shown(world in world()) {
        let shown = format!("{:?}", world.plan());
        prop_assert!(!shown.contains(SENTINEL_OF_FILES) && !shown.contains(SENTINEL_OF_ORG));
    }

    #[test]
    fn a_plan_and_its_id_are_the_same_each_time(world in world()) {
        let (plan, again) = (world.plan(), world.plan());
        let org = OrgSlug::from_server("dev");
        let reviewed = crate::plan::Reviewed { origin: "https://lobu.ai", org: &org, allowed: &[] };
        prop_assert_eq!(plan.id(None, &reviewed, None), again.id(None, &reviewed, None));
        prop_assert_eq!(plan, again);
    }

    #[test]
    fn rows_that_are_written_have_writes_and_the_others_none(world in world()) {
        let plan = world.plan();
        for row in &plan.rows {
            let changes = row.fields.iter().any(|field| field.action.is_change());
            match row.action {
                Action::Update => prop_assert!(changes && !row.writes.is_empty(), "{row:?}"),
                Action::Create => {}
                Action::Unchanged | Action::Drift => prop_assert!(!changes && row.writes.is_empty(), "{row:?}"),
            }
        }
    }

    #[test]
    fn nothing_that_only_the_org_has_is_ever_written(world in world()) {
        for write in world.plan().rows.iter().flat_map(|row| &row.writes) {
            let key = match write {
                Write::Create(sent) | Write::Update(sent) | Write::Link(sent) => &sent.key,
                Write::Add(key, ..) | Write::Remove(key, ..) => key,
            };
            prop_assert_ne!(key.agent(), Some("other"));
        }
    }
}
