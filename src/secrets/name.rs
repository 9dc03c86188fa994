//! The names that secrets may have.

use crate::model::SecretName;

use super::Values;

/// The longest name of a secret.
pub const LONGEST_NAME: usize = 128;

/// Why a text is not the name of a secret. What was typed may be the value itself, so nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No reference can name it.
    #[error("invalid secret name: use only capital letters, digits and `_`, starting with a letter")]
    Form,
    #[error("the name is longer than {LONGEST_NAME} characters")]
    TooLong,
    /// It is one of this program's own settings.
    #[error("names that start with LOBU_ are reserved for settings of lobu")]
    Setting,
}

/// Checks the name of a value that is to be written.
pub fn writable_name(text: &str) -> Result<SecretName, NameError> {
    let name = SecretName::parse(text).map_err(|_| NameError::Form)?;
    check(&name)?;
    Ok(name)
}

/// Whether an org takes a secret of this name: not too long, and no setting of this program.
pub(super) fn is_usable(name: &SecretName) -> bool {
    check(name).is_ok()
}

fn check(name: &SecretName) -> Result<(), NameError> {
    if name.as_str().len() > LONGEST_NAME {
        return Err(NameError::TooLong);
    }
    if Values::is_setting(name) {
        return Err(NameError::Setting);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_a_reference_can_name() {
        let longest = "A".repeat(128);
        for text in ["A", "DEPLOY_TOKEN_2", "LOBUX", longest.as_str()] {
            assert_eq!(writable_name(text).unwrap().as_str(), text);
        }
        let longer = "A".repeat(129);
        for text in ["", "a", "_A", "1A", "A-B", "A=hunter2", "A ", "Ü", "LOBU_API_TOKEN", longer.as_str()] {
            let error = writable_name(text).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("hunter2"));
        }
    }
}
