//! One request, taken apart: parameters of the path, bearer, body.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::{FromRequestParts as _, RawPathParams, Request},
    http::{HeaderMap, Method, StatusCode, header::AUTHORIZATION},
};
use zeroize::Zeroizing;

use crate::model::ProjectMark;
use crate::server::{applied::project_of, condition::Condition, refusal::Refusal};

/// Largest body, in bytes; checked before anything is parsed.
pub(super) const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// Largest body of a batch of secrets, in bytes.
pub(super) const SECRETS_BODY_LIMIT: usize = 8 * 1024 * 1024;

/// How long a body may take to come in: it holds one of a few places meanwhile.
const BODY_TIME: Duration = Duration::from_secs(60);

/// A request on a route of ours.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    /// What follows the `?` of the URL, as it came.
    pub(super) query: String,
    pub(super) org: String,
    /// Empty where the route has none.
    pub(super) agent: String,
    /// Empty where the route has none.
    pub(super) platform: String,
    pub(super) bearer: Option<Zeroizing<String>>,
    pub(super) condition: Condition,
    /// The project for which it is sent.
    pub(super) project: Option<ProjectMark>,
    /// Empty until it is read, which is after the caller was admitted.
    pub(super) body: Bytes,
}

impl Call {
    /// Takes a request apart; nothing of its body is read.
    pub(super) async fn without_body(request: Request) -> Result<(Self, Body), Refusal> {
        let (mut parts, body) = request.into_parts();
        let parameters = RawPathParams::from_request_parts(&mut parts, &())
            .await
            .map_err(|_| Refusal::not_found("The path is not valid UTF-8."))?;
        let parameter = |name: &str| {
            let found = parameters.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.to_owned()).unwrap_or_default()
        };
        let (org, agent, platform) = (parameter("org"), parameter("agent"), parameter("platform"));
        let (bearer, condition) = (bearer(&parts.headers), Condition::of(&parts.headers)?);
        let project = project_of(&parts.headers)?;
        let (method, path) = (parts.method, parts.uri.path().to_owned());
        let query = parts.uri.query().unwrap_or_default().to_owned();
        Ok((Self { method, path, query, org, agent, platform, bearer, condition, project, body: Bytes::new() }, body))
    }
}

/// Reads a body; its limit holds for the announced length, and again while reading.
///
/// # Errors
///
/// 413 `body_too_large`, 408 `body_too_slow`.
pub(super) async fn read_body(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    let read = tokio::time::timeout(BODY_TIME, to_bytes(body, limit)).await.map_err(|_| {
        let message = format!("The body did not come in within {} seconds.", BODY_TIME.as_secs());
        Refusal::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", message)
    })?;
    read.map_err(|_| too_large(limit))
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
