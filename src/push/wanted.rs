//! Which names a push is about.

use std::collections::{BTreeMap, BTreeSet};

use crate::env::Environment;
use crate::model::SecretName;
use crate::secrets::{SecretValue, SourceValues, ValueProblem};

/// Which existing secrets may be given another value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Rotation {
    /// None: what the org has stays.
    #[default]
    Never,
    /// Every one that the push is about.
    All,
    /// These.
    Named(BTreeSet<SecretName>),
}

impl Rotation {
    /// Whether a secret may be given another value.
    pub fn covers(&self, name: &SecretName) -> bool {
        match self {
            Self::Never => false,
            Self::All => true,
            Self::Named(names) => names.contains(name),
        }
    }
}

/// The names that a push is about, with the places that use them.
pub type Wanted = BTreeMap<SecretName, Vec<String>>;

/// Why a push does not begin. All names of one kind are told at once, and never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// Names that were given and that the source lacks, or has without a value.
    #[error("{label} has no value for {}", absent_and_empty(absent, empty))]
    NotInSource {
        /// The source.
        label: String,
        /// The names that it lacks.
        absent: Vec<String>,
        /// The names that it has without a value.
        empty: Vec<String>,
    },
    /// Values that are masks, placeholders or references.
    #[error("what {label} has for {} is a placeholder or a reference, not a value", list(names))]
    Placeholders {
        /// The source.
        label: String,
        names: Vec<String>,
    },
    /// Values of more than 64 KiB.
    #[error("what {label} has for {} is longer than 64 KiB", list(names))]
    TooLong {
        /// The source.
        label: String,
        names: Vec<String>,
    },
    /// Names that the process environment sets to something else than the source.
    #[error("the environment and {label} have different values for {}", list(names))]
    EnvironmentDiffers {
        /// The source.
        label: String,
        names: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    names.join(", ")
}

fn absent_and_empty(absent: &[String], empty: &[String]) -> String {
    let empty = empty.iter().map(|name| format!("{name} (set, but empty)"));
    absent.iter().cloned().chain(empty).collect::<Vec<_>>().join(", ")
}

/// Chooses the names: those that the project refers to, those that were given, and with `all` those of the source.
///
/// What was given must be in the source. What will be sent must be a value, and the environment must not say otherwise.
pub fn select(
    references: Wanted,
    given: &BTreeSet<SecretName>,
    all: bool,
    source: &SourceValues,
    environment: &Environment,
) -> Result<Wanted, SelectionError> {
    let label = || source.label.clone();
    let names = |names: Vec<&SecretName>| names.into_iter().map(ToString::to_string).collect::<Vec<_>>();
    let absent: Vec<_> = given.iter().filter(|name| source.value(name).is_none()).collect();
    let is_empty = |name: &&SecretName| source.value(name).is_some_and(SecretValue::is_empty);
    let empty: Vec<_> = given.iter().filter(is_empty).collect();
    if !absent.is_empty() || !empty.is_empty() {
        return Err(SelectionError::NotInSource { label: label(), absent: names(absent), empty: names(empty) });
    }
    let mut wanted = references;
    for name in given.iter().chain(source.names().filter(|_| all)) {
        wanted.entry(name.clone()).or_default();
    }

    let with = |problem: ValueProblem| -> Vec<_> {
        let has = |name: &&SecretName| source.value(name).and_then(SecretValue::problem) == Some(problem);
        names(wanted.keys().filter(has).collect())
    };
    let (placeholders, too_long) = (with(ValueProblem::Placeholder), with(ValueProblem::TooLong));
    if !placeholders.is_empty() {
        return Err(SelectionError::Placeholders { label: label(), names: placeholders });
    }
    if !too_long.is_empty() {
        return Err(SelectionError::TooLong { label: label(), names: too_long });
    }
    let differs = |name: &&SecretName| match (source.value(name), environment.value(name)) {
        (Some(here), Some(there)) => !there.is_empty() && !here.is_empty() && !here.is_same_as(there),
        _ => false,
    };
    let differing: Vec<_> = wanted.keys().filter(differs).collect();
    if differing.is_empty() {
        Ok(wanted)
    } else {
        Err(SelectionError::EnvironmentDiffers { label: label(), names: names(differing) })
    }
}
