//! `lobu secrets`: values, brought into an org or kept in the project's `.env`.

mod api;
mod confirm;
pub mod delete;
pub mod list;
pub mod local;
mod provider_keys;
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

/// Manage secrets of the org and of the local .env file
#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// Send values from .env, a file, stdin or the environment to the org
    Push(Box<PushArgs>),
    /// Send one value to the org, from a hidden prompt or stdin
    Set(Box<SetArgs>),
    /// List the names and fingerprints of the org's secrets
    List(ListArgs),
    /// Delete secrets from the org
    Delete(DeleteArgs),
    /// Manage values in the .env file beside lobu.toml
    #[command(subcommand)]
    Local(LocalCommand),
}
