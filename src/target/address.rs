use url::Url;

use crate::http::{has_user_info, is_loopback, origin_of};
use crate::model::OrgSlug;

use super::TargetError;
use super::error::USER_INFO;

/// What the URL of a server says: its origin, and the org if its path is `/mcp/{org}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    /// Scheme, host and port, with the path `/`.
    pub origin: Url,
    /// The org in the path.
    pub org: Option<OrgSlug>,
}

impl ServerAddress {
    /// Reads the URL of a server; `source_name` is where it stands, for messages.
    ///
    /// Accepted are `http` and `https` without user-info, query and fragment, and no path but `/mcp` and `/mcp/{org}`.
    pub fn parse(text: &str, source_name: &'static str) -> Result<Self, TargetError> {
        let bad = |why| TargetError::BadUrl { source_name, why };
        let url = parse_http(text, source_name)?;
        let path = url.path().trim_matches('/').to_owned();
        let org = match path.split('/').collect::<Vec<_>>().as_slice() {
            ["" | "mcp"] => None,
            ["mcp", org] => Some(OrgSlug::parse(org).map_err(|_| bad("what follows /mcp/ is not an org slug"))?),
            _ => return Err(bad("its path must be empty or /mcp/ORG")),
        };
        Ok(Self { origin: origin_of(&url), org })
    }

    /// The origin, for people.
    pub fn shown(&self) -> String {
        shown(&self.origin)
    }

    /// Refuses plain http beyond this machine, unless it was allowed on the command line.
    pub fn check_scheme(&self, source_name: &'static str, allow_insecure_http: bool) -> Result<(), TargetError> {
        let safe = self.origin.scheme() == "https" || is_loopback(&self.origin) || allow_insecure_http;
        if safe { Ok(()) } else { Err(TargetError::InsecureHttp { source_name }) }
    }
}

/// An origin, for people.
pub(super) fn shown(origin: &Url) -> String {
    origin.as_str().trim_end_matches('/').to_owned()
}

/// The origin of a URL with any path, such as that of `LOBU_API_URL`.
pub(super) fn origin_at_any_path(text: &str, source_name: &'static str) -> Result<Url, TargetError> {
    parse_http(text, source_name).map(|url| origin_of(&url))
}

fn parse_http(text: &str, source_name: &'static str) -> Result<Url, TargetError> {
    let bad = |why| TargetError::BadUrl { source_name, why };
    let text = text.trim();
    if !text.contains("://") {
        return Err(bad("it does not start with https://"));
    }
    let url = Url::parse(text).map_err(|_| bad("it cannot be read as a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it must start with https:// or http://"));
    }
    if has_user_info(&url) {
        return Err(bad(USER_INFO));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it has a query or a fragment"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let table = [
            ("https://lobu.example.com", "https://lobu.example.com/", None),
            (" https://Lobu.Example.com:443/ ", "https://lobu.example.com/", None),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787/", None),
            ("https://h.example/mcp", "https://h.example/", None),
            ("https://h.example/mcp/", "https://h.example/", None),
            ("https://h.example/mcp/acme", "https://h.example/", Some("acme")),
            ("https://h.example/mcp/acme/", "https://h.example/", Some("acme")),
        ];
        for (text, origin, org) in table {
            let address = ServerAddress::parse(text, "--url").unwrap();
            assert_eq!((address.origin.as_str(), address.org.as_ref().map(OrgSlug::as_str)), (origin, org), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_server_is_refused_without_being_quoted() {
        for text in [
            "",
            "lobu.example.com",
            "localhost:8787",
            "ftp://h.example",
            "https://",
            "https://user@h.example",
            "https://user:SENTINEL@h.example",
            "https://:SENTINEL@h.example",
            "https://h.example/?token=SENTINEL",
            "https://h.example/#SENTINEL",
            "https://h.example/api",
            "https://h.example/mcp/a/b",
            "https://h.example/mcp/%2e%2e%2f",
            "https://h.example/mcp/a b",
        ] {
            let error = ServerAddress::parse(text, "--url").unwrap_err();
            assert!(matches!(error, TargetError::BadUrl { .. }), "{text}: {error}");
            assert!(!format!("{error} {error:?}").contains("SENTINEL"));
        }
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        let table = [
            ("http://127.0.0.1:1", true),
            ("http://127.9.9.9", true),
            ("http://127.1", true),
            ("http://[::1]:8787", true),
            ("http://LOCALHOST", true),
            ("https://h.example", true),
            ("http://h.example", false),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
            ("http://localhost.example", false),
            ("http://[::ffff:127.0.0.1]", false),
            ("http://127.0.0.1.example", false),
        ];
        for (text, safe) in table {
            let address = ServerAddress::parse(text, "--url").unwrap();
            assert_eq!(address.check_scheme("--url", false).is_ok(), safe, "{text}");
            assert!(address.check_scheme("--url", true).is_ok());
        }
    }
}
