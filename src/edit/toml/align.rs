use super::node::Node;
use super::target::{Slot, Target};
use crate::edit::Content;

/// Beyond this many comparisons elements are matched from both ends only.
const MOST_COMPARISONS: usize = 1_000_000;

/// Finds for each new element the old one that it stays or becomes.
///
/// Equal elements keep their place where most of them can; of the rest, those between the same neighbours become each
/// other.
pub(super) fn align(elements: &[Node<'_>], items: &[Content]) -> Vec<Slot> {
    let common = common(elements, items);
    let mut matched: Vec<Option<usize>> = vec![None; items.len()];
    let mut is_used = vec![false; elements.len()];
    for (old, new) in &common {
        take(&mut matched, &mut is_used, *old, *new);
    }
    let ends = (elements.len(), items.len());
    let mut moved = false;
    for (new, item) in items.iter().enumerate() {
        let is_free = |old: &usize| is_used.get(*old) == Some(&false);
        let is_equal = |old: &usize| elements.get(*old).is_some_and(|element| element.equals(item));
        if elements.len() * items.len() <= MOST_COMPARISONS
            && matched.get(new) == Some(&None)
            && let Some(old) = (0..elements.len()).filter(is_free).find(is_equal)
        {
            take(&mut matched, &mut is_used, old, new);
            moved = true;
        }
    }
    if !moved {
        let mut from = (0, 0);
        for to in common.into_iter().chain([ends]) {
            pair(elements, items, from, to, &mut matched);
            from = (to.0 + 1, to.1 + 1);
        }
    }
    let slot = |(item, old): (&Content, &Option<usize>)| match old.and_then(|old| Some((old, elements.get(old)?))) {
        Some((old, element)) => Slot::Old(old, Target::replacing(element, item)),
        None => Slot::New(Some(item.clone())),
    };
    items.iter().zip(&matched).map(slot).collect()
}

fn take(matched: &mut [Option<usize>], is_used: &mut [bool], old: usize, new: usize) {
    if let (Some(matched), Some(used)) = (matched.get_mut(new), is_used.get_mut(old)) {
        (*matched, *used) = (Some(old), true);
    }
}

/// Pairs what is left between two matches: scalars if nothing is added or taken away there, tables in any case.
fn pair(
    elements: &[Node<'_>],
    items: &[Content],
    from: (usize, usize),
    to: (usize, usize),
    matched: &mut [Option<usize>],
) {
    let is_as_long = to.0.saturating_sub(from.0) == to.1.saturating_sub(from.1);
    for (old, new) in (from.0..to.0).zip(from.1..to.1) {
        let (Some(element), Some(item), Some(matched)) = (elements.get(old), items.get(new), matched.get_mut(new))
        else {
            continue;
        };
        if is_as_long || (element.as_table().is_some() && matches!(item, Content::Table(_))) {
            *matched = Some(old);
        }
    }
}

/// The longest sequence of equal elements, as positions in both lists.
fn common(elements: &[Node<'_>], items: &[Content]) -> Vec<(usize, usize)> {
    let shorter = elements.len().min(items.len());
    let front = elements.iter().zip(items).take_while(|(old, new)| old.equals(new)).count();
    let backwards = elements.iter().rev().zip(items.iter().rev());
    let back = backwards.take(shorter - front).take_while(|(old, new)| old.equals(new)).count();
    let inner_old = elements.get(front..elements.len() - back).unwrap_or_default();
    let inner_new = items.get(front..items.len() - back).unwrap_or_default();
    let mut common: Vec<(usize, usize)> = (0..front).map(|position| (position, position)).collect();
    if inner_old.len() * inner_new.len() <= MOST_COMPARISONS {
        common.extend(longest(inner_old, inner_new).into_iter().map(|(old, new)| (front + old, front + new)));
    }
    common.extend((0..back).rev().map(|behind| (elements.len() - 1 - behind, items.len() - 1 - behind)));
    common
}

/// The longest common subsequence by the usual table.
fn longest(elements: &[Node<'_>], items: &[Content]) -> Vec<(usize, usize)> {
    let width = items.len() + 1;
    let mut table = vec![0_usize; (elements.len() + 1) * width];
    let mut is_equal = vec![false; elements.len() * width];
    let at = |table: &[usize], old: usize, new: usize| table.get(old * width + new).copied().unwrap_or_default();
    for (old, element) in elements.iter().enumerate().rev() {
        for (new, item) in items.iter().enumerate().rev() {
            let equal = element.equals(item);
            let length = if equal {
                at(&table, old + 1, new + 1) + 1
            } else {
                at(&table, old + 1, new).max(at(&table, old, new + 1))
            };
            if let (Some(cell), Some(flag)) = (table.get_mut(old * width + new), is_equal.get_mut(old * width + new)) {
                (*cell, *flag) = (length, equal);
            }
        }
    }
    let (mut old, mut new, mut result) = (0, 0, Vec::new());
    while old < elements.len() && new < items.len() {
        if is_equal.get(old * width + new) == Some(&true) {
            result.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if at(&table, old + 1, new) >= at(&table, old, new + 1) {
            old += 1;
        } else {
            new += 1;
        }
    }
    result
}
