//! When a login is used, refreshed or given up, decided without a network, a file or a clock; and the requests that refresh
//! it.
//!
//! Exactly one of several processes refreshes where each of them, **under one lock**, reads the login, asks [`decide`],
//! refreshes if it says so, and writes the login before the lock is let go: the next one reads what was written, and
//! [`decide`] says `Use`. The existing CLI takes no lock; it may have used the refresh token up in between. So a refusal is
//! not the end: the login is read again, and [`after_refusal`] says whether another process was faster.

use std::time::{Duration, SystemTime};

use crate::accounts::Identity;
use crate::http::{Call, Content, Part, RequestError};
use crate::secrets::SecretValue;

use super::answers::{cli_answer, token_answer};
use super::client::below;
use super::device::granted;
use super::{Granted, LoginClient, LoginError, RefreshError};

/// How long an access token must be good for at the least, to be used.
pub const LEAST_REMAINING: Duration = Duration::from_secs(60);

/// A login as it is kept, as far as refreshing goes.
#[derive(Clone, Copy)]
pub struct State<'a> {
    /// When the access token expires; none if nobody said so.
    pub expires_at: Option<SystemTime>,
    /// The refresh token, where there is one.
    pub refresh_token: Option<&'a SecretValue>,
}

/// What is to be done with a login before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshDecision {
    /// Its access token is used as it is.
    Use,
    /// It is refreshed first.
    Refresh,
    /// It expired and cannot be refreshed: a person logs in again.
    LogIn,
}

/// What is to be done with a login whose refresh token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterRefusal {
    /// Another process refreshed it: its access token is used as it is, and nothing is written.
    Use,
    /// Another process refreshed it, and that has expired too: it is refreshed once more, with the newer refresh token.
    Refresh,
    /// Nobody changed it: it is dead, and a person logs in again.
    Dead,
}

/// Decides what is to be done with a login: it is good if its end is unknown or more than 60 s ahead.
pub fn decide(now: SystemTime, login: State<'_>) -> RefreshDecision {
    let is_good = login.expires_at.is_none_or(|end| {
        let remaining = end.duration_since(now).unwrap_or_default();
        remaining > LEAST_REMAINING
    });
    match login.refresh_token {
        _ if is_good => RefreshDecision::Use,
        Some(_) => RefreshDecision::Refresh,
        None => RefreshDecision::LogIn,
    }
}

/// Decides what is to be done after the server refused `sent`, given the login as it was then read again.
///
/// A second refusal is the end: this is asked once.
pub fn after_refusal(now: SystemTime, sent: &SecretValue, read_again: Option<State<'_>>) -> AfterRefusal {
    let Some(login) = read_again else { return AfterRefusal::Dead };
    let is_same = login.refresh_token.is_some_and(|token| token.is_same_as(sent));
    match decide(now, login) {
        _ if is_same => AfterRefusal::Dead,
        RefreshDecision::Use => AfterRefusal::Use,
        RefreshDecision::Refresh => AfterRefusal::Refresh,
        RefreshDecision::LogIn => AfterRefusal::Dead,
    }
}

/// What a login by the device flow is refreshed with.
#[derive(Clone, Copy)]
pub struct DeviceLogin<'a> {
    /// The client that was registered for it.
    pub client_id: &'a str,
    /// The endpoint that granted it; it is checked against the context's origins again.
    pub token_endpoint: &'a str,
    pub refresh_token: &'a SecretValue,
}

/// The tokens of a login of the existing CLI.
pub struct CliTokens {
    /// The token to send.
    pub access_token: SecretValue,
    /// The next refresh token; the one that was sent is dead. Without one the login ends with the access token.
    pub refresh_token: Option<SecretValue>,
    /// When the access token expires.
    pub expires_at: Option<SystemTime>,
    /// Who it belongs to, where the server says so.
    pub identity: Option<Identity>,
}

