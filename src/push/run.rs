//! Sending: one request, again only where another pusher was in between.

use std::collections::BTreeMap;

use crate::model::SecretName;
use crate::org::{Outcome, RequestError, SecretChange, SecretResult, SecretsListing, SecretsWrite};
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
    /// The server did it.
    Done {
        /// What it did.
        change: SecretChange,
        /// The fingerprint of what is stored now.
        now: Option<Fingerprint>,
        /// That of what a rotation replaced.
        previous: Option<Fingerprint>,
    },
    /// It was not to be sent.
    Nothing,
    /// Nobody agreed to it.
    Declined,
    /// Another push made it first. A flag agreed to making what is missing, and it is not missing any more.
    MadeByAnother,
    /// It became something else than what was agreed to, and was left alone.
    Overtaken,
}

/// Why a push failed. Nothing was written, unless the answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushFailure {
    /// The server refused or could not be reached, and nothing was written.
    #[error(transparent)]
    Refused(RequestError),
    /// The answer was lost: all of it was written, or nothing.
    #[error("the answer was lost: either all {} secrets were written, or none", names.len())]
    Unknown {
        /// The names of the request.
        names: Vec<SecretName>,
        /// Why.
        #[source]
        error: RequestError,
    },
    /// Other pushers were first, time and again.
    #[error("the org's secrets changed {MOST_REPEATS} times during this push; nothing was written")]
    Conflicts,
    /// After a conflict the org no longer listed its secrets.
    #[error("the org's secrets could not be listed again; nothing was written")]
    NotListed,
}

/// Sends what was agreed to. The plan is that which was shown.
///
/// Where a person was asked, or another pusher was in between, the org is listed and compared again; what its secrets have
/// become is sent only if that was agreed to as well.
pub async fn push(
    org: &impl SecretsWrite,
    plan: PushPlan,
    agreement: &Agreement,
    wanted: &Wanted,
    rotation: &Rotation,
    source: &SourceValues,
) -> Result<PushReport, PushFailure> {
    let is_agreed = |row: &&PushRow| agreement.covers(row);
    let agreed: BTreeMap<_, _> =
        plan.sent().filter(is_agreed).filter_map(|row| Some((row.name.clone(), Ask::of(row)?))).collect();
    let mut plan = plan;
    if agreement.has_person() {
        plan = planned_again(org, wanted, rotation, source).await?;
    }
    for repeats in 0.. {
        let batch = batch(plan.sent().filter(is_agreed), agreement, source);
        if batch.actions.is_empty() {
            return Ok(report(plan, &[], agreement, &agreed));
        }
        let error = match org.manage_secrets(&batch).await {
            Ok(results) => return Ok(report(plan, &results, agreement, &agreed)),
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
        plan = planned_again(org, wanted, rotation, source).await?;
    }
    Err(PushFailure::Conflicts)
}

async fn planned_again(
    org: &impl SecretsWrite,
    wanted: &Wanted,
    rotation: &Rotation,
    source: &SourceValues,
) -> Result<PushPlan, PushFailure> {
    match org.list_secrets().await {
        Ok(SecretsListing::Listed(listed)) => Ok(plan_push(wanted, source, &listed, rotation)),
        Ok(SecretsListing::Missing | SecretsListing::Unknown { .. }) => Err(PushFailure::NotListed),
        Err(error) => Err(PushFailure::Refused(error)),
    }
}

/// A create of what exists, a rotation of what does not, or of what changed: somebody was in between.
fn is_conflict(error: &RequestError) -> bool {
    matches!(
        (error.status(), error.code()),
        (Some(409), Some("already_exists" | "changed")) | (Some(404), Some("not_found"))
    )
}

fn report(
    plan: PushPlan,
    results: &[SecretResult],
    agreement: &Agreement,
    agreed: &BTreeMap<SecretName, Ask>,
) -> PushReport {
    let results: BTreeMap<_, _> = results.iter().map(|result| (&result.name, result)).collect();
    let end = |row: PushRow| {
        let ending = match (results.get(&row.name), agreed.get(&row.name)) {
            (Some(SecretResult { change, fingerprint, previous, .. }), _) => {
                Ending::Done { change: *change, now: fingerprint.clone(), previous: previous.clone() }
            }
            (None, Some(Ask::Create)) if row.state != RowState::Create && agreement.covers_all(Ask::Create) => {
                Ending::MadeByAnother
            }
            (None, Some(_)) => Ending::Overtaken,
            (None, None) if row.is_sent() => Ending::Declined,
            (None, None) => Ending::Nothing,
        };
        RowEnd { row, ending }
    };
    PushReport { rows: plan.rows.into_iter().map(end).collect() }
}

impl PushReport {
    /// How many rows ended in some way.
    pub fn count(&self, is: impl Fn(&Ending) -> bool) -> usize {
        self.rows.iter().filter(|end| is(&end.ending)).count()
    }

    /// How many rows became something else than what was agreed to.
    pub fn overtaken(&self) -> usize {
        self.count(|ending| *ending == Ending::Overtaken)
    }
}
