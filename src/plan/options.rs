use std::collections::BTreeSet;

use crate::model::{OrgSlug, SecretName};
use crate::schema::kinds::AGENT;
use crate::schema::{ALL, ResourceKey};

use super::{Row, Selection};

/// What the command line says about how to plan.
#[derive(Debug, Clone)]
pub struct Options {
    /// The org, which the path of the injected memory MCP names.
    pub org: OrgSlug,
    /// Whether what a file could express and this project does not is taken away.
    pub prune: bool,
    /// Which incomparable values are sent again.
    pub resend: Resend,
    /// What is planned.
    pub selection: Selection,
    /// The command that sends secrets to where this plan goes, for people to copy.
    pub push_command: String,
}

/// Which incomparable values are sent again: `all`, secrets by name, resources by `kind/id`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resend {
    all: bool,
    names: BTreeSet<SecretName>,
    resources: BTreeSet<String>,
}

impl Resend {
    /// Reads the values of `--resend-secrets`; those that are neither come back as errors.
    pub fn parse<'text>(values: impl IntoIterator<Item = &'text str>) -> Result<Self, Vec<String>> {
        let mut resend = Self::default();
        let mut wrong = Vec::new();
        for value in values {
            if value == "all" {
                resend.all = true;
            } else if let Ok(name) = SecretName::parse(value.trim_start_matches('$')) {
                resend.names.insert(name);
            } else if value.split_once('/').is_some_and(|(kind, _)| ALL.by_word(kind).is_some()) {
                resend.resources.insert(value.to_owned());
            } else {
                wrong.push(value.to_owned());
            }
        }
        if wrong.is_empty() { Ok(resend) } else { Err(wrong) }
    }

    /// Whether nothing is sent again.
    pub fn is_empty(&self) -> bool {
        !self.all && self.names.is_empty() && self.resources.is_empty()
    }

    /// The secrets and resources named that no row has anything to do with: most likely misspelt.
    pub fn without_effect(&self, rows: &[Row]) -> Vec<String> {
        let sends = |name: &SecretName| rows.iter().any(|row| row.sends(name));
        let names = self.names.iter().filter(|name| !sends(name)).map(ToString::to_string);
        let keys: BTreeSet<_> = rows.iter().map(|row| row.key.to_string()).collect();
        names.chain(self.resources.iter().filter(|key| !keys.contains(*key)).cloned()).collect()
    }

    /// Whether an incomparable value is sent again.
    pub(super) fn covers(&self, key: &ResourceKey, name: Option<&SecretName>) -> bool {
        let agent = key.agent().is_some_and(|agent| self.resources.contains(&format!("{}/{agent}", AGENT.word)));
        self.all
            || agent
            || self.resources.contains(&key.to_string())
            || name.is_some_and(|name| self.names.contains(name))
    }
}
