//! Bringing secret values into an org: what would be sent, what was agreed to, and the one request that sends it.
//!
//! It is a column of its own beside plan and execute: apply never sends what this sends. The keys of providers have requests of
//! their own, where a server has no secrets API and takes them.

mod agreement;
mod batch;
mod delete;
mod plan;
mod provider_keys;
mod run;
#[cfg(test)]
mod tests;
mod wanted;

pub use agreement::{Agreement, Ask};
pub use batch::{TooLarge, fits};
pub use delete::{Deletion, delete, plan_delete};
pub use plan::{PushPlan, PushRow, RowState, Seen, Summary, plan_push};
pub use provider_keys::{KeyEnding, KeyPlan, KeyReport, KeyRow, KeyState, WantedKey, by_flag, plan_keys, push_keys};
pub use run::{Ending, PushFailure, PushReport, RowEnd, push};
pub use wanted::{Rotation, SelectionError, Wanted, select};
