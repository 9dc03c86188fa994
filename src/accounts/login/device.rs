//! The device flow (RFC 8628), with a client that is registered for each login (RFC 7591).

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use serde_json::json;
use url::Url;

use crate::http::{Call, Cause, Content, Outcome, Part, RequestError};
use crate::secrets::SecretValue;
use crate::wire::Json;

use super::answers::{TokenAnswer, device_answer, registration_answer, token_answer};
use super::metadata::DEVICE_GRANT;
use super::{LoginClient, LoginError, Page};

/// What a login asks for: everything that an apply needs, and whose it is. The server grants what the person
/// may have.
pub const SCOPES: &str = "mcp:read mcp:write mcp:admin profile:read";

/// The scope that a login asks for with which nothing can be changed.
pub const READ_ONLY: &str = "mcp:read";

/// How long is waited between two questions where the server does not say (RFC 8628 3.2).
const INTERVAL: Duration = Duration::from_secs(5);
/// The shortest time between two questions.
const LEAST_INTERVAL: Duration = Duration::from_secs(1);
/// What `slow_down` adds to the time between two questions (RFC 8628 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// The longest wait after questions without an answer.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// A login that waits for a person to approve it.
///
/// `Debug` shows neither of its codes.
pub struct DeviceStart {
    /// The code that the person compares or types.
    pub user_code: String,
    /// The page on which it is typed.
    pub page: Page,
    /// The page that knows the code already, where the server has one.
    pub page_with_code: Option<Page>,
    /// How long the code is good for, from when it was given.
    pub expires_in: Duration,
    /// How long is waited before each question.
    pub interval: Duration,
    device_code: SecretValue,
    client_id: String,
    token_endpoint: Url,
    end: Duration,
}

impl fmt::Debug for DeviceStart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DeviceStart").field("page", &self.page).finish_non_exhaustive()
    }
}

/// The tokens of a login by the device flow, and what it takes to refresh it.
///
/// `Debug` shows no token.
pub struct Granted {
    /// The token to send.
    pub access_token: SecretValue,
    /// The refresh token. After a refresh, none means that the one before stays good (RFC 6749 6).
    pub refresh_token: Option<SecretValue>,
    /// How long the access token is good for, from now.
    pub expires_in: Option<Duration>,
    /// The client that was registered for the login.
    pub client_id: String,
    /// The endpoint that granted the tokens, and refreshes them.
    pub token_endpoint: Url,
    /// The scopes, where the server says other than what was asked for (RFC 6749 5.1).
    pub scope: Option<String>,
}

impl fmt::Debug for Granted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Granted").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// What one question about a login came to.
enum Polled {
    Granted(Granted),
    Pending,
    SlowDown,
    /// No answer, or none of the server's. The tokens may be handed out and lost.
    NoAnswer {
        lost: bool,
    },
}

impl LoginClient {
    /// Starts a login at the server with this API origin: finds its endpoints, registers a client and asks for a code.
    ///
    /// Nothing is sent to an endpoint before all of them are known to lie on the context's origins. `scopes` are those that the
    /// login asks for, apart by spaces.
    pub async fn start_device(&self, api_origin: &Url, scopes: &str) -> Result<DeviceStart, LoginError> {
        let endpoints = self.discover(api_origin).await?;
        let client_id = self.register(&endpoints.registration, scopes).await?;
        let form = [("client_id", Part::Plain(&client_id)), ("scope", Part::Plain(scopes))];
        let asked_at = self.clock.elapsed();
        let reply = self.transport.send(&Call::post(&endpoints.device, Content::Form(&form))).await?;
        let answer = reply.read(device_answer)?;
        let page = Page::read(&self.origins, &answer.page)?;
        let page_with_code =
            answer.page_with_code.as_deref().map(|text| Page::read(&self.origins, text)).transpose()?;
        Ok(DeviceStart {
            user_code: answer.user_code,
            page,
            page_with_code,
            expires_in: answer.expires_in,
            interval: answer.interval.unwrap_or(INTERVAL).max(LEAST_INTERVAL),
            device_code: answer.device_code,
            client_id,
            token_endpoint: endpoints.token,
            end: asked_at.saturating_add(answer.expires_in),
        })
    }

    async fn register(&self, endpoint: &Url, scopes: &str) -> Result<String, LoginError> {
        let document = registration(scopes);
        let reply = self.transport.send(&Call::post(endpoint, Content::Json(&document))).await?;
        Ok(reply.read(registration_answer)?)
    }

