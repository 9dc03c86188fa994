//! What an apply asks besides its writes, counted.

use lobu::plan::Resend;
use lobu::schema::kinds::WATCHER;
use lobu::schema::{ALL, Write};

use super::cases::Stage;
use crate::fault_matrix::project::{first, later, with_literals};
use crate::support::converge::{apply, carry_out, planned_of};

/// What is read back: the lists of agents and of both kinds of types, the settings and the platforms of the one agent, the rules
/// of the one type whose rules were written, both lists of watchers, and the script of the one watcher.
const READ_BACK: u64 = 9;

#[tokio::test]
async fn on_our_server_only_the_settings_of_new_agents_are_read_before_a_write() {
    let stage = Stage::empty_ours().await;
    let counter = stage.served.as_ref().expect("our server").counter.clone();
    for (desired, reads) in [(first(), 1), (later(), 0)] {
        let planned = planned_of(&ALL, &stage.org, &desired, false, Resend::default()).await;
        let writes: usize = planned.0.rows.iter().map(|row| row.writes.len()).sum();
        counter.reset();
        assert!(carry_out(&stage.org, planned).await.is_complete());
        assert_eq!((counter.reads(), counter.writes()), (reads + READ_BACK, writes as u64));
        // With nothing to do an apply asks what a plan asks.
        counter.reset();
        planned_of(&ALL, &stage.org, &desired, false, Resend::default()).await;
        let plan = counter.reads();
        counter.reset();
        assert!(apply(&stage.org, &desired, false).await.is_complete());
        assert_eq!((counter.reads(), counter.writes()), (plan, 0));
    }
}

#[tokio::test]
async fn elsewhere_a_resource_is_read_once_before_its_write() {
    let stage = Stage::empty_existing();
    let double = stage.double.as_ref().expect("a double");
    for desired in [first(), later()] {
        let planned = planned_of(&ALL, &stage.org, &desired, false, Resend::default()).await;
        let writes: Vec<Write> = planned.0.rows.iter().flat_map(|row| row.writes.clone()).collect();
        double.forget_requests();
        assert!(carry_out(&stage.org, planned).await.is_complete());
        // A type that is there already says so itself, and a rule replaces nothing.
        let looks = |write: &Write| match write {
            Write::Create(sent) => u64::from(matches!(sent.key.kind.word, "settings" | "platform")),
            // Watchers are two lists, and their script is read by itself.
            Write::Update(sent) if sent.key.kind == WATCHER => {
                2 + u64::from(sent.fields.iter().any(|(field, _)| field.is_apart))
            }
            Write::Update(_) | Write::Link(_) => 1,
            Write::Add(..) | Write::Remove(..) => 0,
        };
        assert_eq!(double.reads().len() as u64, writes.iter().map(looks).sum::<u64>() + READ_BACK);
        assert!(double.writes().len() <= writes.len());
    }
}

#[tokio::test]
async fn literals_that_our_server_hides_are_verified_by_one_comparison() {
    let stage = Stage::empty_ours().await;
    let counter = stage.served.as_ref().expect("our server").counter.clone();
    let planned = planned_of(&ALL, &stage.org, &with_literals(), false, Resend::default()).await;
    counter.reset();
    let report = carry_out(&stage.org, planned).await;
    assert!(report.is_complete(), "{report:#?}");
    assert_eq!(report.verification.hidden, [], "each was compared");
    assert_eq!(counter.reads(), 1 + READ_BACK + 1);
}
