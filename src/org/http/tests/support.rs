use std::sync::Arc;

use url::Url;

use crate::http::Endpoint;
pub(super) use crate::http::tests::FakeClock;
pub(super) use crate::http::tests::listener::*;
use crate::model::OrgSlug;
use crate::org::http::{HttpOrg, HttpOrgBuilder};
use crate::secrets::SecretValue;

impl Listener {
    /// A client with the token `SENTINEL-TOKEN` and a clock that does not wait.
    pub(crate) fn builder(&self) -> HttpOrgBuilder {
        builder(self.origin())
    }

    pub(crate) fn org(&self) -> HttpOrg {
        self.builder().build().unwrap()
    }
}

pub(crate) fn builder(origin: Url) -> HttpOrgBuilder {
    HttpOrg::builder(Endpoint::Origin(origin), OrgSlug::parse("dev").unwrap())
        .token(Some(Arc::new(SecretValue::new("SENTINEL-TOKEN"))))
        .clock(Arc::new(FakeClock::default()))
}
