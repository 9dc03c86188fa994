//! Sending: one request, again only where another pusher was in between (K5).

use std::collections::BTreeMap;

use crate::model::SecretName;
use crate::org::{OrgError, Outcome, SecretBatch, SecretChange, SecretResult, SecretsListing, SecretsWrite};
use crate::secrets::{Fingerprint, SourceValues};

use super::batch::batch;
use super::{Agreement, Ask, PushPlan, PushRow, Rotation, RowState, Wanted, plan_push};

/// How often a push is planned and sent again after a conflict.
const MOST_REPEATS: usize = 3;

/// What became of every name, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushReport {
    /// The names.
    pub rows: Vec<RowEnd>,
}

/// What became of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowEnd {
    /// What was last known of it before the request.
    pub row: PushRow,
    /// What became of it.
    pub ending: Ending,
}

/// How a row ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The server did it; with the fingerprint of what is stored now.
    Done(SecretChange, Option<Fingerprint>),
    /// It was not to be sent.
    Nothing,
    /// Nobody agreed to it.
    Declined,
    /// Nobody agreed to what it became: another pusher was first, or it was deleted since the plan.
    Overtaken,
}

/// Why a push failed. Nothing was written, unless the answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushFailure {
    /// The server refused or could not be reached, and nothing was written.
    #[error(transparent)]
    Refused(OrgError),
    /// The answer was lost: all of it was written, or nothing.
    #[error("the answer was lost: either all {} secrets were written, or none", names.len())]
    Unknown {
        /// The names of the request.
        names: Vec<SecretName>,
        /// Why.
        #[source]
        error: OrgError,
    },
    /// Other pushers were first, time and again.
    #[error("other pushes came in between {MOST_REPEATS} times; nothing was written")]
    Conflicts,
    /// After a conflict the org no longer listed its secrets.
    #[error("the org's secrets could not be listed again; nothing was written")]
    NotListed,
}

/// Sends what was agreed to. The plan is that which was shown.
///
/// Where another pusher was in between, the org is listed and compared again; what its secrets have become is sent only if
/// that was agreed to as well.
pub async fn push(
    org: &impl SecretsWrite,
    plan: PushPlan,
    agreement: &Agreement,
    wanted: &Wanted,
    rotation: &Rotation,
    source: &SourceValues,
) -> Result<PushReport, PushFailure> {
    let shown: BTreeMap<_, _> = plan.rows.iter().map(|row| (row.name.clone(), Ask::of(row))).collect();
    let mut plan = plan;
    for repeats in 0.. {
        let batch = batch(plan.rows.iter().filter(|row| is_agreed(row, agreement)), source);
        if batch.actions.is_empty() {
            return Ok(report(plan, &[], agreement, &shown));
        }
        let error = match org.manage_secrets(&batch).await {
            Ok(results) => return Ok(report(plan, &results, agreement, &shown)),
            Err(error) => error,
        };
        if error.outcome() == Outcome::Unknown {
            let names = batch.actions.iter().map(|action| action.name().clone()).collect();
            return Err(PushFailure::Unknown { names, error });
        }
        if !is_conflict(&error) {
            return Err(PushFailure::Refused(error));
        }
        if repeats == MOST_REPEATS {
            break;
        }
        plan = match org.list_secrets().await {
            Ok(SecretsListing::Listed(listed)) => plan_push(wanted, source, &listed, rotation),
            Ok(SecretsListing::Missing | SecretsListing::Unknown { .. }) => return Err(PushFailure::NotListed),
            Err(error) => return Err(PushFailure::Refused(error)),
        };
    }
    Err(PushFailure::Conflicts)
}

/// Deletes secrets: all of a batch, or none.
pub async fn delete(org: &impl SecretsWrite, batch: &SecretBatch<'_>) -> Result<Vec<SecretResult>, OrgError> {
    org.manage_secrets(batch).await
}

fn is_agreed(row: &PushRow, agreement: &Agreement) -> bool {
    Ask::of(row).is_some_and(|ask| agreement.covers(ask, &row.name))
}

/// A create of what exists, or a rotation of what does not: somebody was in between.
fn is_conflict(error: &OrgError) -> bool {
    matches!((error.status(), error.code()), (Some(409), Some("already_exists")) | (Some(404), Some("not_found")))
}

fn report(
    plan: PushPlan,
    results: &[SecretResult],
    agreement: &Agreement,
    shown: &BTreeMap<SecretName, Option<Ask>>,
) -> PushReport {
    let results: BTreeMap<_, _> = results.iter().map(|result| (&result.name, result)).collect();
    let end = |row: PushRow| {
        let was_shown = shown.get(&row.name).copied().flatten();
        let ending = match (results.get(&row.name), Ask::of(&row)) {
            (Some(result), _) => Ending::Done(result.change, result.fingerprint.clone()),
            // What was agreed to as one kind and became the other, or nothing, was overtaken.
            (None, now) if was_shown != now && was_shown.is_some_and(|ask| agreement.covers(ask, &row.name)) => {
                Ending::Overtaken
            }
            (None, Some(_)) => Ending::Declined,
            (None, None) => Ending::Nothing,
        };
        RowEnd { row, ending }
    };
    PushReport { rows: plan.rows.into_iter().map(end).collect() }
}

impl PushReport {
    /// How many secrets the server wrote.
    pub fn written(&self) -> usize {
        let wrote = |end: &&RowEnd| {
            matches!(end.ending, Ending::Done(SecretChange::Created | SecretChange::Rotated | SecretChange::Deleted, _))
        };
        self.rows.iter().filter(wrote).count()
    }

    /// How many rows ended in some way.
    pub fn count(&self, is: impl Fn(&Ending) -> bool) -> usize {
        self.rows.iter().filter(|end| is(&end.ending)).count()
    }

    /// Whether nobody agreed to anything of what would have been sent.
    pub fn is_declined(&self) -> bool {
        let sent = self.rows.iter().any(|end| matches!(end.ending, Ending::Done(..)));
        !sent && self.rows.iter().any(|end| end.ending == Ending::Declined)
    }

    /// How many existing secrets keep a value that differs from the source's.
    pub fn kept(&self) -> usize {
        self.rows.iter().filter(|end| matches!(end.row.state, RowState::Differs { .. })).count()
    }
}
