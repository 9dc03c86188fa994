//! Redirects: followed for reads, within the origin, and nowhere else (T2).

use reqwest::Response;
use reqwest::header::LOCATION;
use url::Url;

use crate::org::{OrgError, Request};

/// How many redirects of a read are followed.
pub(super) const MOST: u32 = 5;

/// Where an answer redirects to; none if it does not. `may_follow` tells for a status whether one is followed at all.
pub(super) fn target(
    request: &Request,
    response: &Response,
    url: &Url,
    may_follow: impl Fn(u16) -> bool,
) -> Result<Option<Url>, OrgError> {
    let status = response.status().as_u16();
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let Some(target) = location.and_then(|location| url.join(location).ok()) else {
        let what = "a redirect that leads nowhere".to_owned();
        return Err(OrgError::NotTheApi { request: request.clone(), status, what });
    };
    let plain = target.username().is_empty() && target.password().is_none();
    if !may_follow(status) || !plain || target.origin() != url.origin() {
        let to = target.origin().ascii_serialization();
        return Err(OrgError::Redirected { request: request.clone(), to });
    }
    Ok(Some(target))
}

/// What is said of a chain of redirects that does not end.
pub(super) fn too_many(request: &Request) -> OrgError {
    let what = format!("more than {MOST} redirects");
    OrgError::NotTheApi { request: request.clone(), status: 302, what }
}
