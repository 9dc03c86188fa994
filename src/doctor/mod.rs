//! Whether everything that a command needs is in order: facts are gathered, and a small function a check says what of them
//! is wrong.

mod check;
pub mod checks;
mod error;
mod examine;
mod finding;
mod gather;
mod repair;
mod report;
#[cfg(test)]
mod tests;

pub use check::{Check, Group};
pub use error::DoctorError;
pub use examine::{Examination, Examined, Scope};
pub use finding::{Finding, State};
pub use gather::project::ProjectLookup;
pub use report::{Counts, Report};
