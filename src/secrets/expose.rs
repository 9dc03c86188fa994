//! The one function that shows a secret's text. Only `org::http` imports it, to write requests and their
//! authorization, and `accounts::login`, to write logins into their file.

use super::SecretValue;

/// Shows the text of a value to what writes a request or a login.
pub(crate) fn expose(value: &SecretValue) -> &str {
    value.text()
}
