//! The command line: parsing, flags of every verb, and which verb runs.

mod command_line;
mod complete;
mod help;
mod hints;
mod logs;
mod man;
mod reference;
mod run;
mod usage_error;
mod version;

pub use command_line::Cli;
pub use reference::{reference, verbs};
pub use run::run;
