use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderValue};
use reqwest::tls::TlsInfo;
use reqwest::{Response, Version};

use super::certificate;

/// The header that names a session of the MCP endpoint.
pub(super) const SESSION: &str = "mcp-session-id";
/// The header that names the project for which a change is sent.
pub(super) const PROJECT: &str = "x-lobu-project";

/// A session of the MCP endpoint, which logs of the client show as sensitive.
#[derive(Clone)]
pub struct Session(pub(super) HeaderValue);

/// What the head of an answer tells of the connection.
pub struct Head {
    /// The version of HTTP.
    pub version: &'static str,
    /// How long it took from the request to the head of the answer.
    pub took: Duration,
    /// How many seconds the server's clock is ahead of ours; it tells whole seconds only.
    pub clock_ahead: Option<i64>,
    /// How many whole days the server's certificate is still good, negative if no longer.
    pub certificate_days: Option<i64>,
    /// The session of the MCP endpoint.
    pub session: Option<Session>,
}

impl Head {
    pub(super) fn of(response: &Response, took: Duration, now: SystemTime) -> Self {
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
        let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        let expiry = certificate.and_then(certificate::expiry);
        let session = response.headers().get(SESSION).cloned().map(|mut session| {
            session.set_sensitive(true);
            Session(session)
        });
        Self {
            version: version(response.version()),
            took,
            // The answer was dated about halfway.
            clock_ahead: date.map(|date| seconds(date) - seconds(now.checked_sub(took / 2).unwrap_or(now))),
            certificate_days: expiry.map(|expiry| (expiry - seconds(now)).div_euclid(24 * 60 * 60)),
            session,
        }
    }
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_11 => "HTTP/1.1",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "a version of HTTP that has no name",
    }
}

/// Seconds since 1970.
fn seconds(time: SystemTime) -> i64 {
    let since = |from: SystemTime, to: SystemTime| {
        to.duration_since(from).ok().and_then(|duration| i64::try_from(duration.as_secs()).ok())
    };
    let epoch = SystemTime::UNIX_EPOCH;
    since(epoch, time).or_else(|| since(time, epoch).map(|before| -before)).unwrap_or_default()
}
