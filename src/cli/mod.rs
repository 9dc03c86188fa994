//! The command line: what can be typed, and which command that is. Nothing else knows clap.

mod account_args;
mod account_verbs;
mod args;
mod moved;
mod reference;
mod run;
mod unquoted;

pub use args::Cli;
pub use reference::reference;
pub use run::run;
