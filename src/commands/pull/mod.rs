//! `lobu pull`.

mod check;
mod command;
mod consent;
mod others;
mod reading;
mod settle;
mod show;
mod source;
mod write;

pub use command::{PullArgs, run};
pub(super) use reading::{Pulled, decide};
pub(super) use settle::{Settled, settle};
