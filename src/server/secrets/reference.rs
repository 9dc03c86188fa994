//! The names of secrets, and the texts that refer to them.

use crate::server::refusal::Refusal;

/// How references to the secrets of an organization begin.
pub(super) const SCHEME: &str = "secret://";
const LONGEST_NAME: usize = 128;
/// How the names of this program's own settings begin; no secret has such a name.
const OWN_PREFIX: &str = "LOBU_";

/// Tells whether a text can be meant as a reference only; exactly what it refers to, [`name_of`] tells.
pub(in crate::server) fn is_reference(text: &str) -> bool {
    text.starts_with(SCHEME)
}

/// Refuses a text that can be meant as a reference only, where nothing would ever put the secret in its place: 422
/// `reference_not_allowed` with the field.
pub(in crate::server) fn refuse_reference(field: &str, text: &str) -> Result<(), Refusal> {
    if !is_reference(text) {
        return Ok(());
    }
    let message = format!(
        "`{field}` can't refer to a secret: references are read in the config of platforms, and in the headers, env and \
         OAuth client of MCP servers."
    );
    Err(Refusal::field("reference_not_allowed", field, message))
}

/// Refuses a text that has a reference inside, where references are read: 422 `partial_reference` with the field. It would
/// be stored as it is, and the secret would never take its place.
pub(in crate::server) fn refuse_partial_reference(field: &str, text: &str) -> Result<(), Refusal> {
    if is_reference(text) || !text.contains(SCHEME) {
        return Ok(());
    }
    let message = format!(
        "`{field}` has `{SCHEME}` inside a longer text: a reference to a secret must be the whole value. Store all of \
         the text as the secret."
    );
    Err(Refusal::field("partial_reference", field, message))
}

/// Gives the name in `secret://{org}/user/{name}`, spelt exactly so: no other organization, no escapes, nothing after it.
pub(in crate::server) fn name_of<'text>(org: &str, text: &'text str) -> Option<&'text str> {
    let rest = text.strip_prefix(SCHEME)?.strip_prefix(org)?.strip_prefix("/user/")?;
    is_secret_name(rest).then_some(rest)
}

/// Writes the reference to a secret.
pub(super) fn reference(org: &str, name: &str) -> String {
    format!("{SCHEME}{org}/user/{name}")
}

/// Tells whether a name can be that of a secret: `^[A-Z][A-Z0-9_]*$`, at most 128 bytes.
pub(in crate::server) fn is_secret_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Tells whether a secret may be stored under a name.
pub(super) fn may_be_stored(name: &str) -> bool {
    is_secret_name(name) && !name.starts_with(OWN_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule() {
        for name in ["A", "FOO", "A_1", "A__", "LOBUX", &"A".repeat(128)] {
            assert!(may_be_stored(name), "{name}");
        }
        for name in ["", "_A", "1A", "a", "Ab", "A-B", "A B", "Ä", "A\n", "A%41", "LOBU_TOKEN", &"A".repeat(129)] {
            assert!(!may_be_stored(name), "{name}");
        }
    }

    #[test]
    fn a_reference_is_exact() {
        assert_eq!(name_of("dev", &reference("dev", "FOO")), Some("FOO"));
        for text in [
            "secret://dev/user/",
            "secret://dev/user/foo",
            "secret://dev/user/FOO/",
            "secret://dev/user/FOO?a",
            "secret://dev/user/FOO#a",
            "secret://dev/user/%46OO",
            "secret://dev/user%2FFOO",
            "secret://dev/users/FOO",
            "secret://dev//user/FOO",
            "secret://DEV/user/FOO",
            "secret://devx/user/FOO",
            "secret://other/user/FOO",
            "Secret://dev/user/FOO",
            " secret://dev/user/FOO",
            "secret:///user/FOO",
        ] {
            assert_eq!(name_of("dev", text), None, "{text}");
        }
    }
}
