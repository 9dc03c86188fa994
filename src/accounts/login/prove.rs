use std::sync::Arc;

use url::Url;

use crate::http::{Endpoint, RequestError, check_token};
use crate::model::OrgSlug;
use crate::org::OrgRead as _;
use crate::org::http::HttpOrg;
use crate::secrets::SecretValue;

use super::{LoginClient, LoginError};

/// What is known of a token that was given by hand (T5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The server let it read the org.
    Proven,
    /// There is no org yet to read: nothing was sent.
    Unproven,
}

impl LoginClient {
    /// Proves a token by a read of the org (T5): its agents, which every member's token may read whatever its scopes are,
    /// and nobody else's, not even those of a public org (org-api 5.1).
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
        let Some(org) = org else { return Ok(Proof::Unproven) };
        let org = HttpOrg::builder(Endpoint::Origin(api_origin.clone()), org.clone())
            .token(Some(Arc::clone(token)))
            .network(self.network.clone())
            .clock(Arc::clone(&self.clock))
            .build()?;
        match org.agents().await {
            Ok(_) => Ok(Proof::Proven),
            Err(error @ RequestError::Refused { status: 401 | 403, .. }) => Err(LoginError::TokenRefused(error)),
            Err(error) => Err(error.into()),
        }
    }
}
