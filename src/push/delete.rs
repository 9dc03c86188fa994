//! Deleting secrets: named ones, all in one request or none.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::SecretName;
use crate::org::{RequestError, SecretAction, SecretBatch, SecretResult, SecretsWrite};
use crate::secrets::{Fingerprint, SourceWord};
use crate::wire::SecretRow;

/// A secret that is to be deleted, as the org lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    pub name: SecretName,
    /// That of the org's value.
    pub fingerprint: Option<Fingerprint>,
    /// How many values it had, where the server counts.
    pub version: Option<i64>,
}

/// Finds the named secrets; those that the org lacks are the error, all at once.
pub fn plan_delete(names: &BTreeSet<SecretName>, listed: &[SecretRow]) -> Result<Vec<Deletion>, Vec<String>> {
    let listed: BTreeMap<&str, &SecretRow> = listed.iter().map(|row| (row.name.as_str(), row)).collect();
    let unknown: Vec<_> =
        names.iter().filter(|name| !listed.contains_key(name.as_str())).map(ToString::to_string).collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let deletion = |name: &SecretName| {
        let row = listed.get(name.as_str())?;
        let fingerprint = row.fingerprint.as_deref().and_then(Fingerprint::parse);
        Some(Deletion { name: name.clone(), fingerprint, version: row.version })
    };
    Ok(names.iter().filter_map(deletion).collect())
}

/// Deletes all of the secrets, or none of them; with `force` also what something refers to.
///
/// Where a person was asked, only the values that were shown are deleted.
pub async fn delete(
    org: &impl SecretsWrite,
    deletions: &[Deletion],
    force: bool,
    was_asked: bool,
) -> Result<Vec<SecretResult>, RequestError> {
    let actions = deletions.iter().map(|Deletion { name, fingerprint: _, version }| SecretAction::Delete {
        name,
        force,
        if_version: version.filter(|_| was_asked),
    });
    let batch = SecretBatch { actions: actions.collect(), source: SourceWord::Env };
    org.manage_secrets(&batch).await
}
