use std::collections::BTreeMap;

use super::Content;

/// What is to become of a value of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Plan {
    /// It stays.
    #[default]
    Keep,
    /// It says this.
    Replace(Content),
    /// It is the same mapping with other members.
    Members(Members),
    /// It is the same list with other elements.
    Elements(Elements),
}

/// What is to become of a mapping; members that are not named stay.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Members {
    /// By position.
    pub(super) treatments: BTreeMap<usize, Treatment>,
    pub(super) added: Vec<(String, Content)>,
}

/// What is to become of a list: its elements in their new order. Those that are not named go.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Elements {
    pub(super) slots: Vec<Slot>,
}

/// A place in a list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slot {
    /// The element that had this position.
    Old(usize, Treatment),
    New(Content),
}

/// What is to become of a member or an element.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Treatment {
    Removed,
    Changed(Plan),
    /// The members of this one stand where it was.
    Unwrapped,
}

impl Members {
    pub(super) fn is_removed(&self, position: usize) -> bool {
        self.treatments.get(&position) == Some(&Treatment::Removed)
    }
}

impl Elements {
    /// A list as it is.
    pub(super) fn kept(length: usize) -> Self {
        Self { slots: (0..length).map(|position| Slot::Old(position, Treatment::Changed(Plan::Keep))).collect() }
    }

    /// The elements that are there afterwards.
    pub(super) fn remaining(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| !matches!(slot, Slot::Old(_, Treatment::Removed)))
    }

    /// The positions of the old elements that stay, in their new order.
    pub(super) fn old(&self) -> impl Iterator<Item = usize> {
        self.remaining().filter_map(Slot::position)
    }
}

impl Slot {
    /// The position of an old element.
    pub(super) fn position(&self) -> Option<usize> {
        match self {
            Self::Old(position, _) => Some(*position),
            Self::New(_) => None,
        }
    }

    /// What a new element says.
    pub(super) fn content(&self) -> Option<&Content> {
        match self {
            Self::Old(..) => None,
            Self::New(content) => Some(content),
        }
    }
}
