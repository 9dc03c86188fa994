//! `lobu man`: where the manual pages go.

use std::path::PathBuf;

use clap::Args;

/// Write manual pages to a directory
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Directory for the pages; made if it does not exist
    #[arg(value_name = "DIR", help_heading = "Arguments")]
    pub directory: PathBuf,
}
