use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::account_args::{ContextCommand, LoginArgs, LoginContextArgs, OrgCommand, TokenArgs};

/// Makes an organisation on a Lobu server equal to what a project's files say.
#[derive(Debug, Parser)]
#[command(name = "lobu", version, propagate_version = true, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub(super) verb: Verb,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// Trust the authorities in this PEM file too, besides the system's
    #[arg(long, global = true, value_name = "PATH", help_heading = "Network")]
    pub(super) ca_file: Option<PathBuf>,
}

/// What stands on every verb.
#[derive(Debug, Clone, Args)]
pub(super) struct OutputArgs {
    /// Say only what goes wrong
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub(super) quiet: bool,
    /// Say more
    #[arg(short, long, global = true, help_heading = "Output")]
    pub(super) verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(super) color: Color,
    /// Never ask a question
    #[arg(long, global = true, help_heading = "Output")]
    pub(super) no_input: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Show what differs, ask, and make the org equal to the project
    Apply(Box<ApplyArgs>),
    /// Show what apply would do; the same as `apply --dry-run`
    Plan(Box<PlanArgs>),
    /// Bring the files back in line with the org, patched in place; or make a project from an org
    Pull(Box<PullArgs>),
    /// Show where files and org differ, in both directions; exit 6 if something declared differs
    Drift(Box<DriftArgs>),
    /// Check the project's files, offline
    Validate(ValidateArgs),
    /// Send secret values to the org, list and delete them; or keep them in .env
    Secrets(SecretsArgs),
    /// Look at everything that a command needs, and say what is wrong and how to mend it; exit 1 if a check fails
    Doctor(Box<DoctorArgs>),
    /// Log in to a server: by its web page, or with a token
    Login(LoginArgs),
    /// Have the server end a login, and forget it here
    Logout(LoginContextArgs),
    /// Show whose token is used, where it came from and until when it is good
    Whoami(LoginContextArgs),
    /// Tell whether there is a token, or print it for scripts
    Token(TokenArgs),
    /// Keep contexts: servers that one logs in to
    #[command(subcommand)]
    Context(ContextCommand),
    /// Keep the org that a context uses
    #[command(subcommand)]
    Org(OrgCommand),
    /// Serve the embedded org on this machine
    Dev(DevArgs),
}

/// What stands on every verb that reads a project.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Project")]
pub(super) struct ProjectArgs {
    /// The project's directory; else the nearest one upwards with a lobu.toml
    #[arg(short = 'C', value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
    /// Let the project's files lie in this directory too
    #[arg(long, value_name = "DIR")]
    pub(super) allow_path: Vec<PathBuf>,
    /// Warn of unknown keys and platform types instead of refusing them
    #[arg(long)]
    pub(super) allow_unknown_keys: bool,
    /// Treat warnings as errors
    #[arg(long)]
    pub(super) deny_warnings: bool,
}

/// What stands on every verb that talks to a server.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Target")]
pub(super) struct TargetArgs {
    /// A target of the project: `[targets.NAME]` in lobu.toml
    #[arg(short, long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// The server, such as `https://lobu.ai`; needs `LOBU_API_TOKEN`
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// The context; `local` is the org embedded in this program
    #[arg(short, long, value_name = "NAME")]
    pub(super) context: Option<String>,
    /// The org
    #[arg(long, value_name = "SLUG")]
    pub(super) org: Option<String>,
    /// The database of the embedded org
    #[arg(long, value_name = "PATH")]
    pub(super) db: Option<PathBuf>,
    /// Allow http to other machines; never for secret values
    #[arg(long)]
    pub(super) allow_insecure_http: bool,
}