impl LoginClient {
    /// Refreshes a login by the device flow (RFC 6749 6). Where no new refresh token is granted, the old one stays good.
    ///
    /// It is sent once, never again by itself: the server may have used the token up and the answer be lost.
    pub async fn refresh_device(&self, login: DeviceLogin<'_>) -> Result<Granted, RefreshError> {
        let endpoint = self.origins.admit("the token endpoint of the login", login.token_endpoint)?;
        let form = [
            ("grant_type", Part::Plain("refresh_token")),
            ("refresh_token", Part::Secret(login.refresh_token)),
            ("client_id", Part::Plain(login.client_id)),
        ];
        let is_dead = |error: &RequestError| {
            let code = error.code();
            matches!(error.status(), Some(400 | 401 | 403))
                && matches!(code, Some("invalid_grant" | "invalid_client" | "unauthorized_client"))
        };
        let reply = self.transport.send(&Call::post(&endpoint, Content::Form(&form))).await;
        let reply = reply.map_err(|error| told_apart(error, is_dead))?;
        let answer = reply.read(token_answer).map_err(LoginError::from)?;
        Ok(granted(answer, login.client_id, endpoint))
    }

    /// Refreshes a login of the existing CLI: `POST {api_url}/auth/refresh`. The token sent is dead then.
    pub async fn refresh_cli(&self, api_url: &str, refresh_token: &SecretValue) -> Result<CliTokens, RefreshError> {
        let base = self.cli_base(api_url)?;
        let url = below(&base, &["auth", "refresh"]);
        let texts = [("refreshToken", Part::Secret(refresh_token))];
        // A 401 in words is the route's; a page is somebody's on the way.
        let is_dead = |error: &RequestError| {
            matches!(error, RequestError::Refused { status: 401, server, .. }
            if server.message.is_some() || server.code.is_some())
        };
        let reply = self.transport.send(&Call::post(&url, Content::Texts(&texts))).await;
        let reply = reply.map_err(|error| told_apart(error, is_dead))?;
        let answer = reply.read(cli_answer).map_err(LoginError::from)?;
        Ok(CliTokens {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            expires_at: answer.expires_at,
            identity: answer.identity,
        })
    }
}

fn told_apart(error: RequestError, is_dead: impl Fn(&RequestError) -> bool) -> RefreshError {
    if is_dead(&error) { RefreshError::Refused(error) } else { RefreshError::Kept(LoginError::Request(error)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn state(end: Option<u64>, refresh_token: Option<&SecretValue>) -> State<'_> {
        State { expires_at: end.map(at), refresh_token }
    }

    #[test]
    fn a_login_is_good_while_more_than_a_minute_is_left() {
        let token = SecretValue::new("R1");
        let table = [
            (None, None, RefreshDecision::Use),
            (None, Some(&token), RefreshDecision::Use),
            (Some(1061), None, RefreshDecision::Use),
            (Some(1061), Some(&token), RefreshDecision::Use),
            (Some(1060), Some(&token), RefreshDecision::Refresh),
            (Some(1), Some(&token), RefreshDecision::Refresh),
            (Some(1060), None, RefreshDecision::LogIn),
        ];
        for (end, refresh_token, expected) in table {
            assert_eq!(decide(at(1000), state(end, refresh_token)), expected, "{end:?}");
        }
    }

    #[test]
    fn after_a_refusal_a_login_that_another_process_changed_lives() {
        let (sent, newer) = (SecretValue::new("R1"), SecretValue::new("R2"));
        let table = [
            (None, AfterRefusal::Dead),
            (Some(state(Some(1), Some(&sent))), AfterRefusal::Dead),
            // A server that refuses the refresh token of a good access token ends the login.
            (Some(state(Some(5000), Some(&sent))), AfterRefusal::Dead),
            (Some(state(Some(5000), Some(&newer))), AfterRefusal::Use),
            (Some(state(None, None)), AfterRefusal::Use),
            (Some(state(Some(1), Some(&newer))), AfterRefusal::Refresh),
            (Some(state(Some(1), None)), AfterRefusal::Dead),
        ];
        for (read_again, expected) in table {
            assert_eq!(after_refusal(at(1000), &sent, read_again), expected);
        }
    }
}
