use std::collections::BTreeMap;

use crate::model::FieldPath;
use crate::org::HiddenValues;
use crate::schema::{ResourceKey, SecretsMode, ServerTraits};

use super::{Options, Problem};

/// What every part of the diff needs to know, and where it reports what is not a row.
pub(super) struct Context<'plan> {
    pub(super) options: &'plan Options,
    pub(super) server: &'plan ServerTraits,
    pub(super) mode: SecretsMode,
    pub(super) hidden: &'plan HiddenValues,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    /// Places at which the org has something of another type than the API knows.
    pub(super) mismatches: Vec<(ResourceKey, FieldPath)>,
    /// Closing notes with how often each applies.
    pub(super) notes: BTreeMap<String, usize>,
}

impl<'plan> Context<'plan> {
    pub(super) fn new(
        options: &'plan Options,
        server: &'plan ServerTraits,
        mode: SecretsMode,
        hidden: &'plan HiddenValues,
    ) -> Self {
        Self {
            options,
            server,
            mode,
            hidden,
            problems: Vec::new(),
            warnings: Vec::new(),
            mismatches: Vec::new(),
            notes: BTreeMap::new(),
        }
    }

    pub(super) fn problem(&mut self, key: &ResourceKey, message: impl Into<String>, hint: Option<&str>) {
        self.problems.push(Problem { key: key.clone(), message: message.into(), hint: hint.map(str::to_owned) });
    }

    pub(super) fn warn(&mut self, key: &ResourceKey, message: impl Into<String>, hint: Option<&str>) {
        self.warnings.push(Problem { key: key.clone(), message: message.into(), hint: hint.map(str::to_owned) });
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        *self.notes.entry(note.into()).or_default() += 1;
    }
}
