//! What a push would do, as a plain value: names, fingerprints and places, and never a value.

use std::collections::BTreeMap;

use crate::model::SecretName;
use crate::secrets::{Fingerprint, Salt, SecretValue, SourceValues, Suspicion};
use crate::wire::SecretRow;

use super::{Rotation, Wanted};

/// What a push would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushPlan {
    /// A row for each name, sorted by name.
    pub rows: Vec<PushRow>,
}

/// What becomes of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushRow {
    pub name: SecretName,
    /// What becomes of it.
    pub state: RowState,
    /// Where the project uses it.
    pub places: Vec<String>,
    /// What makes the value look like one that was not meant; only where it would be sent.
    pub suspicion: Option<Suspicion>,
    /// What the org's value was when it was listed.
    pub seen: Seen,
}

/// By what it can be told that an org's value is still the one that was listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// How many values it had, where the server counts.
    pub version: Option<i64>,
    /// When it was last written, in milliseconds since 1970.
    pub updated_at: Option<i64>,
}

/// What becomes of a name. A fingerprint is none where the server gives none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowState {
    /// The org lacks it: it is made.
    Create,
    /// The org has it, and a rotation was asked for: the value is sent, and the server compares the whole of it.
    Rotate {
        /// That of the org's value.
        before: Option<Fingerprint>,
        /// That of the source's.
        after: Option<Fingerprint>,
    },
    /// The org has it, and as far as four digits tell with the source's value.
    Unchanged(Fingerprint),
    /// The org has it with another value, which stays.
    Differs {
        /// That of the org's value.
        org: Fingerprint,
        /// That of the source's.
        here: Fingerprint,
    },
    /// The org has it; the server gives nothing to compare.
    Set,
    /// The org has it, and the source has no value for it.
    OnlyInOrg {
        /// That of the org's value.
        org: Option<Fingerprint>,
        /// Whether the source has the name, without a value.
        is_empty: bool,
    },
    /// Neither has it.
    Missing {
        /// Whether the source has the name, without a value.
        is_empty: bool,
    },
}

impl PushRow {
    /// Whether its value would be sent.
    pub fn is_sent(&self) -> bool {
        matches!(self.state, RowState::Create | RowState::Rotate { .. })
    }
}

/// How many rows there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// To be made.
    pub create: usize,
    /// To be rotated.
    pub rotate: usize,
    /// As they are, as far as is known.
    pub unchanged: usize,
    /// Kept although they differ.
    pub kept: usize,
    /// In neither.
    pub missing: usize,
}

impl PushPlan {
    /// The rows whose values would be sent.
    pub fn sent(&self) -> impl Iterator<Item = &PushRow> {
        self.rows.iter().filter(|row| row.is_sent())
    }

    /// How many rows there are of each kind.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for row in &self.rows {
            *match row.state {
                RowState::Create => &mut summary.create,
                RowState::Rotate { .. } => &mut summary.rotate,
                RowState::Unchanged(_) | RowState::Set | RowState::OnlyInOrg { .. } => &mut summary.unchanged,
                RowState::Differs { .. } => &mut summary.kept,
                RowState::Missing { .. } => &mut summary.missing,
            } += 1;
        }
        summary
    }
}

/// Compares what is wanted with what the org lists.
pub fn plan_push(wanted: &Wanted, source: &SourceValues, listed: &[SecretRow], rotation: &Rotation) -> PushPlan {
    let listed: BTreeMap<&str, &SecretRow> = listed.iter().map(|row| (row.name.as_str(), row)).collect();
    let row = |(name, places): (&SecretName, &Vec<String>)| {
        let listed = listed.get(name.as_str()).copied();
        let seen = listed.map(|row| Seen { version: row.version, updated_at: row.updated_at }).unwrap_or_default();
        let state = state(name, source, listed, rotation);
        let mut row = PushRow { name: name.clone(), state, places: places.clone(), suspicion: None, seen };
        if row.is_sent() {
            row.suspicion = source.value(name).and_then(SecretValue::suspicion);
        }
        row
    };
    PushPlan { rows: wanted.iter().map(row).collect() }
}

fn state(name: &SecretName, source: &SourceValues, listed: Option<&SecretRow>, rotation: &Rotation) -> RowState {
    let is_empty = source.value(name).is_some_and(SecretValue::is_empty);
    let has_value = source.value(name).is_some() && !is_empty;
    let Some(listed) = listed else {
        return if has_value { RowState::Create } else { RowState::Missing { is_empty } };
    };
    let org = listed.fingerprint.as_deref().and_then(Fingerprint::parse);
    if !has_value {
        return RowState::OnlyInOrg { org, is_empty };
    }
    let salt = listed.salt.as_deref().and_then(Salt::parse);
    let here = salt.and_then(|salt| source.fingerprint(name, &salt));
    if rotation.covers(name) {
        return RowState::Rotate { before: org, after: here };
    }
    match (org, here) {
        (Some(org), Some(here)) if org == here => RowState::Unchanged(org),
        (Some(org), Some(here)) => RowState::Differs { org, here },
        _ => RowState::Set,
    }
}
