use std::path::PathBuf;
use std::sync::Arc;

use crate::env::Environment;
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
