//! The keys of providers in the JSON of `lobu secrets push`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::push::{KeyEnding, KeyRow, KeyState};

use super::caution::CautionWord;

/// What becomes of the key of a provider, which an org keeps for all of its agents.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PushedProviderKey {
    /// The provider's ID.
    pub provider: String,
    /// The name of the key, without `$`.
    pub name: String,
    /// What would be done, or was done where `result` is not null.
    pub action: KeyWord,
    /// Where the project uses it.
    pub used_by: Vec<String>,
    /// Why a person should look at the value; null where nothing is odd.
    pub caution: Option<CautionWord>,
    /// What became of it; null on a dry run and where nothing was to be done.
    pub result: Option<KeyResultWord>,
}

/// What becomes of the key of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyWord {
    /// It is sent, and replaces one that the org may have.
    Replace,
    /// The source has no value for it.
    Missing,
}

/// What became of the key of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyResultWord {
    /// The server has it.
    Sent,
    /// Nobody agreed to it.
    Declined,
    /// The server refused it.
    Refused,
    /// The answer was lost.
    Unknown,
    /// Something before it failed.
    NotTried,
}

/// A row, with what became of it.
pub(super) fn key(row: &KeyRow, ending: Option<&KeyEnding>) -> PushedProviderKey {
    PushedProviderKey {
        provider: row.key.provider.clone(),
        name: row.key.name.to_string(),
        action: match row.state {
            KeyState::Send => KeyWord::Replace,
            KeyState::Missing { is_empty: _ } => KeyWord::Missing,
        },
        used_by: row.key.places.clone(),
        caution: row.suspicion.map(CautionWord::of),
        result: ending.and_then(|ending| match ending {
            KeyEnding::Nothing => None,
            KeyEnding::Sent => Some(KeyResultWord::Sent),
            KeyEnding::Declined => Some(KeyResultWord::Declined),
            KeyEnding::Failed(_) => Some(KeyResultWord::Refused),
            KeyEnding::Unknown(_) => Some(KeyResultWord::Unknown),
            KeyEnding::NotTried => Some(KeyResultWord::NotTried),
        }),
    }
}
