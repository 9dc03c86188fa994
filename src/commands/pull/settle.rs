//! Which rows can be written: only those of which it is known that the files say afterwards what the org has.

use std::collections::BTreeSet;

use crate::error::{CommandError, ErrorKind};
use crate::model::FieldPath;
use crate::plan::diff;
use crate::pull::{FileWrite, PullPlan, PullRow, Reason, Withheld};
use crate::schema::ResourceKey;
use crate::schema::kinds::AGENT;

use super::check::{Composed, Wrong, check};
use super::reading::Pulled;

/// What a pull can do.
pub(crate) struct Settled {
    /// The plan, without what can't be written.
    pub(crate) plan: PullPlan,
    /// The files of all its rows.
    pub(crate) writes: Vec<FileWrite>,
    /// How many values and resources stay otherwise than in the org, although they were to be taken over.
    pub(crate) unsaid: usize,
}

/// Composes the files and checks them. Rows whose files would not come out right are left out and told.
pub(crate) fn settle(pulled: &Pulled) -> Result<Settled, CommandError> {
    let mut plan = pulled.plan.clone();
    let (composed, refused) = sorted_out(pulled, pulled.plan.rows.iter().collect())?;
    let refused_keys: BTreeSet<&ResourceKey> = refused.iter().map(|one| &one.key).collect();
    plan.rows.retain(|row| !refused_keys.contains(&row.key));
    for row in composed.more {
        join(&mut plan.rows, row);
    }
    plan.tell(composed.told);
    plan.unchanged = plan.unchanged.saturating_sub(refused.len());
    let desired = composed.desired.as_ref().unwrap_or(&pulled.desired);
    // A resource that was to be taken over and can't be counts, declared or not.
    let unsaid = unsaid(pulled, desired, &plan.withheld) + refused.len();
    plan.withheld.extend(refused);
    Ok(Settled { plan, writes: composed.writes, unsaid })
}

/// What was withheld and a plan would still send: then files and org differ in what the project declares.
fn unsaid(pulled: &Pulled, desired: &crate::desired::DesiredState, withheld: &[Withheld]) -> usize {
    let withheld: Vec<&Withheld> = withheld.iter().filter(|one| !one.is_suspected()).collect();
    if withheld.is_empty() {
        return 0;
    }
    let plan = diff(desired, &pulled.actual, &pulled.plan_options());
    let is_sent = |one: &&&Withheld| {
        let fields = plan.rows.iter().filter(|row| row.key == one.key).flat_map(|row| &row.fields);
        let mut sent = fields.filter(|field| field.action.is_change());
        sent.any(|field| field.path.steps().starts_with(one.path.steps()))
    };
    withheld.iter().filter(is_sent).count()
}

/// What can be written of rows, and what can't.
fn sorted_out<'rows>(
    pulled: &Pulled,
    mut rows: Vec<&'rows PullRow>,
) -> Result<(Composed, Vec<Withheld>), CommandError> {
    let mut refused = Vec::new();
    // First what is told to be wrong by name, all of it at once; each time there is less.
    loop {
        let wrong = match check(pulled, &rows) {
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
    by_halves(pulled, &rows, &mut accepted, &mut refused);
    let composed = check(pulled, &accepted).map_err(|wrong| {
        let message = format!("what would be written is not right: {}; nothing was written", wrong.reason);
        CommandError::new(ErrorKind::Unexpected, message).hint("This is a fault of lobu: please report it.")
    })?;
    Ok((composed, refused))
}

fn refusal(row: &PullRow, reason: &str) -> Withheld {
    let (key, path) = (row.key.clone(), FieldPath::default());
    Withheld { key, path, reason: Reason::Unwritable(reason.to_owned()) }
}

/// Splits rows into those that can be written together and those that can't.
fn by_halves<'rows>(
    pulled: &Pulled,
    rows: &[&'rows PullRow],
    accepted: &mut Vec<&'rows PullRow>,
    refused: &mut Vec<Withheld>,
) {
    let together: Vec<&PullRow> = accepted.iter().chain(rows).copied().collect();
    match (check(pulled, &together), rows) {
        (Ok(_), _) => accepted.extend(rows),
        (Err(_), []) => {}
        (Err(Wrong { reason, .. }), [row]) => refused.push(refusal(row, &reason)),
        (Err(_), rows) => {
            let (first, second) = rows.split_at(rows.len() / 2);
            by_halves(pulled, first, accepted, refused);
            by_halves(pulled, second, accepted, refused);
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

/// Before anybody is asked: a pull that could write only some of its files writes none. Files that were left out since they can't
/// even be read, such as links that lead out of the project, count too.
pub(super) fn writable(pulled: &Pulled, settled: &Settled) -> Result<(), CommandError> {
    let composed = settled.writes.iter().map(|write| write.path.clone());
    let paths: BTreeSet<String> = pulled.plan.rows.iter().flat_map(PullRow::paths).chain(composed).collect();
    let refusal = paths.iter().find_map(|path| pulled.source.directory.check_writable(path).err());
    refusal.map_or(Ok(()), |error| Err(CommandError::from(error).and("nothing was written")))
}
