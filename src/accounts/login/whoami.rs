//! What a token is good for: whose it is, whether it reads the org, and which orgs there are for it.

use std::sync::Arc;

use serde_json::json;
use url::Url;

use crate::accounts::Identity;
use crate::http::{Call, Content, Endpoint, Repeat, RequestError, check_token, mcp_initialize};
use crate::model::OrgSlug;
use crate::org::OrgRead as _;
use crate::org::http::HttpOrg;
use crate::schema::kinds::AGENT;
use crate::secrets::SecretValue;
use crate::wire::{Json, Object, ShapeError};

use super::answers::{userinfo_answer, whoami_answer, without};
use super::client::below;
use super::{LoginClient, LoginError};

/// What is known of a token that was given by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The server takes it.
    Proven,
    /// There is no org yet to read, and nothing else that the server answers tells.
    Unproven,
}

/// Whose a token is, and the orgs in which it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub identity: Identity,
    pub orgs: Vec<OrgEntry>,
}

/// An org as the server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgEntry {
    /// Its ID, where the server says one.
    pub id: Option<String>,
    pub slug: String,
    /// Its name, where it says one.
    pub name: Option<String>,
    /// Whether the token's user is a member; a public org is listed too.
    pub is_member: bool,
}

impl LoginClient {
    /// Asks who a token of the existing CLI belongs to: `GET {api_url}/auth/whoami`.
    ///
    /// Personal tokens get a 401 there, whether they are good or not: [`LoginClient::prove`] is for them.
    pub async fn who_cli(&self, api_url: &str, token: &SecretValue) -> Result<Identity, LoginError> {
        let base = self.cli_base(api_url)?;
        let url = below(&base, &["auth", "whoami"]);
        let reply = self.transport.send(&Call::get(&url).bearer(token)).await?;
        Ok(reply.read(|json| without(whoami_answer(json)?, [Some(token)]))?)
    }

    /// Asks who a token of the device flow belongs to: `GET /oauth/userinfo`, with the scope `profile:read`.
    pub async fn userinfo(&self, api_origin: &Url, token: &SecretValue) -> Result<Identity, LoginError> {
        let endpoints = self.discover(api_origin).await?;
        let reply = self.transport.send(&Call::get(&endpoints.userinfo).bearer(token)).await?;
        Ok(reply.read(|json| without(userinfo_answer(json)?, [Some(token)]))?)
    }

    /// Asks whose a personal token is and for its orgs: `GET /oauth/userinfo`, which names no org. Servers of the first
    /// generation refuse personal tokens there, later ones those without the scope `profile:read`.
    pub async fn account(&self, server: &Url, token: &SecretValue) -> Result<Account, LoginError> {
        let url = below(server, &["oauth", "userinfo"]);
        self.origins.admit_url("the server's address", &url)?;
        let reply = self.transport.send(&Call::get(&url).bearer(token)).await?;
        Ok(reply.read(|json| {
            let orgs = match json.get("organizations") {
                Some(orgs) => entries(orgs)?,
                None => Vec::new(),
            };
            let orgs = orgs.into_iter().map(|org| OrgEntry { is_member: true, ..org }).collect();
            Ok(Account { identity: without(userinfo_answer(json)?, [Some(token)])?, orgs })
        })?)
    }

    /// Proves a token where there is no org: by whose it is, else by the MCP endpoint, which existing servers guard before they
    /// look at anything else.
    async fn prove_without_org(&self, server: &Url, token: &SecretValue) -> Result<Proof, LoginError> {
        match self.account(server, token).await {
            Ok(_) => return Ok(Proof::Proven),
            Err(LoginError::Request(error)) if error.status() == Some(401) => {
                return Err(LoginError::TokenRefused(error));
            }
            Err(LoginError::Request(error)) if error.status().is_some() => {}
            Err(error) => return Err(error),
        }
        let url = below(server, &["mcp", "lobu"]);
        let message = mcp_initialize();
        let call = Call::post(&url, Content::Json(&message)).bearer(token).repeat(Repeat::Always);
        match self.transport.send(&call).await {
            Ok(reply) if reply.json().get("result").is_some() => Ok(Proof::Proven),
            Err(error @ RequestError::Refused { status: 401, .. }) => Err(LoginError::TokenRefused(error)),
            Ok(_) => Ok(Proof::Unproven),
            Err(error) if error.status().is_some() => Ok(Proof::Unproven),
            Err(error) => Err(error.into()),
        }
    }

