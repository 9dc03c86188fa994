//! The one decision about what may be shown (W2), for plan, pull, drift, JSON and logs.

use super::{Sensitive, Text};

/// Parts of a key that make its value sensitive, wherever keys are free: platform config, MCP headers and environment.
const KEY_PARTS: [&str; 9] = ["token", "secret", "password", "passwd", "key", "credential", "auth", "cookie", "dsn"];

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A value of a platform's config: sensitive by its key.
    PlatformConfig,
    /// A header, environment or OAuth client value of an MCP server in a file: sensitive by its key.
    McpValue,
    /// The same as the org gives it: always sensitive, since only the file can say that it is not.
    McpValueOfOrg,
    /// Anything else: prompts, names, schemas, URLs. Sensitive only by its shape.
    Elsewhere,
}

/// Wraps a literal by what may be done with it.
pub fn classify(place: Place, key: &str, text: &str) -> Text {
    let hidden = match place {
        Place::McpValueOfOrg => !text.is_empty(),
        Place::PlatformConfig | Place::McpValue => !text.is_empty() && is_secret_key(key),
        Place::Elsewhere => false,
    };
    if hidden || has_secret_shape(text) || has_url_secret(text) {
        Text::Sensitive(Sensitive::new(text))
    } else {
        Text::known(text)
    }
}

/// Whether a key names a secret by itself.
pub fn is_secret_key(key: &str) -> bool {
    let key = key.to_lowercase();
    KEY_PARTS.iter().any(|part| key.contains(part))
}

/// Whether a text is what a server shows in place of a secret: `***…`, or a placeholder (pull/P22).
pub fn is_mask(text: &str) -> bool {
    text.starts_with("***") || text.starts_with("lobu_secret_")
}

/// Whether a text contains something with the shape of a credential, wherever it stands.
pub fn has_secret_shape(text: &str) -> bool {
    text.contains("hooks.slack.com/")
        || PREFIXES.iter().any(|(prefix, least)| has_run_after(text, prefix, *least))
        || text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
        || has_slack_token(text)
        || has_jwt(text)
}

/// Prefixes of well-known tokens, with how many token characters follow at the least.
const PREFIXES: [(&str, usize); 9] = [
    ("sk-", 16),
    ("ghp_", 16),
    ("gho_", 16),
    ("ghu_", 16),
    ("ghs_", 16),
    ("github_pat_", 16),
    ("AKIA", 16),
    ("AIza", 20),
    ("owl_pat_", 16),
];

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn run_length(text: &str) -> usize {
    text.bytes().take_while(|byte| is_token_byte(*byte)).count()
}

fn has_run_after(text: &str, prefix: &str, least: usize) -> bool {
    let starts_word = |before: &str| !before.bytes().next_back().is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.match_indices(prefix).any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        starts_word(before) && run_length(rest) >= prefix.len() + least
    })
}

fn has_slack_token(text: &str) -> bool {
    text.match_indices("xox").any(|(at, _)| {
        let rest = text.split_at(at).1;
        rest.as_bytes().get(4) == Some(&b'-') && run_length(rest) >= 14
    })
}

fn has_jwt(text: &str) -> bool {
    text.match_indices("eyJ").any(|(at, _)| {
        let mut parts = text.split_at(at).1.split('.');
        let head = parts.next().map_or(0, run_length);
        let body = parts.next().filter(|part| part.bytes().all(is_token_byte)).map_or(0, str::len);
        let signature = parts.next().map_or(0, run_length);
        head >= 10 && body >= 10 && signature >= 10
    })
}

/// Whether a text is a URL with user-info or a query, either of which may carry a credential.
fn has_url_secret(text: &str) -> bool {
    let Some((scheme, rest)) = text.trim().split_once("://") else { return false };
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
        return false;
    }
    if rest.contains(char::is_whitespace) {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.contains('@') || rest.split('#').next().is_some_and(|before| before.contains('?'))
}

/// A URL with its user-info and query hidden, for people; any other text is hidden whole.
pub fn shown_url(text: &str) -> String {
    let Some((scheme, rest)) = text.trim().split_once("://") else { return "(hidden)".to_owned() };
    let visible = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) =
        visible.split_once('/').map_or((visible, None), |(authority, path)| (authority, Some(path)));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let hidden_user = if authority.contains('@') { "(hidden)@" } else { "" };
    let hidden_query = if rest.contains('?') { "?(hidden)" } else { "" };
    let path = path.map(|path| format!("/{path}")).unwrap_or_default();
    format!("{scheme}://{hidden_user}{host}{path}{hidden_query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(place: Place, key: &str, text: &str) -> bool {
        matches!(classify(place, key, text), Text::Sensitive(_))
    }

    #[test]
    fn keys_decide_where_keys_are_free() {
        for key in ["botToken", "signingSecret", "appPassword", "publicKey", "credentials", "Authorization", "DSN"] {
            assert!(hidden(Place::PlatformConfig, key, "x"), "{key}");
            assert!(hidden(Place::McpValue, key, "x"), "{key}");
            assert!(!hidden(Place::Elsewhere, key, "x"), "{key}");
        }
        assert!(!hidden(Place::PlatformConfig, "chatId", "1"));
        assert!(hidden(Place::McpValueOfOrg, "Accept", "x"));
    }

    #[test]
    fn shapes_are_hidden_anywhere() {
        let jwt = format!("eyJ{0}.{0}.{0}", "a".repeat(12));
        let run = "A1".repeat(12);
        for text in [
            "see https://hooks.slack.com/services/x".to_owned(),
            "xoxb-1234567890-abcdef".to_owned(),
            format!("use sk-{run} now"),
            format!("ghp_{run}"),
            format!("github_pat_{run}"),
            format!("AKIA{run}"),
            format!("AIza{run}"),
            format!("owl_pat_{run}"),
            jwt,
            "-----BEGIN RSA PRIVATE KEY-----\nx".to_owned(),
            "https://user:pw@host/x".to_owned(),
            "https://host/x?key=abc".to_owned(),
        ] {
            assert!(hidden(Place::Elsewhere, "", &text), "{text}");
        }
    }

    #[test]
    fn prose_about_shapes_is_shown() {
        for text in [
            "Never allow GitHub PATs (ghp_/gho_/ghu_/ghs_/ghr_)",
            "ask-me-anything-about-everything-here",
            "what? a://b c?d",
            "https://host/path",
            "eyJ is how a JWT starts",
        ] {
            assert!(!hidden(Place::Elsewhere, "", text), "{text}");
        }
    }

    #[test]
    fn urls_are_shown_without_their_secret_parts() {
        assert_eq!(shown_url("https://u:p@host:8/a/b?key=1#f"), "https://(hidden)@host:8/a/b?(hidden)");
        assert_eq!(shown_url("https://host"), "https://host");
        assert_eq!(shown_url("nonsense"), "(hidden)");
    }

    #[test]
    fn masks_are_recognised() {
        assert!(is_mask("***oken") && is_mask("***") && is_mask("lobu_secret_1"));
        assert!(!is_mask("**") && !is_mask("a***"));
    }
}
