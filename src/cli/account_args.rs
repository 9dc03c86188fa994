//! What can be typed behind the verbs about contexts and logins.

use std::fmt;
use std::str::FromStr;

use clap::{Args, Subcommand};

use super::args::DirectoryArgs;

/// A token of the command line: clap keeps and shows what it parsed, so it must not be a plain text.
#[derive(Clone)]
pub(super) struct TypedToken(pub(super) String);

impl fmt::Debug for TypedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TypedToken")
    }
}

impl FromStr for TypedToken {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

#[derive(Debug, Args)]
pub(super) struct LoginArgs {
    /// Log in with a personal token instead of the web page; without a value it is asked for, unseen
    #[arg(long, value_name = "VALUE", num_args = 0..=1, default_missing_value = "", group = "given")]
    pub(super) token: Option<TypedToken>,
    /// Take the token from stdin
    #[arg(long, group = "given")]
    pub(super) token_stdin: bool,
    /// The URL of the server, for a context that does not exist yet
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// Replace a login that is there
    #[arg(short, long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) context: LoginContextArgs,
    #[command(flatten)]
    pub(super) directory: DirectoryArgs,
}

#[derive(Debug, Clone, Args)]
pub(super) struct LoginContextArgs {
    /// The context; else `LOBU_CONTEXT`, the current one, or `lobu`
    #[arg(short, long, value_name = "NAME")]
    pub(super) context: Option<String>,
    /// Allow http to other machines
    #[arg(long)]
    pub(super) allow_insecure_http: bool,
}

#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    /// Print the token, and nothing else
    #[arg(long)]
    pub(super) raw: bool,
    #[command(flatten)]
    pub(super) context: LoginContextArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum ContextCommand {
    /// List contexts: the current one has a star
    List,
    /// Print the name of the context that is used where nothing else is named
    Current,
    /// Add a context, or give it another URL; with another server its login and settings go
    Add(ContextAddArgs),
    /// Make a context the current one
    Use(ContextNameArgs),
    /// Remove a context and its login
    Remove(ContextNameArgs),
}

#[derive(Debug, Args)]
pub(super) struct ContextAddArgs {
    /// Its name
    #[arg(value_name = "NAME", help_heading = "Arguments")]
    pub(super) name: String,
    /// The URL of its server, such as `https://lobu.example`
    #[arg(long, alias = "api-url", value_name = "URL")]
    pub(super) url: String,
    /// Whether secret values may be sent there under `apply --yes`; never said by a project
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    pub(super) send_secret_values: Option<bool>,
}

#[derive(Debug, Args)]
pub(super) struct ContextNameArgs {
    /// Its name
    #[arg(value_name = "NAME", help_heading = "Arguments")]
    pub(super) name: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum OrgCommand {
    /// List the orgs on the server of a context: those of the token's user, and public ones
    List(OrgListArgs),
    /// Print the org that a context uses
    Current(LoginContextArgs),
    /// Have a context use an org where nothing else names one
    Use(OrgUseArgs),
}

#[derive(Debug, Args)]
pub(super) struct OrgListArgs {
    /// An org that the token's user is a member of, where the context has none
    #[arg(value_name = "SLUG", help_heading = "Arguments")]
    pub(super) org: Option<String>,
    #[command(flatten)]
    pub(super) context: LoginContextArgs,
}

#[derive(Debug, Args)]
pub(super) struct OrgUseArgs {
    /// The org
    #[arg(value_name = "SLUG", help_heading = "Arguments")]
    pub(super) org: String,
    #[command(flatten)]
    pub(super) context: LoginContextArgs,
}