    /// The base of the routes of the existing CLI's login: the context's `apiUrl`.
    pub(super) fn cli_base(&self, api_url: &str) -> Result<Url, LoginError> {
        self.origins.admit("the context's apiUrl", api_url)
    }

    /// Proves a token by a read of the org: its agents, which every member's token may read whatever its scopes are,
    /// and nobody else's, not even those of a public org.
    ///
    /// A server that refuses the token is told apart from one that does not know the org, does not answer, or is no Lobu
    /// server: existing servers answer 200 to unknown paths, so that the list must be there.
    pub async fn prove(
        &self,
        api_origin: &Url,
        org: Option<&OrgSlug>,
        token: &Arc<SecretValue>,
    ) -> Result<Proof, LoginError> {
        self.origins.admit_url("the server's address", api_origin)?;
        check_token(token)?;
        let Some(org) = org else { return self.prove_without_org(api_origin, token).await };
        let org = HttpOrg::builder(Endpoint::Origin(api_origin.clone()), org.clone())
            .token(Some(Arc::clone(token)))
            .network(self.network.clone())
            .clock(Arc::clone(&self.clock))
            .build()?;
        match org.records(AGENT).await {
            Ok(_) => Ok(Proof::Proven),
            Err(error @ RequestError::Refused { status: 401 | 403, .. }) => Err(LoginError::TokenRefused(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// Lists the orgs of the token's user and the public ones: `POST /api/{org}/list_organizations`. Any org
    /// that the user is a member of serves.
    pub async fn orgs(&self, server: &Url, by: &OrgSlug, token: &SecretValue) -> Result<Vec<OrgEntry>, LoginError> {
        let url = below(server, &["api", by.as_str(), "list_organizations"]);
        self.origins.admit_url("the server's address", &url)?;
        let nothing = json!({});
        let call = Call::post(&url, Content::Json(&nothing)).bearer(token).repeat(Repeat::Always);
        Ok(self.transport.send(&call).await?.read(entries)?)
    }
}

fn entries(json: &Json) -> Result<Vec<OrgEntry>, ShapeError> {
    let wrong = || ShapeError { path: String::new(), expected: "a list of orgs", found: "something else" };
    let rows = json.as_array().ok_or_else(wrong)?;
    rows.iter().enumerate().map(|(index, row)| entry(row, index)).collect()
}

fn entry(json: &Json, index: usize) -> Result<OrgEntry, ShapeError> {
    let object = Object::new(json, format!("[{index}]"))?;
    Ok(OrgEntry {
        id: object.get("id").and_then(Json::as_str).map(str::to_owned),
        slug: object.text("slug")?,
        name: object.optional_text("name")?,
        is_member: object.optional_bool("is_member")?.unwrap_or(false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_orgs_is_read_and_anything_else_is_an_error() {
        let listed = json!([{"id": "o1", "slug": "acme", "name": "Acme", "is_member": true, "visibility": "private"}, {"slug": "b"}]);
        let found = entries(&listed).unwrap();
        assert_eq!(
            found[0],
            OrgEntry {
                id: Some("o1".to_owned()),
                slug: "acme".to_owned(),
                name: Some("Acme".to_owned()),
                is_member: true
            }
        );
        assert_eq!((found[1].is_member, &found[1].id), (false, &None));
        for json in [json!({"organizations": []}), json!([{"name": "x"}]), json!("x"), json!([1])] {
            assert!(entries(&json).is_err(), "{json}");
        }
    }
}
