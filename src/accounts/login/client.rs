use std::sync::Arc;

use url::Url;

use crate::env::Network;
use crate::org::http::{Clock, Exchange};

use super::LoginError;
use super::origins::Origins;

/// What logs in and out over HTTP, at the origins of one context and nowhere else (T2, T5).
///
/// Plain http goes only to this machine, unless it was allowed; no redirect leaves an origin, and none is followed on a POST.
pub struct LoginClient {
    pub(super) origins: Origins,
    pub(super) exchange: Exchange,
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
        let exchange = Exchange::new(origins.allowed(), &network, Arc::clone(&clock))?;
        Ok(Self { origins, exchange, network, clock })
    }
}
