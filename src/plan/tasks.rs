//! The order of execution: which requests wait for which.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Change, Kind, Owner, Shape, Write};

use super::named_agents::agent_of;
use super::{Plan, Row};

/// Requests of one row that run one after the other, once the tasks that it waits for are done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The row, by position in the plan.
    pub row: usize,
    /// The requests, by position in the row.
    pub writes: Vec<usize>,
    /// The tasks that must be done before, by position.
    pub after: Vec<usize>,
    /// Whether neither its like nor anything that stands before it may run beside it.
    pub is_alone: bool,
}

/// Splits a plan into tasks.
///
/// Per agent: the agent, then what belongs to it, kind by kind. What belongs to no agent is written beside that, after what its
/// pairs name; what names another of its kind comes once both are there. What an agent of the project works on is written after
/// that agent; what is written alone starts when nothing that stands before it is in flight.
pub fn tasks(plan: &Plan) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    let mut done_by: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut links = Vec::new();
    let kinds: BTreeSet<Kind> = plan.rows.iter().map(|row| row.key.kind).collect();
    for (position, row) in plan.rows.iter().enumerate().filter(|(_, row)| !row.writes.is_empty()) {
        let waits_for = prerequisites(&kinds, row, &done_by);
        let is_late = |at: &usize| row.writes.get(*at).is_some_and(names_own_kind);
        let (late, writes): (Vec<_>, Vec<_>) = (0..row.writes.len()).partition(is_late);
        if !writes.is_empty() {
            done_by.insert((row.key.kind.word, row.key.id.as_str()), tasks.len());
            tasks.push(Task { row: position, writes, after: waits_for, is_alone: row.key.kind.one_at_a_time });
        }
        links.extend(late.into_iter().map(|at| (position, at)));
    }
    for (position, at) in links {
        let Some(row) = plan.rows.get(position) else { continue };
        let linked_to = row.writes.get(at).map(named_ids).unwrap_or_default();
        let ends = [row.key.id.as_str()].into_iter().chain(linked_to);
        let after = ends.filter_map(|id| done_by.get(&(row.key.kind.word, id)).copied()).collect();
        tasks.push(Task { row: position, writes: vec![at], after, is_alone: false });
    }
    tasks
}

/// Whether a request names another resource of the same kind, which may stand later in the plan.
fn names_own_kind(write: &Write) -> bool {
    match write {
        Write::Link(_) => true,
        Write::Add(key, field, _) => matches!(field.shape, Shape::Pairs(pairs) if pairs.ends == key.kind.word),
        Write::Create(_) | Write::Update(_) | Write::Remove(..) => false,
    }
}

/// The other resources that a request names.
fn named_ids(write: &Write) -> Vec<&str> {
    if let Write::Add(_, _, pair) = write {
        return vec![&pair.first, &pair.second];
    }
    let fields = write.sent().into_iter().flat_map(|sent| sent.fields.iter());
    let ids = fields.filter_map(|(_, change)| match change {
        Change::Set(value) => value.literal(),
        Change::Clear => None,
    });
    ids.collect()
}

/// The tasks, earlier in the plan, that a row waits for.
fn prerequisites(kinds: &BTreeSet<Kind>, row: &Row, done_by: &BTreeMap<(&str, &str), usize>) -> Vec<usize> {
    let mut after = Vec::new();
    if let Some(agent) = row.key.agent().or_else(|| agent_of(row)) {
        let own = kinds.iter().filter(|kind| **kind < row.key.kind && kind.owner == Owner::SameId);
        after.extend(own.filter_map(|kind| done_by.get(&(kind.word, agent)).copied()));
    }
    let ends = row.writes.iter().filter_map(|write| match write {
        Write::Add(_, field, pair) => match field.shape {
            Shape::Pairs(pairs) => Some([(pairs.ends, pair.first.as_str()), (pairs.ends, pair.second.as_str())]),
            _ => None,
        },
        _ => None,
    });
    after.extend(ends.flatten().filter_map(|end| done_by.get(&end).copied()));
    after
}
