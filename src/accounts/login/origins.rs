use url::Url;

use crate::http::{has_user_info, is_loopback};

use super::LoginError;

/// The origins of one context: what requests of a login go to, and nothing else (T2).
pub(super) struct Origins {
    allowed: Vec<Url>,
    allow_insecure_http: bool,
}

impl Origins {
    /// Takes the origins; each must be safe to send a token to.
    pub(super) fn new(allowed: Vec<Url>, allow_insecure_http: bool) -> Result<Self, LoginError> {
        let origins = Self { allowed, allow_insecure_http };
        origins.allowed.iter().try_for_each(|url| origins.check("the server's address", url))?;
        Ok(origins)
    }

    /// The origins.
    pub(super) fn allowed(&self) -> &[Url] {
        &self.allowed
    }

    /// Reads a URL that requests are to go to. `what` names it in errors, which quote nothing but its origin.
    pub(super) fn admit(&self, what: &'static str, text: &str) -> Result<Url, LoginError> {
        let url = Url::parse(text).map_err(|_| LoginError::BadUrl { what, why: "it is not a URL" })?;
        self.admit_url(what, &url)?;
        Ok(url)
    }

    /// Checks a URL that requests are to go to.
    pub(super) fn admit_url(&self, what: &'static str, url: &Url) -> Result<(), LoginError> {
        self.check(what, url)?;
        if self.has(url) {
            return Ok(());
        }
        Err(LoginError::Elsewhere { what, origin: url.origin().ascii_serialization() })
    }

    /// Whether a URL lies on one of the origins.
    pub(super) fn has(&self, url: &Url) -> bool {
        self.allowed.iter().any(|allowed| allowed.origin() == url.origin())
    }

    /// Whether what goes to a URL can be read on the way, and nobody allowed that.
    pub(super) fn is_exposed(&self, url: &Url) -> bool {
        url.scheme() != "https" && !is_loopback(url) && !self.allow_insecure_http
    }

    fn check(&self, what: &'static str, url: &Url) -> Result<(), LoginError> {
        let why = match url.scheme() {
            "http" | "https" if has_user_info(url) => "it holds a user name or password",
            "http" | "https" if self.is_exposed(url) => "plain http goes only to this machine",
            "http" | "https" => return Ok(()),
            _ => "it is neither an https nor an http URL",
        };
        Err(LoginError::BadUrl { what, why })
    }
}

/// A URL with further segments behind its path, without query and fragment.
pub(super) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    // An http or https URL always has a path.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
