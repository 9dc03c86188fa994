//! Carries out an approved plan: events while it runs, a report at the end.

mod approval;
mod explain;
mod look;
mod read_back;
mod report;
mod run;
mod step;
#[cfg(test)]
mod tests;
mod verification;
mod versions;

pub use approval::{Approval, ApprovedPlan};
pub use explain::explain;
pub use report::{Failure, FailureReason, Report, RowOutcome};
pub use run::{Event, Limits, execute};
pub use verification::Verification;
