//! Which rows can be written: only those of which it is known that the files say afterwards what the org has.

use std::collections::BTreeSet;

use crate::desired::DesiredState;
use crate::model::FieldPath;
use crate::plan::diff;
use crate::schema::ResourceKey;
use crate::schema::kinds::AGENT;

use super::compose::FileWrite;
use super::fixpoint::{Composed, Decided, Wrong, composed};
use super::row::{PullPlan, PullRow, Reason, Withheld};

/// Why no file can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PullError {
    /// What was left after all that is wrong was left out is wrong.
    #[error("the updated files would be wrong: {0}; nothing was written")]
    Fault(String),
    /// Some of the rows stand on others.
    #[error("these cannot be written without the others: {0}; nothing was written")]
    Incomplete(String),
}

/// What of a pull can be written.
pub struct Writable {
    /// The plan, without what can't be written.
    pub plan: PullPlan,
    /// The files of all its rows.
    pub writes: Vec<FileWrite>,
    /// How many values and resources stay otherwise than in the org, although they were to be taken over.
    pub unsaid: usize,
}

/// Composes the files and checks them. Rows whose files would not come out right are left out and told.
pub fn writable(pull: &Decided<'_>) -> Result<Writable, PullError> {
    let mut plan = pull.plan.clone();
    let (composed, refused) = sorted_out(pull, pull.plan.rows.iter().collect())?;
    let refused_keys: BTreeSet<&ResourceKey> = refused.iter().map(|one| &one.key).collect();
    plan.rows.retain(|row| !refused_keys.contains(&row.key));
    for row in composed.more {
        join(&mut plan.rows, row);
    }
    plan.tell(composed.told);
    plan.unchanged = plan.unchanged.saturating_sub(refused.len());
    let desired = composed.desired.as_ref().unwrap_or(pull.input.desired);
    // A resource that was to be taken over and can't be counts, declared or not.
    let unsaid = unsaid(pull, desired, &plan.withheld) + refused.len();
    plan.withheld.extend(refused);
    Ok(Writable { plan, writes: composed.writes, unsaid })
}

/// What was withheld and a plan would still send: then files and org differ in what the project declares.
fn unsaid(pull: &Decided<'_>, desired: &DesiredState, withheld: &[Withheld]) -> usize {
    let withheld: Vec<&Withheld> = withheld.iter().filter(|one| !one.is_suspected()).collect();
    if withheld.is_empty() {
        return 0;
    }
    let plan = diff(desired, pull.input.actual, &pull.input.plan_options());
    let is_sent = |one: &&&Withheld| {
        let fields = plan.rows.iter().filter(|row| row.key == one.key).flat_map(|row| &row.fields);
        let mut sent = fields.filter(|field| field.action.is_change());
        sent.any(|field| field.path.steps().starts_with(one.path.steps()))
    };
    withheld.iter().filter(is_sent).count()
}

/// What can be written of rows, and what can't.
fn sorted_out<'rows>(
    pull: &Decided<'_>,
    mut rows: Vec<&'rows PullRow>,
) -> Result<(Composed, Vec<Withheld>), PullError> {
    let mut refused = Vec::new();
    // First what is told to be wrong by name, all of it at once; each time there is less.
    loop {
        let wrong = match composed(pull, &rows) {
            Ok(composed) => return Ok((composed, refused)),
            Err(wrong) => wrong,
        };
        let is_named = |row: &&PullRow| wrong.of(row).is_some();
        let (named, rest): (Vec<&PullRow>, Vec<&PullRow>) = rows.iter().copied().partition(is_named);
        if named.is_empty() {
            break;
        }
        refused.extend(named.into_iter().filter_map(|row| Some(refusal(row, wrong.of(row)?))));
        rows = rest;
    }
    let mut accepted: Vec<&'rows PullRow> = Vec::new();
    by_halves(pull, &rows, &mut accepted, &mut refused);
    let composed = composed(pull, &accepted).map_err(|wrong| PullError::Fault(wrong.reason))?;
    Ok((composed, refused))
}

fn refusal(row: &PullRow, reason: &str) -> Withheld {
    let (key, path) = (row.key.clone(), FieldPath::default());
    Withheld { key, path, reason: Reason::Unwritable(reason.to_owned()) }
}

/// Splits rows into those that can be written together and those that can't.
fn by_halves<'rows>(
    pull: &Decided<'_>,
    rows: &[&'rows PullRow],
    accepted: &mut Vec<&'rows PullRow>,
    refused: &mut Vec<Withheld>,
) {
    let together: Vec<&PullRow> = accepted.iter().chain(rows).copied().collect();
    match (composed(pull, &together), rows) {
        (Ok(_), _) => accepted.extend(rows),
        (Err(_), []) => {}
        (Err(Wrong { reason, .. }), [row]) => refused.push(refusal(row, &reason)),
        (Err(_), rows) => {
            let (first, second) = rows.split_at(rows.len() / 2);
            by_halves(pull, first, accepted, refused);
            by_halves(pull, second, accepted, refused);
        }
    }
}

/// Adds what a later round found to the row that it belongs to.
fn join(rows: &mut [PullRow], more: PullRow) {
    let of_agent = |row: &PullRow| row.key.kind == AGENT && Some(row.key.id.as_str()) == more.key.agent();
    let position = rows.iter().position(|row| row.key == more.key).or_else(|| rows.iter().position(of_agent));
    if let Some(row) = position.and_then(|position| rows.get_mut(position)) {
        row.fields.extend(more.fields);
        row.references.extend(more.references);
        row.changes.extend(more.changes);
    }
}

/// The files of some rows alone, as they were decided: what later rounds added to them is found anew.
pub fn files_of(pull: &Decided<'_>, keys: &BTreeSet<&ResourceKey>) -> Result<Vec<FileWrite>, PullError> {
    let rows: Vec<&PullRow> = pull.plan.rows.iter().filter(|row| keys.contains(&row.key)).collect();
    let composed = composed(pull, &rows).map_err(|wrong| PullError::Incomplete(wrong.reason))?;
    Ok(composed.writes)
}
