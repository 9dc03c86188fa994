use std::sync::Arc;

use url::Url;

use crate::http::Endpoint;
pub(super) use crate::http::tests::listener::*;
pub(super) use crate::http::tests::{FakeClock, HurriedClock};
use crate::model::{OrgSlug, Value};
use crate::org::http::{HttpOrg, HttpOrgBuilder};
use crate::schema::{Change, Kind, ResourceKey, Sent};
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

/// What a request says of the fields of a resource, by their names; null clears one.
#[track_caller]
pub(crate) fn sent<const N: usize>(kind: Kind, id: &str, fields: [(&str, Value); N]) -> Sent {
    let change = |value| if value == Value::Null { Change::Clear } else { Change::Set(value) };
    let fields = fields.into_iter().map(|(name, value)| (kind.field(name).unwrap(), change(value))).collect();
    Sent { fields, ..Sent::new(ResourceKey::new(kind, id)) }
}
