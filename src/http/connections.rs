use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, NoProxy, Proxy};
use rustls::crypto::{CryptoProvider, ring};
use url::Url;
use zeroize::Zeroizing;

use crate::env::Network;
use crate::secrets::SecretValue;
use crate::secrets::expose::expose;

use super::ClientError;
use super::failure::root_cause;
use super::origin::{LOCALHOST, is_loopback, plain_origin};

/// How long a connection may take to stand.
pub const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
/// How long a request may take, connection and answer included.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// On a Unix socket: the embedded org.
    Socket(PathBuf),
    /// At an origin: scheme, host and port.
    Origin(Url),
}

/// What goes into every request of a connection.
pub(super) struct Headers<'a> {
    /// The token that proves who asks.
    pub(super) token: Option<&'a SecretValue>,
    /// Whether requests without a body name the type of one too.
    pub(super) content_type: bool,
}

impl Headers<'_> {
    fn map(&self) -> Result<HeaderMap, ClientError> {
        let mut headers = HeaderMap::new();
        if self.content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(token) = self.token {
            headers.insert(AUTHORIZATION, bearer(token)?);
        }
        Ok(headers)
    }
}

/// Names the cryptography that TLS uses in this process, where none is named yet; no client can be built before.
pub fn install_cryptography() {
    if CryptoProvider::get_default().is_none() {
        // It fails only where another thread has just done the same.
        drop(ring::default_provider().install_default());
    }
}

/// Makes the connections to an endpoint, and tells its origin. Nothing is sent yet.
pub(super) fn connections(
    endpoint: &Endpoint,
    headers: &Headers<'_>,
    network: &Network,
    deadline: Duration,
    roots: Option<&[Certificate]>,
) -> Result<(Url, Client), ClientError> {
    let origin = match endpoint {
        Endpoint::Socket(_) => Url::parse("http://localhost/").map_err(|_| ClientError::Origin)?,
        Endpoint::Origin(url) => plain_origin(url)?,
    };
    let mut builder = to_origin(&origin, network, deadline, roots)?.default_headers(headers.map()?);
    if let Endpoint::Socket(path) = endpoint {
        builder = builder.unix_socket(path.clone()).no_gzip();
    }
    install_cryptography();
    let client = builder.build().map_err(|error| ClientError::Tls { what: root_cause(&error) })?;
    Ok((origin, client))
}

/// No redirect is followed unseen, and proxies never lead to this machine.
fn to_origin(
    origin: &Url,
    network: &Network,
    deadline: Duration,
    roots: Option<&[Certificate]>,
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
fn authorities(pem: &[u8]) -> Result<Vec<Certificate>, ClientError> {
    let found = Certificate::from_pem_bundle(pem).unwrap_or_default();
    if found.is_empty() { Err(ClientError::Authorities) } else { Ok(found) }
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

/// The header that proves a token, which logs of the client show as sensitive.
pub(super) fn bearer(token: &SecretValue) -> Result<HeaderValue, ClientError> {
    let bearer = Zeroizing::new(format!("Bearer {}", expose(token)));
    let mut value = HeaderValue::from_str(&bearer).map_err(|_| ClientError::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Checks that a token can be sent at all, before it is kept.
pub fn check_token(token: &SecretValue) -> Result<(), ClientError> {
    bearer(token).map(drop)
}
