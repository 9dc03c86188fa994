use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, NoProxy, Proxy};
use url::Url;

use crate::env::Network;
use crate::model::OrgSlug;
use crate::secrets::SecretValue;
use crate::secrets::expose::expose;

use super::echo::Credentials;
use super::encode::Sending;
use super::loopback::{LOCALHOST, is_loopback};
use super::transport::Transport;
use super::{Clock, HttpOrg, SystemClock};

/// How long a connection may take to stand.
pub const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
/// How long a request may take, connection and answer included.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// How many requests are in flight at most where nothing else is said (A1).
pub const PARALLELISM: usize = 16;

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// On a Unix socket: the embedded org (O1).
    Socket(PathBuf),
    /// At an origin: scheme, host and port.
    Origin(Url),
}

/// Why no client could be made. No message quotes the token or a proxy's URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The origin is not one.
    #[error("the server's address is not an http or https origin")]
    Origin,
    /// The token cannot stand in a header.
    #[error("the token holds a character that cannot be sent; it must be one line of printable ASCII")]
    Token,
    /// A proxy is not one.
    #[error("the {scheme} proxy of the environment is not a URL of a proxy")]
    Proxy {
        /// `http` or `https`.
        scheme: &'static str,
    },
    /// There is no certificate among the further authorities.
    #[error("the file of --ca-file holds no certificate in PEM form")]
    Authorities,
    /// The TLS library refused to start.
    #[error("no authorities could be loaded to check the server's certificate; see SSL_CERT_FILE ({what})")]
    Tls {
        /// What it said.
        what: String,
    },
}

/// What a client is made from.
pub struct HttpOrgBuilder {
    endpoint: Endpoint,
    org: OrgSlug,
    token: Option<Arc<SecretValue>>,
    network: Network,
    parallelism: usize,
    clock: Arc<dyn Clock>,
    deadline: Duration,
    roots: Option<Vec<reqwest::Certificate>>,
}

impl HttpOrgBuilder {
    pub(super) fn new(endpoint: Endpoint, org: OrgSlug) -> Self {
        Self {
            endpoint,
            org,
            token: None,
            network: Network::default(),
            parallelism: PARALLELISM,
            clock: Arc::new(SystemClock::default()),
            deadline: DEADLINE,
            roots: None,
        }
    }

    /// Sends this token as the bearer.
    #[must_use]
    pub fn token(mut self, token: Option<Arc<SecretValue>>) -> Self {
        self.token = token;
        self
    }

    /// Goes through these proxies, but never to this machine (T2), and trusts these further authorities.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// Keeps at most this many requests in flight, at least one.
    #[must_use]
    pub fn parallelism(mut self, parallelism: usize) -> Self {
        self.parallelism = parallelism.max(1);
        self
    }

    /// Takes another clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Gives a request another deadline than 30 s.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Trusts these authorities in place of the system's.
    #[cfg(test)]
    pub(super) fn roots(mut self, roots: Vec<reqwest::Certificate>) -> Self {
        self.roots = Some(roots);
        self
    }

    /// Makes the client. Nothing is sent yet.
    pub fn build(self) -> Result<HttpOrg, ClientError> {
        let origin = self.origin()?;
        let client = self.client(&origin)?;
        let credentials = Credentials::new(self.token, &self.network);
        let transport = Transport::new(client, origin, self.org, credentials, self.parallelism, self.clock);
        Ok(HttpOrg { transport: Arc::new(transport), sending: Arc::new(Sending::default()) })
    }

    fn origin(&self) -> Result<Url, ClientError> {
        match &self.endpoint {
            Endpoint::Socket(_) => Url::parse("http://localhost/").map_err(|_| ClientError::Origin),
            Endpoint::Origin(url) => plain_origin(url),
        }
    }

    fn client(&self, origin: &Url) -> Result<reqwest::Client, ClientError> {
        let mut builder = connections(origin, &self.network, self.deadline, self.roots.as_deref())?;
        builder = builder.default_headers(self.headers()?);
        if let Endpoint::Socket(path) = &self.endpoint {
            builder = builder.unix_socket(path.clone()).no_gzip();
        }
        finish(builder)
    }

    fn headers(&self) -> Result<HeaderMap, ClientError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, bearer(token)?);
        }
        Ok(headers)
    }
}

/// The origin of a server's URL, which must be http or https without user-info (T2).
pub(super) fn plain_origin(url: &Url) -> Result<Url, ClientError> {
    let mut origin = url.clone();
    let plain = origin.username().is_empty() && origin.password().is_none();
    if !matches!(origin.scheme(), "http" | "https") || !plain {
        return Err(ClientError::Origin);
    }
    origin.set_path("/");
    origin.set_query(None);
    origin.set_fragment(None);
    Ok(origin)
}

/// How connections to an origin are made, whatever is sent over them: no redirects, proxies never to this machine (T2).
pub(super) fn connections(
    origin: &Url,
    network: &Network,
    deadline: Duration,
    roots: Option<&[reqwest::Certificate]>,
) -> Result<ClientBuilder, ClientError> {
    let mut builder = ClientBuilder::new()
        .user_agent(concat!("lobu/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_DEADLINE)
        .timeout(deadline)
        .tcp_nodelay(true)
        .tls_info(origin.scheme() == "https")
        .no_proxy();
    if is_loopback(origin) {
        builder = builder.resolve_to_addrs("localhost", &LOCALHOST);
    } else {
        builder = with_proxies(builder, network)?;
    }
    if origin.scheme() == "http" {
        // Reading the system's authorities takes longer than a whole plan of the embedded org.
        builder = builder.tls_certs_only([]).http1_only();
    } else if let Some(roots) = roots {
        builder = builder.tls_certs_only(roots.iter().cloned());
    }
    match &network.authorities {
        Some(pem) if origin.scheme() == "https" => Ok(builder.tls_certs_merge(authorities(pem)?)),
        _ => Ok(builder),
    }
}

/// Reads further authorities; a file without any is a mistake.
fn authorities(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, ClientError> {
    let found = reqwest::Certificate::from_pem_bundle(pem).unwrap_or_default();
    if found.is_empty() { Err(ClientError::Authorities) } else { Ok(found) }
}

/// Makes the client of a builder.
pub(super) fn finish(builder: ClientBuilder) -> Result<reqwest::Client, ClientError> {
    builder.build().map_err(|error| ClientError::Tls { what: super::failure::root_cause(&error) })
}

/// The header that proves a token, which logs of the client show as sensitive.
pub(super) fn bearer(token: &SecretValue) -> Result<HeaderValue, ClientError> {
    let bearer = zeroize::Zeroizing::new(format!("Bearer {}", expose(token)));
    let mut value = HeaderValue::from_str(&bearer).map_err(|_| ClientError::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Checks that a token can be sent at all, before it is kept.
pub fn check_token(token: &SecretValue) -> Result<(), ClientError> {
    bearer(token).map(drop)
}

fn with_proxies(mut builder: ClientBuilder, network: &Network) -> Result<ClientBuilder, ClientError> {
    let except = || network.except.as_deref().and_then(NoProxy::from_string);
    if let Some(url) = &network.http {
        let proxy = Proxy::http(url).map_err(|_| ClientError::Proxy { scheme: "http" })?;
        builder = builder.proxy(proxy.no_proxy(except()));
    }
    if let Some(url) = &network.https {
        let proxy = Proxy::https(url).map_err(|_| ClientError::Proxy { scheme: "https" })?;
        builder = builder.proxy(proxy.no_proxy(except()));
    }
    Ok(builder)
}
