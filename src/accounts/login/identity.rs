use std::time::SystemTime;

use url::Url;

use crate::http::{Call, is_given_back};
use crate::secrets::SecretValue;
use crate::wire::ShapeError;

use super::answers::{userinfo_answer, whoami_answer};
use super::origins::below;
use super::{LoginClient, LoginError};

/// Who a token belongs to, as far as the server says (org-api 5.7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The id of the user.
    pub user_id: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The agent that the token acts for, where it does.
    pub agent_id: Option<String>,
    /// When the token expires, where the server says so.
    pub expires_at: Option<SystemTime>,
}

impl Identity {
    /// Whether anybody is named at all.
    pub fn is_somebody(&self) -> bool {
        self.user_id.is_some() || self.email.is_some()
    }

    /// The same, unless the token is given back in it: an identity is shown where tokens are not.
    pub(super) fn without(self, token: &SecretValue) -> Result<Self, ShapeError> {
        let texts = [&self.user_id, &self.email, &self.name, &self.agent_id];
        if texts.iter().any(|text| text.as_ref().is_some_and(|text| is_given_back(token, text))) {
            let path = "user".to_owned();
            return Err(ShapeError { path, expected: "who the token belongs to", found: "the token" });
        }
        Ok(self)
    }
}

impl LoginClient {
    /// Asks who a token of the existing CLI belongs to: `GET {api_url}/auth/whoami` (org-api 5.7).
    ///
    /// Personal tokens get a 401 there, whether they are good or not: [`LoginClient::prove`] is for them.
    pub async fn who_cli(&self, api_url: &str, token: &SecretValue) -> Result<Identity, LoginError> {
        let base = self.cli_base(api_url)?;
        let url = below(&base, &["auth", "whoami"]);
        let reply = self.transport.send(&Call::get(&url).bearer(token)).await?;
        Ok(reply.read(|json| whoami_answer(json)?.without(token))?)
    }

    /// Asks who a token of the device flow belongs to: `GET /oauth/userinfo`, with the scope `profile:read` (org-api 5.8).
    pub async fn userinfo(&self, api_origin: &Url, token: &SecretValue) -> Result<Identity, LoginError> {
        let endpoints = self.discover(api_origin).await?;
        let reply = self.transport.send(&Call::get(&endpoints.userinfo).bearer(token)).await?;
        Ok(reply.read(|json| userinfo_answer(json)?.without(token))?)
    }

    /// The base of the routes of the existing CLI's login: the context's `apiUrl`.
    pub(super) fn cli_base(&self, api_url: &str) -> Result<Url, LoginError> {
        self.origins.admit("the context's apiUrl", api_url)
    }
}
