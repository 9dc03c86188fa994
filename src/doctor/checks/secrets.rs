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
    /// The providers whose key it is.
    pub providers: Vec<String>,
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
    /// It has none, and a push can send it the keys of providers.
    ProviderKeys,
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
        !reference.is_provider_key && (reference.is_in_platform || !self.has_no_api())
    }

    /// Whether the server is known to have no secrets API.
    pub fn has_no_api(&self) -> bool {
        matches!(self, Self::NoApi | Self::ProviderKeys)
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
        OrgNames::NoApi | OrgNames::ProviderKeys => return vec![without_api(project, org, push)],
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

/// Without the secrets API the keys of providers are what nobody can see.
fn without_api(project: &[ReferenceFact], org: &OrgNames, push: &str) -> Finding {
    let keys: Vec<String> = project
        .iter()
        .flat_map(|reference| reference.providers.iter().map(|provider| format!("{provider} (${})", reference.name)))
        .collect();
    if keys.is_empty() {
        let why = "the server has no secrets API; apply sends platform values itself";
        return skipped(Check::SecretsInOrg, why);
    }
    let finding = note(Check::SecretsInOrg, format!("Cannot check the provider keys: {}.", keys.join(", ")))
        .why("The server does not show which provider keys it has, and apply does not send them.");
    match org {
        OrgNames::ProviderKeys => finding.how_command("To send them, key by key:", push),
        _ => finding.how("Set them in the server's web interface."),
    }
}

/// Names as `$A, $B`.
pub(super) fn references<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ")
}
