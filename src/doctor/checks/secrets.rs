use std::collections::BTreeSet;

use crate::doctor::finding::{note, ok, skipped, warning};
use crate::doctor::{Check, Finding};
use crate::model::counted;

/// A secret that the project refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceFact {
    pub name: String,
    /// Whether it is only the key of providers, which apply never sends.
    pub is_provider_key: bool,
    /// Whether a platform's config has it: an apply sends its value to a server without the secrets API.
    pub is_in_platform: bool,
    /// Whether the environment has a value, or the file with values that counts.
    pub is_here: bool,
}

/// What is known of the names of the org's secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrgNames {
    /// Nothing: it was not asked, or did not say.
    Unknown,
    /// The server has no secrets API.
    NoApi,
    These {
        names: BTreeSet<String>,
        /// Whether the org is the embedded one, in which no agent runs.
        is_embedded: bool,
    },
}

impl OrgNames {
    /// Whether an apply to this org needs a value or a name: never for keys of providers, and for MCP servers only where the org
    /// keeps secrets; elsewhere their references are sent as text.
    pub(super) fn needs(&self, reference: &ReferenceFact) -> bool {
        !reference.is_provider_key && (reference.is_in_platform || !matches!(self, Self::NoApi))
    }

    /// Whether the org is known to have a secret.
    pub(super) fn has(&self, name: &str) -> bool {
        matches!(self, Self::These { names, .. } if names.contains(name))
    }
}

/// The checks of the org's secrets. `push` is the command that sends them, none where there is no project.
pub fn secrets_checks(project: Option<&[ReferenceFact]>, org: &OrgNames, push: &str) -> Vec<Finding> {
    let Some(project) = project else {
        return vec![skipped(Check::SecretsInOrg, "there is no project to check")];
    };
    let (names, is_embedded) = match org {
        OrgNames::Unknown => {
            return vec![skipped(Check::SecretsInOrg, "the org's secrets are unknown")];
        }
        OrgNames::NoApi => {
            return vec![skipped(
                Check::SecretsInOrg,
                "the server has no secrets API; apply sends platform values itself",
            )];
        }
        OrgNames::These { names, is_embedded } => (names, *is_embedded),
    };
    let missing: Vec<&ReferenceFact> = project.iter().filter(|reference| !names.contains(&reference.name)).collect();
    if missing.is_empty() {
        let count = counted(project.len(), "secret");
        return vec![ok(
            Check::SecretsInOrg,
            format!("The org has every secret that the project references: {count}."),
        )];
    }
    let lacks = |missing: &[&ReferenceFact]| {
        format!("The org does not have {}.", references(missing.iter().map(|reference| reference.name.as_str())))
    };
    let how = "To send them, key by key:";
    let needed: Vec<&ReferenceFact> =
        missing.iter().copied().filter(|reference| !(is_embedded && reference.is_provider_key)).collect();
    if needed.is_empty() {
        let why = "No agent runs in the embedded org, so it needs no provider keys.";
        return vec![note(Check::SecretsInOrg, lacks(&missing)).why(why).how_command(how, push)];
    }
    let why = "Resources that reference them cannot be applied, or will not work.";
    vec![warning(Check::SecretsInOrg, lacks(&needed)).why(why).how_command(how, push)]
}

/// Names as `$A, $B`.
pub(super) fn references<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ")
}
