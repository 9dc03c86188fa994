use url::Url;

use crate::http::{has_user_info, origin_of};
use crate::model::trim;

/// Why a URL is not taken. Its text, which may hold a password, is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlProblem {
    /// It can't be read as one.
    #[error("it cannot be read as a URL")]
    Unparsable,
    /// It is of another kind.
    #[error("it must start with https:// or http://")]
    OtherScheme,
    /// It holds a name or a password.
    #[error("it contains a user name or password")]
    UserInfo,
    /// It is more than a place.
    #[error("it has a query or a fragment")]
    Query,
}

/// Reads a URL that is `http` or `https` and has no user-info.
pub(super) fn parse(text: &str) -> Result<Url, UrlProblem> {
    let text = trim(text);
    if !text.contains("://") {
        return Err(UrlProblem::Unparsable);
    }
    let url = Url::parse(text).map_err(|_| UrlProblem::Unparsable)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlProblem::OtherScheme);
    }
    if has_user_info(&url) {
        return Err(UrlProblem::UserInfo);
    }
    Ok(url)
}

/// Reads the URL of a context as the existing CLI stores it: trimmed, without slashes at its end.
pub(super) fn api_url(text: &str) -> Result<String, UrlProblem> {
    let text = trim(text).trim_end_matches('/');
    let url = parse(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(UrlProblem::Query);
    }
    Ok(text.to_owned())
}

/// An origin as files hold it, without a slash at its end.
pub(super) fn origin_text(origin: &Url) -> String {
    origin_of(origin).as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_contexts_are_trimmed_and_checked() {
        let table = [
            (" https://h.example/api/v1// ", Ok("https://h.example/api/v1")),
            ("http://127.0.0.1:8787", Ok("http://127.0.0.1:8787")),
            ("\u{feff}https://H.example/", Ok("https://H.example")),
            ("", Err(UrlProblem::Unparsable)),
            ("h.example", Err(UrlProblem::Unparsable)),
            ("https:h.example", Err(UrlProblem::Unparsable)),
            ("https://", Err(UrlProblem::Unparsable)),
            ("ftp://h.example", Err(UrlProblem::OtherScheme)),
            ("file:///etc", Err(UrlProblem::OtherScheme)),
            ("https://user@h.example", Err(UrlProblem::UserInfo)),
            ("https://:password@h.example", Err(UrlProblem::UserInfo)),
            ("https://h.example?x=1", Err(UrlProblem::Query)),
            ("https://h.example/#x", Err(UrlProblem::Query)),
        ];
        for (text, expected) in table {
            assert_eq!(api_url(text), expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn origins_have_no_path() {
        let origin = |text: &str| origin_text(&parse(text).unwrap());
        assert_eq!(origin("https://H.example:443/api/v1?x#y"), "https://h.example");
        assert_eq!(origin("http://h.example:80/"), "http://h.example");
        assert_eq!(origin("http://h.example:8080"), "http://h.example:8080");
    }
}
