//! The secrets of an org: what may be asked and what may be sent. A column of its own, apart from applies.

use std::future::Future;

use crate::model::{AgentId, SecretName};
use crate::secrets::{Fingerprint, SecretValue, SourceWord};
use crate::wire::SecretRow;

use super::RequestError;

/// What `GET …/secrets` said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretsListing {
    /// The org has the secrets API, and these secrets.
    Listed(Vec<SecretRow>),
    /// It has none: exactly the catch-all or 404, from a server with a known `/health`.
    Missing,
    /// It cannot be told.
    Unknown {
        /// What it answered, without its text.
        what: String,
    },
}

/// One action on a secret.
pub enum SecretAction<'a> {
    /// Makes it; refused where it exists.
    Create { name: &'a SecretName, value: &'a SecretValue },
    /// Replaces its value; refused where it does not exist.
    Rotate {
        name: &'a SecretName,
        value: &'a SecretValue,
        /// Only if the org's value is still this one, by [`SecretRow::version`].
        if_version: Option<i64>,
    },
    /// Deletes it; refused where something refers to it, unless forced.
    Delete {
        name: &'a SecretName,
        /// Also where something refers to it.
        force: bool,
        /// Only if the org's value is still this one, by [`SecretRow::version`].
        if_version: Option<i64>,
    },
}

impl SecretAction<'_> {
    /// The name that it is about.
    pub fn name(&self) -> &SecretName {
        match self {
            Self::Create { name, .. } | Self::Rotate { name, .. } | Self::Delete { name, .. } => name,
        }
    }
}

/// Actions of one request, which the server does all or none of.
pub struct SecretBatch<'a> {
    /// The actions, each about another name.
    pub actions: Vec<SecretAction<'a>>,
    /// Where the values come from; the org keeps the word.
    pub source: SourceWord,
}

impl SecretBatch<'_> {
    /// How many actions one request may have.
    pub const MOST_ACTIONS: usize = 1_000;
    /// How many bytes one request may have.
    pub const MOST_BYTES: usize = 8 * 1024 * 1024;

    /// How many bytes the request has at most.
    pub fn length(&self) -> usize {
        // `{"op":"rotate","name":"","value":,"source":"stdin","ifVersion":9223372036854775807},` and the brackets around all.
        const AROUND: usize = 96;
        let value = |action: &SecretAction<'_>| match action {
            SecretAction::Create { value, .. } | SecretAction::Rotate { value, .. } => value.json_length(),
            SecretAction::Delete { .. } => 0,
        };
        AROUND + self.actions.iter().map(|action| AROUND + action.name().as_str().len() + value(action)).sum::<usize>()
    }
}

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretChange {
    /// It was made.
    Created,
    /// Its value was replaced.
    Rotated,
    /// It had that value already; nothing was written.
    Unchanged,
    /// It was deleted.
    Deleted,
}

/// What became of the secret of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretResult {
    pub name: SecretName,
    /// What was done.
    pub change: SecretChange,
    /// The fingerprint of what is stored now, where the server gives one.
    pub fingerprint: Option<Fingerprint>,
    /// For a rotation, that of what it replaced, where the server gives it.
    pub previous: Option<Fingerprint>,
}

/// What may be asked about secrets. A dry run is handed this and nothing more:
///
/// ```compile_fail
/// use lobu::org::{RequestError, SecretBatch, SecretsRead, SecretsWrite};
///
/// async fn dry_run(org: &impl SecretsRead, batch: &SecretBatch<'_>) -> Result<(), RequestError> {
///     org.manage_secrets(batch).await.map(drop)
/// }
/// ```
///
/// ```
/// use lobu::org::{RequestError, SecretBatch, SecretsRead, SecretsWrite};
///
/// async fn push(org: &impl SecretsWrite, batch: &SecretBatch<'_>) -> Result<(), RequestError> {
///     org.manage_secrets(batch).await.map(drop)
/// }
/// ```
pub trait SecretsRead: Send + Sync {
    /// `GET …/secrets`: every secret of the org, without its value.
    fn list_secrets(&self) -> impl Future<Output = Result<SecretsListing, RequestError>> + Send;
}

/// What takes the keys of providers, on a server that keeps one for each provider and org, and never shows it.
pub trait ProviderKeysWrite: Send + Sync {
    /// `PUT …/agents/{id}/providers/{provider}/api-key`: the agent must exist, and the key is for all agents of the org.
    fn put_provider_key(
        &self,
        agent: &AgentId,
        provider: &str,
        value: &SecretValue,
    ) -> impl Future<Output = Result<(), RequestError>> + Send;
}

/// What may be sent about secrets.
pub trait SecretsWrite: SecretsRead {
    /// `POST …/secrets/manage`: the results in the order of the actions.
    ///
    /// It is sent again only where it was surely not carried out.
    fn manage_secrets(
        &self,
        batch: &SecretBatch<'_>,
    ) -> impl Future<Output = Result<Vec<SecretResult>, RequestError>> + Send;
}
