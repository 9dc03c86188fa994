//! Which of the project's targets a run is about.

use url::Url;

use super::{ProjectPins, ProjectTarget, ServerAddress, TargetError};
use crate::model::OrgSlug;

/// A target of the project that a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenTarget {
    pub name: String,
    /// Whether `-t` named it; else its server and org are those of the run, and of no other target.
    pub is_named: bool,
}

impl ChosenTarget {
    fn of(target: &ProjectTarget, is_named: bool) -> Self {
        Self { name: target.name.clone(), is_named }
    }

    /// The target that `-t` names.
    pub(super) fn named(name: &str, pins: &ProjectPins) -> Result<Self, TargetError> {
        find(name, pins).map(|target| Self::of(target, true))
    }

    /// The one target with this server and org.
    pub(super) fn matching(pins: &ProjectPins, origin: &Url, org: &OrgSlug) -> Option<Self> {
        let is_it = |target: &&ProjectTarget| is_at(target, pins, origin, org);
        let mut matching = pins.targets.iter().filter(is_it);
        let found = matching.next()?;
        matching.next().is_none().then(|| Self::of(found, false))
    }
}

/// Whether one of the targets with this server and org is protected.
pub(super) fn is_protected(pins: &ProjectPins, origin: &Url, org: &OrgSlug) -> bool {
    pins.targets.iter().filter(|target| is_at(target, pins, origin, org)).any(|target| target.is_protected)
}

/// Whether a target has this server and org.
fn is_at(target: &ProjectTarget, pins: &ProjectPins, origin: &Url, org: &OrgSlug) -> bool {
    let address = target.url.as_deref().and_then(|url| ServerAddress::parse(url, "").ok());
    let own = target.org.as_ref().or(pins.org.as_ref());
    address.is_some_and(|address| address.origin == *origin) && own.is_some_and(|own| own.is_same_org(org))
}

/// A target by its name.
pub(super) fn find<'pins>(name: &str, pins: &'pins ProjectPins) -> Result<&'pins ProjectTarget, TargetError> {
    let target = pins.targets.iter().find(|target| target.name == name);
    target.ok_or_else(|| TargetError::UnknownTarget { name: name.to_owned() })
}
