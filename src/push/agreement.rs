//! What was agreed to: by flags in advance, or by a person key by key (K6, secrets/SQ3).

use std::collections::BTreeSet;

use crate::model::SecretName;

use super::{PushPlan, PushRow, RowState};

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreement {
    all_creates: bool,
    all_rotations: bool,
    names: BTreeSet<(Ask, SecretName)>,
}

impl Agreement {
    /// That of the flags `--yes` and `--yes-rotate`.
    pub fn by_flags(yes: bool, yes_rotate: bool) -> Self {
        Self { all_creates: yes, all_rotations: yes_rotate, names: BTreeSet::new() }
    }

    /// Adds what a person said yes to.
    pub fn allow(&mut self, ask: Ask, name: &SecretName) {
        self.names.insert((ask, name.clone()));
    }

    /// Whether this may be written.
    pub fn covers(&self, ask: Ask, name: &SecretName) -> bool {
        let all = match ask {
            Ask::Create => self.all_creates,
            Ask::Rotate => self.all_rotations,
        };
        all || self.names.contains(&(ask, name.clone()))
    }

    /// The rows that are still to be asked about, creates before rotations.
    pub fn open<'plan>(&self, plan: &'plan PushPlan) -> Vec<(Ask, &'plan PushRow)> {
        let asked = plan.rows.iter().filter_map(|row| Some((Ask::of(row)?, row)));
        let mut open: Vec<_> = asked.filter(|(ask, row)| !self.covers(*ask, &row.name)).collect();
        open.sort_by_key(|(ask, _)| *ask);
        open
    }
}
