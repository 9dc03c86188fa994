use similar::DiffOp;
use similar::algorithms::{Capture, lcs};

use super::Content;
use super::node::{Data, Node};
use super::plan::{Elements, Plan, Slot, Treatment};
use super::rules::Rules;

/// Beyond so many comparisons, lists are compared position by position.
const COMPARISONS: usize = 1_000_000;

/// Finds for each new element the old one that it stays or becomes.
///
/// The elements that stay are those of a longest common subsequence. Those that stand elsewhere move, where the format has
/// that. If none does, elements between the same neighbors become each other: mappings in any case, others only if as many
/// come as go, and the format has that.
pub(super) fn aligned<F: Rules>(old: &[Node<F>], new: Vec<Content>) -> Elements {
    let common = common(old, &new);
    let mut matches = Matches { old: vec![None; new.len()], is_used: vec![false; old.len()] };
    for (old, new) in &common {
        matches.take(*old, *new);
    }
    if !(F::MOVES_ELEMENTS && matches.take_moved(old, &new)) {
        let mut from = (0, 0);
        for to in common.into_iter().chain([(old.len(), new.len())]) {
            matches.take_between(old, &new, from, to);
            from = (to.0 + 1, to.1 + 1);
        }
    }
    let slot = |(content, old): (Content, Option<usize>)| match old {
        Some(position) => Slot::Old(position, Treatment::Changed(Plan::Replace(content))),
        None => Slot::New(content),
    };
    Elements { slots: new.into_iter().zip(matches.old).map(slot).collect() }
}

struct Matches {
    /// The old element of each new one.
    old: Vec<Option<usize>>,
    is_used: Vec<bool>,
}

impl Matches {
    fn take(&mut self, old: usize, new: usize) {
        if let (Some(matched), Some(is_used)) = (self.old.get_mut(new), self.is_used.get_mut(old)) {
            (*matched, *is_used) = (Some(old), true);
        }
    }

    /// Takes equal elements from anywhere; true if there are any.
    fn take_moved<F: Rules>(&mut self, old: &[Node<F>], new: &[Content]) -> bool {
        if old.len().saturating_mul(new.len()) > COMPARISONS {
            return false;
        }
        let mut is_moved = false;
        for (position, content) in new.iter().enumerate() {
            let is_free = |at: &usize| self.is_used.get(*at) == Some(&false);
            let is_equal = |at: &usize| old.get(*at).is_some_and(|node| content == node);
            if self.old.get(position) == Some(&None)
                && let Some(at) = (0..old.len()).filter(is_free).find(is_equal)
            {
                self.take(at, position);
                is_moved = true;
            }
        }
        is_moved
    }

    /// Takes what is left between two matches, position by position.
    fn take_between<F: Rules>(&mut self, old: &[Node<F>], new: &[Content], from: (usize, usize), to: (usize, usize)) {
        let is_as_long = to.0.saturating_sub(from.0) == to.1.saturating_sub(from.1);
        for (at, position) in (from.0..to.0).zip(from.1..to.1) {
            let (Some(node), Some(content)) = (old.get(at), new.get(position)) else { continue };
            let are_mappings = matches!((&node.data, content), (Data::Map(_), Content::Table(_)));
            if are_mappings || (F::REUSES_ELEMENTS && is_as_long) {
                self.take(at, position);
            }
        }
    }
}

/// Pairs of positions of equal elements, in order in both lists.
fn common<F: Rules>(old: &[Node<F>], new: &[Content]) -> Vec<(usize, usize)> {
    let shorter = old.len().min(new.len());
    let head = new.iter().zip(old).take_while(|(content, node)| *content == *node).count();
    let backwards = new.iter().rev().zip(old.iter().rev()).take(shorter - head);
    let tail = backwards.take_while(|(content, node)| *content == *node).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    if (old_end - head).saturating_mul(new_end - head) <= COMPARISONS {
        pairs.extend(longest(old, head..old_end, new, head..new_end));
    } else {
        let is_equal =
            |at: &usize| matches!((old.get(*at), new.get(*at)), (Some(node), Some(content)) if content == node);
        pairs.extend((head..old_end.min(new_end)).filter(is_equal).map(|at| (at, at)));
    }
    pairs.extend((0..tail).rev().map(|at| (old.len() - 1 - at, new.len() - 1 - at)));
    pairs
}

/// The longest common subsequence of two ranges, without a deadline: the same lists always give the same edits.
fn longest<F: Rules>(
    old: &[Node<F>],
    old_range: std::ops::Range<usize>,
    new: &[Content],
    new_range: std::ops::Range<usize>,
) -> Vec<(usize, usize)> {
    let mut capture = Capture::new();
    let Ok(()) = lcs::diff_deadline_raw(&mut capture, old, old_range, new, new_range, None);
    let pairs = |operation| match operation {
        DiffOp::Equal { old_index, new_index, len } => (old_index..old_index + len).zip(new_index..new_index + len),
        _ => (0..0).zip(0..0),
    };
    capture.into_ops().into_iter().flat_map(pairs).collect()
}
