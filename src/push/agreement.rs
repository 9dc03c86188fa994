//! What was agreed to: by flags in advance, or by a person key by key.

use std::collections::BTreeMap;

use crate::model::SecretName;

use super::{PushPlan, PushRow, RowState, Seen};

/// The two kinds of writes that are asked about apart from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// Making secrets that the org lacks (`--yes`).
    Create,
    /// Replacing values that the org has (`--yes-rotate`).
    Rotate,
}

impl Ask {
    /// The kind of a row, none for one that sends nothing.
    pub fn of(row: &PushRow) -> Option<Self> {
        match row.state {
            RowState::Create => Some(Self::Create),
            RowState::Rotate { .. } => Some(Self::Rotate),
            _ => None,
        }
    }
}

/// What may be written. Nothing is, unless a flag or a person says so.
///
/// A flag agrees to a kind of write, whatever the org has by then. A person agrees to what was shown: when the org's value is
/// another one by the time of the write, that was not agreed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreement {
    all_creates: bool,
    all_rotations: bool,
    shown: BTreeMap<SecretName, (RowState, Seen)>,
}

impl Agreement {
    /// That of the flags `--yes` and `--yes-rotate`.
    pub fn by_flags(yes: bool, yes_rotate: bool) -> Self {
        Self { all_creates: yes, all_rotations: yes_rotate, shown: BTreeMap::new() }
    }

    /// Adds a row that a person said yes to.
    pub fn allow(&mut self, row: &PushRow) {
        self.shown.insert(row.name.clone(), (row.state.clone(), row.seen));
    }

    /// Whether a row may be written.
    pub fn covers(&self, row: &PushRow) -> bool {
        Ask::of(row).is_some_and(|ask| self.covers_all(ask))
            || self.shown.get(&row.name).is_some_and(|(state, seen)| *state == row.state && *seen == row.seen)
    }

    /// Whether a flag agreed to a kind of write.
    pub fn covers_all(&self, ask: Ask) -> bool {
        match ask {
            Ask::Create => self.all_creates,
            Ask::Rotate => self.all_rotations,
        }
    }

    /// Whether a person said yes to what was shown of a name.
    pub fn is_of_person(&self, name: &SecretName) -> bool {
        self.shown.contains_key(name)
    }

    /// Whether a person said yes to anything: then the org may have moved in the meantime.
    pub fn has_person(&self) -> bool {
        !self.shown.is_empty()
    }

    /// The rows that are still to be asked about, creates before rotations.
    pub fn open<'plan>(&self, plan: &'plan PushPlan) -> Vec<(Ask, &'plan PushRow)> {
        let mut open: Vec<_> =
            plan.sent().filter(|row| !self.covers(row)).filter_map(|row| Some((Ask::of(row)?, row))).collect();
        open.sort_by_key(|(ask, _)| *ask);
        open
    }
}
