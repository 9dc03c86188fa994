use core::net::{IpAddr, Ipv6Addr};
use std::fmt;

use super::trim;

/// A domain as the runtime matches it (`docs/format/normalization.md`), none if nothing is left of it.
///
/// Trimmed and in lower case, also what starts with `/`; a leading `*.` becomes `.`, and `*` stays.
pub fn normalize_domain(text: &str) -> Option<String> {
    let domain = trim(text).to_lowercase();
    let domain = domain.strip_prefix("*.").map_or_else(|| domain.clone(), |rest| format!(".{rest}"));
    (!domain.is_empty()).then_some(domain)
}

/// A domain as an agent's own lists keep it: `/…` stays as it is.
pub fn normalize_own_domain(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.starts_with('/') { Some(trimmed.to_owned()) } else { normalize_domain(trimmed) }
}

/// Domains as the runtime matches them, each once, where it stands first.
pub fn normalize_domains<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let mut domains = Vec::new();
    for domain in texts.into_iter().filter_map(normalize_domain) {
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    domains
}

/// Why a domain matches no request: the runtime compares it with the name of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainMistake {
    kind: MistakeKind,
    /// The host that was probably meant.
    host: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MistakeKind {
    Url,
    Path,
    Port,
    Blank,
    Range,
}

impl DomainMistake {
    /// What is wrong with a domain, none if a host can have this name. `*`, `*.host`, `.host` and `/regex/` are right.
    pub fn of(text: &str) -> Option<Self> {
        let text = trim(text);
        if text.is_empty() || text.starts_with('/') || text.parse::<Ipv6Addr>().is_ok() {
            return None;
        }
        let range = text.split_once('/').filter(|(address, _)| address.parse::<IpAddr>().is_ok());
        let kind = if text.contains(char::is_whitespace) {
            MistakeKind::Blank
        } else if text.contains("://") {
            MistakeKind::Url
        } else if range.is_some() {
            MistakeKind::Range
        } else if text.contains(['/', '?', '#']) {
            MistakeKind::Path
        } else if text.contains(':') {
            MistakeKind::Port
        } else {
            return None;
        };
        let host = match kind {
            MistakeKind::Blank | MistakeKind::Range => None,
            MistakeKind::Url | MistakeKind::Path | MistakeKind::Port => host_of(text),
        };
        Some(Self { kind, host })
    }

    /// What to write in its place.
    pub fn hint(&self) -> String {
        match (&self.host, self.kind) {
            (Some(host), _) => format!("write \"{host}\""),
            (None, MistakeKind::Range) => "list host names; address ranges are not supported".to_owned(),
            (None, _) => "write the host name only, such as \"api.example.com\" or \"*.example.com\"".to_owned(),
        }
    }
}

impl fmt::Display for DomainMistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            MistakeKind::Url => "is a URL",
            MistakeKind::Path => "has a path",
            MistakeKind::Port => "has a port",
            MistakeKind::Blank => "contains a space",
            MistakeKind::Range => "is an address range",
        };
        write!(formatter, "{what}, so it never matches a request")
    }
}

/// The host of a URL, perhaps without its scheme; none unless it is made of what hosts are made of.
fn host_of(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).split(':').next()?;
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '*' | '_');
    (host.contains('.') && host.chars().all(is_part)).then(|| host.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_normalized_by_rule_n2() {
        let table = [
            (" GitHub.com ", Some("github.com")),
            ("*.Example.com", Some(".example.com")),
            ("*", Some("*")),
            ("/^API/", Some("/^api/")),
            (".x.com", Some(".x.com")),
            ("*.", Some(".")),
            (" ", None),
        ];
        for (text, domain) in table {
            assert_eq!(normalize_domain(text).as_deref(), domain, "{text}");
        }
        assert_eq!(normalize_own_domain(" /^API/ ").as_deref(), Some("/^API/"));
        assert_eq!(normalize_own_domain(" *.X.com").as_deref(), Some(".x.com"));
        assert_eq!(normalize_domains(["b", "A", "", "a", "*.b", ".B"]), ["b", "a", ".b"]);
    }

    #[test]
    fn what_is_no_host_is_told_with_the_host_that_was_meant() {
        let table = [
            ("https://a.example/path", "is a URL", "\"a.example\""),
            ("https://user:hunter2@a.example:8443", "is a URL", "\"a.example\""),
            ("a.example/path", "has a path", "\"a.example\""),
            ("*.B.example:443", "has a port", "\"*.b.example\""),
            ("c example", "contains a space", "host name only"),
            ("a.example, b.example", "contains a space", "host name only"),
            ("10.0.0.0/8", "is an address range", "are not supported"),
            ("fd00::/8", "is an address range", "are not supported"),
            ("localhost:3000", "has a port", "host name only"),
        ];
        for (text, message, hint) in table {
            let mistake = DomainMistake::of(text).unwrap();
            assert!(mistake.to_string().starts_with(message), "{text}: {mistake}");
            assert!(mistake.hint().contains(hint) && !mistake.hint().contains("hunter2"), "{text}: {}", mistake.hint());
        }
        for text in [
            "*",
            "",
            " github.com ",
            "*.github.com",
            ".github.com",
            "/^api\\.[a-z]+: x$/",
            "10.0.0.1",
            "::1",
            "localhost",
        ] {
            assert_eq!(DomainMistake::of(text), None, "{text}");
        }
    }
}
