use std::collections::BTreeMap;

use super::written::Extent;
use crate::edit::Content;
use crate::edit::plan::{Elements, Members, Plan, Slot, Treatment};

/// What is to become of the parts of a collection that are there, and where they are.
pub(super) struct Parts {
    pub(super) extents: Vec<Extent>,
    /// The positions of those that stay, in order.
    pub(super) left: Vec<usize>,
}

impl Parts {
    /// The members of a mapping.
    pub(super) fn of_members(extents: Vec<Extent>, members: &Members) -> Self {
        let left = (0..extents.len()).filter(|at| !members.is_removed(*at)).collect();
        Self { extents, left }
    }

    /// The elements of a list.
    pub(super) fn of_elements(extents: Vec<Extent>, elements: &ListPlan) -> Self {
        let left = (0..extents.len()).filter(|at| !elements.is_removed(*at)).collect();
        Self { extents, left }
    }

    pub(super) fn get(&self, position: usize) -> Option<Extent> {
        self.extents.get(position).copied()
    }

    pub(super) fn is_removed(&self, position: usize) -> bool {
        self.left.binary_search(&position).is_err()
    }

    /// The last part before a position that stays.
    pub(super) fn last_left(&self, before: usize) -> Option<usize> {
        let count = self.left.partition_point(|position| *position < before);
        self.left.get(count.checked_sub(1)?).copied()
    }

    /// The first part from a position on that stays.
    pub(super) fn next_left(&self, from: usize) -> Option<usize> {
        self.left.get(self.left.partition_point(|position| *position < from)).copied()
    }
}

/// A plan of a list whose elements keep their order.
#[derive(Debug, Clone)]
pub(super) struct ListPlan {
    /// By position; none for an element that stays as it is.
    pub(super) treatments: BTreeMap<usize, Treatment>,
    /// New elements, by the old element before which they stand; or by the length of the old list.
    pub(super) inserted: BTreeMap<usize, Vec<Content>>,
}

impl ListPlan {
    /// None if the elements do not keep their order.
    pub(super) fn of(elements: &Elements, length: usize) -> Option<Self> {
        if !elements.old().is_sorted() {
            return None;
        }
        let mut plan =
            Self { treatments: (0..length).map(|at| (at, Treatment::Removed)).collect(), inserted: BTreeMap::new() };
        let mut new = Vec::new();
        for slot in elements.remaining() {
            match slot {
                Slot::New(content) => new.push(content.clone()),
                Slot::Old(position, treatment) => {
                    plan.treatments.remove(position);
                    if *treatment != Treatment::Changed(Plan::Keep) {
                        plan.treatments.insert(*position, treatment.clone());
                    }
                    plan.insert(*position, std::mem::take(&mut new));
                }
            }
        }
        plan.insert(length, new);
        Some(plan)
    }

    fn insert(&mut self, before: usize, new: Vec<Content>) {
        if !new.is_empty() {
            self.inserted.insert(before, new);
        }
    }

    pub(super) fn is_removed(&self, position: usize) -> bool {
        self.treatments.get(&position) == Some(&Treatment::Removed)
    }
}
