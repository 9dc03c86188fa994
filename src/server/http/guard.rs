//! What keeps web pages and other hosts away from a server on this machine (`docs/api/embedded-org.md`).

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN, TRANSFER_ENCODING,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{
    call::{BODY_LIMIT, too_large},
    options::Transport,
};
use crate::server::refusal::Refusal;

/// Refuses what may not come in, and marks every answer as not to be stored.
pub(super) async fn guard(State(transport): State<Transport>, request: Request, next: Next) -> Response {
    let mut response = match check(transport, request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn check(transport: Transport, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    check_host(transport, uri, headers)?;
    check_origin(headers)?;
    check_body(method, headers)
}

/// Against DNS rebinding: a page that made its own name resolve to this machine still sends its own name.
fn check_host(transport: Transport, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    if transport == Transport::UnixSocket {
        // No browser can reach it, and clients name it as they like.
        return Ok(());
    }
    let mut hosts = headers.get_all(HOST).iter();
    let loopback = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_loopback),
        _ => false,
    };
    if loopback && uri.authority().is_none_or(|authority| is_loopback(authority.as_str())) {
        return Ok(());
    }
    Err(forbidden("forbidden_host", "This server answers only to the loopback names of this machine."))
}

/// Against pages of other origins, which may send simple requests without asking.
fn check_origin(headers: &HeaderMap) -> Result<(), Refusal> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = |origin: &HeaderValue| {
        let authority = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host) && is_loopback(authority))
    };
    if !headers.get_all(ORIGIN).iter().all(own) {
        return Err(forbidden("forbidden_origin", "This server does not answer to pages of other origins."));
    }
    let cross_site = |site: &HeaderValue| site.as_bytes().eq_ignore_ascii_case(b"cross-site");
    if headers.get_all("sec-fetch-site").iter().any(cross_site) {
        return Err(forbidden("forbidden_origin", "This server does not answer to pages of other sites."));
    }
    Ok(())
}

fn check_body(method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    let identity = |encoding: &HeaderValue| encoding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !headers.get_all(CONTENT_ENCODING).iter().all(identity) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_encoding",
            "Compressed bodies are not accepted.",
        ));
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_LIMIT as u64) {
        return Err(too_large(BODY_LIMIT));
    }
    let has_body = length.is_some_and(|length| length > 0) || headers.contains_key(TRANSFER_ENCODING);
    let writes = matches!(*method, Method::POST | Method::PUT | Method::PATCH);
    if (writes || has_body) && !is_json(headers) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_content_type",
            "Send the body as application/json.",
        ));
    }
    Ok(())
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else { return false };
    let essence = content_type.to_str().ok().and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Tells whether `host` or `host:port` is `localhost`, in 127.0.0.0/8, or `[::1]`.
fn is_loopback(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, ""),
        Some((host, port)) => match port.strip_prefix(':') {
            Some(port) => (host, port),
            None => return false,
        },
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    if authority.starts_with('[') {
        return host.parse::<std::net::Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn forbidden(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_pass_with_any_port() {
        for host in ["localhost", "LocalHost:8787", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:8787"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.test",
            "localhost.evil.test",
            "127.0.0.1.evil.test",
            "[::1",
            "[::1]x",
            "::1",
            "[::2]:1",
            "localhost:80:80",
            "localhost:x",
            "0.0.0.0",
            "169.254.1.1",
            "user@localhost",
            "localhost@evil.test",
            "127.1",
            "[127.0.0.1]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
