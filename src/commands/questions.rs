use crate::error::CommandError;
use crate::ui::Chosen;

/// The key that was chosen; to quit or to interrupt ends the command, which says what was not done.
pub(super) fn key(chosen: Chosen, outcome: &str) -> Result<char, CommandError> {
    match chosen {
        Chosen::Key('q') => Err(CommandError::quit().and(outcome)),
        Chosen::Key(key) => Ok(key),
        Chosen::Interrupted => Err(CommandError::interrupted().and(outcome)),
    }
}
