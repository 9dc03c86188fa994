//! Which org a run is about.

use crate::env::{Environment, Variable};
use crate::model::OrgSlug;

use super::choose_server::NamedServer;
use super::{Known, OrgSource, TargetError, TargetFlags};

type Sourced = (OrgSlug, OrgSource);

/// Chooses the org: the flag, the project's target or pin, the environment, the URL, the context; those that were not chosen
/// must not say otherwise. Only the environment goes over the context's.
pub(super) fn choose_org(
    flags: &TargetFlags,
    environment: &Environment,
    known: Known<'_>,
    named: &NamedServer,
) -> Result<Sourced, TargetError> {
    let url = named.address.org.as_ref().map(|org| (org.clone(), OrgSource::Url));
    if let Some(org) = flag_org(flags)? {
        let chosen = (org, OrgSource::Flag);
        // An URL on the same command line must agree; one of the environment is simply overruled.
        return match url.filter(|_| named.source_name == "--url") {
            Some(url) => agree(chosen, &url, named.source_name),
            None => Ok(chosen),
        };
    }
    // The target that was asked for by name is the nearer pin.
    let target = named.target_org.as_ref().map(|org| (org.clone(), OrgSource::Target));
    let pin = target.or_else(|| known.pins.org.as_ref().map(|pin| (pin.clone(), OrgSource::Pin)));
    let variable = org_of_environment(environment)?;
    // By its URL a server was named for this run: what a context has for every day does not count against it.
    let context = named.context.as_ref().filter(|_| named.name.is_empty()).and_then(|context| context.org.clone());
    let context = context.map(|org| (org, OrgSource::Context)).filter(|_| variable.is_none());
    let given: Vec<_> = pin.into_iter().chain(variable).chain(url).chain(context).collect();
    let Some((chosen, others)) = given.split_first() else { return Err(TargetError::NoOrg) };
    others.iter().try_fold(chosen.clone(), |chosen, other| agree(chosen, other, named.source_name))
}

fn agree(chosen: Sourced, other: &Sourced, url_name: &'static str) -> Result<Sourced, TargetError> {
    if chosen.0.is_same_org(&other.0) {
        return Ok(chosen);
    }
    let name = |source: OrgSource| match source {
        OrgSource::Flag => "--org",
        OrgSource::Pin => "lobu.toml",
        OrgSource::Target => "the target in lobu.toml",
        OrgSource::Variable => Variable::Org.name(),
        OrgSource::OldVariable => Variable::MemoryOrg.name(),
        OrgSource::Url => url_name,
        OrgSource::Context => "the context",
        OrgSource::Directory | OrgSource::Default => "the default",
    };
    Err(TargetError::OrgsDiffer {
        first_source: name(chosen.1),
        first: chosen.0.to_string(),
        second_source: name(other.1),
        second: other.0.to_string(),
    })
}

pub(super) fn flag_org(flags: &TargetFlags) -> Result<Option<OrgSlug>, TargetError> {
    let bad = |_| TargetError::BadOrg { source_name: "--org" };
    flags.org.as_deref().map(|org| OrgSlug::parse(org.trim()).map_err(bad)).transpose()
}

fn org_of_environment(environment: &Environment) -> Result<Option<Sourced>, TargetError> {
    let read = |variable: Variable, source| {
        let bad = |_| TargetError::BadOrg { source_name: variable.name() };
        environment.text(variable).map(|org| OrgSlug::parse(org).map(|org| (org, source)).map_err(bad)).transpose()
    };
    let new = read(Variable::Org, OrgSource::Variable)?;
    let old = read(Variable::MemoryOrg, OrgSource::OldVariable)?;
    match (&new, &old) {
        (Some((one, _)), Some((other, _))) if !one.is_same_org(other) => {
            let (first, second) = (Variable::Org.name(), Variable::MemoryOrg.name());
            Err(TargetError::VariablesDiffer { first, second })
        }
        _ => Ok(new.or(old)),
    }
}

pub(super) fn overridden(pin: Option<&OrgSlug>, org: &OrgSlug) -> Option<OrgSlug> {
    pin.filter(|pin| !pin.is_same_org(org)).cloned()
}
