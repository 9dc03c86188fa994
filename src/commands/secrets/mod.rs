//! `lobu secrets`: values, brought into an org or kept in the project's `.env`.

mod api;
mod command;
mod confirm;
pub mod delete;
mod ignored;
pub mod list;
pub mod local;
mod local_file;
mod name;
pub mod push;
mod pushing;
mod source;

pub use command::SecretsCommand;
