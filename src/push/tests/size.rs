use super::support::{plan, row, source, wanted};
use crate::model::SecretName;
use crate::org::{SecretAction, SecretBatch};
use crate::push::batch::batch;
use crate::push::{Agreement, PushPlan, Rotation, RowState, TooLarge, fits, plan_push};
use crate::secrets::SourceValues;

/// As many creates, with a value of so many bytes each.
fn creates(lengths: &[usize]) -> (PushPlan, SourceValues) {
    let pairs: Vec<_> =
        lengths.iter().enumerate().map(|(at, length)| (format!("N{at:04}"), "x".repeat(*length))).collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| *name).collect();
    let source = source(&pairs);
    (plan_push(&wanted(&names), &source, &[], &Rotation::Never), source)
}

#[test]
fn a_push_has_at_most_a_thousand_actions() {
    let (plan, source) = creates(&[1; 1_000]);
    assert_eq!(fits(&plan, &source), Ok(()));
    let (plan, source) = creates(&[1; 1_001]);
    let error = fits(&plan, &source).unwrap_err();
    assert_eq!(error, TooLarge::Actions { found: 1_001 });
    assert_eq!(error.to_string(), "1001 secrets to send, and one push can send at most 1000");
}

#[test]
fn rows_that_send_nothing_do_not_count() {
    let (mut plan, source) = creates(&[1; 1_001]);
    if let Some(row) = plan.rows.first_mut() {
        row.state = RowState::Set;
    }
    assert_eq!(fits(&plan, &source), Ok(()));
}

#[test]
fn a_push_has_at_most_eight_mebibytes_to_the_byte() {
    const VALUE: usize = 60 * 1024;
    let full = vec![VALUE; 136];
    let (plan, source) = creates(&full);
    let length = batch(plan.sent(), &Agreement::default(), &source).length();
    let missing = SecretBatch::MOST_BYTES.checked_sub(length).unwrap();
    assert!(missing < VALUE, "one more value fills it");
    let with_last = |last: usize| {
        let mut lengths = full.clone();
        // What stands around a value is counted as well.
        let (one, source) = creates(&[0; 1]);
        assert_eq!(one.sent().count(), 0, "an empty value is not sent: {source:?}");
        lengths.push(last);
        let (plan, source) = creates(&lengths);
        (batch(plan.sent(), &Agreement::default(), &source).length(), fits(&plan, &source))
    };
    let around = with_last(1).0 - length - 1;
    for (last, fit) in [(missing - around, Ok(())), (missing - around + 1, Err(TooLarge::Bytes))] {
        let (length, fits) = with_last(last);
        assert_eq!(fits, fit, "{length} bytes");
        assert_eq!(length - SecretBatch::MOST_BYTES.min(length), usize::from(fit.is_err()));
    }
    assert_eq!(TooLarge::Bytes.to_string(), "the request would be larger than 8 MiB, the limit of one push");
}

#[test]
fn the_request_has_an_action_for_each_row_that_is_sent() {
    let source = source(&[("A", "1"), ("B", "2"), ("C", "3")]);
    let rotate = RowState::Rotate { before: None, after: None };
    let plan = plan(vec![
        row("A", RowState::Create),
        row("B", rotate.clone()),
        row("C", RowState::Set),
        // A row that is to be sent always has a value; one without would send nothing.
        row("D", rotate),
    ]);
    let batch = batch(&plan.rows, &Agreement::default(), &source);
    let actions: Vec<_> = batch.actions.iter().map(|action| (kind(action), action.name().as_str())).collect();
    assert_eq!(actions, [("create", "A"), ("rotate", "B")]);
    assert!(batch.actions.iter().map(SecretAction::name).map(SecretName::as_str).is_sorted());
}

fn kind(action: &SecretAction<'_>) -> &'static str {
    match action {
        SecretAction::Create { .. } => "create",
        SecretAction::Rotate { .. } => "rotate",
        SecretAction::Delete { .. } => "delete",
    }
}
