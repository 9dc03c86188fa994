//! `lobu apply` and `lobu plan`.

mod command;
mod consent;
mod planning;
mod recheck;
mod show;
mod write;

pub use command::{Apply, apply};
