//! The client of logins, and the origins of one context, which bound where its requests go and which pages it shows.

use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::accounts::Context;
use crate::env::{Environment, Network};
use crate::http::{Clock, Endpoint, Options, Routes, SystemClock, Transport, has_user_info, is_loopback};

use super::LoginError;

/// The longest URL of a page that is shown and opened.
const LONGEST_PAGE_URL: usize = 2048;

/// What logs in and out over HTTP, at the origins of one context and nowhere else.
///
/// Plain http goes only to this machine, unless it was allowed; no redirect leaves an origin, and none is followed on a POST.
pub struct LoginClient {
    pub(super) origins: Origins,
    pub(super) transport: Transport,
    pub(super) network: Network,
    pub(super) clock: Arc<dyn Clock>,
}

impl LoginClient {
    /// Makes a client for the origins of a context. Nothing is sent yet.
    pub fn new(
        origins: Vec<Url>,
        network: Network,
        allow_insecure_http: bool,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, LoginError> {
        let origins = Origins::new(origins, allow_insecure_http)?;
        let endpoints: Vec<_> = origins.allowed().iter().cloned().map(Endpoint::Origin).collect();
        let options = Options { network: network.clone(), clock: Arc::clone(&clock), ..Options::new(Routes::Login) };
        let transport = Transport::new(&endpoints, options)?;
        Ok(Self { origins, transport, network, clock })
    }

    /// Makes a client for a stored context, by the network and the clock of the machine.
    pub fn of_context(
        context: &Context,
        environment: &Environment,
        allow_insecure_http: bool,
    ) -> Result<Self, LoginError> {
        let clock = Arc::new(SystemClock::default());
        Self::new(context.origins.clone(), environment.network(), allow_insecure_http, clock)
    }
}

/// The origins of one context: what requests of a login go to, and nothing else.
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
            "http" | "https" if has_user_info(url) => "it contains a user name or password",
            "http" | "https" if self.is_exposed(url) => "plain http goes only to this machine",
            "http" | "https" => return Ok(()),
            _ => "it is not an https or http URL",
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

/// A page on which a person approves a login: https, or on this machine.
///
/// Its URL may hold the code of the login, so `Debug` shows only where it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    url: Url,
    of_context: bool,
}

impl Page {
    /// Reads the URL of a page; nothing but web pages is ever opened.
    pub(super) fn read(origins: &Origins, text: &str) -> Result<Self, LoginError> {
        let refused = |why| LoginError::Page { why };
        if text.len() > LONGEST_PAGE_URL {
            return Err(refused("its URL is too long"));
        }
        let url = Url::parse(text).map_err(|_| refused("it is not a URL"))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(refused("only web pages are opened"));
        }
        if has_user_info(&url) {
            return Err(refused("its URL holds a user name or password"));
        }
        let of_context = origins.has(&url);
        // What was allowed for the server was allowed for no other host.
        let is_http_elsewhere = url.scheme() == "http" && !is_loopback(&url) && !of_context;
        if origins.is_exposed(&url) || is_http_elsewhere {
            return Err(refused("it is neither https nor on this machine"));
        }
        Ok(Self { url, of_context })
    }

    /// The whole URL, for a person and a browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The host, with the port where it is not the usual one: what a person is to look at before approving.
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Whether the page lies on one of the context's origins, as it mostly does.
    pub fn is_of_context(&self) -> bool {
        self.of_context
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Page").field("host", &self.host()).finish_non_exhaustive()
    }
}