/// What is planned, and how it is shown.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Plan")]
pub(super) struct PlanningArgs {
    /// Only these resources: kind/id, with * and ? in the id; agent/x covers its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    pub(super) selectors: Vec<String>,
    /// Only this family
    #[arg(long, value_name = "FAMILY")]
    pub(super) only: Option<Family>,
    /// Print JSON, version 1
    #[arg(long)]
    pub(super) json: bool,
    /// List what is as it should be too
    #[arg(long)]
    pub(super) show_unchanged: bool,
    /// Unfold long values
    #[arg(long)]
    pub(super) full: bool,
    /// List what the org has and the project does not declare
    #[arg(long)]
    pub(super) all: bool,
    /// Take away what a file could express and this project does not; whole resources stay
    #[arg(long)]
    pub(super) prune: bool,
    /// Go on only if this is the plan's id
    #[arg(long, value_name = "ID")]
    pub(super) expect: Option<String>,
    /// Send values again that cannot be compared: all, NAME or kind/id, separated by commas
    #[arg(long, value_name = "WHAT", value_delimiter = ',', num_args = 1)]
    pub(super) resend_secrets: Vec<String>,
    /// Take values of $VARs from this dotenv file too
    #[arg(long, value_name = "PATH")]
    pub(super) env_file: Option<PathBuf>,
    /// Fail a dry run if a value that apply will need is missing
    #[arg(long)]
    pub(super) require_secrets: bool,
    /// Exit 0 without changes, 2 with changes, 1 on any error
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
    /// How many requests run side by side
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) parallelism: u16,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Family {
    Agents,
    Memory,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    pub(super) planning: PlanningArgs,
    /// Show the plan and change nothing
    #[arg(long, help_heading = "Apply")]
    pub(super) dry_run: bool,
    /// Agree in advance
    #[arg(long, help_heading = "Apply")]
    pub(super) yes: bool,
    /// With --yes, agree to clearing prompts, deny lists, approvals and guardrails too
    #[arg(long, help_heading = "Apply")]
    pub(super) allow_clear: bool,
    /// With --yes, agree to sending secret values to a server without the secrets API
    #[arg(long, help_heading = "Apply")]
    pub(super) send_secret_values: bool,
    /// After a failure skip only what depends on it
    #[arg(long, help_heading = "Apply")]
    pub(super) keep_going: bool,
    /// After the question do not look whether the org has moved
    #[arg(long, help_heading = "Apply")]
    pub(super) no_recheck: bool,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) planning: PlanningArgs,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct PullArgs {
    /// Only these resources, declared or not: kind/id, with * and ? in the id; agent/x covers its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    pub(super) selectors: Vec<String>,
    /// Show what would be written and write nothing
    #[arg(long, help_heading = "Pull")]
    pub(super) dry_run: bool,
    /// Agree in advance to new files
    #[arg(long, help_heading = "Pull")]
    pub(super) yes: bool,
    /// Agree in advance to new files and to changes of files that exist
    #[arg(long, help_heading = "Pull")]
    pub(super) force: bool,
    /// Take in what the project does not declare too
    #[arg(long, help_heading = "Pull")]
    pub(super) all: bool,
    /// Only these families
    #[arg(long, value_name = "FAMILY", value_delimiter = ',', num_args = 1, help_heading = "Pull")]
    pub(super) include: Vec<PullFamilyArg>,
    /// Not these families
    #[arg(long, value_name = "FAMILY", value_delimiter = ',', num_args = 1, help_heading = "Pull")]
    pub(super) exclude: Vec<PullFamilyArg>,
    /// Make a project from the org in this directory; with --force also if it is not empty
    #[arg(long, value_name = "DIR", help_heading = "Pull", conflicts_with_all = ["directory", "prune_local"])]
    pub(super) init: Option<PathBuf>,
    /// Take out of the files what the org no longer has
    #[arg(long, help_heading = "Pull")]
    pub(super) prune_local: bool,
    /// Write this value although it may be a secret: kind/id:path, as a pull names it
    #[arg(long, value_name = "PATH", help_heading = "Pull")]
    pub(super) allow_suspected: Vec<String>,
    /// Unfold long values
    #[arg(long, help_heading = "Pull")]
    pub(super) full: bool,
    /// Print JSON, version 1
    #[arg(long, help_heading = "Pull")]
    pub(super) json: bool,
    /// How many requests run side by side
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Pull")]
    pub(super) parallelism: u16,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PullFamilyArg {
    Agents,
    Platforms,
    Memory,
}

#[derive(Debug, Args)]
pub(super) struct DriftArgs {
    /// Only these resources: kind/id, with * and ? in the id; agent/x covers its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    pub(super) selectors: Vec<String>,
    /// Unfold long values
    #[arg(long, help_heading = "Drift")]
    pub(super) full: bool,
    /// Print JSON, version 1
    #[arg(long, help_heading = "Drift")]
    pub(super) json: bool,
    /// How many requests run side by side
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Drift")]
    pub(super) parallelism: u16,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct DoctorArgs {
    /// Mend modes of files and .gitignore, and say what was done
    #[arg(long, help_heading = "Doctor")]
    pub(super) fix: bool,
    /// Ask no server: only the project, the token's place and the embedded org
    #[arg(long, help_heading = "Doctor")]
    pub(super) offline: bool,
    /// Look only at the MCP endpoint of the org's memory
    #[arg(long, help_heading = "Doctor", conflicts_with_all = ["offline", "fix"])]
    pub(super) memory_only: bool,
    /// Write a report for support too, without values, token and home directory; never over a file
    #[arg(long, value_name = "FILE", help_heading = "Doctor")]
    pub(super) bundle: Option<PathBuf>,
    /// Print JSON, version 1
    #[arg(long, help_heading = "Doctor")]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// Rewrite old spellings of lobu.toml in place
    #[arg(long)]
    pub(super) fix: bool,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
}

#[derive(Debug, Args)]
pub(super) struct SecretsArgs {
    #[command(subcommand)]
    pub(super) verb: SecretsVerb,
}

#[derive(Debug, Subcommand)]
pub(super) enum SecretsVerb {
    /// Send values to the org, confirmed name by name; existing ones are kept unless --rotate is given
    Push(Box<SecretsPushArgs>),
    /// List the org's secrets: names and fingerprints, never values
    List(SecretsListArgs),
    /// Delete secrets of the org
    Delete(SecretsDeleteArgs),
    /// Keep the values of the .env file beside lobu.toml
    #[command(subcommand)]
    Local(LocalVerb),
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct SecretsPushArgs {
    /// Push these names too, beside those that lobu.toml refers to
    #[arg(value_name = "NAME", help_heading = "Arguments")]
    pub(super) names: Vec<String>,
    /// Take the values from .env beside lobu.toml; the default without -t, whose default is the file of its target
    #[arg(long, alias = "from-env", help_heading = "Source", group = "source")]
    pub(super) from_dotenv: bool,
    /// Take the values from a dotenv file, or from a JSON object if its name ends so
    #[arg(long, value_name = "PATH", help_heading = "Source", group = "source")]
    pub(super) from_file: Option<PathBuf>,
    /// Take the values from NAME=value lines on stdin; asks no questions
    #[arg(long, help_heading = "Source", group = "source")]
    pub(super) from_stdin: bool,
    /// Take the values of these variables from the environment
    #[arg(long, value_name = "NAME", num_args = 1.., help_heading = "Source", group = "source")]
    pub(super) from_process: Vec<String>,
    /// How the file or stdin is read, where the end of its name does not say it
    #[arg(long, value_name = "FORMAT", help_heading = "Source", conflicts_with_all = ["from_dotenv", "from_process"])]
    pub(super) format: Option<FileFormat>,
    /// Push every name of the source
    #[arg(long, help_heading = "Push")]
    pub(super) all: bool,
    /// Replace values that the org has: of the names given here, else of the NAMEs, else of all that are pushed
    #[arg(
        long,
        value_name = "NAME,…",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "*",
        value_delimiter = ',',
        help_heading = "Push"
    )]
    pub(super) rotate: Option<Vec<String>>,
    /// Show what would be sent and send nothing
    #[arg(long, help_heading = "Push")]
    pub(super) dry_run: bool,
    /// Agree in advance to creating secrets
    #[arg(long, help_heading = "Push")]
    pub(super) yes: bool,
    /// Agree in advance to replacing values
    #[arg(long, help_heading = "Push")]
    pub(super) yes_rotate: bool,
    /// Exit 0 where the server has no secrets API
    #[arg(long, help_heading = "Push")]
    pub(super) if_supported: bool,
    /// Print JSON, version 1
    #[arg(long, help_heading = "Push")]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FileFormat {
    Dotenv,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct SecretsListArgs {
    /// Print JSON, version 1
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) directory: DirectoryArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct SecretsDeleteArgs {
    /// The names
    #[arg(value_name = "NAME", required = true)]
    pub(super) names: Vec<String>,
    /// Also delete what something still refers to
    #[arg(long)]
    pub(super) force: bool,
    /// Show what would be deleted and delete nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Agree in advance
    #[arg(long)]
    pub(super) yes: bool,
    /// Print JSON, version 1
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) directory: DirectoryArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum LocalVerb {
    /// Set a value, typed unseen or read from stdin
    Set(LocalSetArgs),
    /// List the names, without values
    List(LocalListArgs),
    /// Take names away
    Delete(LocalDeleteArgs),
}

/// Where a `.env` file is.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Project")]
pub(super) struct DirectoryArgs {
    /// The project's directory; else the nearest one upwards with a lobu.toml, else the working directory
    #[arg(short = 'C', value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct LocalSetArgs {
    /// The name: capitals, digits and `_`, as in `$NAME`
    #[arg(value_name = "NAME")]
    pub(super) name: String,
    // Taken so that it can be refused without being repeated: clap's own refusal quotes what was typed.
    #[arg(hide = true, value_name = "VALUE", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(super) more: Vec<OsString>,
    #[command(flatten)]
    pub(super) directory: DirectoryArgs,
}

#[derive(Debug, Args)]
pub(super) struct LocalListArgs {
    #[command(flatten)]
    pub(super) directory: DirectoryArgs,
}

#[derive(Debug, Args)]
pub(super) struct LocalDeleteArgs {
    /// The names
    #[arg(value_name = "NAME", required = true)]
    pub(super) names: Vec<String>,
    #[command(flatten)]
    pub(super) directory: DirectoryArgs,
}

#[derive(Debug, Args)]
pub(super) struct DevArgs {
    /// The port on 127.0.0.1; 0 lets the system choose
    #[arg(long, value_name = "PORT", default_value_t = 8787)]
    pub(super) port: u16,
    /// The database
    #[arg(long, value_name = "PATH", conflicts_with = "memory")]
    pub(super) db: Option<PathBuf>,
    /// Keep everything in memory only
    #[arg(long)]
    pub(super) memory: bool,
    /// Serve these orgs too, beside `dev` and the pin of the project in the working directory
    #[arg(long, value_name = "SLUG", num_args = 1..)]
    pub(super) org: Vec<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
