//! Warns of resources that another project applied last: two that declare one would overwrite each other at every run.

use std::path::Path;

use crate::desired::DesiredState;
use crate::model::{ProjectMark, counted};
use crate::org::ActualState;
use crate::plan::{Plan, Problem, Selection};
use crate::project;
use crate::schema::ResourceKey;
use crate::schema::kinds::AGENT;
use crate::target::OtherProjects;

/// How many of the resources of one other project are named.
const NAMED: usize = 5;

/// Warns of what a database on this machine remembers of other projects, and of what a server says of them.
pub(super) fn warn_of_owners(
    others: &OtherProjects,
    mark: Option<&ProjectMark>,
    desired: &DesiredState,
    actual: &ActualState,
    selection: &Selection,
    plan: &mut Plan,
) {
    let mut told: Vec<ResourceKey> = Vec::new();
    for (agent, path) in others.owners.iter().filter(|(agent, _)| selection.covers(AGENT, agent)) {
        let key = ResourceKey::new(AGENT, agent.as_str());
        told.push(key.clone());
        plan.warnings.push(warning(&format!("in {path}"), key, &[]));
    }
    let Some(own) = mark else { return };
    let gone: Vec<_> = others.gone.iter().map(|path| project::mark(Path::new(path))).collect();
    let is_own = |other: &ProjectMark| other.id() == own.id() || gone.iter().any(|gone| gone.id() == other.id());
    let mut by_project: Vec<(&ProjectMark, Vec<ResourceKey>)> = Vec::new();
    for key in desired.all().map(|resource| &resource.key) {
        let other = actual.record(key).and_then(|record| record.applied_by.as_ref());
        let Some(other) = other.filter(|other| !is_own(other)) else { continue };
        if !selection.covers(key.kind, &key.id) || told.contains(key) {
            continue;
        }
        match by_project.iter_mut().find(|(project, _)| project.id() == other.id()) {
            Some((_, keys)) => keys.push(key.clone()),
            None => by_project.push((other, vec![key.clone()])),
        }
    }
    for (project, mut keys) in by_project {
        let more = keys.split_off(1);
        let name = format!("\"{}\"", project.name());
        plan.warnings.extend(keys.pop().map(|key| warning(&name, key, &more)));
    }
}

/// The warning of a resource and of others that the same project applied last.
fn warning(project: &str, key: ResourceKey, more: &[ResourceKey]) -> Problem {
    let message = if more.is_empty() {
        format!("another project, {project}, applied it last; an apply from here overwrites it")
    } else {
        let mut named: Vec<String> = more.iter().take(NAMED).map(ToString::to_string).collect();
        named.extend((more.len() > NAMED).then(|| format!("and {} more", more.len() - NAMED)));
        let (count, named) = (counted(more.len(), "other resource"), named.join(", "));
        format!("another project, {project}, applied it and {count} last ({named}); an apply from here overwrites them")
    };
    let what = if key.kind == AGENT && more.is_empty() { "the agent" } else { "a resource" };
    let hint = format!("Declare {what} in one project only, or give each project an org of its own (--org).");
    Problem { key, message, hint: Some(hint) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::kinds::ENTITY_TYPE;

    #[test]
    fn a_warning_names_a_few_of_many() {
        let key = |number: usize| ResourceKey::new(ENTITY_TYPE, format!("type-{number}"));
        let more: Vec<_> = (1..=7).map(key).collect();
        let problem = warning("\"bots\"", key(0), &more);
        assert_eq!(
            problem.message,
            "another project, \"bots\", applied it and 7 other resources last (entity-type/type-1, entity-type/type-2, \
             entity-type/type-3, entity-type/type-4, entity-type/type-5, and 2 more); an apply from here overwrites them"
        );
        assert!(warning("\"bots\"", key(0), &more[..1]).message.contains("it and 1 other resource last"));
    }
}
