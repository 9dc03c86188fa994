//! Which names hold secrets: the one place of the server that decides it (decisions W2).

/// Parts of a name that make its value a secret, compared without regard to case (W2).
const SECRET_MARKERS: [&str; 9] =
    ["token", "secret", "password", "passwd", "key", "credential", "auth", "cookie", "dsn"];

/// Tells whether a value under this name is stored encrypted and never returned.
pub(super) fn is_secret_field(name: &str) -> bool {
    let lower = name.to_lowercase();
    SECRET_MARKERS.iter().any(|marker| lower.contains(marker))
}

#[cfg(test)]
mod tests {
    use super::is_secret_field;

    #[test]
    fn names_of_secrets_are_found_in_any_case_and_position() {
        for name in [
            "botToken",
            "SIGNING_SECRET",
            "appPassword",
            "passwd",
            "publicKey",
            "credentials",
            "Authorization",
            "Cookie",
            "SENTRY_DSN",
        ] {
            assert!(is_secret_field(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not_secrets() {
        for name in ["chatId", "platform", "applicationId", "phoneNumberId", ""] {
            assert!(!is_secret_field(name), "{name}");
        }
    }
}
