//! The one function that shows a secret's text. It is imported by `http` and `org::http`, which write requests and their
//! authorization, and by `accounts`, which writes logins into their file.

use super::SecretValue;

/// Shows the text of a value to what writes a request or a login.
pub(crate) fn expose(value: &SecretValue) -> &str {
    value.text()
}
