use std::path::PathBuf;

use clap::Args;

use crate::commands::options::{PlanFormatOptions, one_of, parallelism};
use crate::http::PARALLELISM;
use crate::plan::Only;

/// What is planned, and how it is shown.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Plan")]
pub(crate) struct PlanOptions {
    /// Select resources as kind/id; * and ? match in the ID, agent/ID includes its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    pub(crate) selectors: Vec<String>,
    /// Select one family of resources
    #[arg(long, value_name = "FAMILY", value_parser = one_of(&Only::ALL, Only::word))]
    pub(crate) only: Option<Only>,
    /// In which form.
    #[command(flatten)]
    pub(crate) format: PlanFormatOptions,
    /// Also list unchanged resources
    #[arg(long)]
    pub(crate) show_unchanged: bool,
    /// Show long values in full
    #[arg(long)]
    pub(crate) full: bool,
    /// Also list resources that are not in the project
    #[arg(long)]
    pub(crate) all: bool,
    /// Show values that only the org has, also when the output is not a terminal
    #[arg(long)]
    pub(crate) org_values: bool,
    /// Show kinds, IDs and field names only, no values: for public logs
    #[arg(long, conflicts_with = "org_values")]
    pub(crate) names_only: bool,
    /// Also remove settings that the project does not declare (never whole resources)
    #[arg(long)]
    pub(crate) prune: bool,
    /// Apply only if the plan has this ID
    #[arg(long, value_name = "ID")]
    pub(crate) expect: Option<String>,
    /// Send secret values that cannot be compared again: all, or a comma-separated list of NAME or kind/id
    #[arg(long, value_name = "WHAT", value_delimiter = ',', num_args = 1)]
    pub(crate) resend_secrets: Vec<String>,
    /// Read values of $NAME references from a dotenv file
    #[arg(long, value_name = "PATH")]
    pub(crate) env_file: Option<PathBuf>,
    /// Fail if a required secret is missing
    #[arg(long)]
    pub(crate) require_secrets: bool,
    /// Use exit code 0 for no changes, 2 for changes, 1 for errors
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Limit concurrent requests
    #[arg(long, value_name = "N", default_value_t = PARALLELISM, value_parser = parallelism())]
    pub(crate) parallelism: usize,
}

/// What is done with a plan, and what was agreed to in advance.
#[derive(Debug, Clone, Copy, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Apply")]
pub(crate) struct ApplyOptions {
    /// Preview changes without applying them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Skip confirmation prompts
    #[arg(long)]
    pub(crate) yes: bool,
    /// With --yes, also clear prompts, deny lists, approvals and guardrails
    #[arg(long)]
    pub(crate) allow_clear: bool,
    /// With --yes, also send secret values to a server without the secrets API
    #[arg(long)]
    pub(crate) send_secret_values: bool,
    /// Continue after a failure; skip only what depends on it
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Skip the check for changes in the org after the prompt
    #[arg(long)]
    pub(crate) no_recheck: bool,
    /// Skip reading back what was written
    #[arg(long)]
    pub(crate) no_verify: bool,
}
