use std::collections::{BTreeMap, BTreeSet};

use super::align::aligned;
use super::node::{Data, Map, Node};
use super::plan::{Elements, Members, Plan, Slot, Treatment};
use super::rules::Rules;
use super::{Content, NodePath, PatchError, Refusal};

/// Turns a plan into the smallest one that does the same: what is there already stays, and what is left to replace is
/// replaced as a whole.
///
/// Refuses to change what is tied to another place, and mappings whose keys are not clear.
pub(super) fn minimized<F: Rules>(node: &Node<F>, plan: Plan) -> Result<Plan, PatchError> {
    match plan {
        Plan::Keep => Ok(Plan::Keep),
        Plan::Replace(content) if content == *node => Ok(Plan::Keep),
        Plan::Replace(content) => replaced(node, content),
        Plan::Members(members) => minimized_members(node, members),
        Plan::Elements(elements) => minimized_elements(node, elements),
    }
}

fn replaced<F: Rules>(node: &Node<F>, content: Content) -> Result<Plan, PatchError> {
    check_untied(node)?;
    match (&node.data, content) {
        (_, content) if F::is_replaced(node, &content) => whole(node, content),
        (Data::Map(map), Content::Table(members)) => {
            check_keys(node, map)?;
            minimized_members(node, difference(map, members))
        }
        (Data::List(elements), Content::List(items)) => minimized_elements(node, aligned(elements, items)),
        (_, content) => whole(node, content),
    }
}

fn whole<F: Rules>(node: &Node<F>, content: Content) -> Result<Plan, PatchError> {
    check_untied_within(node)?;
    Ok(Plan::Replace(content))
}

/// What makes the members of a mapping those of a table.
fn difference<F: Rules>(map: &Map<F>, table: Vec<(String, Content)>) -> Members {
    let keys: BTreeSet<&str> = table.iter().map(|(key, _)| key.as_str()).collect();
    let gone = map.entries().iter().enumerate().filter(|(_, entry)| !keys.contains(entry.name()));
    let mut members =
        Members { treatments: gone.map(|(position, _)| (position, Treatment::Removed)).collect(), added: Vec::new() };
    for (key, content) in table {
        match map.position(&key) {
            Some(position) => {
                members.treatments.insert(position, Treatment::Changed(Plan::Replace(content)));
            }
            None => members.added.push((key, content)),
        }
    }
    members
}

fn minimized_members<F: Rules>(node: &Node<F>, members: Members) -> Result<Plan, PatchError> {
    let Data::Map(map) = &node.data else { return Ok(Plan::Members(members)) };
    let mut minimized = Members { treatments: BTreeMap::new(), added: members.added };
    for (position, treatment) in members.treatments {
        let Some(entry) = map.entries().get(position) else { continue };
        if treatment == Treatment::Removed {
            check_untied_within(&entry.key)?;
        }
        match minimized_fate(&entry.value, treatment)? {
            Treatment::Changed(Plan::Keep) => {}
            treatment => {
                minimized.treatments.insert(position, treatment);
            }
        }
    }
    if minimized.treatments.is_empty() && minimized.added.is_empty() {
        return Ok(Plan::Keep);
    }
    check_untied(node)?;
    check_keys(node, map)?;
    let is_left = (0..map.entries().len()).any(|position| !minimized.is_removed(position));
    let added = || minimized.added.iter().map(|(_, content)| content);
    if !is_left && !minimized.added.is_empty() && F::is_refilled(node, added()) {
        return Ok(Plan::Replace(Content::Table(minimized.added)));
    }
    Ok(Plan::Members(minimized))
}

fn minimized_elements<F: Rules>(node: &Node<F>, elements: Elements) -> Result<Plan, PatchError> {
    let old = node.list().unwrap_or_default();
    let mut slots = Vec::with_capacity(elements.slots.len());
    let mut is_left = vec![false; old.len()];
    for slot in elements.slots {
        let slot = match slot {
            Slot::Old(position, treatment) => {
                let (Some(element), Some(is_left)) = (old.get(position), is_left.get_mut(position)) else { continue };
                *is_left = treatment != Treatment::Removed;
                match minimized_fate(element, treatment)? {
                    Treatment::Removed => continue,
                    treatment => Slot::Old(position, treatment),
                }
            }
            new @ Slot::New(_) => new,
        };
        slots.push(slot);
    }
    for (element, _) in old.iter().zip(&is_left).filter(|(_, is_left)| !**is_left) {
        check_untied_within(element)?;
    }
    let is_same = |(at, slot): (usize, &Slot)| *slot == Slot::Old(at, Treatment::Changed(Plan::Keep));
    if slots.len() == old.len() && slots.iter().enumerate().all(is_same) {
        return Ok(Plan::Keep);
    }
    check_untied(node)?;
    let new = || slots.iter().filter_map(Slot::content);
    if new().count() == slots.len() && !slots.is_empty() && F::is_refilled(node, new()) {
        return Ok(Plan::Replace(Content::List(new().cloned().collect())));
    }
    Ok(Plan::Elements(Elements { slots }))
}

fn minimized_fate<F: Rules>(node: &Node<F>, treatment: Treatment) -> Result<Treatment, PatchError> {
    match treatment {
        Treatment::Removed => {
            check_untied_within(node)?;
            Ok(Treatment::Removed)
        }
        Treatment::Changed(plan) => Ok(Treatment::Changed(minimized(node, plan)?)),
        Treatment::Unwrapped => Ok(Treatment::Unwrapped),
    }
}

fn check_untied<F: Rules>(node: &Node<F>) -> Result<(), PatchError> {
    if F::is_tied(node) { Err(refused(node, Refusal::Reference)) } else { Ok(()) }
}

fn check_untied_within<F: Rules>(node: &Node<F>) -> Result<(), PatchError> {
    check_untied(node)?;
    node.children().try_for_each(check_untied_within)
}

fn check_keys<F: Rules>(node: &Node<F>, map: &Map<F>) -> Result<(), PatchError> {
    if map.is_unclear() { Err(refused(node, Refusal::UnclearKeys)) } else { Ok(()) }
}

fn refused<F: Rules>(node: &Node<F>, refusal: Refusal) -> PatchError {
    PatchError { refusal, location: F::location(Some(node), &NodePath::root()) }
}
