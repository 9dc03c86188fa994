//! `lobu secrets`: values, brought into an org or kept in the project's `.env`.

mod api;
mod confirm;
pub mod delete;
pub mod list;
pub mod local;
pub mod push;
mod push_steps;
pub mod set;
mod source;
mod value_input;

use clap::Subcommand;

use delete::DeleteArgs;
use list::ListArgs;
use local::LocalCommand;
use push::PushArgs;
use set::SetArgs;

/// Send secret values to the org, list and delete them; or keep them in .env
#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// Send values to the org, confirmed name by name; existing ones are kept unless --rotate is given
    Push(Box<PushArgs>),
    /// Send one value to the org, typed unseen or from stdin
    Set(Box<SetArgs>),
    /// List the org's secrets: names and fingerprints, never values
    List(ListArgs),
    /// Delete secrets of the org
    Delete(DeleteArgs),
    /// Keep the values of the .env file beside lobu.toml
    #[command(subcommand)]
    Local(LocalCommand),
}
