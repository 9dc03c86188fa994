//! What to do about a keyring that can't be used: never is a file used in its place without being asked for.

use crate::accounts::{ForgetError, KeyringAction, KeyringError, KeyringProblem};
use crate::error::{CommandError, ErrorKind};

use super::errors::{log_in_again, log_in_command};

impl From<KeyringError> for CommandError {
    fn from(error: KeyringError) -> Self {
        let hint = match &error.problem {
            KeyringProblem::NoService { .. } => {
                "Start a keyring service in this session, such as GNOME Keyring or KWallet, and run the command again."
            }
            KeyringProblem::Locked => "Unlock the keyring and run the command again.",
            KeyringProblem::TimedOut { .. } => {
                "It may be waiting for its password. Unlock the keyring and run the command again."
            }
            KeyringProblem::Ambiguous => "Delete its entries for the service lobu in the keyring's own program.",
            KeyringProblem::Failed { .. } => "Check the keyring in its own program and run the command again.",
            KeyringProblem::Missing | KeyringProblem::OtherServer | KeyringProblem::NotALogin => {
                let hint = log_in_again(&error.context, true);
                return Self::new(kind(&error.problem), error).hint(hint);
            }
        };
        let instead = match error.action {
            KeyringAction::Store => "To store the tokens in a file instead, log in without --keyring.".to_owned(),
            KeyringAction::Read | KeyringAction::Delete => {
                let command = log_in_command(&error.context);
                format!("To log in again and store the tokens in a file instead:\n{command} --force")
            }
        };
        Self::new(kind(&error.problem), error).hint(hint).hint(instead)
    }
}

impl From<ForgetError> for CommandError {
    fn from(error: ForgetError) -> Self {
        match error {
            ForgetError::Keyring(error) => error.into(),
            ForgetError::Accounts(error) => error.into(),
        }
    }
}

fn kind(problem: &KeyringProblem) -> ErrorKind {
    match problem {
        KeyringProblem::Missing => ErrorKind::NotLoggedIn,
        KeyringProblem::OtherServer => ErrorKind::WrongOrigin,
        KeyringProblem::NoService { .. }
        | KeyringProblem::Locked
        | KeyringProblem::TimedOut { .. }
        | KeyringProblem::NotALogin
        | KeyringProblem::Ambiguous
        | KeyringProblem::Failed { .. } => ErrorKind::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_says_what_to_do() {
        let again = "To log in:\nlobu login -c s --keyring --force";
        let files = "To log in again and store the tokens in a file instead:\nlobu login -c s --force";
        let without = "To store the tokens in a file instead, log in without --keyring.";
        let unlock = "Unlock the keyring and run the command again.";
        for (action, problem, code, hints) in [
            (KeyringAction::Read, KeyringProblem::Missing, 4, vec![again]),
            (KeyringAction::Read, KeyringProblem::OtherServer, 4, vec![again]),
            (KeyringAction::Read, KeyringProblem::NotALogin, 1, vec![again]),
            (KeyringAction::Read, KeyringProblem::Locked, 1, vec![unlock, files]),
            (KeyringAction::Delete, KeyringProblem::Locked, 1, vec![unlock, files]),
            (KeyringAction::Store, KeyringProblem::Locked, 1, vec![unlock, without]),
        ] {
            let error = CommandError::from(KeyringError { context: "s".to_owned(), action, problem });
            assert_eq!(
                (error.exit_code(), &error.hints),
                (code, &hints.into_iter().map(str::to_owned).collect()),
                "{error}"
            );
        }
    }
}
