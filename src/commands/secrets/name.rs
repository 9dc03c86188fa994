//! The names that a secret may be given.

use crate::error::CommandError;
use crate::model::SecretName;
use crate::secrets::{LONGEST_NAME, Values};

/// Checks the name of a value that is to be written. What was typed may be the value itself, so no error repeats it.
pub(in crate::commands) fn writable(text: &str) -> Result<SecretName, CommandError> {
    let refused = |what: &str| CommandError::usage(what);
    let name = SecretName::parse(text).map_err(|_| {
        refused("this is not the name of a secret: it has capitals, digits and `_` only, and starts with a capital")
            .hint("Give the name alone; the value is asked for, or read from stdin.")
    })?;
    if text.len() > LONGEST_NAME {
        return Err(refused("the name is longer than 128 characters"));
    }
    if Values::is_setting(&name) {
        return Err(refused("names that start with LOBU_ are settings of this program and never values"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorKind;

    use super::*;

    #[test]
    fn a_name_is_what_a_reference_can_name() {
        let longest = "A".repeat(128);
        for text in ["A", "DEPLOY_TOKEN_2", "LOBUX", longest.as_str()] {
            assert_eq!(writable(text).unwrap().as_str(), text);
        }
        let longer = "A".repeat(129);
        for text in ["", "a", "_A", "1A", "A-B", "A=hunter2", "A ", "Ü", "LOBU_API_TOKEN", longer.as_str()] {
            let error = writable(text).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Usage);
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }
}
