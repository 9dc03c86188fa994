use std::sync::Arc;

use url::Url;

use crate::env::Network;
use crate::http::{Clock, Endpoint, Options, Routes, Transport};

use super::LoginError;
use super::origins::Origins;

/// What logs in and out over HTTP, at the origins of one context and nowhere else.
///
/// Plain http goes only to this machine, unless it was allowed; no redirect leaves an origin, and none is followed on a POST.
pub struct LoginClient {
    pub(super) origins: Origins,
    pub(super) transport: Transport,
    pub(super) network: Network,
    pub(super) clock: Arc<dyn Clock>,
}

impl LoginClient {
    /// Makes a client for the origins of a context. Nothing is sent yet.
    pub fn new(
        origins: Vec<Url>,
        network: Network,
        allow_insecure_http: bool,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, LoginError> {
        let origins = Origins::new(origins, allow_insecure_http)?;
        let endpoints: Vec<_> = origins.allowed().iter().cloned().map(Endpoint::Origin).collect();
        let options = Options { network: network.clone(), clock: Arc::clone(&clock), ..Options::new(Routes::Login) };
        let transport = Transport::new(&endpoints, options)?;
        Ok(Self { origins, transport, network, clock })
    }
}
