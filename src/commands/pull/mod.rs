//! `lobu pull`.

mod command;
mod consent;
mod reading;
mod settle;
mod show;
mod source;
mod write;

pub use command::{Pull, pull};
pub(super) use reading::{Pulled, decide};
pub(super) use settle::{Settled, settle};
