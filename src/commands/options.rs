//! The flags that several verbs share, each typed once. What the fields' comments say is their help.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Command};

use crate::error::CommandError;
use crate::http::PARALLELISM;

/// The arguments of a verb that another verb goes on with.
pub(super) fn parsed<A: Args>(arguments: &[&str]) -> Result<A, CommandError> {
    let command = A::augment_args(Command::new("lobu")).no_binary_name(true);
    let parsed = command.try_get_matches_from(arguments).and_then(|matches| A::from_arg_matches(&matches));
    parsed.map_err(|error| CommandError::usage(error.kind().to_string()))
}

/// How a project is read.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Project")]
pub struct ProjectOptions {
    /// Use the project in this directory (default: nearest parent with a lobu.toml)
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Allow project files in this directory
    #[arg(long, value_name = "DIR")]
    pub allow_path: Vec<PathBuf>,
    /// Treat unknown keys and platform types as warnings
    #[arg(long)]
    pub allow_unknown_keys: bool,
    /// Treat warnings as errors
    #[arg(long)]
    pub deny_warnings: bool,
}

/// Where a project is of which nothing but its place, its pins or its `.env` is needed.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Project")]
pub struct DirectoryOptions {
    /// Use the project in this directory (default: nearest parent with a lobu.toml, else the current directory)
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// Which context a verb about logins is about.
#[derive(Debug, Clone, Default, Args)]
pub struct ContextOptions {
    /// Use a context (default: `LOBU_CONTEXT`, the current context, or `lobu`)
    #[arg(short, long, value_name = "NAME")]
    pub context: Option<String>,
    /// Allow unencrypted HTTP to other machines
    #[arg(long)]
    pub allow_insecure_http: bool,
}

/// In which form the product is written.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct FormatOptions {
    /// Print JSON (version 1)
    #[arg(long)]
    pub json: bool,
}

/// A form in which a plan is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, at a terminal or in a log.
    #[default]
    Text,
    /// One document for programs.
    Json,
    /// For a comment on a pull request.
    Markdown,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Text, Self::Json, Self::Markdown];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}

/// In which form a plan is written.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct PlanFormatOptions {
    /// Output format: text, json or markdown
    #[arg(
        hide_possible_values = true,
        long = "format",
        value_name = "FORMAT",
        value_parser = one_of(&Format::ALL, Format::word),
        conflicts_with = "json"
    )]
    output_format: Option<Format>,
    /// Print JSON (version 1), same as --format json
    #[arg(long)]
    json: bool,
}

impl PlanFormatOptions {
    /// The form that was asked for; text by default.
    pub fn format(self) -> Format {
        if self.json { Format::Json } else { self.output_format.unwrap_or_default() }
    }
}

/// How a comparison of files and org is made and shown.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct ComparisonOptions {
    /// Show long values in full
    #[arg(long)]
    pub full: bool,
    /// In which form.
    #[command(flatten)]
    pub format: FormatOptions,
    /// Limit concurrent requests
    #[arg(long, value_name = "N", default_value_t = PARALLELISM, value_parser = parallelism())]
    pub parallelism: usize,
}

/// Takes the number of requests that run side by side.
pub fn parallelism() -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u16).range(1..=256).map(usize::from)
}

/// Takes one of a few values by its word.
pub fn one_of<T: Copy + Send + Sync + 'static>(
    values: &'static [T],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let words = PossibleValuesParser::new(values.iter().map(|value| word(*value)));
    words.try_map(move |typed| values.iter().copied().find(|value| word(*value) == typed).ok_or("no such value"))
}
