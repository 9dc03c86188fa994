//! One request, taken apart: parameters of the path, bearer, body.

use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts as _, RawPathParams, Request},
    http::{HeaderMap, Method, StatusCode, header::AUTHORIZATION},
};
use zeroize::Zeroizing;

use crate::server::refusal::Refusal;

/// Largest body, in bytes; checked before anything is parsed (decisions O5).
pub(super) const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// A request on a route of ours.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) org: String,
    /// Empty where the route has none.
    pub(super) agent: String,
    /// Empty where the route has none.
    pub(super) platform: String,
    pub(super) bearer: Option<Zeroizing<String>>,
    pub(super) body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let parameters = RawPathParams::from_request_parts(&mut parts, state)
            .await
            .map_err(|_| Refusal::not_found("The path is not valid UTF-8."))?;
        let parameter = |name: &str| {
            let found = parameters.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.to_owned()).unwrap_or_default()
        };
        let (org, agent, platform) = (parameter("org"), parameter("agent"), parameter("platform"));
        let bearer = bearer(&parts.headers);
        let body = to_bytes(body, BODY_LIMIT).await.map_err(|_| too_large())?;
        Ok(Self { method: parts.method, path: parts.uri.path().to_owned(), org, agent, platform, bearer, body })
    }
}

/// Refuses a body that is too large.
pub(super) fn too_large() -> Refusal {
    let message = format!("The body is larger than {} MiB, or broke off.", BODY_LIMIT / 1024 / 1024);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
}

fn bearer(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Zeroizing::new(token.trim().to_owned()))
}
