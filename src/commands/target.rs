//! Where a command goes: its flags, with what the environment, the user's contexts and the project say (T1, T2).

use crate::accounts::{Accounts, AccountsError, Snapshot};
use crate::env::{Environment, Variable};
use crate::error::CommandError;
use crate::model::OrgSlug;
use crate::project::config::Config;
use crate::settings::{Known, ProjectTarget, ResolvedTarget, TargetError, TargetFlags, resolve};

use super::failures::{of_accounts, of_target};
use super::{ProjectOptions, Session};

/// What a project says about where commands go.
#[derive(Debug, Clone, Default)]
pub(super) struct ProjectPins {
    /// The org that it is pinned to (T1).
    pub(super) org: Option<OrgSlug>,
    /// Its targets (T6).
    pub(super) targets: Vec<ProjectTarget>,
}

impl ProjectPins {
    /// Those of a lobu.toml without errors.
    pub(super) fn of(config: &Config) -> Self {
        let targets = config.targets.iter().map(|target| ProjectTarget {
            name: target.name.value.clone(),
            url: target.url.as_ref().map(|url| url.value.as_str().to_owned()),
            org: target.org.as_ref().and_then(|org| OrgSlug::parse(org.as_str()).ok()),
        });
        let org = config.org_pin().and_then(|pin| OrgSlug::parse(pin.as_str()).ok());
        Self { org, targets: targets.collect() }
    }
}

/// Those of the project around a command about logins, of which nothing else is read.
pub(super) fn pins(session: &Session, options: &ProjectOptions) -> Result<ProjectPins, CommandError> {
    super::secrets::pins(session, options)
}

/// Resolves where a command goes.
pub(super) fn resolved(
    session: &Session,
    flags: &TargetFlags,
    pins: &ProjectPins,
) -> Result<ResolvedTarget, CommandError> {
    let accounts = stored(flags, &session.environment).map_err(|error| of_accounts(&error))?;
    resolve_with(session, flags, accounts.as_ref(), pins).map_err(|error| of_target(&error))
}

/// The same with what is stored, which was read already.
pub(super) fn resolve_with(
    session: &Session,
    flags: &TargetFlags,
    accounts: Option<&Snapshot>,
    pins: &ProjectPins,
) -> Result<ResolvedTarget, TargetError> {
    let known =
        Known { accounts, targets: &pins.targets, pin: pins.org.as_ref(), on_terminal: session.ui.is_attended() };
    resolve(flags, &session.environment, known)
}

/// What is stored, if it can matter: where this run names server and token, a home directory that can't be read is nobody's
/// trouble.
pub(super) fn stored(flags: &TargetFlags, environment: &Environment) -> Result<Option<Snapshot>, AccountsError> {
    let by_flag = flags.target.is_some() || flags.context.is_some();
    let names_context = environment.text(Variable::Context).is_some();
    let server_of_environment =
        environment.text(Variable::ServerUrl).or_else(|| environment.text(Variable::MemoryUrl)).is_some();
    let by_url = !by_flag && (flags.url.is_some() || (!names_context && server_of_environment));
    let Some(accounts) = Accounts::of(environment) else { return Ok(None) };
    let read = accounts.read();
    if by_url && environment.token().is_some() { Ok(read.ok()) } else { read.map(Some) }
}
