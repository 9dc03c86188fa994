//! The one decision about what may be shown, for plan, pull, drift, JSON and logs.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::{FieldPath, Sensitive, Text, is_secret_key};

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

/// Whether a text is what a server shows in place of a secret: `***…`, or a placeholder.
pub fn is_mask(text: &str) -> bool {
    text.starts_with("***") || text.starts_with("lobu_secret_")
}

/// Whether a text can be meant as a reference of a server's own: `secret://…`, which is read in few places.
pub fn is_server_reference(text: &str) -> bool {
    text.trim_start().starts_with("secret://")
}

/// Whether a text contains something with the shape of a credential, wherever it stands.
pub fn has_secret_shape(text: &str) -> bool {
    // Nearly every text of a project and an org passes here, and nearly none has any of these: one search answers for all.
    if BEGINNINGS.as_ref().is_some_and(|beginnings| !beginnings.is_match(text)) {
        return false;
    }
    text.contains(SLACK_HOOK)
        || PREFIXES.iter().any(|(prefix, least)| has_run_after(text, prefix, *least))
        || text.contains(PEM_BLOCK) && text.contains("PRIVATE KEY-----")
        || has_slack_token(text)
        || has_jwt(text)
}

const SLACK_HOOK: &str = "hooks.slack.com/";
const PEM_BLOCK: &str = "-----BEGIN ";
const SLACK_TOKEN: &str = "xox";
const JWT: &str = "eyJ";

/// What a credential begins with, whatever its kind. No text without one of them has the shape of a credential.
static BEGINNINGS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let prefixes = PREFIXES.iter().map(|(prefix, _)| *prefix);
    AhoCorasick::new(prefixes.chain([SLACK_HOOK, PEM_BLOCK, SLACK_TOKEN, JWT])).ok()
});

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
    text.match_indices(SLACK_TOKEN).any(|(at, _)| {
        let rest = text.split_at(at).1;
        rest.as_bytes().get(4) == Some(&b'-') && run_length(rest) >= 14
    })
}

fn has_jwt(text: &str) -> bool {
    text.match_indices(JWT).any(|(at, _)| {
        let mut parts = text.split_at(at).1.split('.');
        let head = parts.next().map_or(0, run_length);
        let body = parts.next().filter(|part| part.bytes().all(is_token_byte)).map_or(0, str::len);
        let signature = parts.next().map_or(0, run_length);
        head >= 10 && body >= 10 && signature >= 10
    })
}

/// Whether a text has a URL with a password in its user-info, or is an argument whose URL has user-info or a query: each may
/// carry a credential. A prompt may speak of a URL with a query.
fn has_url_secret(text: &str) -> bool {
    let text = text.trim();
    let is_prose = text.contains(char::is_whitespace);
    text.match_indices("://").any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        let rest = rest.get(3..).unwrap_or_default().split(char::is_whitespace).next().unwrap_or_default();
        let user = rest.split(['/', '?', '#']).next().and_then(|authority| authority.rsplit_once('@'));
        let has_query = || rest.split('#').next().is_some_and(|before| before.contains('?'));
        let has_scheme = before.bytes().next_back().is_some_and(|byte| byte.is_ascii_alphanumeric());
        has_scheme
            && if is_prose { user.is_some_and(|(user, _)| user.contains(':')) } else { user.is_some() || has_query() }
    })
}

/// What may be shown of a sensitive text, where it stands in an agent's config: a URL without its user-info and query, none
/// of anything else.
pub fn shown_part(path: &FieldPath, text: &Sensitive) -> Option<String> {
    let shown = is_url_place(path).then(|| shown_url(text.for_request()))?;
    (!has_secret_shape(&shown)).then_some(shown)
}

/// Whether a text that stands there is a URL and nothing else: only there may parts of a sensitive text be shown.
///
/// The path is matched whole, so that no header, variable or server of the same name passes for it.
fn is_url_place(path: &FieldPath) -> bool {
    let steps: Vec<&str> = path.steps().iter().map(String::as_str).collect();
    matches!(steps.as_slice(), ["mcpServers", _, "url"] | ["mcpServers", _, "oauth", "authUrl" | "tokenUrl"])
}

/// A URL with its user-info and query hidden, for people; any other text is hidden whole.
fn shown_url(text: &str) -> String {
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
        for key in ["botToken", "signingSecret", "appPassword", "privateKey", "credentials", "Authorization", "DSN"] {
            assert!(hidden(Place::PlatformConfig, key, "x"), "{key}");
            assert!(hidden(Place::McpValue, key, "x"), "{key}");
            assert!(!hidden(Place::Elsewhere, key, "x"), "{key}");
        }
        for key in ["chatId", "publicKey", "keyboard", "author"] {
            assert!(!hidden(Place::PlatformConfig, key, "1"), "{key}");
        }
        assert!(hidden(Place::McpValueOfOrg, "Accept", "x"));
    }

    #[test]
    fn urls_are_hidden_wherever_they_stand() {
        for text in [
            "--dsn=postgres://user:pw@db/x",
            "postgres://user:pw@db/x and more",
            "Use https://user:pw@host/ for it.",
            "--url=https://host/?key=1",
            "https://user@host",
            "git+ssh://user@host",
        ] {
            assert!(hidden(Place::Elsewhere, "", text), "{text}");
        }
        for text in
            ["Ask https://host/?page=1 or mail a@b.example", "https://host/@user", "a://", "://u:p@h", "a: b//c@d"]
        {
            assert!(!hidden(Place::Elsewhere, "", text), "{text}");
        }
    }

    #[test]
    fn one_search_rules_out_what_none_of_the_shapes_begins() {
        assert!(BEGINNINGS.is_some());
        let searched = BEGINNINGS.iter().map(AhoCorasick::patterns_len).sum::<usize>();
        assert_eq!(searched, PREFIXES.len() + 4);
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
            format!("gho_{run}"),
            format!("ghu_{run}"),
            format!("ghs_{run}"),
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
    fn masks_are_recognized() {
        assert!(is_mask("***oken") && is_mask("***") && is_mask("lobu_secret_1"));
        assert!(!is_mask("**") && !is_mask("a***"));
    }
}
