//! The command line: what can be typed, and which command that is. Nothing else knows clap.

mod args;
mod moved;
mod run;

pub use args::Cli;
pub use run::run;