    /// Waits until a login is approved, denied or expired, or until `canceled` comes.
    ///
    /// A network that is cut, or a server that fails, in between ends nothing: the code is good until it expires. Only a
    /// server that cannot be trusted, or an answer that is not understood, does.
    pub async fn poll_device(
        &self,
        start: &DeviceStart,
        canceled: impl Future<Output = ()>,
    ) -> Result<Granted, LoginError> {
        let polling = pin!(self.poll(start));
        // Tokens that are there are not thrown away: the answer is looked at first.
        match select(polling, pin!(canceled)).await {
            Either::Left((result, _)) => result,
            Either::Right(((), _)) => Err(LoginError::Canceled),
        }
    }

    async fn poll(&self, start: &DeviceStart) -> Result<Granted, LoginError> {
        let mut interval = start.interval;
        let mut unanswered = 0;
        let mut is_lost = false;
        loop {
            let remaining = start.end.saturating_sub(self.clock.elapsed());
            if interval >= remaining {
                return Err(LoginError::Expired);
            }
            // The last question is not waited away.
            let last = remaining.saturating_sub(LEAST_INTERVAL);
            self.clock.sleep(backoff(interval, unanswered).min(last).max(interval)).await;
            match self.ask_token(start, is_lost).await? {
                Polled::Granted(granted) => return Ok(granted),
                Polled::Pending => unanswered = 0,
                Polled::SlowDown => {
                    unanswered = 0;
                    interval = interval.saturating_add(SLOWER);
                }
                Polled::NoAnswer { lost } => {
                    unanswered += 1;
                    is_lost |= lost;
                }
            }
        }
    }

    /// Asks once whether the login was approved. `is_lost` tells that an earlier answer may have held the tokens.
    async fn ask_token(&self, start: &DeviceStart, is_lost: bool) -> Result<Polled, LoginError> {
        let form = [
            ("grant_type", Part::Plain(DEVICE_GRANT)),
            ("device_code", Part::Secret(&start.device_code)),
            ("client_id", Part::Plain(&start.client_id)),
        ];
        let error = match self.transport.send(&Call::post(&start.token_endpoint, Content::Form(&form))).await {
            Ok(reply) => {
                let answer = reply.read(token_answer)?;
                return Ok(Polled::Granted(granted(answer, &start.client_id, start.token_endpoint.clone())));
            }
            Err(error) => error,
        };
        match (error.code(), error.status(), error.cause()) {
            (Some("authorization_pending"), ..) => Ok(Polled::Pending),
            (Some("slow_down"), ..) | (_, Some(429), _) => Ok(Polled::SlowDown),
            (Some("access_denied"), ..) => Err(LoginError::Denied),
            (Some("expired_token"), ..) => Err(LoginError::Expired),
            (Some("invalid_grant"), ..) if is_lost => Err(LoginError::AnswerLost),
            (_, _, Some(Cause::Certificate | Cause::Tls)) => Err(error.into()),
            (_, Some(500..), _) | (_, _, Some(_)) => Ok(Polled::NoAnswer { lost: may_be_done(&error) }),
            _ => Err(error.into()),
        }
    }
}

/// What a client says of itself (RFC 7591 2): it can keep no secret, and nothing is ever redirected to it.
fn registration(scopes: &str) -> Json {
    json!({
        "client_name": "lobu",
        "grant_types": [DEVICE_GRANT, "refresh_token"],
        "response_types": [],
        "token_endpoint_auth_method": "none",
        "scope": scopes,
    })
}

/// Whether the server may have answered all the same.
fn may_be_done(error: &RequestError) -> bool {
    error.outcome() == Outcome::Unknown
}

/// The wait after some questions without an answer: twice as long each time (RFC 8628 3.5).
fn backoff(interval: Duration, unanswered: u32) -> Duration {
    interval.saturating_mul(1 << unanswered.min(6)).min(LONGEST_BACKOFF)
}

/// What an answer of the token endpoint grants.
pub(super) fn granted(answer: TokenAnswer, client_id: &str, token_endpoint: Url) -> Granted {
    Granted {
        access_token: answer.access_token,
        refresh_token: answer.refresh_token,
        expires_in: answer.expires_in,
        client_id: client_id.to_owned(),
        token_endpoint,
        scope: answer.scope,
    }
}
