use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::commands::apply::ApplyArgs;
use crate::commands::completions::CompletionsArgs;
use crate::commands::context::ContextCommand;
use crate::commands::dev::DevArgs;
use crate::commands::doctor::DoctorArgs;
use crate::commands::drift::DriftArgs;
use crate::commands::explain::ExplainArgs;
use crate::commands::graph::GraphArgs;
use crate::commands::init::InitArgs;
use crate::commands::login::LoginArgs;
use crate::commands::logout::LogoutArgs;
use crate::commands::man::ManArgs;
use crate::commands::options::one_of;
use crate::commands::org::OrgCommand;
use crate::commands::plan::PlanArgs;
use crate::commands::pull::PullArgs;
use crate::commands::schema::SchemaArgs;
use crate::commands::secrets::SecretsCommand;
use crate::commands::show::ShowArgs;
use crate::commands::token::TokenArgs;
use crate::commands::validate::ValidateArgs;
use crate::commands::whoami::WhoamiArgs;
use crate::env::{Environment, Variable};
use crate::ui::{ColorChoice, Options, Verbosity};

/// Apply a project's agents, platforms and memory schema to a Lobu organization
#[derive(Debug, Parser)]
#[command(name = "lobu", version, propagate_version = true, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub(super) verb: Verb,
    #[command(flatten)]
    pub(super) output: OutputOptions,
    /// Add trusted CA certificates (PEM file)
    #[arg(long, global = true, value_name = "PATH", help_heading = "Network")]
    pub(super) ca_file: Option<PathBuf>,
    /// Limit the time of the whole run, such as 90s or 5m
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, help_heading = "Network")]
    pub(super) timeout: Option<Duration>,
    /// Write a detailed log of requests to this file (never values)
    #[arg(long, global = true, value_name = "PATH", help_heading = "Output")]
    pub(super) log_file: Option<PathBuf>,
}

/// Reads seconds, or a number with `s`, `m` or `h`.
fn duration(text: &str) -> Result<Duration, &'static str> {
    let wrong = "give a number of seconds, or a number with s, m or h";
    let (number, seconds) = match text.as_bytes().last() {
        Some(b's') => (text.trim_end_matches('s'), 1),
        Some(b'm') => (text.trim_end_matches('m'), 60),
        Some(b'h') => (text.trim_end_matches('h'), 3600),
        _ => (text, 1),
    };
    let number: u32 = number.parse().map_err(|_| wrong)?;
    if number == 0 { Err("it must be more than 0") } else { Ok(Duration::from_secs(u64::from(number) * seconds)) }
}

/// How output looks, and whether questions are asked.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputOptions {
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Print more detail: -v for requests, -vv for headers and shapes of bodies
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// When to use color
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        value_parser = one_of(&ColorChoice::ALL, ColorChoice::word)
    )]
    pub(super) color: ColorChoice,
    /// Never prompt
    #[arg(long, global = true)]
    pub(super) no_input: bool,
}

impl OutputOptions {
    /// What the terminal does, by these flags and the environment.
    pub(super) fn resolved(self, environment: &Environment) -> Options {
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 1..) => Verbosity::Verbose,
            (false, 0) => Verbosity::Normal,
        };
        Options {
            color: self.color,
            no_color: environment.is_set(Variable::NoColor),
            dumb: environment.text(Variable::Term) == Some("dumb"),
            verbosity,
            no_input: self.no_input,
            ci: environment.is_set(Variable::Ci),
            annotates: environment.text(Variable::GithubActions) == Some("true"),
        }
    }
}

/// The verbs; each one's arguments are in the file of what it does.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Init(Box<InitArgs>),
    Apply(Box<ApplyArgs>),
    Plan(Box<PlanArgs>),
    Pull(Box<PullArgs>),
    Drift(Box<DriftArgs>),
    Show(Box<ShowArgs>),
    Graph(GraphArgs),
    Validate(ValidateArgs),
    Explain(ExplainArgs),
    Schema(SchemaArgs),
    #[command(subcommand)]
    Secrets(SecretsCommand),
    Doctor(Box<DoctorArgs>),
    Login(LoginArgs),
    Logout(LogoutArgs),
    Whoami(WhoamiArgs),
    Token(TokenArgs),
    #[command(subcommand)]
    Context(ContextCommand),
    #[command(subcommand)]
    Org(OrgCommand),
    Dev(DevArgs),
    Completions(CompletionsArgs),
    #[command(hide = true)]
    Man(ManArgs),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn times_are_numbers_with_a_unit() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("5m", 300), ("2h", 7200)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "s", "0", "0m", "-1", "1.5", "5d", "1m30s", "99999999999"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
