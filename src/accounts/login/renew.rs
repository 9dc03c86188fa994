use std::time::SystemTime;

use crate::http::{Call, Content, Part, RequestError};
use crate::secrets::SecretValue;

use super::answers::{cli_answer, token_answer};
use super::device::granted;
use super::origins::below;
use super::{Granted, Identity, LoginClient, LoginError, RefreshError};

/// What a login by the device flow is refreshed with.
#[derive(Clone, Copy)]
pub struct DeviceLogin<'a> {
    /// The client that was registered for it.
    pub client_id: &'a str,
    /// The endpoint that granted it; it is checked against the context's origins again.
    pub token_endpoint: &'a str,
    /// The refresh token.
    pub refresh_token: &'a SecretValue,
}

/// The tokens of a login of the existing CLI (org-api 5.7).
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
        let endpoint =
            self.origins.admit("the token endpoint of the login", login.token_endpoint).map_err(RefreshError::Kept)?;
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
        let answer = reply.read(token_answer).map_err(|error| RefreshError::Kept(error.into()))?;
        Ok(granted(answer, login.client_id, endpoint))
    }

    /// Refreshes a login of the existing CLI: `POST {api_url}/auth/refresh` (org-api 5.7). The token sent is dead then.
    pub async fn refresh_cli(&self, api_url: &str, refresh_token: &SecretValue) -> Result<CliTokens, RefreshError> {
        let base = self.cli_base(api_url).map_err(RefreshError::Kept)?;
        let url = below(&base, &["auth", "refresh"]);
        let texts = [("refreshToken", Part::Secret(refresh_token))];
        // A 401 in words is the route's; a page is somebody's on the way.
        let is_dead = |error: &RequestError| {
            matches!(error, RequestError::Refused { status: 401, server, .. }
            if server.message.is_some() || server.code.is_some())
        };
        let reply = self.transport.send(&Call::post(&url, Content::Texts(&texts))).await;
        let reply = reply.map_err(|error| told_apart(error, is_dead))?;
        let answer = reply.read(cli_answer).map_err(|error| RefreshError::Kept(error.into()))?;
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
