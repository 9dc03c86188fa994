use std::path::PathBuf;

use clap::Args;

use crate::commands::options::{FormatOptions, one_of, parallelism};
use crate::http::PARALLELISM;
use crate::plan::Only;

/// What is planned, and how it is shown.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Plan")]
pub(crate) struct PlanOptions {
    /// Only these resources: kind/id, with * and ? in the id; agent/x covers its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    pub(crate) selectors: Vec<String>,
    /// Only this family
    #[arg(long, value_name = "FAMILY", value_parser = one_of(&Only::ALL, Only::word))]
    pub(crate) only: Option<Only>,
    /// In which form.
    #[command(flatten)]
    pub(crate) format: FormatOptions,
    /// List what is as it should be too
    #[arg(long)]
    pub(crate) show_unchanged: bool,
    /// Unfold long values
    #[arg(long)]
    pub(crate) full: bool,
    /// List what the org has and the project does not declare
    #[arg(long)]
    pub(crate) all: bool,
    /// Take away what a file could express and this project does not; whole resources stay
    #[arg(long)]
    pub(crate) prune: bool,
    /// Go on only if this is the plan's id
    #[arg(long, value_name = "ID")]
    pub(crate) expect: Option<String>,
    /// Send values again that cannot be compared: all, NAME or kind/id, separated by commas
    #[arg(long, value_name = "WHAT", value_delimiter = ',', num_args = 1)]
    pub(crate) resend_secrets: Vec<String>,
    /// Take values of $VARs from this dotenv file too
    #[arg(long, value_name = "PATH")]
    pub(crate) env_file: Option<PathBuf>,
    /// Fail a dry run if a value that apply will need is missing
    #[arg(long)]
    pub(crate) require_secrets: bool,
    /// Exit 0 without changes, 2 with changes, 1 on any error
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// How many requests run side by side
    #[arg(long, value_name = "N", default_value_t = PARALLELISM, value_parser = parallelism())]
    pub(crate) parallelism: usize,
}

/// What is done with a plan, and what was agreed to in advance.
#[derive(Debug, Clone, Copy, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Apply")]
pub(crate) struct ApplyOptions {
    /// Show the plan and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Agree in advance
    #[arg(long)]
    pub(crate) yes: bool,
    /// With --yes, agree to clearing prompts, deny lists, approvals and guardrails too
    #[arg(long)]
    pub(crate) allow_clear: bool,
    /// With --yes, agree to sending secret values to a server without the secrets API
    #[arg(long)]
    pub(crate) send_secret_values: bool,
    /// After a failure skip only what depends on it
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// After the question do not look whether the org has moved
    #[arg(long)]
    pub(crate) no_recheck: bool,
    /// Do not read back what was written
    #[arg(long)]
    pub(crate) no_verify: bool,
}
