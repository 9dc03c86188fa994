//! Bringing secret values into an org: what would be sent, what was agreed to, and the one request that sends it.
//!
//! It is a column of its own beside plan and execute: apply never sends what this sends.

mod agreement;
mod batch;
mod delete;
mod plan;
mod run;
#[cfg(test)]
mod tests;
mod wanted;

pub use agreement::{Agreement, Ask};
pub use batch::{TooLarge, fits};
pub use delete::{Deletion, delete, plan_delete};
pub use plan::{PushPlan, PushRow, RowState, Seen, Summary, plan_push};
pub use run::{Ending, PushFailure, PushReport, RowEnd, push};
pub use wanted::{Rotation, SelectionError, Wanted, select};
