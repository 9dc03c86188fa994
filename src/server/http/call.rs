//! One request, taken apart: parameters of the path, bearer, body.

use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::{FromRequest, FromRequestParts as _, RawPathParams, Request},
    http::{HeaderMap, Method, StatusCode, header::AUTHORIZATION},
};
use zeroize::Zeroizing;

use crate::server::refusal::Refusal;

/// Largest body, in bytes; checked before anything is parsed (decisions O5).
pub(super) const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// Largest body of a batch of secrets, in bytes (decisions K5).
pub(super) const SECRETS_BODY_LIMIT: usize = 8 * 1024 * 1024;

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

/// A request with a batch of secrets: its smaller limit is checked by the announced length and again while reading, before
/// anything is parsed. It is kept as a refusal, since who may not ask is told that first.
pub(super) struct SecretsCall {
    pub(super) call: Call,
    pub(super) within_limit: Result<(), Refusal>,
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (call, body) = Self::without_body(request, state).await?;
        let body = to_bytes(body, BODY_LIMIT).await.map_err(|_| too_large(BODY_LIMIT))?;
        Ok(Self { body, ..call })
    }
}

impl<S: Send + Sync> FromRequest<S> for SecretsCall {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (call, body) = Call::without_body(request, state).await?;
        let announced = body.size_hint().lower();
        let body = if announced > SECRETS_BODY_LIMIT as u64 {
            Err(too_large(SECRETS_BODY_LIMIT))
        } else {
            to_bytes(body, SECRETS_BODY_LIMIT).await.map_err(|_| too_large(SECRETS_BODY_LIMIT))
        };
        Ok(match body {
            Ok(body) => Self { call: Call { body, ..call }, within_limit: Ok(()) },
            Err(refusal) => Self { call, within_limit: Err(refusal) },
        })
    }
}

impl Call {
    async fn without_body<S: Send + Sync>(request: Request, state: &S) -> Result<(Self, Body), Refusal> {
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
        let (method, path) = (parts.method, parts.uri.path().to_owned());
        Ok((Self { method, path, org, agent, platform, bearer, body: Bytes::new() }, body))
    }
}

/// Refuses a body that is too large.
pub(super) fn too_large(limit: usize) -> Refusal {
    let message = format!("The body is larger than {} MiB, or broke off.", limit / 1024 / 1024);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
}

fn bearer(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Zeroizing::new(token.trim().to_owned()))
}
