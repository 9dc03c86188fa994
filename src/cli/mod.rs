//! The command line: parsing, flags of every verb, and which verb runs.

mod command_line;
mod complete;
mod help;
mod hints;
mod logs;
mod reference;
mod run;
mod usage_error;

pub use command_line::Cli;
pub use reference::reference;
pub use run::run;
