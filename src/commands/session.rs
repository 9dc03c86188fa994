use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::env::{self, Environment};
use crate::error::CommandError;
use crate::target::{ProjectPins, ResolvedTarget, TargetFlags, locate};
use crate::ui::Ui;

/// What every command works with.
pub struct Session {
    /// The terminal.
    pub ui: Ui,
    /// The environment, captured once.
    pub environment: Arc<Environment>,
    /// The directory in which the command was started.
    pub working_directory: PathBuf,
}

impl Session {
    /// Starts in the working directory of the process; `ca_file` is that of the command line.
    pub fn start(ui: Ui, environment: Environment, ca_file: Option<&Path>) -> Result<Self, CommandError> {
        let working_directory = env::working_directory()
            .map_err(|error| CommandError::usage(format!("the working directory can't be used: {}", error.kind())))?;
        let environment = match ca_file {
            Some(path) => environment.with_authorities(read_authorities(&working_directory.join(path))?),
            None => environment,
        };
        Ok(Self { ui, environment: Arc::new(environment), working_directory })
    }

    /// Resolves where a command goes.
    pub(super) fn locate(&self, flags: &TargetFlags, pins: &ProjectPins) -> Result<ResolvedTarget, CommandError> {
        Ok(locate(flags, &self.environment, pins, self.ui.is_attended())?)
    }
}

/// How a command that did not fail ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or nothing to do.
    Done,
    /// A plan or dry run that found changes; tells them apart for `--detailed-exitcode`.
    Changes,
}

/// How many bytes a file of authorities may have; the largest bundle in use has a quarter of that.
const LARGEST_AUTHORITIES: u64 = 1024 * 1024;

/// Reads the file of `--ca-file`: only the command line names one, never a project or its `.env` (T2).
fn read_authorities(path: &Path) -> Result<Vec<u8>, CommandError> {
    let refused = |what: &str| {
        let message = format!("--ca-file {}: {what}", path.display());
        CommandError::usage(message).hint("Name a file with certificates in PEM form; nothing was sent.")
    };
    let mut pem = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST_AUTHORITIES + 1).read_to_end(&mut pem));
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => refused("there is no such file"),
        other => refused(&format!("it can't be read: {other}")),
    })?;
    if u64::try_from(pem.len()).is_ok_and(|length| length <= LARGEST_AUTHORITIES) {
        Ok(pem)
    } else {
        Err(refused("it is larger than 1 MiB"))
    }
}
