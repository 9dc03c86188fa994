//! Where requests may go: origins, which of them are this machine, and redirects, which stay within one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Response;
use reqwest::header::LOCATION;
use url::{Host, Url};

use super::{ClientError, Request, RequestError};

/// What `localhost` is, whatever the resolver says. Port 0 stands for the port of the URL.
pub(super) const LOCALHOST: [SocketAddr; 2] =
    [SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0)];

/// How many redirects of a read are followed.
pub(super) const MOST_REDIRECTS: u32 = 5;

/// Whether a URL leads to this machine: 127.0.0.0/8, `[::1]` or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether a URL holds a user name or a password.
pub fn has_user_info(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Scheme, host and port of a URL, with the path `/`.
pub fn origin_of(url: &Url) -> Url {
    let mut origin = url.clone();
    origin.set_path("/");
    origin.set_query(None);
    origin.set_fragment(None);
    origin
}

/// The origin of a server's URL, which must be http or https without user-info.
pub(super) fn plain_origin(url: &Url) -> Result<Url, ClientError> {
    if !matches!(url.scheme(), "http" | "https") || has_user_info(url) {
        return Err(ClientError::Origin);
    }
    Ok(origin_of(url))
}

/// Where an answer redirects to; none if it does not. `may_follow` tells for a status whether one is followed at all.
pub(super) fn redirect_target(
    request: &Request,
    response: &Response,
    url: &Url,
    may_follow: impl Fn(u16) -> bool,
) -> Result<Option<Url>, RequestError> {
    let status = response.status().as_u16();
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let Some(target) = location.and_then(|location| url.join(location).ok()) else {
        let what = "a redirect that leads nowhere".to_owned();
        return Err(RequestError::NotTheApi { request: request.clone(), status, what });
    };
    if !may_follow(status) || has_user_info(&target) || target.origin() != url.origin() {
        let to = target.origin().ascii_serialization();
        return Err(RequestError::Redirected { request: request.clone(), to });
    }
    Ok(Some(target))
}

/// What is said of a chain of redirects that does not end.
pub(super) fn too_many_redirects(request: &Request) -> RequestError {
    let what = format!("more than {MOST_REDIRECTS} redirects");
    RequestError::NotTheApi { request: request.clone(), status: 302, what }
}
