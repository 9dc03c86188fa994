use std::fmt;

use url::Url;

use crate::http::{has_user_info, is_loopback};

use super::LoginError;
use super::origins::Origins;

/// The longest URL of a page that is shown and opened.
const LONGEST: usize = 2048;

/// A page on which a person approves a login: https, or on this machine (T5).
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
        if text.len() > LONGEST {
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
