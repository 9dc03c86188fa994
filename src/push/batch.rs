//! The one request of a push.

use crate::org::{SecretAction, SecretBatch};
use crate::secrets::SourceValues;

use super::{Agreement, PushPlan, PushRow, RowState};

/// A push that one request cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// Too many names.
    #[error("{found} secrets to send, and one push can send at most {}", SecretBatch::MOST_ACTIONS)]
    Actions {
        /// How many there are.
        found: usize,
    },
    /// Too many bytes.
    #[error("the request would be larger than {} MiB, the limit of one push", SecretBatch::MOST_BYTES / 1024 / 1024)]
    Bytes,
}

/// Whether one request carries everything that a plan would send.
pub fn fits(plan: &PushPlan, source: &SourceValues) -> Result<(), TooLarge> {
    let batch = batch(plan.sent(), &Agreement::default(), source);
    if batch.actions.len() > SecretBatch::MOST_ACTIONS {
        return Err(TooLarge::Actions { found: batch.actions.len() });
    }
    if batch.length() > SecretBatch::MOST_BYTES { Err(TooLarge::Bytes) } else { Ok(()) }
}

/// The request that sends the values of some rows.
pub(super) fn batch<'all>(
    rows: impl IntoIterator<Item = &'all PushRow>,
    agreement: &Agreement,
    source: &'all SourceValues,
) -> SecretBatch<'all> {
    let action = |row: &'all PushRow| {
        let (name, value) = (&row.name, source.value(&row.name)?);
        match row.state {
            RowState::Create => Some(SecretAction::Create { name, value }),
            // What a person agreed to is the value that was shown, and no later one.
            RowState::Rotate { .. } => {
                let if_version = row.seen.version.filter(|_| agreement.is_of_person(name));
                Some(SecretAction::Rotate { name, value, if_version })
            }
            _ => None,
        }
    };
    SecretBatch { actions: rows.into_iter().filter_map(action).collect(), source: source.word }
}
