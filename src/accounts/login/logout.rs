use url::Url;

use crate::http::{Call, Content, Part, Repeat};
use crate::secrets::SecretValue;
use crate::wire::{Json, is_catch_all};

use super::answers::logout_answer;
use super::client::below;
use super::{LoginClient, LoginError};

impl LoginClient {
    /// Ends a login of the existing CLI: `POST {api_url}/auth/logout`. An error says that it may live on.
    pub async fn logout_cli(&self, api_url: &str, refresh_token: &SecretValue) -> Result<(), LoginError> {
        let base = self.cli_base(api_url)?;
        let url = below(&base, &["auth", "logout"]);
        let texts = [("refreshToken", Part::Secret(refresh_token))];
        let reply = self.transport.send(&Call::post(&url, Content::Texts(&texts)).repeat(Repeat::Always)).await?;
        Ok(reply.read(logout_answer)?)
    }

    /// Revokes the tokens of a login by the device flow (RFC 7009), the refresh token first: it is the longer lived one.
    ///
    /// Both are tried. An error says that at least one of them may live on.
    pub async fn revoke_device(
        &self,
        api_origin: &Url,
        client_id: &str,
        access_token: &SecretValue,
        refresh_token: Option<&SecretValue>,
    ) -> Result<(), LoginError> {
        let url = self.discover(api_origin).await?.revocation;
        let refresh = match refresh_token {
            Some(token) => self.revoke(&url, client_id, "refresh_token", token).await,
            None => Ok(()),
        };
        let access = self.revoke(&url, client_id, "access_token", access_token).await;
        refresh.and(access)
    }

    async fn revoke(&self, url: &Url, client_id: &str, hint: &str, token: &SecretValue) -> Result<(), LoginError> {
        let form = [
            ("token", Part::Secret(token)),
            ("token_type_hint", Part::Plain(hint)),
            ("client_id", Part::Plain(client_id)),
        ];
        let reply = self.transport.send(&Call::post(url, Content::Form(&form)).repeat(Repeat::Always)).await?;
        // What it says is of no matter (RFC 7009 2.2), but that it is the endpoint that says it.
        match reply.json() {
            Json::Object(_) if !is_catch_all(reply.json()) => Ok(()),
            _ if reply.is_empty() => Ok(()),
            _ => Err(reply.not_understood("this does not answer a revocation").into()),
        }
    }
}
