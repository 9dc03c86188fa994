//! `lobu secrets push`.

mod command;
mod reading;
mod sending;
mod show;

pub use command::{SecretsPush, secrets_push};
