//! The order of execution: which requests wait for which (A1).

use std::collections::BTreeMap;

use crate::schema::Kind;
use crate::schema::kinds::{AGENT, ENTITY_TYPE, RELATIONSHIP_TYPE, SETTINGS};

use super::{Plan, Row, Write};

/// Requests of one row that run one after the other, once the tasks that it waits for are done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The row, by position in the plan.
    pub row: usize,
    /// The requests, by position in the row.
    pub writes: Vec<usize>,
    /// The tasks that must be done before, by position.
    pub after: Vec<usize>,
}

/// Splits a plan into tasks.
///
/// Per agent: create, settings, platforms. Entity types beside them. A relationship type after the entity types that its
/// rules name; its inverse is linked once both types are there; its rules come after it.
pub fn tasks(plan: &Plan) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    let mut done_by: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
    let mut links = Vec::new();
    for (position, row) in plan.rows.iter().enumerate().filter(|(_, row)| !row.writes.is_empty()) {
        let after = prerequisites(row).into_iter().filter_map(|key| done_by.get(&key).copied()).collect();
        let is_link = |at: &usize| matches!(row.writes.get(*at), Some(Write::LinkInverse(_)));
        let (linking, writes): (Vec<_>, Vec<_>) = (0..row.writes.len()).partition(is_link);
        if !writes.is_empty() {
            done_by.insert((row.key.kind, row.key.id.as_str()), tasks.len());
            tasks.push(Task { row: position, writes, after });
        }
        links.extend(linking.into_iter().map(|at| (position, at)));
    }
    for (position, at) in links {
        let Some(row) = plan.rows.get(position) else { continue };
        let ends = [Some(row.key.id.as_str()), inverse(row, at)];
        let task = |slug: &str| done_by.get(&(RELATIONSHIP_TYPE, slug)).copied();
        let after = ends.into_iter().flatten().filter_map(task).collect();
        tasks.push(Task { row: position, writes: vec![at], after });
    }
    tasks
}

fn inverse(row: &Row, at: usize) -> Option<&str> {
    match row.writes.get(at) {
        Some(Write::LinkInverse(write)) => match &write.inverse {
            Some(crate::org::Change::Set(slug)) => Some(slug.as_str()),
            _ => None,
        },
        _ => None,
    }
}

fn prerequisites(row: &Row) -> Vec<(Kind, &str)> {
    match row.key.agent() {
        Some(agent) => {
            let before = [AGENT, SETTINGS].into_iter().filter(|kind| *kind < row.key.kind);
            before.map(|kind| (kind, agent)).collect()
        }
        None if row.key.kind == RELATIONSHIP_TYPE => {
            let ends = row.writes.iter().filter_map(|write| match write {
                Write::AddRule(_, rule) => Some([rule.source.as_str(), rule.target.as_str()]),
                _ => None,
            });
            ends.flatten().map(|slug| (ENTITY_TYPE, slug)).collect()
        }
        _ => Vec::new(),
    }
}
