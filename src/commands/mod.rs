//! One file a verb: what can be typed behind it, and what it does.

pub mod apply;
mod checkout;
pub mod context;
pub mod dev;
pub mod doctor;
pub mod drift;
mod errors;
pub mod explain;
pub mod graph;
mod hidden_values;
pub mod init;
mod interrupts;
mod keyring_errors;
mod known_orgs;
mod latest_log;
pub mod login;
pub mod logout;
pub mod options;
pub mod org;
pub mod plan;
mod planning;
mod project;
pub mod pull;
pub mod schema;
pub mod secrets;
mod session;
pub mod show;
mod step_summary;
pub mod token;
mod token_input;
pub mod validate;
mod values;
pub mod whoami;

pub(crate) use latest_log::{LOGS, log_names};
pub(crate) use session::check_clock;
pub use session::{Outcome, Session};
